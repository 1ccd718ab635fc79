"""The business clock of a running stack: read it, and jump it forward by command."""

import json
import re
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from shared import clock
from shared.clock import Simulation

EVENT_ZONE = ZoneInfo("Asia/Jakarta")


def business_now(path: Path) -> datetime:
    """Business time (aware), as processes read it from the clock file ``path``; real time without one."""
    if not path.exists():
        return clock.real_now()
    data = json.loads(path.read_text())
    business, real = (datetime.fromisoformat(data[name]) for name in ("business", "real"))
    return Simulation(business, real, float(data["speed"])).at(clock.real_now())


def parse(text: str, now: datetime) -> datetime:
    """An aware instant from "17:30" (that business day in Jakarta) or from ISO, without an offset in Jakarta's time.

    Raises ValueError.
    """
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        wanted = time.fromisoformat(text.zfill(5) if text.count(":") == 1 else text.zfill(8))
        return datetime.combine(now.astimezone(EVENT_ZONE).date(), wanted, EVENT_ZONE)
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=EVENT_ZONE)


def shown(instant: datetime) -> str:
    """An instant as text for people, in the event's time zone."""
    return instant.astimezone(EVENT_ZONE).strftime("%Y-%m-%d %H:%M:%S WIB")


# The reference event begins at 08:00; its door opens half an hour before, and at 16:00 one hour remains.
DEMO_START, DEMO_DOOR, DEMO_TOO_LATE = time(8, 0), time(7, 30), time(16, 0)


def demo_start(now: time) -> time:
    """When the reference event begins, so that its door is open at ``now`` (both local): 08:00, or this full hour."""
    return DEMO_START if DEMO_DOOR <= now < DEMO_TOO_LATE else time(now.hour)
