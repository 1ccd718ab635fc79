"""The bar that moves while a long list is taken, and the same without JavaScript."""

import pytest

from services.registration.enrolment import importing
from services.registration.models import Partner, db

ROWS = 1_500
# While the browser waits for the answer nothing can be asked of the page: it notes for us what it shows.
NOTE = """addEventListener("DOMContentLoaded", () => {
  const count = document.querySelector("#hitungan");
  if (count) new MutationObserver(() => {
    if (count.checkVisibility()) sessionStorage.shown = `${sessionStorage.shown ?? ""}${count.textContent};`;
  }).observe(count, { childList: true });
})"""


@pytest.fixture
def preview(partners):
    lines = ["nama;email;setuju", *(f"Orang {n};orang{n}@contoh.example;ya" for n in range(ROWS))]
    with db.transaction() as session:
        row = importing.upload(session, session.get(Partner, partners[0].id), "orang.csv", "\n".join(lines).encode())
    return f"/console/partners/{partners[0].id}/import/{row.id}"


def test_the_bar_moves_before_the_answer_comes(window, preview):
    page = window(signed_in=True)
    page.add_init_script(NOTE)
    page.goto(preview)
    assert page.locator("#kemajuan").is_hidden()
    page.locator("#ambil button").evaluate("button => button.click()")
    page.wait_for_selector("text=1500 orang terdaftar", timeout=60_000)
    shown = page.evaluate("sessionStorage.shown").split(";")
    assert {"500 / 1500", "1000 / 1500"} & set(shown), shown


def test_without_javascript_the_answer_comes_just_the_same(window, preview):
    page = window(signed_in=True, java_script_enabled=False)
    page.goto(preview)
    page.click("#ambil button", timeout=60_000)
    page.wait_for_selector("text=1500 orang terdaftar", timeout=60_000)
