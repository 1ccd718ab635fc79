"""Reading the HTML of an answer."""

from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag


def element(page: Any, selector: str) -> Tag:
    """The first element of ``page`` (an answer, or a part of one) that a CSS selector finds; there must be one."""
    tree = page if isinstance(page, Tag) else BeautifulSoup(page.text, "html.parser")
    found = tree.select_one(selector)
    assert found is not None, f"no {selector}"
    return found


def attribute(page: Any, selector: str, name: str) -> str:
    """An attribute of the first element that a CSS selector finds."""
    return str(element(page, selector)[name])


def csrf_token(page: Any) -> str:
    """The token in a form of ``page``."""
    return attribute(page, "input[name=csrf_token]", "value")
