"""Invented people for the reference event. Any resemblance to living people is coincidental."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.registration.enrolment import sign_up
from services.registration.models import Event, Participant, Partner

SPEAKER = {"name": "Rachmat Wirasena Suryo", "email": "narasumber@hadir.example", "role": "narasumber"}

# Name, needs. In the order in which they sign up, one partner after the other.
PEOPLE: tuple[tuple[str, list[str]], ...] = (
    ("Ayu Lestari Wulandari", []),
    ("Bimo Nugraha Saputra", []),
    ("Citra Ramadhani", []),
    ("Dewangga", []),
    ("Sulastri", ["screen_reader"]),
    ("Fajar Kurniawan", []),
    ("Galuh Ratnasari", []),
    ("Hendra Wijayakusuma", ["diet"]),
    ("Intan Permatasari", []),
    ("Joko Santosa Putra", []),
    ("Kartika", ["screen_reader", "companion"]),
    ("Lukman Al-Fatih", []),
    ("Maya Sekarningrum", []),
    ("Nurhayati", []),
    ("Oka Dharmawan", []),
    ("Puspita Anggraini", ["sign_language"]),
    ("Raka Mahardika", ["braille"]),
    ("Siti Khumairoh", []),
    ("Taufik Hidayatullah Siregar", []),
    ("Utami Rahayuningtyas", []),
    ("Vina Oktaviani", []),
    ("Wahyu Setiabudi", ["wheelchair"]),
    ("Yohana Tambunan", ["screen_reader"]),
    ("Zulkifli Rahman", []),
    ("Arini Kusumawardhani", []),
    ("Banyu Aji", []),
    ("Cahyani", []),
    ("Damar Wicaksono", []),
    ("Eka Yulianti", ["screen_reader", "braille"]),
    ("Farhan Maulana", []),
)


def fill(session: Session, event: Event, count: int) -> None:
    """Bring the event to its speaker and ``count`` participants (at most 30) spread over its partners."""
    if not _is_there(session, event, SPEAKER["email"]):
        sign_up.register(session, event, SPEAKER, "organiser")
    partners = session.scalars(select(Partner).where(Partner.event_id == event.id).order_by(Partner.id)).all()
    for number, (name, needs) in enumerate(PEOPLE[:count]):
        email = f"peserta{number + 1:02}@hadir.example"
        if not _is_there(session, event, email):
            details = {"name": name, "email": email, "needs": needs, "needs_consent": bool(needs)}
            sign_up.register(session, event, details, "form", partners[number % len(partners)])


def _is_there(session: Session, event: Event, email: str) -> bool:
    counted = select(func.count()).where(Participant.event_id == event.id, Participant.email == email)
    return bool(session.scalar(counted))
