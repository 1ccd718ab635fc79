"""Languages: Indonesian first (the sentences in code and templates), English complete beside it.

The reader's choice is kept in a cookie; before they choose, the browser's preference decides, and Indonesian is the
default.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, force_locale, format_date, get_locale

from shared import settings

LOCALES = ("id", "en")
COOKIE = "hadir-lang"
DOMAIN_FOLDER = "translations"
_YEAR = 365 * 24 * 3600


def install(app: Flask, import_name: str) -> None:
    """Give ``app`` its languages; ``?lang=en`` on any page switches and is remembered."""
    own = Path(app.root_path) / DOMAIN_FOLDER
    shared = Path(__file__).resolve().parent.parent / DOMAIN_FOLDER
    # Where both have a sentence, the service's own words win: they come later.
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{shared};{own}"
    app.config["BABEL_DEFAULT_LOCALE"] = "id"
    Babel(app, locale_selector=choose_locale)

    @app.after_request
    def remember(response: Response) -> Response:
        asked = request.args.get("lang")
        if asked in LOCALES:
            response.set_cookie(COOKIE, asked, max_age=_YEAR, samesite="Lax", secure=settings.is_https(), httponly=True)
        return response

    @app.context_processor
    def helpers() -> dict[str, Any]:
        return {
            "locale": str(get_locale() or "id"),
            "long_date": long_date,
            "clock_time": clock_time,
            "other_language": other_language,
            "static_prefix": app.static_url_path,
        }


def choose_locale() -> str:
    """The language of this request."""
    if not has_request_context():
        return "id"
    for wanted in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LOCALES:
            return str(wanted)
    return request.accept_languages.best_match(LOCALES) or "id"


def other_language() -> tuple[str, str, str]:
    """The language to switch to: its code, its own name, and the address of this page in it."""
    code, name = ("en", "English") if choose_locale() == "id" else ("id", "Bahasa Indonesia")
    return code, name, f"{request.path}?{urlencode({**request.args.to_dict(), 'lang': code})}"


def long_date(instant: datetime, timezone: str) -> str:
    """Weekday and date in the reader's language, e.g. "Minggu, 25 Desember 2022", in the event's zone."""
    return format_date(instant.astimezone(ZoneInfo(timezone)), format="full", rebase=False)


def clock_time(instant: datetime, timezone: str) -> str:
    """Time of day with the zone's name, e.g. "08.00 WIB", in the event's zone."""
    local = instant.astimezone(ZoneInfo(timezone))
    return f"{local:%H.%M} {local:%Z}"


__all__ = ["LOCALES", "choose_locale", "clock_time", "force_locale", "install", "long_date"]
