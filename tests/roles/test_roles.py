"""Every route of the three services, called over HTTP by everybody: who is let in, and what the others are told."""

import pytest

from tests.environment import SERVICES
from tests.roles import calling, world
from tests.roles.calling import MAY
from tests.roles.table import CALLERS, cells
from tests.roles.world import World

NAMES = [service.name for service in SERVICES]
# Rows that belong to one event, partner or person, by their names in paths.
OWNED = {
    "participant_id",
    "session_id",
    "account_id",
    "scope_id",
    "import_id",
    "mail_id",
    "announcement_id",
    "device_id",
    "key",
}


@pytest.fixture
def here(clean: None) -> World:
    return world.build()


@pytest.fixture
def all_routes(environment: None) -> set[tuple[str, str]]:
    return set(calling.routes())


def test_every_route_is_in_the_table_and_no_other(all_routes: set[tuple[str, str]]) -> None:
    assert all_routes == set(cells())


@pytest.mark.parametrize("service", NAMES)
def test_everybody_gets_what_the_table_says(service: str, here: World) -> None:
    wrong = []
    for (method, path), letters in cells().items():
        if calling.routes()[method, path][0] != service:
            continue
        for caller, expected in zip(CALLERS, letters, strict=True):
            answered = calling.call(here, caller, method, path)
            if answered != expected:
                # An earlier call may have removed a row or a right, as it should: once more with everything in place.
                here = world.build()
                answered = calling.call(here, caller, method, path)
            if answered != expected:
                wrong.append((method, path, caller, answered, expected))
    assert wrong == []


def test_nobody_learns_from_a_refused_form_what_they_may_not_see(here: World) -> None:
    """Rights come before the form's fields: what is wrong with a form is told to those who may send it."""
    wrong = []
    for (method, path), letters in cells().items():
        if method != "POST" or "/api/" in path:
            continue
        for caller, expected in zip(CALLERS, letters, strict=True):
            if expected == MAY:
                continue
            answered = calling.call(here, caller, method, path, body=calling.NONSENSE)
            if answered != expected:
                wrong.append((method, path, caller, answered, expected))
    assert wrong == []


def test_the_ids_of_others_are_not_there(here: World) -> None:
    """With the own event in the path, a row of another event or partner is not found, whoever asks."""
    wrong, tried = [], 0
    for (method, path), letters in cells().items():
        service, rule = calling.routes()[method, path]
        for name in sorted(OWNED & rule.arguments):
            foreign = {name: calling.values(here, here.other, service, path)[name]}
            for caller in ("organiser", "coordinator_a"):
                if letters[CALLERS.index(caller)] != MAY:
                    continue
                tried += 1
                answered = calling.call(here, caller, method, path, foreign)
                if answered != "4":
                    wrong.append((method, path, name, caller, answered))
    assert wrong == []
    assert tried
