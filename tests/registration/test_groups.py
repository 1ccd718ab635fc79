"""Breakout groups: properties of the draw over any people, and the console's use of it."""

from collections import Counter
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.registration.demo import sample_people
from services.registration.enrolment import sign_up
from services.registration.groups import assigning
from services.registration.groups.drawing import Member, draw
from services.registration.models import Event, Participant, db
from shared.delivery.models import Outgoing
from tests.registration.conftest import hidden


def _person(number: int) -> UUID:
    return UUID(int=number + 1)


people_alone = st.lists(st.integers(0, 6), max_size=80).map(
    lambda partners: [Member(_person(number), partner) for number, partner in enumerate(partners)]
)


@st.composite
def people_with_companions(draw):
    members = draw(people_alone)
    ids = [member.id for member in members]
    choose = st.none() | st.sampled_from(ids) if ids else st.none()
    return [member._replace(with_whom=draw(choose)) for member in members]


@given(people_alone, st.integers(1, 12), st.integers(0, 2**53))
@settings(max_examples=150, deadline=None)
def test_everybody_is_in_one_group_and_sizes_differ_by_one_at_most(members, count, seed):
    placed = draw(members, count, seed)
    assert set(placed) == {member.id for member in members}
    sizes = Counter(dict.fromkeys(range(1, count + 1), 0))
    sizes.update(placed.values())
    assert max(sizes.values()) - min(sizes.values()) <= 1


@given(people_alone, st.integers(1, 12), st.integers(0, 2**53))
@settings(max_examples=150, deadline=None)
def test_each_partner_is_spread_as_evenly_as_the_sizes_allow(members, count, seed):
    placed = draw(members, count, seed)
    for partner in {member.partner for member in members}:
        spread = Counter(dict.fromkeys(range(1, count + 1), 0))
        spread.update(placed[member.id] for member in members if member.partner == partner)
        assert max(spread.values()) - min(spread.values()) <= 1


@given(people_with_companions(), st.integers(1, 12), st.integers(0, 2**53))
@settings(max_examples=150, deadline=None)
def test_companions_stay_together(members, count, seed):
    placed = draw(members, count, seed)
    for member in members:
        if member.with_whom is not None:
            assert placed[member.id] == placed[member.with_whom]


@given(people_with_companions(), st.integers(1, 12), st.integers(0, 2**53), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_same_seed_gives_the_same_groups_in_whatever_order_people_come(members, count, seed, chance):
    shuffled = list(members)
    chance.shuffle(shuffled)
    assert draw(members, count, seed) == draw(shuffled, count, seed)


def test_another_seed_gives_other_groups():
    members = [Member(_person(number), number % 6) for number in range(30)]
    assert draw(members, 6, 1) != draw(members, 6, 2)


def _post(client, event, what, **data):
    page = f"/console/events/{event.id}/groups/"
    return client.post(f"{page}{what}", data={"csrf_token": hidden(client.get(page), "csrf_token"), **data})


def _fill(event, count=30):
    with db.transaction() as session:
        sample_people.fill(session, session.get(Event, event.id), count)


def _groups():
    with db.transaction() as session:
        people = session.scalars(select(Participant).where(Participant.role == "peserta")).all()
        return {person.id: (person.group_number, person.partner_id) for person in people}


def test_six_groups_of_five_with_one_of_each_partner(organiser, event):
    _fill(event)
    assert _post(organiser, event, "draw", groups="6", seed="2022").status_code == 303
    drawn = _groups()
    assert Counter(number for number, _partner in drawn.values()) == dict.fromkeys(range(1, 7), 5)
    assert max(Counter(drawn.values()).values()) == 1
    _post(organiser, event, "draw", groups="6", seed="2022")
    assert _groups() == drawn


def test_the_group_is_published_and_shown_on_the_ticket(organiser, event, visitor):
    ticket = visitor.sign_up().location
    _post(organiser, event, "draw", groups="1")
    (person,) = _groups()
    with db.transaction() as session:
        facts = session.scalars(select(Outgoing).where(Outgoing.key == str(person)).order_by(Outgoing.id.desc()))
        fact = facts.first()
    assert (fact.payload["group_number"], fact.payload["group_topic"]) == (1, "Pembangunan Graha Gedung Aswaja")
    assert "Pembangunan Graha Gedung Aswaja" in organiser.get(ticket).text


def test_moved_by_hand_and_locked(organiser, event):
    _fill(event, 6)
    _post(organiser, event, "draw", groups="2", seed="1")
    person = next(iter(_groups()))
    _post(organiser, event, f"move/{person}", group="3")
    assert _groups()[person][0] == 3
    _post(organiser, event, "lock", locked="true")
    locked = _groups()
    with db.transaction() as session:
        assert session.get(Event, event.id).groups_locked
    page = organiser.get(f"/console/events/{event.id}/groups/")
    assert 'id="undi"' not in page.text
    token = hidden(page, "csrf_token")
    for what, data in (("draw", {"groups": "2"}), (f"move/{person}", {"group": "1"})):
        organiser.post(f"/console/events/{event.id}/groups/{what}", data={"csrf_token": token, **data})
    assert _groups() == locked


def test_a_companion_named_by_code_is_in_the_same_group(organiser, event):
    _fill(event, 12)
    with db.transaction() as session:
        first, second = session.scalars(select(Participant).where(Participant.role == "peserta").limit(2)).all()
    answer = _post(organiser, event, f"companion/{second.id}", code=f"{first.code[:4]} {first.code[4:].lower()}")
    assert answer.status_code == 303
    for seed in range(5):
        _post(organiser, event, "draw", groups="6", seed=str(seed))
        drawn = _groups()
        assert drawn[first.id][0] == drawn[second.id][0]


def test_the_stage_is_in_no_group(organiser, event):
    with db.transaction() as session:
        sign_up.register(session, session.get(Event, event.id), {"name": "A", "email": None}, "organiser")
    _post(organiser, event, "draw", groups="2")
    with db.transaction() as session:
        speaker = session.query(Participant).filter_by(role="narasumber").one()
        assert speaker.group_number is None
        assert assigning.eligible(session, session.get(Event, event.id))[0].name == "A"
