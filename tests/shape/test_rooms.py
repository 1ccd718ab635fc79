"""The same rooms in every service, and imports between them in one direction."""

import ast
import re

import pytest

from tests.shape.code import ROOT, SERVICES, imports, python, short, tree

MODULES = (
    "__init__ __main__ access app audit erasure inbound messages outbound service tasks words".split()  # noqa: SIM905
)
PACKAGES = ("api", "migrations", "pages", "schemas")
FOLDERS = ("templates", "translations")
OPTIONAL = ("design", "mail", "models", "static", "words")

# Packages named by what people do, the lowest first: each imports only those before it.
USE_CASES = {
    "registration": (
        "tickets",
        "seats",
        "partners",
        "events",
        "enrolment",
        "participants",
        "groups",
        "accounts",
        "documents",
        "reports",
        "demo",
    ),
    "checkin": ("scanning", "attendance", "roster", "walk_ins", "devices", "queries"),
    "certificates": ("eligibility", "signing", "rendering", "verification", "issuing", "overview"),
}
# What each room may import of its own service; None means everything.
MAY_IMPORT = {
    "models": set(),
    "words": {"models", "use cases"},
    "audit": {"models"},
    "outbound": {"models"},
    "mail.requests": {"models", "outbound"},
    "mail.compose": {"models", "use cases", "words", "mail.requests"},
    "schemas": {"models", "words", "use cases"},
    "use cases": {"models", "words", "audit", "outbound", "mail.requests", "use cases", "schemas"},
    "erasure": {"models", "audit", "outbound", "use cases"},
    "inbound": {"models", "audit", "outbound", "erasure", "use cases", "schemas"},
    "messages": {"inbound", "outbound"},
    "tasks": {"models", "messages", "mail.requests", "mail.compose", "erasure", "use cases", "audit"},
    "access": {"models", "use cases", "words"},
    "api": {"access", "models", "schemas", "words", "use cases", "erasure"},
    "pages": {"access", "models", "schemas", "words", "use cases", "mail.requests", "erasure"},
    "service": {"models", "use cases", "mail.requests"},
}
QUERYING = {"add", "add_all", "delete", "execute", "flush", "get", "get_one", "merge", "query", "scalar", "scalars"}


def modules(service):
    return [path for path in python(f"services/{service}") if "migrations" not in path.parts]


def dotted(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(service, module):
    """The room of a dotted module below services.<service>; None for another place."""
    prefix = f"services.{service}."
    if not module.startswith(prefix):
        return None
    first, _dot, rest = module.removeprefix(prefix).partition(".")
    if first in USE_CASES[service]:
        return "use cases"
    return f"mail.{rest.partition('.')[0]}" if first == "mail" and rest else first


def own_imports(service, path):
    """The modules of its own service that a file imports."""
    return {name for name in imports(path) if name.startswith(f"services.{service}.")}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_every_room_and_no_other(service):
    folder = ROOT / "services" / service
    assert {path.stem for path in folder.glob("*.py")} - {"models", "words"} == set(MODULES) - {"words"}
    assert (folder / "words.py").exists() or (folder / "words").is_dir()
    assert (folder / "models.py").exists() or (folder / "models").is_dir()
    found = {path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert found >= {*PACKAGES, *FOLDERS}
    assert found - {*PACKAGES, *FOLDERS, *OPTIONAL} == set(USE_CASES[service])


@pytest.mark.parametrize("service", SERVICES)
def test_each_room_imports_only_what_stands_below_it(service):
    wrong = []
    for path in modules(service):
        allowed = MAY_IMPORT.get(here := room(service, dotted(path)) or "")
        if allowed is None:
            continue
        for name in own_imports(service, path):
            other = room(service, name)
            if other not in (here, None, *allowed):
                wrong.append(f"{short(path)} imports {name}")
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_use_cases_import_each_other_in_one_direction(service):
    order = USE_CASES[service]
    wrong = []
    for path in modules(service):
        package = path.relative_to(ROOT / "services" / service).parts[0]
        if package not in order:
            continue
        for name in own_imports(service, path):
            other = name.split(".")[2]
            if other in order and order.index(other) > order.index(package):
                wrong.append(f"{short(path)} imports {name}")
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_only_pages_api_and_access_know_the_request(service):
    wrong = []
    for path in modules(service):
        if room(service, dotted(path)) in ("pages", "api", "access", "app", "__main__"):
            continue
        web = [name for name in imports(path) if name.startswith("shared.web") and "shared.web.models" not in name]
        flask = {"flask.g", "flask.request", "flask.current_app", "flask.has_request_context"} & imports(path)
        # The tick purges stored answers, and an erasure scrubs them.
        web = [name for name in web if not name.startswith("shared.web.idempotency") and name != "shared.web"]
        wrong += [f"{short(path)} imports {name}" for name in [*web, *flask]]
    assert wrong == []


def views(service):
    for folder in ("api", "pages"):
        yield from python(f"services/{service}/{folder}")


@pytest.mark.parametrize("service", SERVICES)
def test_views_hold_no_queries(service):
    wrong = []
    for path in views(service):
        wrong += [
            f"{short(path)} imports {name}"
            for name in imports(path)
            if name.startswith("sqlalchemy") and name not in ("sqlalchemy.orm", "sqlalchemy.orm.Session")
        ]
        wrong += [
            f"{short(path)}:{node.lineno} session.{node.func.attr}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in QUERYING
            and ast.unparse(node.func.value) == "session"
        ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_views_are_registered_by_their_package_under_one_name(service):
    for folder in ("api", "pages"):
        package = ROOT / "services" / service / folder / "__init__.py"
        assert re.search(r"^def register\(", package.read_text(), re.M), short(package)
    for path in views(service):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                made = ast.unparse(node.value.func)
                if made.split(".")[-1] == "Blueprint":
                    assert [ast.unparse(target) for target in node.targets] == ["blueprint"], short(path)


@pytest.mark.parametrize("service", SERVICES)
def test_pages_do_not_import_pages(service):
    wrong = []
    for path in views(service):
        if path.name == "__init__.py":
            continue
        for name in own_imports(service, path):
            parts = name.split(".")
            if parts[2] in ("pages", "api") and not any(part.startswith("_") for part in parts[3:]):
                wrong.append(f"{short(path)} imports {name}")
    assert wrong == []


def _takes_posts(function):
    return any(
        isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.func.attr == "post"
        for decorator in function.decorator_list
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_redirect_after_a_post_is_303(service):
    wrong = []
    for path in views(service):
        helpers = {}
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef):
                helpers[node.name] = node
        for function in helpers.values():
            called = {
                helpers[node.func.id]
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in helpers
            }
            if not _takes_posts(function):
                continue
            wrong += [
                f"{short(path)}:{node.lineno}"
                for each in {function, *called}
                for node in ast.walk(each)
                if isinstance(node, ast.Call)
                and ast.unparse(node.func) == "redirect"
                and (len(node.args) < 2 or ast.unparse(node.args[1]) != "303")
            ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_use_cases_open_no_transaction(service):
    """Entry points do: views, tasks, commands, and what works in several transactions on purpose."""
    wrong = []
    for path in modules(service):
        if room(service, dotted(path)) not in ("use cases", "inbound", "outbound", "audit", "erasure"):
            continue
        wrong += [
            f"{short(path)}:{node.lineno}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("db.transaction")
        ]
    assert wrong == []
