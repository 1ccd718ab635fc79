"""Importing a list of people: it is read, shown with its errors, and registered as a whole or not at all."""

import csv
import io
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from marshmallow import ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.registration import audit
from services.registration.enrolment import sign_up, spreadsheets
from services.registration.events.questions import asked, name_of
from services.registration.models import Import, Participant, Partner
from services.registration.models.imports import COMMITTED
from services.registration.models.participants import CANCELLED
from services.registration.schemas import answers
from services.registration.schemas.participants import CoordinatedParticipantSchema
from services.registration.words import need_options
from shared import clock
from shared.actors import Actor
from shared.chores import delete_some
from shared.fields import flatten
from shared.text import storable

KEPT = timedelta(days=1)
# The columns of the template, with the names under which each is also understood.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("nama", "nama lengkap", "name", "full name"),
    "email": ("email", "e-mail", "surel", "alamat e-mail"),
    "locale": ("bahasa", "language", "locale"),
    "needs": ("kebutuhan", "needs"),
    "needs_note": ("catatan kebutuhan", "penjelasan kebutuhan", "needs note"),
    "needs_consent": ("setuju kebutuhan", "needs consent"),
    "consent": ("setuju", "persetujuan", "consent"),
}
TEMPLATE = [names[0] for names in COLUMNS.values()]
_YES = {"ya", "y", "yes", "true", "1", "x", "setuju", "benar", "√", "✓"}
_LANGUAGES = {"indonesia": "id", "bahasa indonesia": "id", "english": "en", "inggris": "en"}


class Problem(NamedTuple):
    """What is wrong with one cell: its line in the file (the heading is line 1), its column, and why."""

    line: int
    column: str
    message: str


class Duplicate(NamedTuple):
    """A row with an address that occurs twice, in the file or in the event."""

    line: int
    email: str
    in_file: bool


class Preview(NamedTuple):
    """What an import would do."""

    people: list[dict[str, Any]]
    problems: list[Problem]
    duplicates: list[Duplicate]
    unknown_columns: list[str]

    @property
    def is_good(self) -> bool:
        """Whether it can be committed."""
        return bool(self.people) and not self.problems and not self.duplicates


def upload(session: Session, partner: Partner, filename: str, data: bytes) -> Import:
    """Keep an uploaded table for its preview. Raises spreadsheets.Unreadable."""
    row = Import(
        partner_id=partner.id,
        filename="".join(character for character in filename if character.isprintable())[:200] or "-",
        created_at=clock.real_now(),
        # A JSON column cannot hold every character that a file can.
        rows=storable(spreadsheets.read(data)),
    )
    session.add(row)
    session.flush()
    return row


def preview(session: Session, row: Import) -> Preview:
    """The people in an upload, and everything that prevents a commit."""
    questions = row.partner.event.questions
    # The importer may not know the answers; participants can add them on their own page.
    schema = answers.with_answers(CoordinatedParticipantSchema, questions, required=False)
    names = {alias: field for field, aliases in COLUMNS.items() for alias in aliases}
    headings = {name_of(one["key"]): one["label"] for one in asked(questions)}
    people, problems, lines = [], [], []
    for line, cells in enumerate(row.rows, start=2):
        try:
            people.append(schema.load({**_fields(cells, names), "answers": answers.from_row(questions, cells)}))
            lines.append(line)
        except ValidationError as error:
            problems += _problems(line, error, headings)
    known = {*names, *(name for one in asked(questions) for name in answers.columns_of(one))}
    unknown = [name for name in (row.rows[0] if row.rows else {}) if name and name not in known]
    return Preview(people, problems, _duplicates(session, row.partner, people, lines), unknown)


def _fields(cells: spreadsheets.Row, names: dict[str, str]) -> dict[str, Any]:
    """The adapter from a row of text to what the schema loads."""
    given = {names[name]: value for name, value in cells.items() if name in names and value}
    fields: dict[str, Any] = {name: given[name] for name in ("name", "email", "needs_note") if name in given}
    for name in ("consent", "needs_consent"):
        fields[name] = given.get(name, "").lower() in _YES
    if "locale" in given:
        fields["locale"] = _LANGUAGES.get(given["locale"].lower(), given["locale"].lower())
    if "needs" in given:
        fields["needs"] = list(_needs(given["needs"]))
    return fields


def _needs(text: str) -> Iterable[str]:
    words = {label.lower(): value for value, label in need_options()}
    for part in text.replace(";", ",").replace("|", ",").split(","):
        if part.strip():
            yield words.get(part.strip().lower(), part.strip().lower().replace(" ", "_"))


def _problems(line: int, error: ValidationError, headings: dict[str, str]) -> list[Problem]:
    found = flatten(error.messages)
    return [
        Problem(line, headings.get(name) or COLUMNS.get(name.split(".")[0], (name,))[0], texts[0])
        for name, texts in sorted(found.items())
    ]


def template(partner: Partner) -> bytes:
    """A CSV file to fill in: the headings, and an example."""
    questions = asked(partner.event.questions)
    example = ["Contoh Nama", "contoh@organisasi.example", "id", "braille, wheelchair", "", "ya", "ya"]
    lines = [[*TEMPLATE, *(one["label"] for one in questions)], [*example, *("" for _one in questions)]]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(lines)
    # Spreadsheet programs recognise UTF-8 only with a byte order mark.
    return text.getvalue().encode("utf-8-sig")


def _duplicates(session: Session, partner: Partner, people: list[dict[str, Any]], lines: list[int]) -> list[Duplicate]:
    addresses = [person["email"] for person in people]
    counts = Counter(address for address in addresses if address)
    live = set(
        session.scalars(
            select(func.lower(Participant.email)).where(
                Participant.event_id == partner.event_id,
                Participant.status != CANCELLED,
                func.lower(Participant.email).in_(list(counts)),
            )
        )
    )
    return [
        Duplicate(line, address, address not in live)
        for line, address in zip(lines, addresses, strict=True)
        if address and (counts[address] > 1 or address in live)
    ]


class NotGood(ValueError):
    """The list has errors or duplicates, or was committed before: nothing was changed."""


class UnderWay(Exception):
    """The list is being committed right now: it was sent twice."""


def commit(session: Session, actor: Actor, row: Import, report: Callable[[int], None] = lambda done: None) -> int:
    """Register everybody in a previewed list, or nobody; returns how many. Raises NotGood, UnderWay.

    ``report`` is called with the number registered so far.
    """
    # One commit at a time. Not by the row's own lock: storing progress would wait for it.
    if not session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(f"import {row.id}")))):
        raise UnderWay
    session.refresh(row)
    if row.state == COMMITTED:
        raise NotGood("committed before")
    found = preview(session, row)
    if not found.is_good:
        raise NotGood("errors")
    partner = row.partner
    try:
        sign_up.register_many(session, partner.event, found.people, "import", partner, report)
    except sign_up.AlreadyRegistered as error:
        raise NotGood("somebody signed up meanwhile") from error
    row.state = COMMITTED
    row.rows = []
    after = {"filename": row.filename, "people": len(found.people)}
    audit.record(session, actor, "participants.imported", partner.id, event_id=partner.event_id, after=after)
    return len(found.people)


def store_progress(session: Session, import_id: uuid.UUID, done: int) -> None:
    """Store how many people are registered so far. Call it in a transaction beside the commit's own."""
    session.execute(update(Import).where(Import.id == import_id).values(done=done))


def find(session: Session, partner: Partner, import_id: uuid.UUID) -> Import | None:
    """The partner's upload with this id, or None."""
    row = session.get(Import, import_id)
    return row if row is not None and row.partner_id == partner.id else None


def purge(session: Session, limit: int) -> int:
    """Delete up to ``limit`` uploads that are older than KEPT; returns how many."""
    return delete_some(session, Import, limit, Import.created_at < clock.real_now() - KEPT)
