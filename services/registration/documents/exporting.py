"""Participants as CSV and XLSX. Accommodation needs are left out unless they are asked for explicitly."""

import csv
import io
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import pgettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.registration import audit, words
from services.registration.events.questions import Question
from services.registration.models import Attendance, CertificateCopy, Event, Participant
from services.registration.outbound import partner_names
from services.registration.words.answers import label_of, text_of
from shared.actors import Actor
from shared.i18n import current_locale

Table = list[list[str]]


def table(session: Session, actor: Actor, event: Event, found: Select[Participant], with_needs: bool = False) -> Table:
    """A heading, and a line for each person that ``found`` selects, in the order in which they registered.

    An export with accommodation needs is recorded in the audit log.
    """
    if with_needs:
        audit.record(session, actor, "needs.exported", event.id, event_id=event.id)
    people = session.scalars(found.order_by(Participant.created_at, Participant.id)).all()
    names = partner_names(session, people)
    attendance = _attendance(session, event)
    numbers = _certificates(session, event)
    zone = ZoneInfo(event.timezone)
    head = [
        _("Nama"),
        _("E-mail"),
        _("Organisasi"),
        _("Peran"),
        _("Status"),
        _("Kode"),
        pgettext("satu", "Kelompok"),
        _("Mendaftar"),
    ]
    head += [_("Tiba: %(title)s", title=item.title) for item in event.agenda]
    head += [_("Menit hadir"), _("Nomor sertifikat")]
    head += [_("Kebutuhan akomodasi"), _("Penjelasan kebutuhan")] if with_needs else []
    questions = _questions(event, people)
    locale = current_locale()
    head += [label_of(question, locale) for question in questions]
    lines = [head]
    for person in people:
        present = [attendance.get((person.id, item.id)) for item in event.agenda]
        line = [
            person.name or "",
            person.email or "",
            names.get(person.partner_id or 0, person.organisation or ""),
            words.role(person.role),
            words.status(person.status),
            person.code,
            str(person.group_number or ""),
            f"{person.created_at.astimezone(zone):%Y-%m-%d %H:%M}",
            *(f"{row.arrived_at.astimezone(zone):%H:%M}" if row and row.arrived_at else "" for row in present),
            str(sum(row.minutes for row in present if row)),
            numbers.get(person.id, ""),
        ]
        if with_needs:
            needs = dict(words.need_options())
            line += ["; ".join(needs[need] for need in person.needs), person.needs_note or ""]
        line += [text_of(question, person.answers.get(question["key"]), locale) for question in questions]
        lines.append(line)
    return lines


def _questions(event: Event, people: Sequence[Participant]) -> list[Question]:
    """The questions that are asked now, and removed ones that somebody among ``people`` answered."""
    answered = {key for person in people for key in person.answers}
    return [one for one in event.questions if not one.get("removed") or one["key"] in answered]


def _attendance(session: Session, event: Event) -> dict[tuple[object, int], Attendance]:
    rows = session.scalars(select(Attendance).where(Attendance.event_id == event.id))
    return {(row.participant_id, row.session_id): row for row in rows}


def _certificates(session: Session, event: Event) -> dict[object, str]:
    rows = session.scalars(select(CertificateCopy).where(CertificateCopy.event_id == event.id))
    return {row.participant_id: row.number for row in rows}


def as_csv(lines: Iterable[Sequence[str]], title: str = "") -> bytes:
    """CSV that spreadsheets open as it is: semicolons, UTF-8 with a byte order mark, and no cell that is a formula."""
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([[_harmless(cell) for cell in line] for line in lines])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    # A name such as =HYPERLINK(...) must stay a name when a spreadsheet opens the file.
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_xlsx(lines: Iterable[Sequence[str]], title: str) -> bytes:
    """An XLSX workbook with one sheet; every cell is text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("".join(character for character in title if character.isalnum() or character == " ")[:31])
    sheet.freeze_panes = "A2"
    for line in lines:
        sheet.append([_cell(sheet, cell) for cell in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, text: str) -> object:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    # Otherwise, openpyxl would store text that begins with "=" as a formula.
    cell.data_type = "s"
    return cell
