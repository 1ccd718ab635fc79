"""Fixtures for all tests."""

pytest_plugins = ["stack.testing", "tests.environment", "tests.browsing"]
