"""The design of an event's certificates: a few choices, logos and signatures, and a preview."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from services.certificates import access
from services.certificates.models import db
from services.certificates.pages._request import query_text, uploaded
from services.certificates.rendering import document, images, layout, preview
from services.certificates.schemas.console import AddLogoForm, SaveLayoutForm
from shared.web.access import ORGANISER, who
from shared.web.forms import FormErrors, load, redisplay, saved

blueprint = Blueprint("layout", __name__, url_prefix="/certificates/console/events/<int:event_id>/layout")


def edit_page(event_id: int, refused: FormErrors | None = None, **_index: int) -> str:
    """The choices and the preview, with the errors of a refused form."""
    name = query_text("name", 120)
    with db.transaction() as session:
        event = access.own_event(session, event_id)
        row = layout.current(session, event_id)
        problem = preview.problem(*preview.example(session, event, name))
    return render_template(
        "certificates/layout.html",
        event=event,
        layout=row,
        name=name,
        problem=problem,
        errors=refused.errors if refused else {},
        typed=refused.typed if refused else {field: getattr(row, field) for field in SaveLayoutForm().fields},
        most_logos=layout.MOST_LOGOS,
    )


@blueprint.get("/")
@who(ORGANISER)
def edit(event_id: int) -> str:
    """The choices, and a preview of the result."""
    return edit_page(event_id)


@blueprint.post("/")
@who(ORGANISER)
@redisplay(edit_page)
def save(event_id: int) -> Redirect:
    """Store the choices. Issued certificates do not change until they are reissued."""
    with db.transaction() as session:
        access.own_event(session, event_id)
        layout.choose(session, event_id, load(SaveLayoutForm(), request.form), access.caller())
    return saved(_("Tampilan disimpan."), "layout.edit", event_id=event_id)


@blueprint.post("/logos")
@who(ORGANISER)
@redisplay(edit_page)
def add_logo(event_id: int) -> Redirect:
    """Add a logo to the right of the others."""
    form = load(AddLogoForm(), request.form)
    try:
        with db.transaction() as session:
            access.own_event(session, event_id)
            layout.add_logo(session, event_id, uploaded("logo"), form["alt"], access.caller())
    except images.BadImage as error:
        raise FormErrors({"logo": [str(error)]}, form) from error
    return redirect(url_for("layout.edit", event_id=event_id), 303)


@blueprint.post("/logos/<int:index>/remove")
@who(ORGANISER)
def remove_logo(event_id: int, index: int) -> Redirect:
    """Remove a logo."""
    with db.transaction() as session:
        access.own_event(session, event_id)
        layout.remove_logo(session, event_id, index, access.caller())
    return redirect(url_for("layout.edit", event_id=event_id), 303)


@blueprint.post("/signatures/<int:index>")
@who(ORGANISER)
@redisplay(edit_page)
def sign(event_id: int, index: int) -> Redirect:
    """Put a picture of the signature above a signatory's name; without a file, remove it."""
    try:
        with db.transaction() as session:
            event = access.own_event(session, event_id)
            layout.set_signature(session, event, index, uploaded("signature"), access.caller())
    except LookupError:
        abort(404)
    except images.BadImage as error:
        raise FormErrors({f"signature-{index}": [str(error)]}, {}) from error
    return redirect(url_for("layout.edit", event_id=event_id), 303)


@blueprint.get("/preview-<int:page>.png")
@who(ORGANISER)
def picture(event_id: int, page: int) -> Response:
    """A page of an example certificate as a picture."""
    with db.transaction() as session:
        event = access.own_event(session, event_id)
        data, pictures = preview.example(session, event, request.args.get("name", ""))
    try:
        return Response(document.picture(data, pictures, page), mimetype="image/png")
    except (LookupError, document.CannotRender):
        abort(404)
