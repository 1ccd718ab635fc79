"""Old examples of contracts still load; senders, receivers, queues, tasks and workers fit together."""

import json

import pytest

from shared import watchdog
from shared.contracts import CONTRACTS
from shared.queues import (
    ALL,
    PERIODIC,
    SERVICES,
    WORKERS,
    acknowledge_task,
    acknowledgements,
    apply_task,
    heartbeat_task,
    messages,
)
from shared.worker import TASK_SECONDS
from tests.environment import SERVICES as RUNNING
from tests.shape.code import ROOT

EXAMPLES = ROOT / "shared" / "examples"
BY_NAME = {service.name: service for service in RUNNING}


def example(contract_type):
    return json.loads((EXAMPLES / f"{contract_type}.json").read_text())


def test_every_contract_has_an_example_and_every_example_a_contract():
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(CONTRACTS)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_the_stored_example_still_loads_and_dumps_the_same(contract):
    stored = example(contract.type)
    dumped = contract.schema.dump(contract.schema.load(stored))
    assert {name: dumped[name] for name in stored} == stored
    assert contract.key_of(contract.schema.load(stored)) == contract.key_of(stored)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_a_field_of_the_future_is_left_out(contract):
    stored = example(contract.type)
    assert contract.schema.load({**stored, "added_later": {"x": 1}}) == contract.schema.load(stored)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_only_the_subscribers_of_a_contract_handle_it(contract):
    handling = {name for name, service in BY_NAME.items() if contract.type in service.handlers}
    assert handling == set(contract.subscribers)
    assert contract.source in SERVICES


@pytest.mark.parametrize("service", RUNNING, ids=lambda service: service.name)
def test_a_service_publishes_exactly_the_contracts_that_name_it_as_source(service):
    own = {contract.type for contract in CONTRACTS.values() if contract.source == service.name}
    assert set(service.builders) == own


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_what_is_reserved_for_some_can_be_missing_for_the_others(contract):
    for subscriber in contract.subscribers:
        contract.schema.load(contract.payload_for(subscriber, example(contract.type)))


def test_e_mail_addresses_go_to_certificates_alone():
    contract = CONTRACTS["registration.participant-changed.v1"]
    learns = {name for name in contract.subscribers if "email" in contract.payload_for(name, example(contract.type))}
    assert learns == {"certificates"}


def test_every_queue_has_exactly_one_worker():
    served = [queue for queues in WORKERS.values() for queue in queues]
    assert len(served) == len(set(served))
    assert set(served) == set(ALL)
    for service in SERVICES:
        assert {messages(service), acknowledgements(service)} <= set(served)


def test_every_task_is_sent_by_somebody_to_a_queue_that_is_served():
    known = dict(PERIODIC)
    for service in RUNNING:
        known |= {apply_task(service.name): messages(service.name)}
        known |= {heartbeat_task(service.name): messages(service.name)}
        known |= {acknowledge_task(service.name): acknowledgements(service.name)}
        known |= {kind.task: kind.queue for kind in service.jobs}
    declared = {name for service in RUNNING for name in service.celery.tasks if not name.startswith("celery.")}
    assert declared == set(known)
    assert set(known.values()) <= set(ALL)


@pytest.mark.parametrize("service", RUNNING, ids=lambda service: service.name)
def test_a_job_is_not_handed_to_a_second_worker_while_the_first_may_be_at_it(service):
    for kind in service.jobs:
        assert kind.renews or kind.lease.total_seconds() > TASK_SECONDS + watchdog.LOOK_SECONDS
        assert kind.queue.startswith(service.name)
