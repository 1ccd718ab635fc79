"""Who takes part. All names are invented; only the speaker is the one that the press report of the day names."""

from dataclasses import dataclass, field
from enum import StrEnum


class Part(StrEnum):
    """What somebody does on the day."""

    FAITHFUL = "comes on time to both sessions"
    LATE = "comes at 08:40, stays to the end"
    EARLY_LEAVER = "leaves at 10:05 and does not return"
    ABSENT = "keeps the seat and never comes"
    CANCELS = "signs up and cancels"


@dataclass
class Person:
    """One of the cast; what the story learns about them on the way is filled in."""

    name: str
    email: str
    part: Part = Part.FAITHFUL
    partner: int | None = None
    ticket_page: str = ""
    ticket: str = ""
    pdf: bytes = field(default=b"", repr=False)


_NAMES = """
Anindya Larasati|Bagus Prakoso|Citra Maheswari|Dewi Kartikasari|Eko Nugroho
Fitriani|Galih Pamungkas|Hesti Wulandari|Indra Gunawan|Joko Susilo Raharjo
Kirana Ayu Paramitha|Lukman Hakim|Maya Safitri|Nur Aisyah|Oktavianus Sihombing
Putri Rahmawati|Qori Amalia|Rangga Saputra|Sukarni|Teguh Wibisono
Umi Kulsum|Vina Oktaviani|Wahyu Setiawan|Xaverius Lamawuran|Yohana Mambrasar
Zulfikar Nasution|Ade Irma|Bambang Tri Hartono|Cahyani Pertiwi|Damar Jati
Farah Nabila
"""

_PARTS = {
    "Eko Nugroho": Part.LATE,
    "Lukman Hakim": Part.EARLY_LEAVER,
    "Sukarni": Part.ABSENT,
    "Damar Jati": Part.ABSENT,
    "Farah Nabila": Part.CANCELS,
}
SEATS_PER_PARTNER = 5


def cast() -> list[Person]:
    """31 people: five for each of the six partners, and one from the open pool who cancels."""
    names = [name for line in _NAMES.split("\n") for name in line.split("|") if name]
    people = []
    for place, name in enumerate(names):
        partner = place // SEATS_PER_PARTNER
        people.append(
            Person(
                name=name,
                email=f"{name.lower().replace(' ', '.')}@peserta.example",
                part=_PARTS.get(name, Part.FAITHFUL),
                partner=partner if partner < 6 else None,
            )
        )
    return people
