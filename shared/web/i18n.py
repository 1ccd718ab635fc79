"""The language of a web request: the reader's choice, kept in a cookie, or else what the browser prefers."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, has_request_context, request
from flask_babel import Babel

from shared import i18n, settings
from shared.i18n import DEFAULT_LOCALE, LOCALES

COOKIE = "hadir-lang"
DOMAIN_FOLDER = "translations"
_YEAR_SECONDS = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Set up the languages of ``app``; ``?lang=en`` on any page switches, and the choice is kept."""
    own = Path(app.root_path) / DOMAIN_FOLDER
    shared = Path(__file__).resolve().parent.parent / DOMAIN_FOLDER
    # Where both have a message, the service's own translation wins, because it comes later.
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{shared};{own}"
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LOCALE
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.globals.update(in_language=i18n.in_language, language_of=i18n.language_of)

    @app.after_request
    def remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LOCALES:
            response.set_cookie(
                COOKIE, asked, max_age=_YEAR_SECONDS, samesite="Lax", secure=settings.is_https(), httponly=True
            )
        return response

    @app.context_processor
    def helpers() -> dict[str, Any]:
        return {
            "locale": i18n.current_locale(),
            "long_date": i18n.long_date,
            "clock_time": i18n.clock_time,
            "other_language": other_language,
            "static_prefix": app.static_url_path,
        }


def choose_locale() -> str:
    """The language of this request."""
    if not has_request_context():
        return DEFAULT_LOCALE
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LOCALES:
            return str(wanted)
    return request.accept_languages.best_match(LOCALES) or DEFAULT_LOCALE


def other_language() -> tuple[str, str, str]:
    """The language to switch to: its code, its own name, and the address of this page in it."""
    code, name = ("en", "English") if choose_locale() == "id" else ("id", "Bahasa Indonesia")
    return code, name, f"{request.path}?{urlencode({**request.args.to_dict(), 'lang': code})}"
