"""Importing lists: every kind of file that a spreadsheet writes, errors by line and column, all or nothing."""

import csv
import io
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from services.registration.enrolment import importing, sign_up, spreadsheets
from services.registration.models import Import, Participant, Partner, SeatPool, db
from shared.mail.models import Mail
from tests.registration.conftest import hidden

HEAD = ["nama", "email", "bahasa", "kebutuhan", "catatan kebutuhan", "setuju kebutuhan", "setuju"]
GOOD = [
    ["Ni'mah Sya’diyah", "nimah@contoh.example", "id", "", "", "", "ya"],
    ["Jürgen", "", "en", "braille, kursi roda", "", "ya", "ya"],
]
GOOD[1][3] = "braille, wheelchair"


def _csv(rows, delimiter=",", encoding="utf-8", head=HEAD) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([head, *rows])
    return text.getvalue().encode(encoding)


def _xlsx(rows) -> bytes:
    book = Workbook()
    for row in [HEAD, *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _people():
    with db.transaction() as session:
        query = select(Participant).where(Participant.source == "import").order_by(Participant.created_at)
        return session.scalars(query).all()


def _upload(client, partner, data: bytes, name="peserta.csv"):
    page = client.get(f"/console/partners/{partner.id}/import/")
    form = {"csrf_token": hidden(page, "csrf_token"), "file": (io.BytesIO(data), name)}
    return client.post(f"/console/partners/{partner.id}/import/", data=form)


def _commit(client, address):
    page = client.get(address)
    token = hidden(client.get("/console/"), "csrf_token")
    return page, client.post(address, data={"csrf_token": token})


@pytest.mark.parametrize(
    "data",
    [
        _csv(GOOD),
        _csv(GOOD, ";"),
        _csv(GOOD, "\t", "utf-8-sig"),
        _csv(GOOD, ";", "cp1252"),
        _csv(GOOD, ",", "utf-16"),
        _xlsx(GOOD),
    ],
    ids=["comma", "semicolon", "tab-bom", "semicolon-cp1252", "utf16", "xlsx"],
)
def test_whatever_a_spreadsheet_writes_is_understood(organiser, partners, data):
    preview, done = _commit(organiser, _upload(organiser, partners[0], data).location)
    assert "Jürgen" in preview.text
    assert done.status_code == 303
    people = {person.name: person for person in _people()}
    assert set(people) == {"Ni'mah Sya’diyah", "Jürgen"}
    assert (people["Jürgen"].email, people["Jürgen"].locale) == (None, "en")
    assert people["Jürgen"].needs == ["braille", "wheelchair"]
    assert {person.partner_id for person in people.values()} == {partners[0].id}


def test_errors_are_shown_by_line_and_column_and_nothing_is_imported(organiser, partners):
    rows = [
        ["Baik", "baik@contoh.example", "", "", "", "", "ya"],
        ["", "tanpa-nama@contoh.example", "", "", "", "", "ya"],
        ["Salah Alamat", "bukan-alamat", "", "", "", "", "ya"],
        ["Belum Setuju", "belum@contoh.example", "", "", "", "", ""],
        ["Aneh", "aneh@contoh.example", "jawa", "telepati", "", "ya", "ya"],
    ]
    address = _upload(organiser, partners[0], _csv(rows)).location
    with db.transaction() as session:
        found = importing.preview(session, session.query(Import).one())
    assert [(problem.line, problem.column) for problem in found.problems] == [
        (3, "nama"),
        (4, "email"),
        (5, "setuju"),
        (6, "bahasa"),
        (6, "kebutuhan"),
    ]
    page, done = _commit(organiser, address)
    assert "Perbaiki berkasnya" in page.text
    assert done.status_code == 422
    assert _people() == []


def test_duplicates_are_marked_in_the_file_and_against_the_event(organiser, partners, event):
    with db.transaction() as session:
        ours = session.get(Partner, partners[1].id)
        sign_up.register(session, ours.event, {"name": "Ayu", "email": "ayu@contoh.example"}, "form", ours)
    rows = [
        [f"P{n}", email, "", "", "", "", "ya"]
        for n, email in enumerate(["x@c.example", "X@c.example", "AYU@contoh.example"])
    ]
    _upload(organiser, partners[0], _csv(rows))
    with db.transaction() as session:
        found = importing.preview(session, session.query(Import).one())
    assert [(double.line, double.in_file) for double in found.duplicates] == [(2, True), (3, True), (4, False)]


def test_somebody_who_signs_up_between_preview_and_commit_stops_it_whole(organiser, partners):
    address = _upload(organiser, partners[0], _csv(GOOD)).location
    organiser.get(address)
    with db.transaction() as session:
        ours = session.get(Partner, partners[1].id)
        sign_up.register(session, ours.event, {"name": "N", "email": "nimah@contoh.example"}, "form", ours)
    _page, done = _commit(organiser, address)
    assert done.status_code == 422
    assert _people() == []


def test_a_list_is_taken_once_however_often_it_is_sent(organiser, partners):
    address = _upload(organiser, partners[0], _csv(GOOD)).location
    token = hidden(organiser.get("/console/"), "csrf_token")
    for _ in range(2):
        assert organiser.post(address, data={"csrf_token": token}).status_code == 303
    assert len(_people()) == 2
    with db.transaction() as session:
        assert session.query(Import).one().rows == []


def test_who_does_not_fit_waits_in_the_files_order(organiser, partners):
    rows = [[f"Orang {n:02}", "", "", "", "", "", "ya"] for n in range(14)]
    preview, _done = _commit(organiser, _upload(organiser, partners[0], _csv(rows)).location)
    assert "Akan masuk daftar tunggu" in preview.text
    people = sorted(_people(), key=lambda person: person.name)
    assert [person.status for person in people] == ["confirmed"] * 11 + ["waitlisted"] * 3
    with db.transaction() as session:
        taken = dict(session.execute(select(SeatPool.partner_id, SeatPool.taken).where(SeatPool.event_id == 1)).all())
    assert (taken[partners[0].id], taken[None]) == (5, 6)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01\x02",
        b"PK\x03\x04 not a zip",
        b"%PDF-1.7",
        b"\xff\xfe\x00",
        b"\n\n\n",
        b'nama\n"unfinished',
        b"a" * 500_000,
    ],
)
def test_files_that_are_no_tables_are_refused_kindly(organiser, partners, data):
    answer = _upload(organiser, partners[0], data)
    if answer.status_code == 303:
        _page, done = _commit(organiser, answer.location)
        assert done.status_code == 422
    else:
        assert answer.status_code == 422
        assert 'href="#f-file"' in answer.text
    assert _people() == []


def test_a_bomb_is_not_unpacked():
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (70 * 1024 * 1024))
    with pytest.raises(spreadsheets.Unreadable):
        spreadsheets.read(out.getvalue())


def test_the_template_can_be_uploaded_as_it_is(organiser, partners):
    template = organiser.get(f"/console/partners/{partners[0].id}/import/template.csv").data
    assert template.startswith(b"\xef\xbb\xbf")
    _page, done = _commit(organiser, _upload(organiser, partners[0], template).location)
    assert done.status_code == 303
    assert [person.name for person in _people()] == ["Contoh Nama"]


def test_five_thousand_rows_in_seconds(organiser, partners, event, capsys):
    with db.transaction() as session:
        pool = session.scalars(select(SeatPool).where(SeatPool.partner_id == partners[0].id)).one()
        pool.size = 5_000
    rows = [[f"Orang {n}", f"orang{n}@contoh.example", "id", "", "", "", "ya"] for n in range(5_000)]
    started = time.perf_counter()
    address = _upload(organiser, partners[0], _csv(rows)).location
    token = hidden(organiser.get(address), "csrf_token")
    progress, seen = set(), set()
    with ThreadPoolExecutor(2) as hands:
        # Sent twice at once, too: the second answer says that the first is still running.
        sent = [hands.submit(organiser.post, address, data={"csrf_token": token}) for _ in range(2)]
        while not all(each.done() for each in sent):
            progress.add(organiser.get(f"{address}/progress").json["done"])
            seen.add(len(_people()))
            time.sleep(0.05)
    seconds = time.perf_counter() - started
    assert [each.result().status_code for each in sent] == [303, 303]
    assert len(progress - {0, 5_000}) >= 3, "no progress was stored while it ran"
    assert seen <= {0, 5_000}, "somebody was registered before everybody was"
    assert len(_people()) == 5_000
    with db.transaction() as session:
        assert session.query(Mail).filter_by(kind="ticket").count() == 5_000 + 1
    with capsys.disabled():
        print(f"\n5,000 rows: upload, preview and commit in {seconds:.1f} s")  # noqa: T201 - a figure worth seeing
    assert seconds < 60
