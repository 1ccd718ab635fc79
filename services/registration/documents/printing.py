"""PDFs for paper, made by Typst and tagged for screen readers: attendance lists, tickets, badges."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.registration import words
from services.registration.models import Attendance, Event, Participant
from services.registration.models.participants import CONFIRMED
from services.registration.outbound import partner_names
from services.registration.tickets import codes
from shared import clock, fonts, qr
from shared.i18n import clock_time, in_language, long_date
from shared.typesetting import Typesetter, TypstError

DESIGN = Path(__file__).resolve().parent.parent / "design"
_FAMILIES = ("noto-sans", "noto-sans-arabic", "noto-serif")
TYPESETTERS = {
    name: Typesetter(DESIGN / name, fonts.files(_FAMILIES)) for name in ("attendance.typ", "tickets.typ", "badges.typ")
}
# Empty lines for guests who did not sign up.
SPARE_LINES = 3


class Sheets(NamedTuple):
    """Which attendance lists to make: of one partner (0: of no partner), of one agenda item, a sheet per partner."""

    partner_id: int | None = None
    session_id: int | None = None
    by_partner: bool = False


def attendance_list(
    session: Session, event: Event, found: Select[Participant], locale: str, wanted: Sheets | None = None
) -> bytes:
    """Daftar hadir: a list for each agenda item of the people in ``found``, with arrivals and room to sign."""
    wanted = wanted or Sheets()
    people = _confirmed(session, found)
    names = partner_names(session, people)
    arrived = _arrivals(session, event)
    sheets = [
        {
            "title": in_language(item, "title", locale),
            "time": f"{clock_time(item.starts_at, event.timezone)} – {clock_time(item.ends_at, event.timezone)}",
            "partner": partner,
            "people": [
                {
                    "name": person.name,
                    "organisation": names.get(person.partner_id or 0, person.organisation or ""),
                    "arrived": arrived.get((person.id, item.id), ""),
                }
                for person in some
            ]
            + [{"name": "", "organisation": "", "arrived": ""}] * SPARE_LINES,
        }
        for item in event.agenda
        if wanted.session_id in (None, item.id)
        for partner, some in _parted(people, names, wanted)
    ]
    headings = {
        "number": _("No."),
        "name": _("Nama"),
        "organisation": _("Organisasi"),
        "arrived": _("Tiba"),
        "signature": _("Tanda tangan"),
        "partner": pgettext("satu", "Mitra"),
    }
    about = {"title": _("Daftar Hadir"), "labels": headings, "sheets": sheets}
    return _pdf("attendance.typ", {**_about(event, locale), **about})


def _parted(people: list[Participant], names: Mapping[int, str], wanted: Sheets) -> list[tuple[str, list[Participant]]]:
    """The people of each sheet under its partner's name; speakers and those of no partner come last."""
    if not wanted.by_partner:
        return [(names.get(wanted.partner_id or 0, ""), people)]
    parts = [(name, [person for person in people if person.partner_id == key]) for key, name in names.items()]
    parts.sort(key=lambda part: part[0].casefold())
    others = [person for person in people if person.partner_id is None]
    return parts + ([(_("Tanpa mitra"), others)] if others or not parts else [])


def paper_tickets(session: Session, event: Event, found: Select[Participant], locale: str) -> bytes:
    """Tickets of the people in ``found``, eight to an A4 sheet."""
    return _pdf("tickets.typ", {**_about(event, locale), "title": _("Tiket"), **_people(session, event, found)})


def badges(session: Session, event: Event, found: Select[Participant], locale: str) -> bytes:
    """Name badges of the people in ``found``, eight to an A4 sheet, with crop marks."""
    return _pdf("badges.typ", {**_about(event, locale), "title": _("Lencana nama"), **_people(session, event, found)})


def _people(session: Session, event: Event, found: Select[Participant]) -> dict[str, Any]:
    """Confirmed participants as tickets and badges show them, with the captions."""
    people = _confirmed(session, found)
    names = partner_names(session, people)
    described = [
        {
            "name": person.name,
            "role": words.role(person.role),
            "organisation": names.get(person.partner_id or 0, person.organisation or ""),
            "group": str(person.group_number or ""),
            "code": codes.spoken(person.code),
            "qr": qr.svg(codes.qr_text(event, person), qr.TICKET_VERSION),
        }
        for person in people
    ]
    captions = {"code": _("Kode tiket"), "qr": _("Kode QR tiket"), "group": pgettext("satu", "Kelompok")}
    return {"labels": captions, "people": described}


def _confirmed(session: Session, found: Select[Participant]) -> list[Participant]:
    people = session.scalars(found.where(Participant.status == CONFIRMED))
    return sorted(people, key=lambda person: (person.name or "").casefold())


def _arrivals(session: Session, event: Event) -> dict[tuple[Any, int], str]:
    rows = session.scalars(
        select(Attendance).where(Attendance.event_id == event.id, Attendance.arrived_at.is_not(None))
    )
    zone = ZoneInfo(event.timezone)
    return {
        (row.participant_id, row.session_id): f"{row.arrived_at.astimezone(zone):%H.%M}"
        for row in rows
        if row.arrived_at
    }


def _about(event: Event, locale: str) -> dict[str, Any]:
    return {
        "lang": locale,
        "fonts": fonts.names(_FAMILIES),
        "event": in_language(event, "title", locale),
        "organiser": event.organiser.name,
        "day": long_date(event.starts_at, event.timezone),
        "time": clock_time(event.starts_at, event.timezone),
        "venue": event.venue,
    }


def _pdf(template: str, data: dict[str, Any]) -> bytes:
    inputs = {"d": json.dumps(data, ensure_ascii=False)}
    at = clock.now()
    try:
        return TYPESETTERS[template].pdf(inputs, at, ["ua-1"])
    except TypstError:
        # A name in a script that no font has: a list with a gap in it is better than no list.
        return TYPESETTERS[template].pdf(inputs, at)
