"""An event's own questions: one set of definitions behind the form, the API, the import, the own page and the files."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from services.registration.enrolment import importing
from services.registration.events import copying, questions
from services.registration.models import Event, Import, Participant, db
from services.registration.schemas import answers
from services.registration.schemas.questions import QuestionForm
from shared.actors import SYSTEM_ACTOR
from tests.registration.conftest import hidden
from tests.registration.test_import import HEAD, _commit, _upload

GIVEN = [
    {"label": "Harapan Anda", "label_en": "What do you expect", "kind": "text"},
    {"label": "Makan siang", "label_en": "Lunch", "kind": "choice", "required": "true", "options": "Nasi | Rice\nMi"},
    {
        "label": "Materi",
        "kind": "choices",
        "options": "Cetak | Print\nBraille\nDigital",
        "help": "Boleh lebih dari satu.",
    },
    {"label": "Umur", "kind": "number", "smallest": "10", "largest": "120"},
    {"label": "Tiba tanggal", "kind": "date"},
]
FILLED = {
    "answers.harapan-anda": "Belajar\r\nmenulis",
    "answers.makan-siang": "Nasi",
    "answers.materi": ["Cetak", "Digital"],
    "answers.umur": "34,5",
    "answers.tiba-tanggal": "2022-12-24",
}
KEPT = {
    "harapan-anda": "Belajar\nmenulis",
    "makan-siang": "Nasi",
    "materi": ["Cetak", "Digital"],
    "umur": 34.5,
    "tiba-tanggal": "2022-12-24",
}


class Editor:
    """The organiser at the pages of the event's questions."""

    def __init__(self, client, event):
        self.client, self.page, self.id = client, f"/console/events/{event.id}/questions/", event.id

    def post(self, where="", **data):
        token = hidden(self.client.get("/console/"), "csrf_token")
        return self.client.post(self.page + where, data={"csrf_token": token, **data})

    @property
    def keys(self):
        with db.transaction() as session:
            asked = session.get(Event, self.id).questions
        return [one["key"] + (" (removed)" if one.get("removed") else "") for one in asked]


@pytest.fixture
def editor(organiser, event) -> Editor:
    return Editor(organiser, event)


@pytest.fixture
def asking(editor):
    for given in GIVEN:
        assert editor.post(**given).status_code == 303
    return editor


def _people(source="form"):
    with db.transaction() as session:
        return session.scalars(select(Participant).where(Participant.source == source)).all()


def test_organisers_add_change_move_and_remove(asking):
    assert asking.keys == ["harapan-anda", "makan-siang", "materi", "umur", "tiba-tanggal"]
    asking.post("umur/move", direction="up")
    asking.post("harapan-anda/move", direction="up")
    asking.post("tiba-tanggal/move", direction="down")
    assert asking.keys == ["harapan-anda", "makan-siang", "umur", "materi", "tiba-tanggal"]
    shown = BeautifulSoup(asking.client.get(f"{asking.page}makan-siang").text, "html.parser")
    assert shown.select_one("#f-options").text.strip() == "Nasi | Rice\nMi"
    assert asking.post("makan-siang", label="Makan siang Anda", options="Nasi\nSoto", kind="date").status_code == 303
    with db.transaction() as session:
        changed = questions.find(session.get(Event, asking.id), "makan-siang")
    assert (changed["label"], changed["kind"], changed["required"]) == ("Makan siang Anda", "choice", False)
    asking.post("materi/remove")
    assert "materi" not in asking.keys
    assert asking.post("materi/remove").status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": "", "kind": "text"}, "label"),
        ({"label": "x", "kind": "file"}, "kind"),
        ({"label": "x", "kind": "choice", "options": "satu saja"}, "options"),
        ({"label": "x", "kind": "choices", "options": "sama\nSama"}, "options"),
        ({"label": "x", "kind": "choice", "options": "a;b\nc"}, "options"),
        ({"label": "x", "kind": "choice", "options": "\n".join(map(str, range(31)))}, "options"),
        ({"label": "x", "kind": "choice", "options": "a\n" + "b" * 101}, "options"),
        ({"label": "x", "kind": "number", "smallest": "3", "largest": "2"}, "largest"),
        ({"label": "x", "kind": "number", "smallest": "1e9"}, "smallest"),
        ({"label": "x" * 201, "kind": "text"}, "label"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_and_kept_in_the_form(editor, given, field):
    page = editor.post(**given)
    assert page.status_code == 422
    assert f'href="#f-{field}"' in page.text
    assert editor.keys == []


def test_a_form_has_so_many_questions_and_no_more(editor):
    for _ in range(questions.MOST + 1):
        editor.post(label="Sama", kind="text")
    assert len(editor.keys) == len(set(editor.keys)) == questions.MOST


def test_organisers_who_change_the_form_at_once_do_not_undo_each_other(editor):
    everybody_has_read = Barrier(5)

    def ask(number):
        with db.transaction() as session:
            event = session.get(Event, editor.id)
            everybody_has_read.wait()
            questions.add(
                session, SYSTEM_ACTOR, event, QuestionForm().load({"label": f"Pertanyaan {number}", "kind": "text"})
            )

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(ask, range(5)))
    assert sorted(editor.keys) == [f"pertanyaan-{number}" for number in range(5)]


def test_the_form_takes_answers_and_keeps_them_beside_errors(asking, visitor, client):
    page = visitor.sign_up(**{**FILLED, "answers.makan-siang": "", "answers.umur": "9"})
    document = BeautifulSoup(page.text, "html.parser")
    assert page.status_code == 422
    links = [link["href"] for link in document.select("#ringkasan a")]
    assert links == ["#f-answers.makan-siang", "#f-answers.umur"]
    assert all(document.find(id=link[1:]) for link in links)
    assert document.find(id="f-answers.umur")["value"] == "9"
    assert [box["value"] for box in document.select('[name="answers.materi"][checked]')] == ["Cetak", "Digital"]
    assert document.select_one('fieldset[id="f-answers.makan-siang"] legend').text.strip() == "Makan siang"
    assert _people() == []
    assert visitor.sign_up(**FILLED).status_code == 303
    assert [person.answers for person in _people()] == [KEPT]
    english = BeautifulSoup(client.get(f"{visitor.address}?lang=en").text, "html.parser")
    assert english.select_one('label[for="f-answers.harapan-anda"]').text.startswith("What do you expect")
    assert english.select_one('[id="f-answers.materi"] legend span')["lang"] == "id"


def test_programs_learn_the_questions_and_every_wrong_answer_by_name(asking, client, event):
    address = f"/api/v1/events/{event.slug}"
    shown = client.get(address).json["questions"]
    assert [(one["key"], one["kind"], one["required"]) for one in shown][1] == ("makan-siang", "choice", True)
    body = {"name": "Ayu", "email": "ayu@contoh.example", "consent": True}
    wrong = {
        "harapan-anda": 7,
        "materi": ["Kaset"],
        "umur": True,
        "tiba-tanggal": "kemarin",
        "lain": "?",
    }
    refused = client.post(f"{address}/registrations", json={**body, "answers": wrong})
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == {f"answers.{key}" for key in (*wrong, "makan-siang")}
    for odd in (None, [], "x", {"makan-siang": ["Nasi"]}, {"makan-siang": None}, {"makan-siang": "Batu"}):
        assert client.post(f"{address}/registrations", json={**body, "answers": odd}).status_code == 422, odd
    made = client.post(f"{address}/registrations", json={**body, "answers": {**KEPT, "umur": 34}})
    assert (made.status_code, made.json["answers"]) == (201, {**KEPT, "umur": 34})


def test_answers_are_shown_changed_downloaded_and_erased(asking, visitor, client, event):
    page = visitor.sign_up(**FILLED).location
    (person,) = _people()
    own = BeautifulSoup(client.get(f"{page}/edit").text, "html.parser")
    assert own.find(id="f-answers.umur")["value"] == "34.5"
    token = hidden(client.get(f"{page}/edit"), "csrf_token")
    wrong = client.post(f"{page}/answers", data={"csrf_token": token, **FILLED, "answers.umur": "banyak"})
    assert (wrong.status_code, 'value="banyak"' in wrong.text) == (422, True)
    client.post(f"{page}/answers", data={"csrf_token": token, "answers.makan-siang": "Mi", "answers.umur": "0"})
    assert _people()[0].answers == KEPT
    client.post(f"{page}/answers", data={"csrf_token": token, "answers.makan-siang": "Mi", "answers.umur": "35"})
    assert _people()[0].answers == {"makan-siang": "Mi", "umur": 35}
    assert client.get(f"{page}/data.json").json["participant"]["answers_in_words"] == {
        "Makan siang": "Mi",
        "Umur": "35",
    }
    record = asking.client.get(f"/console/events/{event.id}/participants/{person.id}")
    assert "Makan siang" in record.text
    client.post(f"{page}/erase", data={"csrf_token": token, "confirm": "true"})
    assert _people()[0].answers == {}


def test_what_was_answered_outlives_its_question(asking, visitor, client, event):
    page = visitor.sign_up(**FILLED).location
    asking.post("materi/remove")
    asking.post("umur", label="Usia", smallest="40")
    assert "materi (removed)" in asking.keys
    assert "answers.materi" not in client.get(visitor.address).text
    token = hidden(client.get(f"{page}/edit"), "csrf_token")
    client.post(f"{page}/answers", data={"csrf_token": token, "answers.makan-siang": "Mi"})
    assert _people()[0].answers == {"makan-siang": "Mi", "materi": ["Cetak", "Digital"]}
    data = asking.client.get(f"/console/events/{event.id}/files/participants.csv").data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(data), delimiter=";"))
    assert [(line["Materi"], line["Usia"]) for line in lines if line["Nama"] == "Ayu Lestari"] == [
        ("Cetak; Digital", "")
    ]
    asking.post("materi/restore")
    assert asking.keys[-1] == "materi"


def test_a_question_removed_while_somebody_answers_is_no_fault_of_theirs(asking, visitor, client):
    form = {**visitor.form(), "name": "Ayu", "email": "ayu@contoh.example", "consent": "true", **FILLED}
    asking.post("umur/remove")
    assert client.post(visitor.address, data=form).status_code == 303


def test_a_copy_asks_the_same_but_not_what_was_removed(asking, visitor, event, coming_day):
    visitor.sign_up(**FILLED)
    asking.post("materi/remove")
    with db.transaction() as session:
        made = copying.copy(session, SYSTEM_ACTOR, session.get(Event, event.id), coming_day)
        assert [one["key"] for one in made.questions] == ["harapan-anda", "makan-siang", "umur", "tiba-tanggal"]


def test_a_list_brings_answers_and_errors_by_their_columns(asking, partners):
    head = [*HEAD, "Lunch", "materi", "umur", "Tiba tanggal"]
    rows = [
        ["Ani", "", "", "", "", "", "ya", "rice", "braille; CETAK", "34", "2022-12-24"],
        ["Budi", "", "", "", "", "", "ya", "", "", "", ""],
    ]
    wrong = ["Cici", "", "", "", "", "", "ya", "Batu", "Kaset", "200", "besok"]

    def file(lines):
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([head, *lines])
        return text.getvalue().encode()

    _upload(asking.client, partners[0], file([*rows, wrong]))
    with db.transaction() as session:
        found = importing.preview(session, session.query(Import).one())
    assert found.unknown_columns == []
    assert {(problem.line, problem.column) for problem in found.problems} == {
        (4, "Makan siang"),
        (4, "Materi"),
        (4, "Umur"),
        (4, "Tiba tanggal"),
    }
    _preview, done = _commit(asking.client, _upload(asking.client, partners[0], file(rows)).location)
    assert done.status_code == 303
    taken = {person.name: person.answers for person in _people("import")}
    expected = {"makan-siang": "Nasi", "materi": ["Braille", "Cetak"], "umur": 34, "tiba-tanggal": "2022-12-24"}
    assert taken == {"Ani": expected, "Budi": {}}
    template = asking.client.get(f"/console/partners/{partners[0].id}/import/template.csv").data.decode("utf-8-sig")
    assert template.splitlines()[0].endswith("setuju;Harapan Anda;Makan siang;Materi;Umur;Tiba tanggal")


def test_a_coordinator_may_leave_answers_to_the_person(asking, partners):
    page = f"/console/partners/{partners[0].id}/"
    token = hidden(asking.client.get(page), "csrf_token")
    form = {"csrf_token": token, "name": "Ani", "consent": "true"}
    assert asking.client.post(f"{page}people", data={**form, "answers.umur": "x"}).status_code == 422
    assert asking.client.post(f"{page}people", data={**form, "answers.umur": "30"}).status_code == 303
    assert [person.answers for person in _people("coordinator")] == [{"umur": 30}]


@pytest.mark.parametrize("name", ["load", "fields", "context", "meta", "opts", "dump"])
def test_a_question_may_be_called_like_anything_in_the_library(name):
    asked = [{"key": name, "kind": "text", "label": name, "required": True, "options": []}]
    assert answers.check(asked, {name: "ya"}) == {name: "ya"}
