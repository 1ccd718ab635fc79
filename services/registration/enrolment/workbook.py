"""A program that reads the first sheet of a workbook (XLSX) from its input, and writes its lines as JSON.

It runs as a process of its own, which may take so much memory and time and no more: a few kilobytes of workbook can
describe millions of cells. See ``spreadsheets``, which starts it.
"""

import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

MOST_BYTES = 300 * 1024 * 1024
MOST_SECONDS = 8
# What the parts of a workbook may have together once they are unpacked.
MOST_UNPACKED = 24 * 1024 * 1024
MOST_PARTS = 1_000
# Of all cells together: each can repeat a text of a megabyte.
MOST_CHARACTERS = 16_000_000
# What is wrong, as the status with which this program ends.
TOO_LONG, TOO_LARGE, NOT_A_TABLE = 3, 4, 5


def main(most_rows: int, most_columns: int) -> int:
    """Read, write, and return a status."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    try:
        data = sys.stdin.buffer.read()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                return TOO_LARGE
        lines = list(_lines(data, most_rows, most_columns))
        if len(lines) > most_rows:
            return TOO_LONG
        if sum(len(cell) for line in lines for cell in line) > MOST_CHARACTERS:
            return TOO_LARGE
        json.dump(lines, sys.stdout)
    except MemoryError:
        return TOO_LARGE
    except Exception:
        # openpyxl answers a broken workbook with errors of many kinds.
        return NOT_A_TABLE
    return 0


def _lines(data: bytes, most_rows: int, most_columns: int) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    # A sheet may claim a million empty rows; one more than allowed shows that it is too long.
    for line in sheet.iter_rows(max_row=most_rows + 1, max_col=most_columns, values_only=True):
        yield [_text(cell) for cell in line]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
