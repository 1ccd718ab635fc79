"""One storm: the system, the load, the faults from a seed, the calm afterwards, and the findings."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from stack.runner import Stack
from tests.chaos import oracle
from tests.chaos.faults import plan
from tests.chaos.load import Load
from tests.chaos.record import Record
from tests.story.browser import Browser
from tests.story.day import sign_in
from tests.story.door import Door

JAKARTA = ZoneInfo("Asia/Jakarta")
# The morning of the event: sign-up and door are open at once.
BEGIN = datetime(2022, 12, 25, 8, 30, tzinfo=JAKARTA)
OVER = datetime(2022, 12, 25, 17, 20, tzinfo=JAKARTA)
TITLE = "Pelatihan di tengah badai"
OPEN_SEATS = 400


@dataclass
class Storm:
    """``seconds`` of load with ``faults`` faults. ``say`` is called with what happens."""

    stack: Stack
    seed: int
    seconds: float
    faults: int
    is_long: bool
    say: Callable[[str], None]

    def run(self) -> dict[str, Any]:
        """The findings as JSON data; ``wrong`` is empty when all is well."""
        self.organiser = Browser(self.stack.public_url)
        sign_in(self.organiser, self.stack)
        event_id, slug = self._event()
        device = Door(self.stack.public_url, self._pairing_code(event_id))
        token = str(device.session.headers["Authorization"]).removeprefix("Bearer ")
        record = Record()
        load = Load(self.stack, slug, token, record, self.seed)
        load.start()
        happened = self._rage(load, record, event_id)
        load.stop()
        healed = self._heal()
        self.stack.jump_clock(OVER)
        self.say("the day is over: certificates")
        self._until(lambda: self._issued(event_id), 120)
        healed_again = self._heal()
        found = oracle.examine(self.stack, record, event_id)
        return {
            "seed": self.seed,
            "faults": happened,
            "requests": record.requests(),
            **found.counted,
            "seconds_to_heal": round(healed, 1),
            "seconds_to_heal_after_the_day": round(healed_again, 1),
            "door_p99_ms": _p99(record.door_ms),
            "wrong": found.wrong,
        }

    # -- before

    def _event(self) -> tuple[int, str]:
        page = self.organiser.open("/console/events/new")
        made = page.submit(
            "main form",
            title=TITLE,
            venue="Hotel Aston, Jakarta Selatan",
            starts_at="2022-12-25T08:00",
            ends_at="2022-12-25T17:00",
            open_seats=str(OPEN_SEATS),
            consent_text="Data dipakai untuk acara ini saja.",
            share_percent="1",
        )
        event_id = int(made.url.split("/events/")[1].split("/")[0])
        opened = made.submit("form[action$='/status']", status="published")
        assert opened.status == 200
        slug = str(oracle.query(self.stack, "registration", "SELECT slug FROM events WHERE id = %s", event_id)[0][0])
        self._until(lambda: self._known(event_id), 60)
        return event_id, slug

    def _known(self, event_id: int) -> bool:
        return bool(oracle.query(self.stack, "checkin", "SELECT 1 FROM schedules WHERE event_id = %s", event_id))

    def _pairing_code(self, event_id: int) -> str:
        console = self.organiser.open(f"/checkin/console/events/{event_id}/devices")
        shown = console.submit("form[action$='/devices']", name="Pintu utama")
        code = shown.document.select_one("#kode")
        assert code is not None, f"no pairing code on {shown.url}"
        return code.get_text(strip=True)

    # -- during

    def _rage(self, load: Load, record: Record, event_id: int) -> list[str]:
        """Faults one after the other, at random moments of ``seconds``; two organisers edit the event meanwhile."""
        dice = random.Random(self.seed)
        planned = plan(dice, self.faults)
        until = time.monotonic() + self.seconds
        happened = []
        for number, fault in enumerate(planned):
            left = until - time.monotonic()
            time.sleep(max(0.0, dice.uniform(0.2, 1.0) * left / (len(planned) - number + 1)))
            lasts = fault.long if self.is_long else fault.short
            self.say(f"{fault.name} ({lasts:.0f} s)")
            load.fault = fault.name
            try:
                fault.happen(self.stack, lasts)
            except Exception as error:
                record.surprise(f"the fault itself: {fault.name}: {error!r}")
            load.fault = ""
            happened.append(fault.name)
            self._edit(event_id, number)
        time.sleep(max(0.0, until - time.monotonic()))
        return happened

    def _edit(self, event_id: int, number: int) -> None:
        """The organiser changes the venue; what the system's trouble refuses is simply not changed."""
        try:
            page = self.organiser.open(f"/console/events/{event_id}/edit")
            page.submit("main form:has([name=venue])", venue=f"Hotel Aston, ruang {number + 1}")
        except Exception as error:
            self.say(f"an edit was not taken: {str(error)[:80]}")

    # -- after

    def _heal(self) -> float:
        """Seconds until nothing is under way any more. What never comes to rest is left to the oracle."""
        began = time.monotonic()
        self._until(self._is_at_rest, 180 if self.is_long else 90)
        took = time.monotonic() - began
        left = oracle.unfinished(self.stack)
        self.say(f"at rest after {took:.1f} s" if not left else f"not at rest: {left}")
        assert not left, f"still under way after {took:.0f} s: {left}"
        return took

    def _is_at_rest(self) -> bool:
        left = oracle.unfinished(self.stack)
        self.say(f"under way: {left}")
        return not left

    def _issued(self, event_id: int) -> bool:
        statement = "SELECT count(*) FROM runs WHERE event_id = %s AND state = 'done'"
        return bool(oracle.query(self.stack, "certificates", statement, event_id)[0][0])

    def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if condition():
                    return
            except Exception as error:
                self.say(f"waiting: {str(error)[:80]}")
            time.sleep(2.0)


def _p99(times: dict[str, list[float]]) -> dict[str, int]:
    """The 99th percentile of the door's answers during each fault, in milliseconds."""
    return {name or "no fault": round(sorted(values)[int(0.99 * (len(values) - 1))]) for name, values in times.items()}
