"""Importing a list of people: read, shown with its errors, and taken whole or not at all."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from marshmallow import ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from services.registration import answers, audit, signup, tables
from services.registration.labels import need_options
from services.registration.models import Import, Participant, Partner, db
from services.registration.models.imports import COMMITTED
from services.registration.models.participants import CANCELLED
from services.registration.schemas_console import CoordinatedPerson
from shared import clock
from shared.text import storable
from shared.web.forms import flatten

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
    """A row about somebody who is there already, in the file or in the event."""

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
        """Whether it can be taken."""
        return bool(self.people) and not self.problems and not self.duplicates


def upload(session: Session, partner: Partner, filename: str, data: bytes) -> Import:
    """Keep an uploaded table for its preview. Raises tables.Unreadable."""
    row = Import(
        partner_id=partner.id,
        filename="".join(character for character in filename if character.isprintable())[:200] or "-",
        created_at=clock.real_now(),
        # The schema refuses these characters by name later; the column of JSON cannot hold them at all.
        rows=storable(tables.read(data)),
    )
    session.add(row)
    session.flush()
    return row


def preview(session: Session, row: Import) -> Preview:
    """The people in an upload, and everything that stands against taking it."""
    questions = row.partner.event.questions
    # Whoever imports may not know; the people themselves can still answer on their own page.
    schema = answers.beside(CoordinatedPerson, questions, required=False)
    names = {alias: field for field, aliases in COLUMNS.items() for alias in aliases}
    headings = {answers.name_of(one["key"]): one["label"] for one in answers.asked(questions)}
    people, problems, lines = [], [], []
    for line, cells in enumerate(row.rows, start=2):
        try:
            people.append(schema.load({**_fields(cells, names), "answers": answers.from_row(questions, cells)}))
            lines.append(line)
        except ValidationError as error:
            problems += _problems(line, error, headings)
    known = {*names, *(name for one in answers.asked(questions) for name in answers.columns_of(one))}
    unknown = [name for name in (row.rows[0] if row.rows else {}) if name and name not in known]
    return Preview(people, problems, _duplicates(session, row.partner, people, lines), unknown)


def _fields(cells: tables.Row, names: dict[str, str]) -> dict[str, Any]:
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


def template(partner: Partner) -> list[list[str]]:
    """The lines of a file to fill in: the headings, and an example."""
    asked = answers.asked(partner.event.questions)
    example = ["Contoh Nama", "contoh@organisasi.example", "id", "braille, wheelchair", "", "ya", "ya"]
    return [[*TEMPLATE, *(one["label"] for one in asked)], [*example, *("" for _one in asked)]]


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
    """The list has errors or duplicates (now), or was taken before: nothing was changed."""


class UnderWay(Exception):
    """The list is just being taken: it was sent twice."""


def commit(session: Session, row: Import) -> int:
    """Register everybody of a previewed list, all or nobody; how many. Raises NotGood, UnderWay.

    The row's ``done`` is written beside this transaction while it goes on.
    """
    # One at a time; not the row's own lock, behind which the telling of progress would wait.
    if not session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext(f"import {row.id}")))):
        raise UnderWay
    session.refresh(row)
    if row.state == COMMITTED:
        raise NotGood("taken before")
    found = preview(session, row)
    if not found.is_good:
        raise NotGood("errors")
    partner = row.partner
    try:
        signup.register_many(session, partner.event, found.people, "import", partner, partial(_tell, row.id))
    except signup.AlreadyRegistered as error:
        raise NotGood("somebody signed up meanwhile") from error
    row.state = COMMITTED
    row.rows = []
    after = {"filename": row.filename, "people": len(found.people)}
    audit.record(session, "participants.imported", partner.id, partner.event_id, after=after)
    return len(found.people)


def _tell(import_id: uuid.UUID, done: int) -> None:
    with db.transaction() as beside:
        beside.execute(update(Import).where(Import.id == import_id).values(done=done))


def purge(session: Session) -> None:
    """Forget uploads that nobody took."""
    session.execute(delete(Import).where(Import.created_at < clock.real_now() - KEPT))
