"""What is told of an arrival: the minute everybody reads, how it differs from the first, and when a message says so."""

from datetime import timedelta
from itertools import pairwise
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.arrival import SAID_ANEW, Arrival, Foreseen, Method, foresee
from dispatch.domain.assignment import Assignment, Stamp
from dispatch.vocabulary.trip_steps import AssignmentState, Leg, StepSource
from tests.people import NOW

NOTABLE_S = 300.0


def said(minutes: float, before: Foreseen | None, leg: Leg = Leg.PICKUP) -> Foreseen:
    at = NOW + timedelta(minutes=minutes)
    return foresee(before, at, leg=leg, as_of=NOW, notable_s=NOTABLE_S)


def trip(state: AssignmentState, foreseen: Foreseen | None = None, *, yes_s: float = 20.0) -> Assignment:
    arrival = Arrival(eta_s=840, eta_low_s=700, eta_high_s=1100, method=Method.ROADS)
    yes = Stamp(None, NOW + timedelta(seconds=yes_s), StepSource.TAP)
    return Assignment(
        id="T-1",
        request_id="P-1",
        vehicle_id="H3",
        state=state,
        offered_at=NOW,
        expires_at=NOW,
        stamps=MappingProxyType({} if state is AssignmentState.OFFERED else {AssignmentState.ACCEPTED: yes}),
        arrival=arrival,
        foreseen=foreseen,
    )


def test_what_is_calculated_first_of_a_leg_is_the_measure_of_what_comes_later() -> None:
    first = said(14, None)
    assert (first.later_min, first.first_at, first.told_at) == (0, first.arrives_at, first.arrives_at)
    assert said(18, first).later_min == 4
    assert said(12, first).later_min == -2
    assert said(18, first, Leg.DESTINATION) == said(18, None, Leg.DESTINATION)


def test_less_than_a_minute_is_the_same_time_to_everybody() -> None:
    first = said(14, None)
    assert said(14.98, first) is first
    assert said(13.02, first) is first
    assert said(15, first) != first


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=30))
def test_a_message_tells_each_step_once_and_what_is_sooner_again_is_told_by_none(minutes: list[int]) -> None:
    kept = first = said(0, None)
    told = [0.0]
    for minute in minutes:
        before, kept = kept, said(minute, kept)
        if kept.told_at != before.told_at:
            told.append((kept.told_at - first.arrives_at).total_seconds())
    assert all(after - before >= NOTABLE_S for before, after in pairwise(told))
    assert max(minutes) * 60.0 - told[-1] < NOTABLE_S  # whoever was told the last of it was not kept from the worst
    assert abs(kept.arrives_at - (NOW + timedelta(minutes=minutes[-1]))) < SAID_ANEW


@given(st.integers(0, 3_600), st.integers(0, 3_600))
def test_the_change_is_the_difference_of_the_clocks_that_people_read(first_s: int, then_s: int) -> None:
    before = said(first_s / 60.0, None)
    after = said(then_s / 60.0, before)
    shown = [int(at.timestamp() // 60) for at in (after.first_at, after.arrives_at)]
    assert after.later_min == shown[1] - shown[0]


def test_an_arrival_counts_from_the_yes_and_before_it_from_the_offer() -> None:
    assert trip(AssignmentState.OFFERED).arrives_at == NOW + timedelta(seconds=840)
    assert trip(AssignmentState.ACCEPTED).arrives_at == NOW + timedelta(seconds=860)


@pytest.mark.parametrize("state", AssignmentState)
def test_a_time_is_said_of_the_leg_that_the_vehicle_drives_and_of_no_other(state: AssignmentState) -> None:
    to_pickup, to_destination = said(30, None), said(30, None, Leg.DESTINATION)
    heads = trip(state).row.leg
    assert (trip(state, to_pickup).said is to_pickup) == (heads is Leg.PICKUP)
    assert (trip(state, to_destination).said is to_destination) == (heads is Leg.DESTINATION)
    assert (trip(state).said is not None) == (heads is Leg.PICKUP)
