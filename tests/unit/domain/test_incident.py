"""What an incident comes to, counted request by request, and who may be in it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.assignment import Assignment
from dispatch.domain.incident import Incident, Tally, closed, joined, left, tally_of
from dispatch.domain.request import Request
from dispatch.vocabulary.needs import Colour, Need, Urgency
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, KEPT_UNTIL_BETTER, AssignmentState
from tests.people import CIKOKOL, NOW, ask

S, R = AssignmentState, RequestState
CRASH = Incident(id="K-1", name="Tabrakan", place=CIKOKOL, created_at=NOW, created_by="opi")


def request(
    name: str = "P-1",
    need: Need = Need.EMERGENCY,
    urgency: Urgency | None = None,
    *,
    state: RequestState = R.SEARCHING,
    wanted: int = 1,
    **patient: object,
) -> Request:
    made = ask(need, urgency, **patient)
    return Request(id=name, ask=made, state=state, created_at=NOW, created_by="siti", wanted=wanted)


def trip(state: AssignmentState, name: str = "P-1", slot: int = 0) -> Assignment:
    return Assignment(
        id=f"T-{name}-{slot}-{state}",
        request_id=name,
        vehicle_id="A1",
        state=state,
        offered_at=NOW,
        expires_at=NOW + timedelta(seconds=40),
        slot=slot,
    )


def people(**counts: int) -> dict[Colour, int]:
    return {colour: counts.get(colour, 0) for colour in Colour}


def test_people_are_counted_by_colour_and_vehicles_by_how_far_they_have_come() -> None:
    requests = [
        request("P-1", urgency=Urgency.RED, wanted=3, count=3),
        request("P-2", urgency=Urgency.GREEN, can_sit=True, count=4),
        request("P-3", Need.BODY, state=R.COMPLETED),
        request("P-4", urgency=Urgency.YELLOW, state=R.DUPLICATE),
        request("P-5", urgency=Urgency.YELLOW, state=R.WAITING),
    ]
    trips = [
        *(trip(state, slot=slot) for slot, state in enumerate((S.EN_ROUTE, S.ACCEPTED, S.OFFERED))),
        trip(S.TRANSPORTING, slot=FIRST_CONTACT),
        trip(S.EXPIRED, "P-2"),
        trip(S.ON_SCENE, "P-2"),
        trip(S.ON_SCENE, "P-2", KEPT_UNTIL_BETTER),
        trip(S.CLEARED, "P-3"),
        trip(S.WITHDRAWN, "P-4"),
    ]
    found = tally_of(requests, trips)
    assert found == Tally(people=people(red=3, green=4, body=1, yellow=1), done=1, assigned=3, sought=2)


REQUESTS = st.lists(
    st.builds(
        request,
        need=st.sampled_from([Need.EMERGENCY, Need.BODY, Need.TRANSPORT]),
        urgency=st.sampled_from(Urgency),
        state=st.sampled_from(R),
        wanted=st.integers(1, 4),
        count=st.integers(1, 5),
    ),
    max_size=6,
).map(lambda made: [replace(one, id=f"P-{number}") for number, one in enumerate(made)])


@given(REQUESTS, st.data())
def test_whatever_stands_every_place_of_an_open_request_is_counted_once(
    requests: list[Request], data: st.DataObject
) -> None:
    trips = []
    for one in requests:
        for slot in range(FIRST_CONTACT, one.wanted):
            trips += [trip(state, one.id, slot) for state in data.draw(st.lists(st.sampled_from(S), max_size=2))]
    filled: dict[tuple[str, int], Assignment] = {}
    trips = [one for one in trips if not one.fills_slot or filled.setdefault((one.request_id, one.slot), one) is one]
    found = tally_of(requests, trips)
    ended = {R.DUPLICATE, R.CANCELLED_BY_REQUESTER, R.UNFOUNDED}
    counted = [one for one in requests if one.state not in ended]
    assert sum(found.people.values()) == sum(one.ask.patient.count for one in counted)
    assert found.people[Colour.BODY] == sum(one.ask.patient.count for one in counted if one.ask.need is Need.BODY)
    places = {(one.id, slot) for one in counted for slot in range(one.wanted)}
    by_state = Counter(filled[place].state for place in places & filled.keys())
    open_places = sum(one.wanted for one in counted if one.state is not R.COMPLETED)
    over = sum(
        1 for name, _ in places & filled.keys() for one in counted if one.id == name and one.state is R.COMPLETED
    )
    assert found.done + found.assigned + found.sought == open_places + over
    assert found.done == by_state[S.CLEARED]
    assert found.assigned == sum(
        by_state[s] for s in (S.ACCEPTED, S.EN_ROUTE, S.ON_SCENE, S.TRANSPORTING, S.AT_DESTINATION)
    )


def refused(result: object) -> RefusalCode | None:
    return result.code if isinstance(result, Refusal) else None


def test_a_request_is_in_one_incident_at_most() -> None:
    free = request()
    member = joined(CRASH, free)
    assert isinstance(member, Request)
    assert (member.incident, member.version) == ("K-1", free.version + 1)
    assert joined(CRASH, member) is member
    other = replace(CRASH, id="K-2")
    assert refused(joined(other, member)) is RefusalCode.IN_OTHER_INCIDENT
    assert refused(left(other, member)) is refused(left(CRASH, free)) is RefusalCode.NOT_IN_INCIDENT
    gone = left(CRASH, member)
    assert isinstance(gone, Request)
    assert (gone.incident, gone.version) == (None, member.version + 1)


def test_what_is_over_takes_nobody_and_lets_a_mistake_go() -> None:
    over = closed(CRASH, "opi", NOW)
    assert isinstance(over, Incident)
    assert (over.closed_at, over.closed_by, over.version, over.is_open) == (NOW, "opi", 2, False)
    assert refused(closed(over, "opi", NOW)) is RefusalCode.INCIDENT_CLOSED
    assert refused(joined(over, request())) is RefusalCode.INCIDENT_CLOSED
    member = replace(request(), incident=over.id)
    assert joined(over, member) is member
    assert not isinstance(left(over, member), Refusal)
