"""The fast way to dump a fact gives what the schema gives, for every contract."""

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields

from shared.contracts import CONTRACTS
from shared.dumping import dumper
from tests.shape.test_messages import example

INSTANTS = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(timezone(timedelta(hours=7))),
)


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
def test_stored_examples(contract):
    fact = contract.schema.load(example(contract.type))
    assert dumper(contract.schema)(fact) == contract.schema.dump(fact)
    # It is JSON, and loads again.
    assert contract.schema.load(json.loads(json.dumps(contract.dump(fact)))) == fact


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda contract: contract.type)
@given(data=st.data())
def test_any_values(contract, data):
    fact = contract.schema.load(example(contract.type))
    for name, field in contract.schema.fields.items():
        if isinstance(field, fields.DateTime):
            fact[name] = data.draw(INSTANTS)
        elif isinstance(field, fields.UUID):
            fact[name] = data.draw(st.uuids())
        elif type(field) is fields.String and field.allow_none:
            fact[name] = None
    assert dumper(contract.schema)(fact) == contract.schema.dump(fact)


def test_what_a_fact_lacks_is_left_out():
    class Small(Schema):
        a = fields.UUID()
        b = fields.Integer()

    assert dumper(Small())({"a": uuid.UUID(int=1)}) == {"a": str(uuid.UUID(int=1))}


def test_a_field_that_it_does_not_know_is_refused():
    class Odd(Schema):
        price = fields.Decimal()

    with pytest.raises(TypeError, match="Decimal"):
        dumper(Odd())


def test_instants_are_dumped_in_utc():
    class At(Schema):
        at = fields.DateTime()

    at = datetime(2022, 12, 25, 8, tzinfo=timezone(timedelta(hours=7)))
    assert dumper(At())({"at": at}) == {"at": at.astimezone(UTC).isoformat()}
