"""Finds every form of every page of a service, and fills it in with what nobody should type."""

import random
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from sqlalchemy import text
from werkzeug.datastructures import MultiDict

from shared.service import Service

# Sent as bytes: a browser cannot type a lone surrogate, but a program can send one.
SURROGATE = "\ud800"
VALUES = (
    "",
    " ",
    "x" * 10_000,
    "a\x00b",
    f"a{SURROGATE}b",
    "🎓🧑🏽‍🦯",
    "-1",
    "0",
    "1" * 400,
    "2147483648",
    "9223372036854775808",
    "1e999",
    "NaN",
    "٣",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2022-12-25T24:00",
    "<b>'\"--{{7*7}}",
    "\u202e\u200b",
    "a@b",
    "true",
    "[]",
    "2022-13-45",
    "\r\n\r\n",
)


class Form(NamedTuple):
    """A form as it stands on a page: where it goes, and what it sends if nobody touches it."""

    action: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    page: str


def pages(client: Any, starts: list[str], most: int = 400) -> Iterator[tuple[str, BeautifulSoup]]:
    """The pages that can be reached from ``starts`` by links within the service."""
    seen, waiting = set(), list(starts)
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        parts = urlsplit(address)
        key = (parts.path, re.sub(r"=[^&]*", "", parts.query))
        if key in seen or "sign-out" in address:
            continue
        seen.add(key)
        answer = client.get(address, follow_redirects=False)
        assert answer.status_code < 500, (address, answer.status_code)
        if answer.status_code in (301, 302, 303, 307):
            waiting.append(answer.location)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        soup = BeautifulSoup(answer.text, "html.parser")
        for link in soup.select("a[href]"):
            target = urlsplit(str(link["href"]))
            if target.netloc in ("", "localhost") and target.path.startswith("/"):
                waiting.append(f"{target.path}?{target.query}" if target.query else target.path)
        yield address, soup


def forms(client: Any, starts: list[str], kind: Any) -> list[Form]:
    """Every form that is posted; of forms alike (``kind`` of its action, and its fields) the first."""
    found: dict[tuple[Any, ...], Form] = {}
    for page, soup in pages(client, starts):
        for element in soup.select("form"):
            if str(element.get("method", "get")).lower() != "post":
                continue
            action = str(element.get("action") or page)
            given = Form(action, tuple(_fields(element)), tuple(_files(element)), page)
            found.setdefault((kind(action), tuple(sorted({name for name, _ in given.fields}))), given)
    return list(found.values())


def _fields(form: Any) -> Iterator[tuple[str, str]]:
    for element in form.select("input[name], textarea[name], select[name], button[name]"):
        name, kind = str(element["name"]), element.get("type")
        if kind == "file":
            continue
        if element.name == "select":
            chosen = element.select_one("option[selected]") or element.select_one("option")
            yield name, str(chosen.get("value", "")) if chosen else ""
        elif kind not in ("checkbox", "radio") or element.has_attr("checked"):
            yield name, element.text if element.name == "textarea" else str(element.get("value", "on"))


def _files(form: Any) -> Iterator[str]:
    return (str(element["name"]) for element in form.select("input[type=file][name]"))


def variants(form: Form, chance: random.Random) -> Iterator[tuple[str, MultiDict[str, str]]]:
    """What to send in place of what stands in the form, with a word for it."""
    names = sorted({name for name, _ in form.fields} - {"csrf_token"})
    yield "no csrf token", MultiDict([pair for pair in form.fields if pair[0] != "csrf_token"])
    yield "bad csrf token", _with(form, "csrf_token", "x")
    yield "nothing but the token", MultiDict([pair for pair in form.fields if pair[0] == "csrf_token"])
    yield "an unknown field", MultiDict([*form.fields, ("nobody", "1"), ("a.b.c", "2"), (".", "3"), ("", "4")])
    cases = [("all", value) for value in VALUES]
    for name in names:
        yield f"{name} missing", MultiDict([pair for pair in form.fields if pair[0] != name])
        yield f"{name} doubled", MultiDict([*form.fields, (name, "x"), (name, "x")])
        yield f"{name} nested", MultiDict([*form.fields, (f"{name}.x", "1"), (f"{name}[]", "1")])
        cases += [(name, value) for value in VALUES]
    chance.shuffle(cases)
    for name, value in cases:
        changed = _with(form, name, value) if name != "all" else None
        yield (
            f"{name} = {value[:20]!r}",
            changed
            or MultiDict([(field, stored if field == "csrf_token" else value) for field, stored in form.fields]),
        )


def _with(form: Form, name: str, value: str) -> MultiDict[str, str]:
    return MultiDict([(field, value if field == name else stored) for field, stored in form.fields])


def encoded(sent: MultiDict[str, str]) -> bytes:
    """As a browser encodes a form; what no browser can type comes out as the bytes that a program would send."""
    from urllib.parse import quote_from_bytes

    def quoted(typed: str) -> str:
        return quote_from_bytes(typed.encode("utf-8", "surrogatepass"))

    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in sent.items(multi=True)).encode()


def digest(service: Service, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """A fingerprint of every table of the service."""
    tables = sorted(
        {table.name for metadata in service.metadata for table in metadata.sorted_tables if table.name not in without}
    )
    each = [f"SELECT '{name}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM \"{name}\" t" for name in tables]
    with service.db.transaction() as session:
        return {name: value or "" for name, value in session.execute(text(" UNION ALL ".join(each)))}
