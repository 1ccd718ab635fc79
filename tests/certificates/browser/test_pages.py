"""Every page of certificates as a browser shows it: axe, small and large, light and dark; and live progress."""

import pytest
from sqlalchemy import text

from services.certificates.app import create_app
from services.certificates.models import db
from services.certificates.signing import credential
from shared.web import signin
from tests.browsing import ARGUMENTS, CHROMIUM, SCHEMES, WIDTHS, objections, served
from tests.certificates import support
from tests.certificates.test_layout import SVG
from tests.certificates.test_verification_files import _document

EVENT = "/certificates/console/events/1"


@pytest.fixture
def address(clean, tmp_path, monkeypatch):
    support.at_business_time(tmp_path, monkeypatch, support.at(17, 16))
    support.receive(
        support.event(),
        *support.full_day([1, 2, 3, 4]),
        support.participant(5),
        support.attendance(5, 1, 125),
        support.participant(6, name="Aksara \U00012000"),
        *(support.attendance(6, session) for session in (1, 2)),
    )
    support.issue_all()
    support.receive(support.participant(2, version=2, name="Nama Betul"), support.attendance(3, 2, 10, version=2))
    support.issue_all()
    with db.transaction() as session:
        session.execute(text("UPDATE mails SET state = 'done'"))
        session.execute(
            text("UPDATE mails SET state = 'failed', last_error = '550 user unknown' WHERE recipient LIKE 'orang4%'")
        )
        session.execute(
            text("UPDATE certificates SET status = 'revoked', reason = 'Keliru' WHERE participant_id = :id"),
            {"id": support.participant_id(4)},
        )
    with served(create_app()) as address:
        monkeypatch.setenv("HADIR_PUBLIC_URL", address)
        yield address


@pytest.fixture
def browser(playwright, address):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


def open_context(browser, address, **options):
    context = browser.new_context(locale="id-ID", **options)
    token = signin.make_token("1", "Ibu Penyelenggara", ["organiser"])
    context.add_cookies([{"name": signin.cookie_name(), "value": token, "url": address}])
    context.set_default_timeout(8000)
    return context


def _pages() -> dict[str, str]:
    valid, replaced, revoked = (
        next(row for row in support.certificates() if row.status == status)
        for status in ("valid", "replaced", "revoked")
    )
    return {
        "valid": f"/v/{credential.grouped(valid.code)}",
        "replaced": f"/v/{replaced.code}",
        "revoked": f"/v/{revoked.code}",
        "unknown": "/v/0000",
        "form": "/v/",
        "events": "/certificates/console/",
        "event": EVENT,
        "nobody": f"{EVENT}?search=zzz",
        "person": f"{EVENT}/people/{support.participant_id(2)}",
        "layout": f"{EVENT}/layout/",
        "english": f"{EVENT}?lang=en",
    }


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browser, address, width, scheme):
    page = open_context(browser, address, viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    found = {}
    for name, path in _pages().items():
        page.goto(address + path)
        found[name] = objections(page)
    assert {name: issues for name, issues in found.items() if issues} == {}


def test_forms_with_errors(browser, address):
    page = open_context(browser, address, viewport={"width": 320, "height": 800}).new_page()
    page.goto(f"{address}{EVENT}/people/{support.participant_id(2)}")
    page.get_by_label("beri sertifikat", exact=True).check()
    page.get_by_role("button", name="Simpan keputusan").click()
    assert page.get_by_role("alert").is_visible()
    assert objections(page) == []
    page.goto(f"{address}{EVENT}/layout/")
    page.get_by_label("Berkas logo").set_input_files(
        {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": SVG.replace(b"<circle", b"<text>a</text><circle")}
    )
    page.get_by_label("Logo siapa").fill("Yapari")
    page.get_by_role("button", name="Tambah logo").click()
    assert "ubah teksnya menjadi kurva" in page.get_by_role("alert").inner_text()
    assert objections(page) == []


def test_a_file_is_verified_without_javascript(browser, address):
    row = next(row for row in support.certificates() if row.status == "valid")
    page = open_context(browser, address, java_script_enabled=False).new_page()
    page.goto(f"{address}/v/")
    page.get_by_label("Berkas sertifikat").set_input_files(
        {"name": "sertifikat.pdf", "mimeType": "application/pdf", "buffer": _document(row)}
    )
    page.get_by_role("button", name="Periksa berkas").click()
    assert page.get_by_text("sama persis dengan yang kami terbitkan").is_visible()
    assert page.get_by_text(row.data["name"]).is_visible()


def test_progress_updates_automatically_and_ends_with_the_list(browser, address):
    support.receive(*support.full_day([7, 8]))
    support.tick()
    page = open_context(browser, address).new_page()
    page.goto(address + EVENT)
    assert page.locator("progress").is_visible()
    with db.transaction() as session:
        session.execute(text("UPDATE runs SET state = 'running', planned = 2, issued = 1 WHERE state = 'waiting'"))
    page.locator("[data-count=issued]", has_text="1").wait_for()
    with db.transaction() as session:
        session.execute(text("UPDATE runs SET state = 'done', issued = 2 WHERE state = 'running'"))
    page.locator("progress").wait_for(state="detached")
