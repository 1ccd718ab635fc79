"""Every route says who may call it."""

import importlib

import pytest

from tests.environment import SERVICES


@pytest.fixture(params=SERVICES, ids=lambda service: service.name)
def app(environment, request):
    return importlib.import_module(f"{request.param.package}.app").create_app()


def test_every_route_declares_who_may_call_it(app):
    open_to_nobody = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.endswith("static") and not getattr(app.view_functions[rule.endpoint], "who", ())
    ]
    assert open_to_nobody == []


def test_every_path_begins_with_the_services_prefix(app):
    service = app.import_name.split(".")[1]
    prefixes = {"registration": ("/",), "checkin": ("/checkin/",), "certificates": ("/certificates/", "/v/")}
    assert [rule.rule for rule in app.url_map.iter_rules() if not rule.rule.startswith(prefixes[service])] == []
    if service == "registration":
        others = ("/checkin", "/certificates", "/v/", "/mailbox")
        assert [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(others)] == []


def test_pages_that_change_something_are_not_fetched(app):
    for rule in app.url_map.iter_rules():
        words = ("delete", "remove", "cancel", "revoke", "erase")
        if rule.methods and "GET" in rule.methods and "POST" not in rule.methods:
            assert not rule.rule.rstrip("/").endswith(words), rule.rule
