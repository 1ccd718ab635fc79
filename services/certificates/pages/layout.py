"""The look of an event's certificates: a few choices, logos and signatures, and a preview."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from services.certificates import images, preview, rendering
from services.certificates.models import Event, Layout, db
from services.certificates.pages.common import own_event, uploaded
from services.certificates.schemas import LayoutForm
from shared.web import forms
from shared.web.access import ORGANISER, who

layout = Blueprint("layout", __name__, url_prefix="/certificates/console/events/<int:event_id>/layout")

MOST_LOGOS = 5


@layout.get("/")
@who(ORGANISER)
def form(event_id: int) -> Any:
    """The choices, and what they look like."""
    return _page(event_id)


@layout.post("/")
@who(ORGANISER)
def save(event_id: int) -> Any:
    """Keep the choices; certificates that are out stay as they are until they are issued anew."""
    try:
        choices = forms.load(LayoutForm(), request.form)
    except forms.FormErrors as error:
        return _page(event_id, error), 422
    with db.transaction() as session:
        own_event(session, event_id)
        row = _layout(session, event_id)
        for name, value in choices.items():
            setattr(row, name, value)
    flash(_("Tampilan disimpan."), "success")
    return redirect(url_for("layout.form", event_id=event_id))


@layout.post("/logos")
@who(ORGANISER)
def add_logo(event_id: int) -> Any:
    """Add a logo to the right of those that are there."""
    alt = " ".join(request.form.get("alt", "").split())[:200]
    if not alt:
        return _page(event_id, forms.FormErrors({"alt": [_("Sebutkan logo siapa ini.")]}, {})), 422
    try:
        with db.transaction() as session:
            own_event(session, event_id)
            row = _layout(session, event_id)
            if len(row.logos) >= MOST_LOGOS:
                raise images.BadImage(_("Paling banyak %(most)s logo.", most=MOST_LOGOS))
            row.logos = [*row.logos, {"image": images.take(session, uploaded("logo")), "alt": alt}]
            _try_out(session, event_id)
    except images.BadImage as error:
        return _page(event_id, forms.FormErrors({"logo": [str(error)]}, {"alt": alt})), 422
    return redirect(url_for("layout.form", event_id=event_id))


@layout.post("/logos/<int:index>/remove")
@who(ORGANISER)
def remove_logo(event_id: int, index: int) -> Any:
    """Take a logo away."""
    with db.transaction() as session:
        own_event(session, event_id)
        row = _layout(session, event_id)
        row.logos = [logo for number, logo in enumerate(row.logos) if number != index]
    return redirect(url_for("layout.form", event_id=event_id))


@layout.post("/signatures/<int:index>")
@who(ORGANISER)
def sign(event_id: int, index: int) -> Any:
    """Put a picture of the signature above a signatory's name, or (without a file) take it away."""
    try:
        with db.transaction() as session:
            event = own_event(session, event_id)
            if index >= len(event.signatories):
                abort(404)
            row, name = _layout(session, event_id), event.signatories[index]["name"]
            content = uploaded("tanda_tangan")
            others = {key: value for key, value in row.signatures.items() if key != name}
            row.signatures = {**others, name: images.take(session, content)} if content else others
            _try_out(session, event_id)
    except images.BadImage as error:
        return _page(event_id, forms.FormErrors({f"signature-{index}": [str(error)]}, {})), 422
    return redirect(url_for("layout.form", event_id=event_id))


@layout.get("/preview-<int:page>.png")
@who(ORGANISER)
def picture(event_id: int, page: int) -> Response:
    """A page of an example certificate as a picture."""
    with db.transaction() as session:
        data, pictures = preview.example(session, own_event(session, event_id), request.args.get("nama", ""))
    try:
        return Response(rendering.picture(data, pictures, page), mimetype="image/png")
    except (LookupError, rendering.CannotRender):
        abort(404)


def _layout(session: Session, event_id: int) -> Layout:
    row = session.get(Layout, event_id, with_for_update=True)
    if row is None:
        row = Layout(event_id=event_id, bilingual=True, second_page=False, logos=[], signatures={})
        session.add(row)
        session.flush()
    return row


def _try_out(session: Session, event_id: int) -> None:
    """A picture that cannot be drawn is refused now, not when certificates are due."""
    session.flush()
    data, pictures = preview.example(session, session.get_one(Event, event_id), "")
    try:
        rendering.pdf(data, 0, preview.NO_SIGNATURE, pictures)
    except rendering.CannotRender as error:
        raise images.BadImage(_("Gambar ini tidak dapat digambar; coba simpan sebagai PNG.")) from error


def _page(event_id: int, wrong: forms.FormErrors | None = None) -> str:
    name = " ".join(request.args.get("nama", "").split())[:120]
    with db.transaction() as session:
        event = own_event(session, event_id)
        row = session.get(Layout, event_id) or Layout(bilingual=True, second_page=False, logos=[], signatures={})
        problem = preview.problem(*preview.example(session, event, name))
    return render_template(
        "certificates/layout.html",
        event=event,
        layout=row,
        name=name,
        problem=problem,
        errors=wrong.errors if wrong else {},
        typed=wrong.typed if wrong else {field: getattr(row, field) for field in LayoutForm().fields},
        most_logos=MOST_LOGOS,
    )
