"""Translations and templates outside of web requests: for mails and documents that workers compose."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from flask import Flask
from flask_babel import force_locale
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined

from shared.web import i18n

SHARED = Path(__file__).resolve().parent.parent


class Writer:
    """The templates and translations of one service, e.g. ``Writer("services.registration")``.

    Templates are looked for in the service's ``templates`` and then in the shared ones, translations likewise.
    Addresses in mails come from settings.public_url(): there is no request from which url_for could learn the host.
    """

    def __init__(self, package: str):
        self.package = package

    @contextmanager
    def language(self, locale: str) -> Iterator[None]:
        """In this context, ``gettext`` and ``render_template`` use ``locale`` ("id" or "en")."""
        with self._app.app_context(), force_locale(locale):
            yield

    @cached_property
    def _app(self) -> Flask:
        app = Flask(self.package)
        i18n.install(app)
        assert app.jinja_loader is not None
        app.jinja_loader = ChoiceLoader([app.jinja_loader, FileSystemLoader(SHARED / "templates")])
        app.jinja_env.undefined = StrictUndefined
        app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
        return app
