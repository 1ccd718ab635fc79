"""The types of facts say what the schemas load."""

import typing

import pytest

from shared import contracts, facts

TYPED = [
    (contracts.EVENT_CHANGED, facts.EventFact),
    (contracts.PARTICIPANT_CHANGED, facts.ParticipantFact),
    (contracts.ATTENDANCE_CHANGED, facts.AttendanceFact),
    (contracts.WALK_IN_REQUESTED, facts.WalkInRequestFact),
    (contracts.WALK_IN_ANSWERED, facts.WalkInAnswerFact),
    (contracts.CERTIFICATE_CHANGED, facts.CertificateFact),
]


def test_every_contract_has_a_type():
    assert {contract.type for contract, _typed in TYPED} == set(contracts.CONTRACTS)


@pytest.mark.parametrize(("contract", "typed"), TYPED, ids=lambda value: getattr(value, "type", ""))
def test_a_type_has_the_fields_of_its_schema(contract, typed):
    assert set(typing.get_type_hints(typed)) == set(contract.schema.fields)


def test_a_session_has_the_fields_of_its_schema():
    assert set(typing.get_type_hints(facts.AgendaItemFact)) == set(contracts.AgendaItemFact().fields)
    assert set(contracts.SESSION_TIMES) <= set(contracts.AgendaItemFact().fields)
