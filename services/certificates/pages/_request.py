"""What the pages read from a request."""

from flask import request


def query_text(name: str, longest: int = 200) -> str:
    """A query parameter, trimmed, with white space and control characters folded; empty if it is missing."""
    typed = request.args.get(name, "")
    return " ".join("".join(one if one.isprintable() else " " for one in typed).split())[:longest]


def uploaded(name: str) -> bytes:
    """The content of an uploaded file, empty if there is none. Its temporary file is closed."""
    file = request.files.get(name)
    if file is None:
        return b""
    with file.stream:
        return file.read()
