"""The answer to one scan, as the API gives it and the page shows it."""

from typing import Any

from flask_babel import gettext as _

from services.checkin.scanning.judging import Verdict
from services.checkin.scanning.scans import Answer
from services.checkin.scanning.schedule import Schedule
from services.checkin.words.names import title_of
from services.checkin.words.verdicts import sentence, sign, tone, word


def result(answer: Answer, schedule: Schedule) -> dict[str, Any]:
    """The fields of ScanResponse; ``schedule`` is the one by which the scan was judged."""
    scan = answer.scan
    verdict = Verdict(scan.answered)
    item = schedule.item(scan.answered_session)
    shown = answer.entry if answer.entry and not answer.entry.erased else None
    at = scan.effective_at
    return {
        "scan_id": scan.scan_id,
        "outcome": verdict.value,
        "effective": scan.effective,
        "tone": tone(verdict),
        "sign": sign(verdict),
        "word": word(verdict),
        "message": sentence(verdict, scan.answered_about, schedule.timezone, at) if at else word(verdict),
        "repeated": answer.repeated,
        "at": at,
        "about": scan.answered_about,
        "session_id": scan.answered_session,
        "session": title_of(item) if item else None,
        "participant_id": shown.participant_id if shown else None,
        "name": shown.name if shown else None,
        "organisation": shown.organisation if shown else None,
        "role": shown.role if shown else None,
        "group": _("Kelompok %(number)s", number=shown.group_number) if shown and shown.group_number else None,
        "group_topic": shown.group_topic if shown else None,
        "needs_assistance": shown.needs_assistance if shown else False,
    }
