"""Certificates per second: drawn alone, and issued, drawn and mailed by the real processes, beside a bare Typst loop.

    python -m bench.certificates [--people 500] [--rounds 3]

The bare loop compiles the same template with the same inputs, prepared beforehand, on one reused compiler. The whole
path is: tick, relay, the render worker (numbers, signatures, one drawing as a check), relay, the mail worker (the
drawing that is attached), a local SMTP server; one separate process of each.
"""

import dataclasses
import gc
import resource
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from sqlalchemy import func, select

from bench.environment import Environment, fresh_environment, report
from services.certificates.issuing import runs
from services.certificates.messages import HANDLERS
from services.certificates.models import Certificate, db
from services.certificates.rendering import document
from services.certificates.signing import credential
from shared import keys
from shared.contracts import ATTENDANCE_CHANGED, EVENT_CHANGED, PARTICIPANT_CHANGED
from shared.facts import AgendaItemFact, ParticipantFact
from shared.mail.models import Mail
from stack.ports import HOST, free_port
from tests import facts

PROCESSES = ("certificates-relay", "certificates-render", "certificates-mail")
LONGEST_SECONDS = 600.0
NAMES = (
    "Siti Rahmawati",
    "Nguyễn Thị Hồng Nhung",
    "Łukasz Żółciński",
    "محمد عبد الرحمن",
    "Θεοδώρα",
    "Dewi Ayu Lestari",
)


def name(number: int) -> str:
    """The name of person ``number``, in one of several scripts; all are different."""
    return f"{NAMES[number % len(NAMES)]} {number}"


def certificate(number: int) -> dict[str, Any]:
    """The data of a certificate like the reference event's."""
    code = credential.new_code()
    return {
        "kind": credential.KIND,
        "id": str(uuid.uuid4()),
        "version": 1,
        "number": f"{number:03}/JPPI/XII/2022",
        "code": code,
        "url": f"http://localhost:8080/v/{credential.grouped(code)}",
        "name": name(number),
        "role": "peserta",
        "event": {**_event_words(), "minutes": 480},
        "organiser": "Jurnal Penelitian Pendidikan Indonesia (JPPI)",
        "partners": ["Yapari", "Lapesda", "Yayasan Tuna Netra"],
        "signatories": [{"name": "Dr. Ratna Kusuma", "title": "Ketua JPPI (contoh)", "image": None}],
        "issued_at": "2022-12-25T10:15:00+00:00",
        "bilingual": True,
    }


def _event_words() -> dict[str, Any]:
    return {
        "title": "Pelatihan Digital Marketing untuk Kampanye dan Advokasi",
        "title_en": "Digital Marketing Training for Campaigns and Advocacy",
        "venue": "Hotel Aston, Jakarta Selatan",
        "timezone": "Asia/Jakarta",
        "starts_at": "2022-12-25T01:00:00+00:00",
        "ends_at": "2022-12-25T10:00:00+00:00",
    }


def timed(work: Callable[[int], object], number: int) -> dict[str, float]:
    """Rate and processor time of ``number`` calls."""
    work(0)
    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    for each in range(number):
        work(each)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    return {"per_second": round(number / took, 1), "cpu_ms": round(1000 * used / number, 2)}


def drawing(number: int) -> tuple[dict[str, float], dict[str, float], list[int]]:
    """The bare loop, ours, and the sizes of the documents."""
    signing = keys.signing_key("HADIR_CERTIFICATE_PRIVATE_KEY")
    signed = [(data, credential.sign(data, signing)) for data in map(certificate, range(number))]
    inputs = [document._inputs(data, credential.write(data, signing.kid, proof), {}) for data, proof in signed]
    compiler, at = document._typesetter, datetime(2022, 12, 25, tzinfo=UTC)
    bare = timed(lambda each: compiler.pdf(inputs[each], at, document.STANDARDS), number)
    ours = timed(lambda each: document.pdf(signed[each][0], signing.kid, signed[each][1]), number)
    return bare, ours, [len(compiler.pdf(each, at, document.STANDARDS)) for each in inputs[:50]]


def prepare(event_id: int, people: int) -> None:
    """A finished event, and people who attended all day."""
    now = datetime.now(UTC)
    start, end = now - timedelta(hours=10), now - timedelta(hours=2)
    item: AgendaItemFact = {
        "session_id": event_id,
        "title": "Sesi",
        "title_en": None,
        "opens_at": start,
        "starts_at": start,
        "late_after": start,
        "closes_at": end,
        "ends_at": end,
    }
    policy = {"peserta": {"kind": "minutes", "share": 0.75}}
    pattern = "{seq:04}/JPPI/{roman_month}/{year}"
    event = facts.event(
        event_id,
        [item],
        slug=f"acara-{event_id}",
        organiser="JPPI",
        starts_at=start,
        ends_at=end,
        partners=[],
        certificate_policy=policy,
        certificate_grace_minutes=0,
        certificate_number_pattern=pattern,
    )
    persons = [_person(event_id, number) for number in range(people)]
    presences = [facts.attendance(person["participant_id"], event_id, event_id, start, 480) for person in persons]
    with db.transaction() as session:
        HANDLERS[PARTICIPANT_CHANGED.type](session, persons)
        HANDLERS[ATTENDANCE_CHANGED.type](session, presences)
        loaded = EVENT_CHANGED.schema.load(EVENT_CHANGED.schema.dump(event))
        HANDLERS[EVENT_CHANGED.type](session, [loaded])


def _person(event_id: int, number: int) -> ParticipantFact:
    return facts.participant(
        uuid.uuid4(),
        event_id,
        f"{number:08}",
        name=name(number),
        organisation="Yapari",
        status_at=datetime.now(UTC),
        email=f"orang{number}@contoh.example",
    )


def whole_way(event_id: int, people: int) -> dict[str, float]:
    """From the tick to the last mail that the SMTP server accepted."""
    prepare(event_id, people)
    sent = _sent()
    began = time.monotonic()
    with db.transaction() as session:
        runs.plan_runs(session)
    issued_after = 0.0
    while _sent() - sent < people:
        if not issued_after and _issued(event_id) == people:
            issued_after = time.monotonic() - began
        if time.monotonic() - began > LONGEST_SECONDS:
            raise click.ClickException("certificates are still under way")
        time.sleep(0.05)
    took = time.monotonic() - began
    return {
        "issued_per_second": round(people / (issued_after or took), 1),
        "mailed_per_second": round(people / took, 1),
    }


def _sent() -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Mail).where(Mail.state == "done")) or 0


def _issued(event_id: int) -> int:
    with db.transaction() as session:
        query = select(func.count()).select_from(Certificate).where(Certificate.event_id == event_id)
        return session.scalar(query) or 0


def start(here: Environment) -> None:
    """A local SMTP server that discards everything, and the processes of certificates."""
    port = free_port()
    sink = [sys.executable, "-m", "aiosmtpd", "--nosetuid", "--listen", f"{HOST}:{port}", "--class"]
    here.run("smtp", [*sink, "aiosmtpd.handlers.Sink"], here.environment("certificates"))
    here.addresses = dataclasses.replace(here.addresses, smtp=f"smtp://{HOST}:{port}")
    here.start(*PROCESSES)


@click.command()
@click.option("--people", default=500, show_default=True)
@click.option("--rounds", default=3, show_default=True)
def main(people: int, rounds: int) -> None:
    """Print one line of JSON: medians over the rounds."""
    with fresh_environment() as here:
        start(here)
        drawn = [drawing(people) for _ in range(rounds)]
        ways = [whole_way(number, people) for number in range(1, rounds + 1)]
    bare = _median([each[0] for each in drawn])
    ours = _median([each[1] for each in drawn])
    way = _median(ways)
    sizes = drawn[0][2]
    report(
        {
            "bench": "certificates",
            "people": people,
            "typst_alone": bare,
            "render": {**ours, "share_of_typst": round(ours["per_second"] / bare["per_second"], 2)},
            "issue_render_mail": {
                **way,
                "share_of_typst": round(way["mailed_per_second"] / bare["per_second"], 2),
            },
            "pdf_bytes": {"median": int(statistics.median(sizes)), "largest": max(sizes)},
            "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
    )


def _median(results: list[dict[str, float]]) -> dict[str, float]:
    return {each: round(statistics.median(result[each] for result in results), 2) for each in results[0]}


if __name__ == "__main__":
    main()
