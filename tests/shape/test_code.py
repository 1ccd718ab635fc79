"""Imports between packages, how long files are, whose clock is read, and what must not be in a repository."""

import ast
import re

import pytest

from tests.shape.code import ROOT, SERVICES, committed, imports, python, short, tree

LONGEST_FILE = 320
WRITTEN = (".py", ".css", ".js", ".mjs", ".html", ".txt", ".typ")


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_imports_another(service):
    others = tuple(f"services.{other}" for other in SERVICES if other != service)
    for path in python(f"services/{service}"):
        assert not [name for name in imports(path) if name.startswith(others)], short(path)


def test_shared_imports_no_service_and_nobody_imports_tests_or_the_stack():
    for path in python("shared"):
        assert not [name for name in imports(path) if name.startswith(("services", "stack", "tests"))], short(path)
    for path in python("services"):
        assert not [name for name in imports(path) if name.startswith(("stack", "tests"))], short(path)


def test_no_file_is_too_long_to_be_read():
    long = {
        short(path): lines
        for path in committed()
        if path.suffix in WRITTEN and (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert not {name for name in long if not name.startswith("requirements/")}


def _calls(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield f"{ast.unparse(node.func.value)}.{node.func.attr}", node.lineno


@pytest.mark.parametrize("path", python("services", "shared"), ids=short)
def test_time_comes_from_the_houses_clock(path):
    if path == ROOT / "shared/clock.py":
        return
    wrong = re.compile(r"(datetime|date)\.(now|utcnow|today)$|^func\.(now|current_timestamp)$|^time\.time$")
    assert not [f"{short(path)}:{line} {name}" for name, line in _calls(path) if wrong.search(name)]


def test_nothing_is_eager():
    for path in python("services", "shared", "tests", "stack", "bench"):
        assert "task_always" + "_eager" not in path.read_text(), short(path)


def test_files_name_no_package_registry_and_no_private_path():
    registries = ("pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "npmjs" + ".org", "/work" + "/")
    for path in committed():
        if path.suffix in (".png", ".woff2", ".ttf"):
            continue
        text = path.read_text(errors="replace")
        assert not [name for name in registries if name in text], short(path)
