"""The reference event with its partners, sign-ins and (invented) people, for trying Hadir out.

The event, its partners and its speaker are those of a press report of 2022. The participants, the signatories and the
seats are invented, and the event's page says so. Loading it again changes nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.accounts.sign_in import hash_password
from services.registration.demo import sample_people
from services.registration.events.editing import PRESENT_ONCE
from services.registration.models import (
    Account,
    AccountScope,
    AgendaItem,
    ConsentText,
    Event,
    Organiser,
    Partner,
    SeatPool,
)
from services.registration.models.events import PUBLISHED
from services.registration.outbound import publish_event
from services.registration.partners import organisations
from shared import clock

SLUG = "pelatihan-digital-marketing"
ZONE = "Asia/Jakarta"
PARTNERS = (
    ("Komunitas Pemberdayaan Perempuan", "perempuan"),
    ("Komunitas Pemberdayaan SDM", "sdm"),
    ("Yapari", "yapari"),
    ("Lapesda", "lapesda"),
    ("Yayasan Tuna Netra", "tunanetra"),
    ("Mahasiswa Kampus Jakarta", "mahasiswa"),
)
SEATS_EACH = 5
OPEN_SEATS = 6
START = time(8, 0)
# Agenda item, minutes after the event's start: door opens, starts, late after, door closes, ends.
AGENDA = (
    (
        "Sesi 1: Media sosial untuk perubahan, dan cara mengampanyekan isu",
        "Session 1: Social media for change, and how to campaign an issue",
        (-30, 0, 15, 240, 240),
    ),
    ("Sesi 2: Diskusi enam kelompok", "Session 2: Discussion in six groups", (270, 300, 315, 540, 540)),
)
TOPICS = [
    "Pembangunan Graha Gedung Aswaja",
    "Advokasi RUU Perlindungan Pekerja Rumah Tangga",
    "Wajib belajar 9 tahun",
    "Wajib belajar 12 tahun",
    "RUU TPKS",
    "Pentingnya pendidikan bagi difabel",
]
SIGNATORIES = [
    {"name": "Dra. Sekar Maheswari (nama rekaan)", "title": "Ketua JPPI"},
    {"name": "Bagas Prasetyo, M.Pd. (nama rekaan)", "title": "Ketua Panitia"},
]
POLICY = {
    "peserta": {"kind": "minutes", "share": 0.75},
    **dict.fromkeys(("narasumber", "moderator", "panitia"), PRESENT_ONCE),
}
NUMBER_PATTERN = "{seq:03}/JPPI/{roman_month}/{year}"
CONSENT = (
    "JPPI menyimpan nama, alamat e-mail, dan organisasi saya untuk mengurus acara ini: tiket, daftar hadir, dan "
    "sertifikat. Daftar hadir dibagikan kepada organisasi mitra saya. Saya dapat menarik persetujuan ini kapan saja "
    "di halaman tiket saya."
)
CONSENT_EN = (
    "JPPI keeps my name, e-mail address and organisation to run this event: ticket, attendance list and certificate. "
    "The attendance list is shared with my partner organisation. I can withdraw this consent at any time on my "
    "ticket's page."
)


class SignIn(NamedTuple):
    """Somebody who may sign in to the demonstration."""

    role: str
    email: str


def load(session: Session, day: date, start: time, people: int, secrets: Mapping[str, str]) -> list[SignIn]:
    """Load the reference event on ``day``, beginning at ``start`` (local time of Jakarta), with ``people``.

    ``secrets`` holds DEMO_ORGANISER_EMAIL and DEMO_ORGANISER_PASSWORD, and for coordinators
    DEMO_COORDINATOR_PASSWORD and optionally DEMO_COORDINATOR_EMAIL (of Yapari's). Returns the sign-ins.
    """
    organiser = session.scalar(select(Organiser)) or _add(
        session, Organiser(name="Jurnal Penelitian Pendidikan Indonesia (JPPI)")
    )
    event = _event_of(session, day) or _new_event(session, organiser, day, start)
    _other_event(session, organiser, event)
    sample_people.fill(session, event, people)
    return _sign_ins(session, event, secrets)


def _add(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def _event_of(session: Session, day: date) -> Event | None:
    """The reference event of that day, if it was loaded before."""
    local_day = func.date(func.timezone(Event.timezone, Event.starts_at))
    return session.scalar(select(Event).where(Event.slug.startswith(SLUG), local_day == day))


def _new_event(session: Session, organiser: Organiser, day: date, start: time) -> Event:
    taken = session.scalar(select(Event.id).where(Event.slug == SLUG))
    begins = datetime.combine(day, start, ZoneInfo(ZONE))
    event = _add(
        session,
        Event(
            organiser_id=organiser.id,
            slug=f"{SLUG}-{day.isoformat()}" if taken else SLUG,
            title="Pelatihan Digital Marketing untuk Kampanye dan Advokasi",
            title_en="Training in Digital Marketing for Campaigning and Advocacy",
            description=(
                "Satu hari tentang kekuatan media sosial untuk perubahan sosial, dan cara mengampanyekan isu kepada "
                "sasaran yang disepakati. Dua sesi, enam kelompok diskusi. Acara contoh: peserta dan penanda tangan "
                "adalah nama rekaan."
            ),
            description_en=(
                "A day on the power of social media for social change, and on campaigning an issue to an agreed "
                "target. Two sessions, six discussion groups. A sample event: participants and signatories are "
                "invented."
            ),
            venue="Hotel Aston, Jakarta Selatan",
            timezone=ZONE,
            starts_at=begins,
            ends_at=begins + timedelta(hours=9),
            status=PUBLISHED,
            topics=TOPICS,
            certificate_policy=POLICY,
            certificate_grace_minutes=15,
            certificate_number_pattern=NUMBER_PATTERN,
            signatories=SIGNATORIES,
        ),
    )
    event.agenda = [_agenda_item(begins, *described) for described in AGENDA]
    _add_seats_and_consent(session, event, OPEN_SEATS)
    for name, _mailbox in PARTNERS:
        organisations.create(session, event, name, SEATS_EACH)
    session.refresh(event)
    publish_event(session, event)
    return event


def _agenda_item(begins: datetime, title: str, title_en: str, minutes: tuple[int, ...]) -> AgendaItem:
    opens, starts, late, closes, ends = (begins + timedelta(minutes=count) for count in minutes)
    return AgendaItem(
        title=title,
        title_en=title_en,
        opens_at=opens,
        starts_at=starts,
        late_after=late,
        closes_at=closes,
        ends_at=ends,
    )


def _add_seats_and_consent(session: Session, event: Event, open_seats: int) -> None:
    session.add(SeatPool(event_id=event.id, size=open_seats))
    session.add(ConsentText(event_id=event.id, version=1, text=CONSENT, text_en=CONSENT_EN, created_at=clock.now()))
    session.flush()


def _other_event(session: Session, organiser: Organiser, event: Event) -> None:
    """A second event of the same organiser, a week later: tickets of one do not open the door of the other."""
    if session.scalar(select(Event.id).where(Event.slug.startswith("klinik-kampanye"))):
        return
    begins = event.starts_at + timedelta(days=7)
    other = _add(
        session,
        Event(
            organiser_id=organiser.id,
            slug="klinik-kampanye",
            title="Klinik Kampanye: Tindak Lanjut Pelatihan",
            title_en="Campaign Clinic: After the Training",
            description="Dua jam tanya jawab daring untuk alumni pelatihan. Acara contoh.",
            description_en="Two hours of questions and answers online for those who were trained. A sample event.",
            venue="Daring",
            timezone=ZONE,
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            status=PUBLISHED,
            certificate_policy=POLICY,
            certificate_number_pattern=NUMBER_PATTERN,
            signatories=SIGNATORIES,
        ),
    )
    other.agenda = [_agenda_item(begins, "Tanya jawab", "Questions and answers", (-30, 0, 15, 120, 120))]
    _add_seats_and_consent(session, other, 20)
    session.refresh(other)
    publish_event(session, other)


def _sign_ins(session: Session, event: Event, secrets: Mapping[str, str]) -> list[SignIn]:
    organiser = secrets.get("DEMO_ORGANISER_EMAIL") or "panitia@jppi.example"
    found = []
    if password := secrets.get("DEMO_ORGANISER_PASSWORD"):
        _account(session, organiser, "Panitia JPPI", password, ("organiser", None, None))
        # The organiser of the demonstration is also its operator.
        _account(session, organiser, "Panitia JPPI", password, ("operator", None, None))
        found.append(SignIn("organiser", organiser))
    if password := secrets.get("DEMO_COORDINATOR_PASSWORD"):
        for partner in session.scalars(select(Partner).where(Partner.event_id == event.id).order_by(Partner.id)):
            mailbox = dict(PARTNERS)[partner.name]
            email = f"koordinator@{mailbox}.example"
            if mailbox == "yapari":
                email = secrets.get("DEMO_COORDINATOR_EMAIL") or email
            _account(session, email, f"Koordinator {partner.name}", password, ("coordinator", event.id, partner.id))
            found.append(SignIn(f"coordinator {partner.name}", email))
    return found


def _account(session: Session, email: str, name: str, password: str, scope: tuple[str, int | None, int | None]) -> None:
    account = session.scalar(select(Account).where(func.lower(Account.email) == email.lower()))
    if account is None:
        account = _add(session, Account(email=email.lower(), name=name, created_at=clock.real_now()))
        account.password_hash = hash_password(password)
    role, event_id, partner_id = scope
    if (role, event_id, partner_id) not in {(held.role, held.event_id, held.partner_id) for held in account.scopes}:
        account.scopes.append(AccountScope(role=role, event_id=event_id, partner_id=partner_id))
        session.flush()
