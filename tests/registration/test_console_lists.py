"""What organisers read, write and take away: search, pages, exports, printed lists, mail, the audit log."""

import csv
import io

import pytest
import zxingcpp
from openpyxl import load_workbook
from pypdf import PdfReader
from pypdfium2 import PdfDocument
from sqlalchemy import select

from services.registration.demo import sample_people
from services.registration.enrolment import sign_up
from services.registration.mail.compose import compose
from services.registration.models import Attendance, Event, Participant, Partner, db
from services.registration.participants import search
from shared import jobs, keys, tickets
from shared.mail.models import Mail
from tests.registration.conftest import hidden


@pytest.fixture
def crowd(event):
    """The demonstration's thirty people."""
    with db.transaction() as session:
        sample_people.fill(session, session.get(Event, event.id), 30)


def _get(client, event, what, **query):
    answer = client.get(f"/console/events/{event.id}/{what}", query_string=query)
    assert answer.status_code == 200, answer.text[:500]
    return answer


def _names(page):
    return [name for name, _needs in sample_people.PEOPLE if f">{name}</a>" in page.text]


def test_search_finds_names_addresses_and_codes(organiser, event, crowd):
    assert _names(_get(organiser, event, "participants", q="kartika")) == ["Kartika"]
    assert _names(_get(organiser, event, "participants", q="LESTARI ayu")) == ["Ayu Lestari Wulandari"]
    assert _names(_get(organiser, event, "participants", q="peserta07@")) == ["Galuh Ratnasari"]
    with db.transaction() as session:
        code = session.query(Participant).filter_by(name="Nurhayati").one().code
    assert _names(_get(organiser, event, "participants", q=f"{code[:4].lower()} {code[4:]}")) == ["Nurhayati"]
    assert _names(_get(organiser, event, "participants", q="100%_")) == []


def test_filters_narrow_and_nonsense_narrows_nothing(organiser, event, crowd, partners):
    assert len(_names(_get(organiser, event, "participants", partner=partners[2].id))) == 5
    assert _names(_get(organiser, event, "participants", role="narasumber")) == []
    nonsense = {
        "status": "x",
        "role": "\x00",
        "partner": "99999999999999",
        "after": "x",
        "event_id": "7",
        "_method": "X",
    }
    assert len(_names(_get(organiser, event, "participants", **nonsense))) == 30


def test_pages_show_everybody_once_in_order(event, crowd):
    with db.transaction() as session:
        found = search.matching(event.id, {})
        seen, cursor = [], None
        while True:
            page = search.page(session, found, cursor, size=7)
            seen += [person.id for person in page.rows]
            if page.next is None:
                break
            cursor = page.next
        assert len(seen) == len(set(seen)) == 31


def test_csv_has_everybody_but_no_needs_and_no_formulas(organiser, event, crowd):
    with db.transaction() as session:
        details = {"name": '=HYPERLINK("http://x")', "email": None, "needs": ["braille"], "needs_consent": True}
        sign_up.register(session, session.get(Event, event.id), details, "organiser")
    answer = _get(organiser, event, "files/participants.csv")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 1 + 32
    assert lines[-1][0] == '\'=HYPERLINK("http://x")'
    assert "braille" not in answer.text
    with_needs = _get(organiser, event, "files/participants.csv", needs="1")
    assert "huruf braille" in with_needs.data.decode("utf-8-sig")
    assert "needs.exported" in _get(organiser, event, "audit/").text


def test_xlsx_is_a_workbook_of_texts(organiser, event, crowd):
    with db.transaction() as session:
        sign_up.register(session, session.get(Event, event.id), {"name": "=1+1", "email": None}, "organiser")
    book = load_workbook(io.BytesIO(_get(organiser, event, "files/participants.xlsx", q="=1").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert (rows[0][0], rows[1][0], len(rows)) == ("Nama", "=1+1", 2)
    assert book.active["A2"].data_type == "s"


def test_the_attendance_list_has_a_page_per_session_with_arrivals(organiser, event, crowd, partners):
    with db.transaction() as session:
        person = session.query(Participant).filter_by(name="Citra Ramadhani").one()
        fact = {"participant_id": person.id, "session_id": 1, "event_id": event.id, "version": 1, "minutes": 1}
        session.add(Attendance(**fact, arrived_at=event.starts_at))
    reader = PdfReader(io.BytesIO(_get(organiser, event, "files/attendance.pdf", partner=partners[2].id).data))
    text = [page.extract_text() for page in reader.pages]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert len(text) == 2
    assert "Yapari" in text[0]
    assert "Citra Ramadhani" in text[0]
    assert "08.00" in text[0]
    assert "Tanda tangan" in text[1]
    assert "Ayu Lestari" not in "".join(text)


def test_one_pdf_has_a_sheet_for_each_session_and_each_partner(organiser, event, crowd, partners):
    def sheets(**query):
        answer = _get(organiser, event, "files/attendance-by-partner.pdf", **query)
        return [page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages]

    everything = sheets()
    # Six partners with people, and the speaker; two sessions.
    assert len(everything) == 2 * 7
    for partner in partners:
        ours = [text for text in everything if f"Mitra: {partner.name}" in " ".join(text.split())]
        assert len(ours) == 2, partner.name
    assert "Tanpa mitra" in everything[6]
    assert all("Tanda tangan" in text for text in everything)
    assert len(sheets(session=2)) == 7
    assert organiser.get(f"/console/events/{event.id}/files/attendance-by-partner.pdf?session=99").status_code == 404


def test_paper_tickets_open_the_door(organiser, event, crowd):
    document = PdfDocument(_get(organiser, event, "files/tickets.pdf", q="kartika").data)
    image = document[0].render(scale=3).to_pil()
    ticket = tickets.read(zxingcpp.read_barcode(image).text, keys.public_keys("HADIR_TICKET_PUBLIC_KEYS"))
    with db.transaction() as session:
        assert ticket.ticket_id == session.query(Participant).filter_by(name="Kartika").one().ticket_id


def test_badges_are_eight_to_a_sheet_with_large_names_and_open_the_door(organiser, event, partners, crowd):
    with db.transaction() as session:
        long = {"name": "Raden Ajeng Kusumaningtyas Wulandari Prawirohardjo, S.Pd., M.Hum.", "role": "moderator"}
        sign_up.register(
            session, session.get(Event, event.id), {**long, "organisation": "O" + " rganisasi" * 19}, "api"
        )
        people = session.query(Participant).filter_by(status="confirmed").count()
    made = _get(organiser, event, "files/badges.pdf").data
    reader = PdfReader(io.BytesIO(made))
    assert len(reader.pages) == -(-people // 8)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    sizes = {}
    for page in reader.pages:
        page.extract_text(visitor_text=lambda text, _cm, tm, _font, size: sizes.setdefault(text.strip(), size * tm[0]))
    assert sizes["Kartika"] == 26
    assert 10 < next(size for text, size in sizes.items() if "Kusumaningtyas" in text) < 26
    document = PdfDocument(made)
    with db.transaction() as session:
        tickets_of = set(session.scalars(select(Participant.ticket_id).where(Participant.status == "confirmed")))
    read = [code.text for page in document for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())]
    public = keys.public_keys("HADIR_TICKET_PUBLIC_KEYS")
    assert {tickets.read(text, public).ticket_id for text in read} == tickets_of
    ours = PdfReader(io.BytesIO(organiser.get(f"/console/partners/{partners[0].id}/files/badges.pdf").data))
    assert "Kusumaningtyas" not in "".join(page.extract_text() for page in ours.pages)


def test_names_in_scripts_without_a_font_still_print(organiser, event):
    with db.transaction() as session:
        for name in ("ꦲꦢꦶꦂ", "محمد", "Ngũgĩ", "#set text", "$x^2$ *b* <a>"):
            sign_up.register(session, session.get(Event, event.id), {"name": name, "email": None}, "organiser")
    for filename in ("attendance.pdf", "tickets.pdf", "badges.pdf"):
        pages = PdfReader(io.BytesIO(_get(organiser, event, f"files/{filename}").data)).pages
        text = "".join(page.extract_text() for page in pages)
        assert "#set text" in text
        assert "*b*" in text


def test_a_coordinator_takes_away_only_own_people(organiser, event, crowd, partners):
    with db.transaction() as session:
        session.get(Partner, partners[0].id)
    answer = organiser.get(f"/console/partners/{partners[0].id}/files/participants.csv", query_string={"needs": "1"})
    assert answer.data.decode("utf-8-sig").count("\n") == 1 + 5
    assert "Kebutuhan" not in answer.data.decode("utf-8-sig")
    assert organiser.get(f"/console/partners/{partners[0].id}/files/passwd").status_code == 404


def _mails():
    with db.transaction() as session:
        return session.scalars(select(Mail).where(Mail.kind == "announcement")).all()


def test_an_announcement_is_previewed_and_then_sent_once_to_the_filtered_people(organiser, event, crowd, partners):
    address = f"/console/events/{event.id}/mails/new?partner={partners[0].id}"
    page = organiser.get(address)
    assert "5 orang" in page.text
    data = {"csrf_token": hidden(page, "csrf_token"), "subject": "Bawa laptop", "body": "Halo.\n\nMohon bawa laptop."}
    preview = organiser.post(address, data=data)
    assert 'name="confirmed" value="true"' in preview.text
    assert _mails() == []
    sent = organiser.post(address, data={**data, "confirmed": "true"})
    assert sent.status_code == 303
    assert "0 dari 5 selesai" in organiser.get(sent.location).text
    mails = _mails()
    assert len({mail.recipient for mail in mails}) == 5
    message = compose(mails[0])
    assert message["Subject"] == "Bawa laptop"
    assert "Mohon bawa laptop." in message.get_content()
    assert "/t/" in message.get_content()


def test_a_subject_with_a_line_break_makes_no_header(organiser, event, crowd):
    address = f"/console/events/{event.id}/mails/new?q=kartika"
    token = hidden(organiser.get(address), "csrf_token")
    data = {"csrf_token": token, "subject": "Halo\r\nBcc: x@x.example", "body": "B", "confirmed": "true"}
    organiser.post(address, data=data)
    assert compose(_mails()[0])["Bcc"] is None


def test_a_failed_mail_is_listed_with_its_reason_and_sent_again(organiser, event, visitor):
    visitor.sign_up()
    with db.transaction() as session:
        mail = session.query(Mail).filter_by(recipient="ayu@contoh.example").one()
        mail.state, mail.last_error = jobs.FAILED, "550 no such user"
    page = _get(organiser, event, "mails/", state="failed")
    assert "550 no such user" in page.text
    again = organiser.post(
        f"/console/events/{event.id}/mails/{mail.id}/again", data={"csrf_token": hidden(page, "csrf_token")}
    )
    assert again.status_code == 303
    with db.transaction() as session:
        assert session.get(Mail, mail.id).state == jobs.WAITING


def test_another_events_mail_is_not_sent_from_here(organiser, event, visitor):
    visitor.sign_up()
    with db.transaction() as session:
        mail = session.query(Mail).filter_by(recipient="ayu@contoh.example").one()
        other = session.scalars(select(Event.id).where(Event.id != event.id)).first()
    token = hidden(organiser.get("/console/"), "csrf_token")
    answer = organiser.post(f"/console/events/{other}/mails/{mail.id}/again", data={"csrf_token": token})
    assert answer.status_code == 404


def test_figures_and_their_tables_agree_with_the_rows(organiser, event, crowd):
    page = organiser.get(f"/console/events/{event.id}")
    assert '<span class="value">31</span>' in page.text
    assert '<span class="value">30 / 36</span>' in page.text
    assert page.text.count('<svg class="plot"') == 2


def test_every_page_of_the_console_opens(organiser, event, app, partners):
    """Walks the map of addresses as the organiser: no page fails, whatever it is about."""
    with db.transaction() as session:
        person = session.scalars(select(Participant.id)).first()
    values = {"event_id": event.id, "partner_id": partners[0].id, "participant_id": person, "session_id": 1}
    opened = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/console/") or "GET" not in rule.methods or rule.arguments - set(values):
            continue
        address = app.url_map.bind("localhost").build(rule.endpoint, {name: values[name] for name in rule.arguments})
        answer = organiser.get(address)
        assert answer.status_code < 400, f"{address}: {answer.status_code}"
        opened += 1
    assert opened >= 18


def test_the_audit_log_shows_before_and_after(organiser, event, partners):
    page = organiser.get(f"/console/partners/{partners[0].id}/edit")
    data = {"csrf_token": hidden(page, "csrf_token"), "name": "Nama Baru", "allotment": "7"}
    organiser.post(f"/console/partners/{partners[0].id}/edit", data=data)
    log = _get(organiser, event, "audit/").text
    assert "partner.changed" in log
    assert "allotment: 5" in log
    assert "allotment: 7" in log
    assert "Panitia JPPI" in log
