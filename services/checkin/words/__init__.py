"""Words for codes in the reader's language; what templates use is here under one name."""

from services.checkin.scanning.judging import Verdict
from services.checkin.words.names import roles, title_of
from services.checkin.words.verdicts import sign, tone, word

__all__ = ["Verdict", "roles", "sign", "title_of", "tone", "word"]
