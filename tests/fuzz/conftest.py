"""Fixtures of registration, for the tests that try its forms."""

from tests.registration.conftest import app, client, coming_day, event, organiser, partners

__all__ = ["app", "client", "coming_day", "event", "organiser", "partners"]
