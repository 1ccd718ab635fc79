"""The words: Indonesian in the code, English in the catalogues, also where there is no request."""

import pytest
from flask_babel import gettext, lazy_gettext

from shared import translations
from shared.mail.writer import Writer
from tests.environment import SERVICES


@pytest.mark.parametrize("package", translations.PACKAGES, ids=lambda package: package.name)
def test_every_sentence_has_an_english_counterpart(package):
    assert translations.untranslated(package) == []


def test_a_sentence_without_counterpart_is_found(tmp_path):
    (tmp_path / "code.py").write_text('_("Selamat datang")\n_("Satu")\n')
    translations.update(tmp_path)
    assert translations.untranslated(tmp_path) == ["Selamat datang", "Satu"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_worker_writes_in_the_recipients_language(environment, service):
    writer = Writer(service.package)
    lazy = lazy_gettext("Halaman tidak ditemukan")
    with writer.language("en"):
        assert (gettext("Tidak diizinkan"), str(lazy)) == ("Not allowed", "Page not found")
        with writer.language("id"):
            assert str(lazy) == "Halaman tidak ditemukan"
        assert str(lazy) == "Page not found"


def test_without_an_application_the_sentence_stands_as_it_is():
    assert str(lazy_gettext("Tidak diizinkan")) == "Tidak diizinkan"


@pytest.mark.parametrize(
    ("asked", "cookie", "browser", "answered"),
    [
        (None, None, None, "Halaman tidak ditemukan"),
        (None, None, "en-GB,en;q=0.9", "Page not found"),
        (None, "id", "en", "Halaman tidak ditemukan"),
        ("en", "id", "id", "Page not found"),
        ("klingon", "\x00", "*;q=nonsense", "Halaman tidak ditemukan"),
    ],
)
def test_the_reader_chooses_and_is_remembered(environment, asked, cookie, browser, answered):
    from services.registration.app import create_app

    client = create_app().test_client()
    if cookie:
        client.set_cookie("hadir-lang", cookie)
    headers = {"Accept-Language": browser} if browser else {}
    page = client.get("/tidak-ada", query_string={"lang": asked} if asked else None, headers=headers)
    assert answered in page.text
    if asked == "en":
        assert answered in client.get("/tidak-ada").text
