"""The policy applied to attendance: the verdict, and the sentence that organisers read."""

import pytest

from services.certificates.eligibility.policy import AgendaItem, Presence, Reason, judge, percent
from services.certificates.words import sentence
from shared.mail.writer import Writer

MORNING, AFTERNOON = AgendaItem(1, "Sesi pagi", 240), AgendaItem(2, "Sesi siang", 240)
DAY = [MORNING, AFTERNOON]
SHARE = {"kind": "minutes", "share": 0.75}


def present(*minutes: int) -> list[Presence]:
    return [Presence(number, spent, True) for number, spent in enumerate(minutes, 1)]


@pytest.mark.parametrize(
    ("rule", "presences", "eligible", "reason"),
    [
        (SHARE, present(240, 120), True, Reason.ENOUGH_MINUTES),
        (SHARE, present(240, 119), False, Reason.TOO_FEW_MINUTES),
        (SHARE, [], False, Reason.NEVER_ATTENDED),
        (SHARE, [Presence(1, 240, False), Presence(2, 240, False)], False, Reason.NEVER_ATTENDED),
        # Too many minutes in one session do not stand in for another.
        (SHARE, present(480), False, Reason.TOO_FEW_MINUTES),
        ({"kind": "minutes", "share": 0.5, "sessions": [2]}, present(240, 119), False, Reason.TOO_FEW_MINUTES),
        ({"kind": "minutes", "share": 0.5, "sessions": [2]}, present(0, 120), True, Reason.ENOUGH_MINUTES),
        ({"kind": "minutes", "share": 0}, [], False, Reason.NEVER_ATTENDED),
        ({"kind": "sessions", "sessions": []}, present(1), True, Reason.ATTENDED),
        ({"kind": "sessions", "sessions": []}, [], False, Reason.NEVER_ATTENDED),
        ({"kind": "sessions", "sessions": [1, 2]}, present(5), False, Reason.MISSED_SESSIONS),
        ({"kind": "sessions", "sessions": [1, 2]}, present(5, 5), True, Reason.ATTENDED),
        ({"kind": "none"}, present(240, 240), False, Reason.ROLE_EXCLUDED),
        (None, present(240, 240), False, Reason.NO_POLICY),
        ({"kind": "something new"}, present(240, 240), False, Reason.NO_POLICY),
    ],
)
def test_policy_against_attendance(rule, presences, eligible, reason):
    verdict = judge(rule, DAY, presences)
    assert (verdict.eligible, verdict.reason) == (eligible, reason)


def test_the_verdict_in_words():
    verdict = judge(SHARE, DAY, present(125))
    with Writer("services.certificates").language("id"):
        assert sentence(verdict) == "hadir 125 dari 480 menit (26 %), diperlukan 75 %"
        assert sentence(judge({"kind": "sessions", "sessions": [2]}, DAY, present(9))) == "tidak hadir di: Sesi siang"


def test_percent_is_never_rounded_up_to_the_bar():
    assert percent(359, 480) == 74
    assert percent(360, 480) == 75
