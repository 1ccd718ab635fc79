"""Reading uploaded tables: CSV as spreadsheet programs write it, and XLSX. All values become text."""

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_ROWS = 5_000
MOST_COLUMNS = 50
# A megabyte of zip can unpack to gigabytes.
MOST_UNPACKED = 60 * 1024 * 1024

Row = dict[str, str]


class Unreadable(ValueError):
    """The file cannot be read as a table. ``reason`` is empty, too_long or not_a_table."""

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
    names = [name.strip().lower() for name in head[:MOST_COLUMNS]]
    return [dict(zip(names, [*line, *[""] * len(names)], strict=False)) for line in body]


def _csv(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    if "\x00" in text:
        raise Unreadable("not_a_table")
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    try:
        return [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error as error:
        raise Unreadable("not_a_table") from error


def _decoded(data: bytes) -> str:
    """Text of UTF-8 (with or without BOM), UTF-16 with BOM, or what Windows writes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _xlsx(data: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable("too_long")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        lines = [[_text(cell) for cell in line] for line in _bounded(sheet.iter_rows(values_only=True))]
        book.close()
    except Unreadable:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError, OSError) as error:
        raise Unreadable("not_a_table") from error
    return lines


def _bounded(lines: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    # A sheet may claim a million empty rows.
    for number, line in enumerate(lines):
        if number > MOST_ROWS * 2:
            raise Unreadable("too_long")
        yield line[:MOST_COLUMNS]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip()
