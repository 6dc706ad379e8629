"""The order in which open requests are served (R24): total, by kind and urgency, and nobody waits for ever."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.choosing.queue import BODY, RED, SCHEDULED, STABLE, YELLOW, Place, level_of, place_of, waits_since
from dispatch.domain.request import Request
from dispatch.vocabulary.needs import Death, Need, Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.request_states import RequestState
from tests.people import HOME, NOW, ask

POLICY = Policy()


def waiting(request_id: str = "P", minutes: float = 0.0, need: Need = Need.TRANSPORT, **changes: object) -> Request:
    urgency = changes.pop("urgency", None)
    asked = ask(need, urgency, **changes)  # type: ignore[arg-type]
    at = NOW - timedelta(minutes=minutes)
    return Request(id=request_id, ask=asked, state=RequestState.WAITING, created_at=at, created_by="siti")


def place(request: Request, *, broken: bool = False) -> Place:
    return place_of(request, POLICY, NOW, broken=broken)


requests = st.builds(
    waiting,
    st.text("ABC", min_size=1, max_size=4),
    st.floats(0, 600),
    st.sampled_from([Need.EMERGENCY, Need.REFERRAL, Need.TRANSPORT, Need.BODY]),
)


def test_red_before_yellow_before_a_body_at_the_puskesmas_before_stable_before_booked() -> None:
    booked = waiting(need=Need.TRANSPORT)
    booked = replace(booked, ask=replace(booked.ask, schedule_at=NOW + timedelta(hours=3)))
    ordered = [waiting(need=need) for need in (Need.EMERGENCY, Need.REFERRAL, Need.BODY, Need.TRANSPORT)]
    assert [level_of(request) for request in (*ordered, booked)] == [RED, YELLOW, BODY, STABLE, SCHEDULED]


def test_a_body_at_home_waits_as_the_stable_do_unless_it_was_found() -> None:
    def at_home(**patient: object) -> Request:
        request = waiting(need=Need.BODY, **patient)  # type: ignore[arg-type]
        return replace(request, ask=replace(request.ask, pickup=HOME))

    assert level_of(at_home(death=Death.NATURAL)) == STABLE
    assert level_of(at_home(death=Death.UNIDENTIFIED)) == BODY


def test_a_booked_request_waits_from_the_moment_at_which_it_is_searched_for() -> None:
    request = waiting(minutes=30)
    assert waits_since(request, POLICY) == request.created_at
    for ahead_h, since in ((3, NOW + timedelta(hours=2)), (0.25, request.created_at)):
        booked = replace(request, ask=replace(request.ask, schedule_at=NOW + timedelta(hours=ahead_h)))
        assert waits_since(booked, POLICY) == since


@given(requests, requests)
def test_the_order_is_total(one: Request, two: Request) -> None:
    assert (place(one) < place(two)) or (place(two) < place(one)) or place(one) == place(two)


@given(st.floats(0, 10_000), st.sampled_from([Need.REFERRAL, Need.TRANSPORT, Need.BODY]))
def test_however_long_others_wait_nobody_passes_the_red(minutes: float, need: Need) -> None:
    assert place(waiting("R", need=Need.EMERGENCY)) < place(waiting("A", minutes, need))


@given(st.floats(0, 29), st.sampled_from([Need.REFERRAL, Need.TRANSPORT, Need.BODY]))
def test_who_has_waited_two_hours_passes_everybody_new_but_the_red(minutes: float, need: Need) -> None:
    patient = waiting("A", 121, Need.TRANSPORT)
    assert place(patient) < place(waiting("B", minutes, need))


def test_who_lost_its_vehicle_on_the_way_comes_first_of_its_level_and_no_farther() -> None:
    lost, older, red = waiting("A", 5), waiting("B", 20), waiting("C", need=Need.EMERGENCY)
    assert place(red) < place(lost, broken=True) < place(older)


@given(requests, requests, st.floats(0, 5_000))
def test_two_who_wait_on_one_level_are_served_first_come_first_served(
    one: Request, two: Request, minutes: float
) -> None:
    first, second = place(one), place(two)
    if first.level == second.level and one.created_at != two.created_at:
        assert (first < second) is (one.created_at < two.created_at)


def test_an_emergency_that_is_not_red_is_no_red() -> None:
    assert level_of(waiting(need=Need.EMERGENCY, urgency=Urgency.YELLOW)) == YELLOW
