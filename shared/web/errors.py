"""Error responses that explain the error: problem+json (RFC 9457) for programs, a page for people; never a bare 500."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g, json, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadRequest, HTTPException

from shared.db import describe, is_transient
from shared.web import access
from shared.web.forms import FormErrors

log = structlog.get_logger()


class NotText(BadRequest):
    """A form holds bytes that are not UTF-8."""

    description = _l("Teks memuat karakter yang tidak terbaca. Ketik ulang, lalu coba lagi.")


def problem(status: int, title: str, detail: str | None = None, **members: Any) -> Response:
    """An application/problem+json answer. ``errors`` by convention maps field names to lists of messages."""
    body = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    body.update({name: value for name, value in members.items() if value is not None})
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def install(app: Flask) -> None:
    """Answer every error of ``app`` as JSON or as a page, in the caller's language."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.response is not None or (error.code and error.code < 400):
            return error
        words = getattr(error, "description", None)
        advice = str(words) if isinstance(error, NotText) else None
        return _answer(error.code or 500, _field_errors(error), words and str(words), advice)

    @app.errorhandler(OperationalError)
    @app.errorhandler(PoolTimeout)
    def database_error(error: Exception) -> Any:
        if not isinstance(error, PoolTimeout) and not is_transient(error):
            return unexpected(error)
        log.error("database-unavailable", error=describe(error))
        response = app.make_response(_answer(503, None, None))
        response.headers["Retry-After"] = "2"
        return response

    @app.errorhandler(FormErrors)
    def refused_form(error: FormErrors) -> Any:
        # Of a view that has no page to show the form again.
        told = " ".join(text for texts in error.errors.values() for text in texts)
        return _answer(422, error.errors, None, told)

    @app.errorhandler(IntegrityError)
    def taken(error: IntegrityError) -> Any:
        # Somebody else stored the same thing in the moment between the look and the writing.
        if not isinstance(error.orig, UniqueViolation):
            return unexpected(error)
        log.warning("stored-by-another", path=request.path, error=describe(error))
        return _answer(409, None, None)

    @app.errorhandler(RecursionError)
    @app.errorhandler(DataError)
    def hopeless_input(error: Exception) -> Any:
        # JSON nested thousands deep, or a value that the database cannot hold: the client's error, though a
        # schema should have caught it.
        log.warning("input-refused-late", route=_route(), error=describe(error))
        return _answer(400, None, None)

    @app.errorhandler(ValueError)
    def not_a_value(error: ValueError) -> Any:
        # Python refuses to parse such a long number, with a plain ValueError out of the JSON parser.
        return hopeless_input(error) if "int_max_str_digits" in str(error) else unexpected(error)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Any:
        log.exception("unexpected-error", route=_route(), exc_info=error)
        return _answer(500, None, None)


def _route() -> str:
    """The request's route for the log. The path itself may hold a link's token, with which anybody could act."""
    return str(request.url_rule) if request.url_rule else "-"


def _field_errors(error: HTTPException) -> Any:
    # webargs (under flask-smorest) attaches the schema's messages to the exception, by location.
    data = getattr(error, "data", None) or {}
    messages = data.get("messages") or data.get("errors")
    if isinstance(messages, dict) and len(messages) == 1:
        (inner,) = messages.values()
        if isinstance(inner, dict):
            return inner
    return messages


def _answer(status: int, errors: Any, detail: str | None, advice: str | None = None) -> Any:
    title = _title(status)
    if access.is_api():
        own_words = detail if status < 500 and status not in (404, 405) else None
        return problem(status, title, own_words, errors=errors, request_id=g.get("request_id"))
    return render_template("error.html", status=status, title=title, advice=advice or _advice(status)), status


def _title(status: int) -> str:
    titles = {
        400: _("Permintaan tidak dapat dibaca"),
        401: _("Perlu masuk dahulu"),
        403: _("Tidak diizinkan"),
        404: _("Halaman tidak ditemukan"),
        405: _("Metode ini tidak didukung"),
        409: _("Orang lain baru saja menyimpan hal yang sama"),
        413: _("Kiriman terlalu besar"),
        415: _("Jenis isi tidak didukung"),
        422: _("Ada isian yang perlu diperbaiki"),
        429: _("Terlalu banyak percobaan"),
        500: _("Terjadi kesalahan pada sistem"),
        503: _("Sistem sedang sibuk"),
    }
    return titles.get(status) or HTTPStatus(status).phrase


def _advice(status: int) -> str:
    advice = {
        404: _("Periksa alamatnya, atau mulai lagi dari halaman depan."),
        429: _("Tunggu sebentar, lalu coba lagi."),
        503: _("Data Anda aman. Coba lagi sebentar lagi."),
        500: _("Data Anda aman. Coba lagi; bila berulang, sebutkan nomor di bawah kepada panitia."),
        400: _("Muat ulang halaman, lalu coba lagi."),
        409: _("Muat ulang halaman, lalu coba lagi."),
    }
    return advice.get(status, _("Kembali dan coba lagi, atau hubungi panitia."))
