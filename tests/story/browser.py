"""A browser without a screen: it keeps cookies, finds forms, fills and sends them, and follows redirects."""

from typing import Any
from urllib.parse import urljoin

import requests
from bs4 import BeautifulSoup, Tag


class Page:
    """A page as it was received."""

    def __init__(self, browser: "Browser", response: requests.Response):
        self.browser = browser
        self.url = response.url
        self.status = response.status_code
        self.content = response.content
        self.document = BeautifulSoup(response.text, "html.parser")

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return self.document.get_text(" ", strip=True)

    def links(self, containing: str) -> list[str]:
        """Complete addresses of links that contain ``containing``, in order, each once."""
        found = [urljoin(self.url, str(link["href"])) for link in self.document.find_all("a", href=True)]
        return list(dict.fromkeys(address for address in found if containing in address))

    def submit(self, form: str, **values: Any) -> "Page":
        """Fill the form found by CSS selector ``form`` with ``values`` and send it as its first button would."""
        element = self.document.select_one(form)
        if element is None:
            raise AssertionError(f"no form {form!r} on {self.url}: {self.text[:400]}")
        data = _contents(element)
        unknown = values.keys() - {str(item.get("name")) for item in element.select("[name]")}
        if unknown:
            raise AssertionError(f"the form {form!r} on {self.url} has no field {sorted(unknown)}")
        data.update(values)
        return self.browser.send(
            str(element.get("method", "get")), urljoin(self.url, str(element.get("action") or self.url)), data
        )


def _contents(form: Tag) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        name, kind = str(field["name"]), field.get("type")
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            data[name] = str(chosen.get("value", "")) if chosen else ""
        elif field.name == "textarea":
            data[name] = field.get_text()
        elif kind in ("checkbox", "radio"):
            if field.has_attr("checked"):
                data[name] = str(field.get("value", "on"))
        elif kind not in ("submit", "button", "file"):
            data[name] = str(field.get("value", ""))
    return data


class Browser:
    """One person's browser."""

    def __init__(self, origin: str):
        self.origin = origin
        self.session = requests.Session()
        # Nothing of this machine's proxy or netrc settings belongs in the story.
        self.session.trust_env = False

    def open(self, address: str) -> Page:
        """Follow a link. The page must be there."""
        page = Page(self, self.session.get(urljoin(self.origin, address), timeout=20))
        if page.status >= 400:
            raise AssertionError(f"{page.status} at {page.url}: {page.text[:400]}")
        return page

    def send(self, method: str, address: str, data: dict[str, Any]) -> Page:
        """Send a form. The answer must not be an error."""
        query, body = (data, None) if method.lower() == "get" else (None, data)
        page = Page(self, self.session.request(method, address, params=query, data=body, timeout=20))
        if page.status >= 400:
            raise AssertionError(f"{page.status} at {page.url}: {page.text[:600]}")
        return page

    def status(self, address: str) -> int:
        """The HTTP status at an address that may be an error."""
        return self.session.get(urljoin(self.origin, address), timeout=20).status_code
