"""Who sees how much of what, written out once by hand for everybody of a town."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.domain.assignment import Assignment
from dispatch.domain.message import Message, Template
from dispatch.domain.people import Person
from dispatch.domain.request import Request
from dispatch.reading.scope import (
    Scope,
    facility_of,
    is_hidden,
    keeps_sop,
    of_assignment,
    of_event,
    of_fleet,
    of_listed,
    of_request,
    of_requests,
    of_vehicle,
    reads,
    sees_number,
)
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.events import (
    DeathAnswered,
    Diverted,
    DutyChanged,
    Event,
    Noted,
    OfferMade,
    ProposalOver,
    StepTaken,
    TripNoticed,
    VehicleProposed,
)
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, StepSource
from dispatch.vocabulary.vehicle_classes import Duty
from tests.people import BUDI, CIKOKOL, DINA, NOW, OPI, SITI, drowned_child

FULL, REDACTED, COUNTS, NONE = Scope
YANI = replace(SITI, id="yani", facility="puskesmas-jauh")
JOKO = replace(BUDI, id="joko", vehicle="H1")
ADI = Person(id="adi", name="Admin Contoh Adi", role=Role.ADMIN)
TRACKER = Person(id="alat", name="Alat Contoh", role=Role.DEVICE, vehicle="H3")
TOWN = (SITI, YANI, BUDI, JOKO, OPI, DINA, ADI, TRACKER)
REQUEST = Request(id="P-1", ask=drowned_child(), state=RequestState.SEARCHING, created_at=NOW, created_by="siti")
OFFER = Assignment(
    id="T-1",
    request_id="P-1",
    vehicle_id="H3",
    state=AssignmentState.OFFERED,
    offered_at=NOW,
    expires_at=NOW + timedelta(seconds=90),
)
OVER = replace(OFFER, state=AssignmentState.CLEARED)
OFFERED = OfferMade(at=NOW, request_id="P-1", assignment_id="T-1", vehicle_id="H3", expires_at=NOW)
NOTED = Noted(at=NOW, request_id="P-1")
OFF_DUTY = DutyChanged(at=NOW, vehicle_id="H1", duty=Duty.OFF_DUTY)
# Of siti, who asked; yani of another facility; budi, who is asked; joko, another driver; opi, dina, adi, a tracker.
SEES = {
    "requests": (FULL, FULL, REDACTED, REDACTED, FULL, FULL, COUNTS, NONE),
    "the request": (FULL, NONE, REDACTED, NONE, FULL, FULL, COUNTS, NONE),
    "the request after the trip": (FULL, NONE, NONE, NONE, FULL, FULL, COUNTS, NONE),
    "its trip": (FULL, NONE, FULL, NONE, FULL, FULL, COUNTS, NONE),
    "the vehicle": (NONE, NONE, FULL, NONE, FULL, FULL, FULL, NONE),
    "the fleet": (NONE, NONE, NONE, NONE, FULL, FULL, FULL, NONE),
    "the vehicle in a list": (FULL, REDACTED, NONE, NONE, FULL, FULL, FULL, NONE),
    "a free vehicle in a list": (REDACTED, REDACTED, NONE, NONE, FULL, FULL, FULL, NONE),
    "the offer on the live connection": (FULL, NONE, REDACTED, NONE, FULL, FULL, COUNTS, NONE),
    "a note on the way": (FULL, NONE, REDACTED, NONE, FULL, FULL, COUNTS, NONE),
    "another's duty on it": (NONE, NONE, NONE, REDACTED, FULL, FULL, FULL, NONE),
}


DIED = TripNoticed(at=NOW, request_id="P-1", assignment_id="T-1", vehicle_id="H1", what=Notice.PATIENT_DIED)
LATE = replace(DIED, what=Notice.LATE)
ALIVE = DeathAnswered(at=NOW, request_id="P-1", confirmed=False, whose=WhoseWord.FACILITY)
CONFIRMED = replace(ALIVE, confirmed=True)
TOLD = Message(key="1", seq=1, made_at=NOW, recipient="x", template=Template.TRIP_NOTICED, send_after=NOW)
LETTERS: dict[str, Message] = {
    **{
        name: replace(TOLD, template=name)
        for name in (Template.PATIENT_DIED, Template.PATIENT_DIED_ON_SCENE, Template.DEATH_NOT_CONFIRMED)
    },
    "noticed dead": replace(TOLD, facts={"notice": Notice.PATIENT_DIED.value}),
}
# The request goes to where yani works: siti asked, yani receives, joko drives, opi and dina watch, adi counts.
OF_A_DEATH = {
    "the report": (DIED, (NONE, REDACTED, REDACTED, FULL, FULL, COUNTS, NONE)),
    "alive": (ALIVE, (NONE, REDACTED, REDACTED, FULL, FULL, COUNTS, NONE)),
    "confirmed": (CONFIRMED, (FULL, REDACTED, REDACTED, FULL, FULL, COUNTS, NONE)),
    "late": (LATE, (FULL, NONE, REDACTED, FULL, FULL, COUNTS, NONE)),
}


@pytest.mark.parametrize("name", OF_A_DEATH)
def test_of_a_death_that_is_not_confirmed_only_operators_and_who_receives_hear(name: str) -> None:
    event, wanted = OF_A_DEATH[name]
    there = replace(CIKOKOL, facility=YANI.facility)
    request = replace(REQUEST, ask=replace(REQUEST.ask, dropoff=there))
    people = (SITI, YANI, JOKO, OPI, DINA, ADI, TRACKER)
    assert tuple(of_event(person, event, request, ["H1"]) for person in people) == wanted
    # What stands in no timeline of siti's is not told to her live either.
    assert is_hidden(SITI, event, request) is (wanted[0] is NONE)
    assert not any(is_hidden(person, event, request) for person in (YANI, OPI, DINA))
    nowhere = replace(REQUEST, ask=replace(REQUEST.ask, dropoff=None))
    assert of_event(YANI, event, nowhere, []) is NONE


@pytest.mark.parametrize("name", LETTERS)
def test_letters_of_a_death_that_is_not_confirmed_are_not_shown_to_who_asked(name: str) -> None:
    assert [reads(person, LETTERS[name], REQUEST) for person in (SITI, OPI, DINA)] == [False, True, True]
    assert reads(SITI, TOLD, REQUEST)


def test_a_driver_hears_of_the_steps_of_whoever_else_is_on_the_request_and_of_the_end_of_his_own_trip() -> None:
    taken = StepTaken(
        at=NOW,
        request_id="P-1",
        vehicle_id="H1",
        assignment_id="T-2",
        state=AssignmentState.EN_ROUTE,
        source=StepSource.TAP,
    )
    assert of_event(BUDI, taken, REQUEST, ["H1", "H3"]) is REDACTED
    assert of_event(BUDI, taken, REQUEST, ["H1"]) is NONE
    over = replace(taken, vehicle_id="H3", state=AssignmentState.CLEARED)
    assert of_event(BUDI, over, REQUEST, ["H1"]) is REDACTED


PROPOSALS = (
    VehicleProposed(at=NOW, request_id="P-1", vehicle_id="H3", eta_s=300, taken_from="P-2", trip="T-1"),
    Diverted(at=NOW, request_id="P-1", vehicle_id="H3", eta_s=300, taken_from="P-2", trip="T-1"),
    ProposalOver(at=NOW, request_id="P-1"),
)


@pytest.mark.parametrize("event", PROPOSALS, ids=lambda event: event.kind.value)
def test_what_is_proposed_to_operators_nobody_else_hears_of(event: Event) -> None:
    others = [person for person in TOWN if person.role is not Role.OPERATOR]
    assert {of_event(person, event, REQUEST, ["H3"]) for person in others} == {NONE}
    assert all(is_hidden(person, event, REQUEST) for person in others)
    assert of_event(OPI, event, REQUEST, []) is FULL
    assert not is_hidden(OPI, event, REQUEST)


@pytest.mark.parametrize("template", [Template.VEHICLE_PROPOSED, Template.DIVERTED])
def test_letters_of_a_proposal_are_the_operators_to_read(template: Template) -> None:
    assert [reads(person, replace(TOLD, template=template), REQUEST) for person in (SITI, OPI, DINA)] == [
        False,
        True,
        False,
    ]


def sees(person: Person) -> dict[str, Scope]:
    return {
        "requests": of_requests(person),
        "the request": of_request(person, REQUEST, [OFFER]),
        "the request after the trip": of_request(person, REQUEST, [OVER]),
        "its trip": of_assignment(person, OFFER, REQUEST),
        "the vehicle": of_vehicle(person, "H3"),
        "the fleet": of_fleet(person),
        "the vehicle in a list": of_listed(person, REQUEST),
        "a free vehicle in a list": of_listed(person, None),
        "the offer on the live connection": of_event(person, OFFERED, REQUEST, ()),
        "a note on the way": of_event(person, NOTED, REQUEST, ["H3"]),
        "another's duty on it": of_event(person, OFF_DUTY, None, ()),
    }


@pytest.mark.parametrize("person", TOWN, ids=[person.id for person in TOWN])
def test_everybody_sees_what_is_their_business(person: Person) -> None:
    assert sees(person) == {what: scopes[TOWN.index(person)] for what, scopes in SEES.items()}


def test_staff_are_held_to_their_facility_and_nobody_else_to_one() -> None:
    assert {person.id: facility_of(person) for person in TOWN} == {
        **{person.id: None for person in TOWN},
        "siti": "puskesmas-cikokol",
        "yani": "puskesmas-jauh",
    }


def test_the_numbers_of_drivers_and_colleagues_are_the_operators_to_see() -> None:
    for recipient, theirs in (("contact:P-1", True), ("police", True), ("driver:H3", False), ("person:opi", False)):
        assert sees_number(SITI, recipient) is theirs
        assert sees_number(OPI, recipient)


def test_an_officer_of_an_agency_keeps_its_sop_alone() -> None:
    officer = replace(DINA, id="her", agency="kota-tangerang")
    both = ("kota-tangerang", "laz")
    keeps = {person.id: {agency for agency in both if keeps_sop(person, agency)} for person in (*TOWN, officer)}
    assert {name: found for name, found in keeps.items() if found} == {
        "adi": set(both),
        "dina": set(both),  # one of no agency keeps every one
        "her": {"kota-tangerang"},
    }
