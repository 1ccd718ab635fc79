"""Small files that describe very much: what reading them may take, measured in processes of their own."""

import io
import json
import subprocess
import sys
import zipfile

import pytest
from openpyxl import Workbook

from services.registration.enrolment import spreadsheets
from tests.registration.conftest import hidden

MEGABYTE = 1024 * 1024
# Of the process that reads. The one that asks needs no more than for any other upload.
MOST_MEGABYTES = 310
MOST_SECONDS = 12
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_STRINGS = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType='
    b'"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
_MEASURE = """
import json, resource, sys
from services.registration.enrolment import spreadsheets
try:
    outcome = f"{len(spreadsheets.read(sys.stdin.buffer.read()))} rows"
except spreadsheets.Unreadable as error:
    outcome = error.reason
asking = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
seconds = sum(one.ru_utime + one.ru_stime for one in both)
print(json.dumps([outcome, int(asking) // 1024, both[1].ru_maxrss // 1024, seconds]))
"""


def book(sheet: bytes, **parts: bytes) -> bytes:
    """A workbook whose first sheet has this content; ``parts`` replace others, by the end of their names."""
    plain, out = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in source.namelist():
            given = {"sheet1": sheet, **parts}.get(name.rsplit("/", 1)[-1].removesuffix(".xml"))
            content = source.read(name) if given is None else given
            if "sharedStrings" in parts and name == "[Content_Types].xml":
                content = content.replace(b"</Types>", _STRINGS + b"</Types>")
            target.writestr(name, content)
        if "sharedStrings" in parts:
            target.writestr("xl/sharedStrings.xml", parts["sharedStrings"])
    return out.getvalue()


def sheet(rows: bytes) -> bytes:
    return f"<worksheet {_MAIN}><sheetData>".encode() + rows + b"</sheetData></worksheet>"


def many_sheets() -> bytes:
    many = Workbook()
    for number in range(600):
        many.create_sheet(str(number)).append(["x"] * 50)
    out = io.BytesIO()
    many.save(out)
    return out.getvalue()


def bombs() -> dict[str, bytes]:
    strings = f"<sst {_MAIN}>".encode()
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    entities = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
        b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
    )
    styles = f"<styleSheet {_MAIN}><cellXfs>".encode() + b"<xf/>" * 2_000_000 + b"</cellXfs></styleSheet>"
    return {
        "a million cells in a row": book(sheet(b"<row>" + b"<c/>" * 1_000_000 + b"</row>")),
        "fourteen million": book(sheet(b"<row>" + b"<c/>" * 14_000_000 + b"</row>")),
        "a million rows": book(sheet(b"<row/>" * 1_000_000)),
        "a gap of a million rows": book(sheet(b'<row r="1"/><row r="1048576"/>')),
        "columns without end": book(sheet(b'<row><c r="XFD1"/></row>' * 300_000)),
        "nested": book(sheet(b"<row>" + b"<c>" * 900_000 + b"</c>" * 900_000 + b"</row>")),
        "strings": book(sheet(b""), sharedStrings=strings + b"<si/>" * 4_000_000 + b"</sst>"),
        "styles": book(sheet(b""), styles=styles),
        "content types": book(sheet(b""), **{"[Content_Types]": types + b"<Default/>" * 1_000_000 + b"</Types>"}),
        "entities": book(entities + sheet(b"<row><c t='str'><v>&j;</v></c></row>")),
        "many sheets": many_sheets(),
        "blanks": book(b" " * 100_000_000),
        "a name in every row": b"x" * 120_000 + b"\n" + b"a\n" * 4_900,
        "commas": b"a," * 500_000,
        "empty lines": b"a\n" + b"\n" * 1_000_000,
    }


def measured(data: bytes) -> tuple[str, float, float, float]:
    command = [sys.executable, "-c", _MEASURE]
    done = subprocess.run(command, input=data, capture_output=True, check=True, cwd=spreadsheets.ROOT)
    return tuple(json.loads(done.stdout))


BOMBS = bombs()


@pytest.mark.parametrize("name", [*BOMBS])
def test_a_bomb_takes_a_bounded_amount_of_memory_and_time(name):
    assert len(BOMBS[name]) < MEGABYTE
    outcome, asking, reading, seconds = measured(BOMBS[name])
    assert outcome.endswith("rows") or outcome in ("too_large", "too_long", "not_a_table", "empty"), outcome
    assert asking < 160
    assert reading < MOST_MEGABYTES
    assert seconds < MOST_SECONDS


def test_a_text_repeated_by_every_cell_is_not_stored():
    strings = f"<sst {_MAIN}><si><t>{'x' * 30_000}</t></si></sst>".encode()
    rows = (b"<row>" + b'<c t="s"><v>0</v></c>' * 5 + b"</row>") * 1_000
    with pytest.raises(spreadsheets.Unreadable) as caught:
        spreadsheets.read(book(sheet(rows), sharedStrings=strings))
    assert caught.value.reason == "too_large"


def test_the_largest_table_that_is_allowed_is_read():
    largest = Workbook(write_only=True)
    page = largest.create_sheet()
    for number in range(spreadsheets.MOST_ROWS + 1):
        page.append([f"kolom {column}" if not number else f"isi {number}" for column in range(20)])
    out = io.BytesIO()
    largest.save(out)
    rows = spreadsheets.read(out.getvalue())
    assert len(rows) == spreadsheets.MOST_ROWS
    assert rows[-1]["kolom 19"] == "isi 5000"


def test_the_page_names_the_limits(organiser, partners):
    address = f"/console/partners/{partners[0].id}/import/"
    for language, words in (("id", "5000 baris dan 50 kolom"), ("en", "5000 rows and 50 columns")):
        page = organiser.get(address, query_string={"lang": language})
        file = (io.BytesIO(BOMBS["fourteen million"]), "peserta.xlsx")
        answer = organiser.post(address, data={"csrf_token": hidden(page, "csrf_token"), "file": file})
        assert answer.status_code == 422
        assert words in answer.text
