"""The device judges as the server does: the same passages through judging.py and judging.js."""

import json
import os
import random
import subprocess
import uuid
from pathlib import Path

from services.checkin.scanning import schedule as schedules
from services.checkin.scanning.judging import Direction, Passage, Person, Stay, Ticket, Verdict, judge
from services.checkin.scanning.ticket_text import read
from shared import keys, tickets
from tests.checkin.support import AFTERNOON, EVENT, MORNING, SESSIONS, participant_fact, ticket
from tests.facts import wib

SCANNER = Path(__file__).resolve().parents[2] / "services" / "checkin" / "static" / "scanner"
_INSTANTS = ["07:29:59", "07:30", "08:00", "08:14:59", "08:15", "10:00", "12:00", "12:10", "12:30", "16:59:59", "17:00"]

_JUDGE = """
import { decide } from "%(folder)s/judging.js";
import { makeSchedule } from "%(folder)s/schedule.js";
const { sessions, cases } = JSON.parse(await new Response(process.stdin).text());
const schedule = makeSchedule(sessions);
const outcomes = cases.map((each) => decide(each.ticket, each.person, schedule, new Map(each.history), each.passage));
console.log(JSON.stringify(outcomes));
"""
_READ = """
import { parseKeys, read } from "%(folder)s/ticket.js";
const { keys, texts } = JSON.parse(await new Response(process.stdin).text());
console.log(JSON.stringify(await Promise.all(texts.map((text) => read(text, %(event)s, parseKeys(keys))))));
"""


def run(script: str, data: dict) -> list:
    source = script % {"folder": SCANNER.as_uri(), "event": EVENT}
    command = ["node", "--no-warnings", "--input-type=module", "--experimental-default-type=module", "-e", source]
    done = subprocess.run(command, input=json.dumps(data), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def milliseconds(instant) -> int | None:
    return round(instant.timestamp() * 1000) if instant else None


def a_case(pick: random.Random):
    def moment():
        return wib(pick.choice(_INSTANTS))

    statuses = ("confirmed", "confirmed", "waitlisted", "cancelled")
    person = Person(pick.choice(statuses), moment()) if pick.random() < 0.8 else None
    history = {}
    for session_id in (MORNING, AFTERNOON):
        if pick.random() < 0.4:
            arrived, left = sorted([moment(), moment()])
            history[session_id] = (Stay(arrived, left if pick.random() < 0.5 else None),)
    passage = Passage(
        uuid.uuid4(),
        moment(),
        pick.choice([Direction.IN, Direction.IN, Direction.OUT]),
        pick.choice([None, None, MORNING, AFTERNOON, 999]),
        pick.random() < 0.2,
        pick.choice([None, None, Verdict.WAITLISTED, Verdict.CANCELLED]),
    )
    return Ticket(pick.random() < 0.1, pick.random() < 0.2), person, history, passage


def as_json(ticket_, person, history, passage) -> dict:
    return {
        "ticket": {"revoked": ticket_.revoked, "expired": ticket_.expired},
        "person": {"status": person.status, "status_at": milliseconds(person.status_at)} if person else None,
        "history": [
            [key, [{"arrived_at": milliseconds(s.arrived_at), "left_at": milliseconds(s.left_at)} for s in stays]]
            for key, stays in history.items()
        ],
        "passage": {
            "at": milliseconds(passage.at),
            "direction": passage.direction.value,
            "session_id": passage.session_id,
            "overridden": passage.overridden,
            "answered": passage.answered.value if passage.answered else None,
        },
    }


def test_server_and_device_judge_the_same():
    pick = random.Random(1)
    cases = [a_case(pick) for _ in range(3000)]
    schedule = schedules.make(EVENT, 1, "Asia/Jakarta", SESSIONS)
    sessions = [{**item, "id": item["session_id"]} for item in schedules.dump(SESSIONS)]
    answers = run(_JUDGE, {"sessions": sessions, "cases": [as_json(*case) for case in cases]})
    for case, answer in zip(cases, answers, strict=True):
        outcome = judge(case[0], case[1], schedule, case[2], case[3])
        expected = {
            "verdict": outcome.verdict.value,
            "session_id": outcome.session_id,
            "about": milliseconds(outcome.about),
        }
        assert answer == expected, case


def test_server_and_device_read_tickets_the_same(environment):
    siti = participant_fact()
    genuine = ticket(siti)
    texts = [genuine, genuine.lower(), genuine[:-1], genuine[:50] + "0" + genuine[51:], ticket(siti, event_id=8)]
    texts += ["K7Q-0001", "", "EV1:", "EV1:é", "https://example.org/", "x" * 41, "EV1:" + "0" * 135]
    ring = keys.public_keys("HADIR_TICKET_PUBLIC_KEYS")
    expected = [read(text, EVENT, ring) for text in texts]
    answers = run(_READ, {"keys": os.environ["HADIR_TICKET_PUBLIC_KEYS"], "texts": texts})
    for text, want, answer in zip(texts, expected, answers, strict=True):
        assert (answer.get("refused"), answer.get("code")) == (want.refused, want.code), text
        assert answer.get("ticket_id") == (want.ticket_id.hex if want.ticket_id else None)
    assert len(genuine) == len(tickets.PREFIX) + 135
