"""Reading uploaded tables: CSV as spreadsheet programs write it, and XLSX. All values become text.

Whoever uploads a file decides neither how much memory nor how much time it takes to read it.
"""

import csv
import io
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

from services.registration.enrolment import workbook

ROOT = Path(__file__).resolve().parents[3]
MOST_ROWS = 5_000
MOST_COLUMNS = 50
# Blank lines count as well, until they are left out.
MOST_LINES = MOST_ROWS * 2
LONGEST_NAME = 200
# Real time, for a workbook that is read on a busy machine.
PATIENCE = 60

_REASONS = {workbook.TOO_LONG: "too_long", workbook.NOT_A_TABLE: "not_a_table"}

Row = dict[str, str]
Lines = list[list[str]]


class Unreadable(ValueError):
    """The file cannot be read as a table. ``reason`` is empty, too_long, too_large or not_a_table."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def read(data: bytes) -> list[Row]:
    """The rows of a table, by the names in its first line (lower case, trimmed). Raises Unreadable."""
    lines = _xlsx(data) if data[:4] == b"PK\x03\x04" else _csv(data)
    head, *body = [line for line in lines if any(line)] or [[]]
    if not any(head):
        raise Unreadable("empty")
    if len(body) > MOST_ROWS:
        raise Unreadable("too_long")
    names = [name.strip().lower()[:LONGEST_NAME] for name in head]
    # Every row is stored with the names.
    characters = len(body) * sum(map(len, names)) + sum(len(cell) for line in body for cell in line)
    if characters > workbook.MOST_CHARACTERS:
        raise Unreadable("too_large")
    return [dict(zip(names, [*line, *[""] * len(names)], strict=False)) for line in body]


def _csv(data: bytes) -> Lines:
    text = _decoded(data)
    if "\x00" in text:
        raise Unreadable("not_a_table")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        lines = [[cell.strip() for cell in line[:MOST_COLUMNS]] for line in islice(reader, MOST_LINES + 1)]
    except csv.Error as error:
        raise Unreadable("not_a_table") from error
    if len(lines) > MOST_LINES:
        raise Unreadable("too_long")
    return lines


def _decoded(data: bytes) -> str:
    """Text of UTF-8 (with or without BOM), UTF-16 with BOM, or what Windows writes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _xlsx(data: bytes) -> Lines:
    """The lines of a workbook, read by a process whose memory and time are limited, and which knows no secret."""
    command = [sys.executable, "-m", workbook.__name__, str(MOST_LINES), str(MOST_COLUMNS)]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, cwd=ROOT, env={"LANG": "C.UTF-8"}, timeout=PATIENCE, check=True
        )
    except subprocess.CalledProcessError as error:
        # Whatever else ended it, a signal for instance, was a limit.
        raise Unreadable(_REASONS.get(error.returncode, "too_large")) from error
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too_large") from error
    lines: Lines = json.loads(done.stdout)
    return lines
