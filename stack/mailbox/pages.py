"""The web pages: a list, and one mail with its parts; for scripts also as JSON and .eml."""

import base64
import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, jsonify, render_template, url_for
from werkzeug.http import dump_options_header

from stack.clock import shown
from stack.mailbox import store
from stack.mailbox.store import Stored

STATIC = Path(__file__).resolve().parents[2] / "shared" / "static"
PAGE_SIZE = 200

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mail is untrusted: no scripts, nothing from the network; links open in a new tab.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)

pages = Blueprint("pages", __name__, url_prefix="/mailbox")


def create_app(directory: Path) -> Flask:
    """The mailbox over the .eml files in ``directory``."""
    app = Flask(__name__, static_folder=str(STATIC), static_url_path="/mailbox/static")
    app.config["MAIL_DIRECTORY"] = directory
    app.jinja_env.filters["shown"] = shown
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(pages)

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


@pages.get("/healthz")
def healthz() -> Any:
    """Answers 200 while the page is up."""
    return jsonify(status="ok")


@pages.get("", strict_slashes=False)
def index() -> str:
    """The newest mails."""
    names = store.names(_directory())
    mails = [mail for name in names[:PAGE_SIZE] if (mail := store.load(_directory(), name))]
    return render_template("list.html", mails=mails, total=len(names))


@pages.get("/messages/<name>")
def message(name: str) -> str:
    """One mail."""
    return render_template("message.html", mail=_mail(name))


@pages.get("/messages/<name>/html")
def html_part(name: str) -> Response:
    """The HTML part alone, for the frame on the page of the mail."""
    mail = _mail(name)
    html = mail.body("html")
    if html is None:
        abort(404)
    body = '<base target="_blank">' + _with_pictures(html, mail)
    return Response(body, mimetype="text/html", headers={"Content-Security-Policy": MAIL_POLICY})


@pages.get("/messages/<name>/attachments/<int:number>")
def attachment(name: str, number: int) -> Response:
    """One attached file, as a download."""
    parts = _mail(name).attachments()
    if number >= len(parts):
        abort(404)
    return _download(_bytes(parts[number]), parts[number].get_content_type(), _file_name(parts[number], number))


@pages.get("/api/messages")
def api_list() -> Any:
    """All mail, newest first, as JSON."""
    mails = [mail for name in store.names(_directory()) if (mail := store.load(_directory(), name))]
    return jsonify(messages=[_summary(mail) for mail in mails])


@pages.get("/api/messages/<name>")
def api_raw(name: str) -> Response:
    """One mail as .eml."""
    content = store.raw(_directory(), name)
    if content is None:
        abort(404)
    return _download(content, "message/rfc822", f"{name}.eml")


@pages.app_template_global()
def attachments_of(mail: Stored) -> list[dict[str, Any]]:
    """Name, kind, size and address of each attachment."""
    return [
        {
            "name": _file_name(part, number),
            "type": part.get_content_type(),
            "size": len(_bytes(part)),
            "url": url_for("pages.attachment", name=mail.id, number=number),
        }
        for number, part in enumerate(mail.attachments())
    ]


def _summary(mail: Stored) -> dict[str, Any]:
    return {
        "id": mail.id,
        "received": mail.received.isoformat(),
        "from": mail.header("From"),
        "to": mail.recipients,
        "subject": mail.header("Subject"),
        "message_id": mail.header("Message-ID"),
        "size": mail.size,
        "attachments": attachments_of(mail),
        "raw": url_for("pages.api_raw", name=mail.id),
    }


def _directory() -> Path:
    directory: Path = current_app.config["MAIL_DIRECTORY"]
    return directory


def _mail(name: str) -> Stored:
    return store.load(_directory(), name) or abort(404)


def _bytes(part: Any) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return bytes(part.get_content())
    return bytes(part.get_payload(decode=True) or b"")


def _file_name(part: Any, number: int) -> str:
    return str(part.get_filename() or f"lampiran-{number + 1}")


def _download(content: bytes, kind: str, file_name: str) -> Response:
    disposition = dump_options_header("attachment", {"filename": file_name})
    return Response(content, mimetype=kind, headers={"Content-Disposition": disposition})


def _with_pictures(html: str, mail: Stored) -> str:
    parts = mail.embedded()

    def inline(found: re.Match[str]) -> str:
        part = parts.get(found[1])
        if part is None:
            return found[0]
        return f"data:{part.get_content_type()};base64,{base64.b64encode(_bytes(part)).decode()}"

    return re.sub(r"cid:([^\"'\s)>]+)", inline, html)
