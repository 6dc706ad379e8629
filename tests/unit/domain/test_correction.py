"""A correction: the trip is where it is said to be, since then, and the trail stays in order."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.assignment import Assignment, StepCommand, decide, evolve
from dispatch.domain.correction import CORRECTED_WITHIN, Correction, correctable, decide_correction
from dispatch.vocabulary.events import StepCorrected, TripEvent
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import STATES, STEPS, TRAIL, AssignmentState, Phase, Step, StepSource
from tests.people import NOW

WAY = (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)
EVERY = timedelta(minutes=5)  # from one tap to the next
OFFERED = Assignment(
    id="T-1",
    request_id="P-1",
    vehicle_id="A1",
    state=AssignmentState.OFFERED,
    offered_at=NOW,
    expires_at=NOW + timedelta(seconds=40),
)


def driven(*steps: Step) -> tuple[Assignment, datetime]:
    """A trip that has come so far, a tap every five minutes, and the time five minutes after the last."""
    trip, at = OFFERED, NOW
    for step in steps:
        at += EVERY
        tap = StepCommand(step=step, actor="budi", source=StepSource.TAP, device_time=at)
        event = decide(trip, tap, at)
        assert isinstance(event, TripEvent)
        trip = evolve(trip, event)
    return trip, at + EVERY


def put_right(trip: Assignment, step: Step, at: datetime, now: datetime, *, only_time: bool = False) -> Assignment:
    event = decided(trip, step, at, now, only_time=only_time)
    assert isinstance(event, StepCorrected), event
    return evolve(trip, event)


def decided(
    trip: Assignment, step: Step, at: datetime, now: datetime, *, only_time: bool = False
) -> StepCorrected | Refusal:
    return decide_correction(trip, Correction(step=step, at=at, actor="opi", reason="x", only_time=only_time), now)


def code(found: StepCorrected | Refusal) -> RefusalCode:
    assert isinstance(found, Refusal), found
    return found.code


def test_a_forgotten_step_is_taken_with_its_own_time() -> None:
    trip, now = driven(*WAY[:3])
    at = now - timedelta(minutes=2)
    event = decided(trip, Step.TRANSPORTING, at, now)
    assert isinstance(event, StepCorrected)
    assert (event.was, event.state, event.corrected, event.wrong, event.wrong_at) == (
        AssignmentState.ON_SCENE,
        AssignmentState.TRANSPORTING,
        AssignmentState.TRANSPORTING,
        None,
        None,
    )
    right = evolve(trip, event)
    stamp = right.stamps[AssignmentState.TRANSPORTING]
    assert (stamp.at, stamp.server_time, stamp.source) == (at, now, StepSource.CORRECTION)


def test_a_step_by_slip_leaves_no_stamp_and_the_event_keeps_when_it_was_tapped() -> None:
    trip, now = driven(*WAY[:5])
    on_scene = trip.stamps[AssignmentState.ON_SCENE].at
    event = decided(trip, Step.ON_SCENE, on_scene, now)
    assert isinstance(event, StepCorrected)
    assert (event.wrong, event.wrong_at) == (AssignmentState.AT_DESTINATION, NOW + EVERY * 5)
    assert event.heard_at == NOW + EVERY * 4  # from then on people read that it was farther than it was
    right = evolve(trip, event)
    assert (right.state, list(right.stamps)) == (AssignmentState.ON_SCENE, list(trip.stamps)[:3])


def test_only_the_time_of_a_step_that_was_passed_is_put_right() -> None:
    trip, now = driven(*WAY[:5])
    at = trip.stamps[AssignmentState.ON_SCENE].at + timedelta(minutes=2)
    right = put_right(trip, Step.ON_SCENE, at, now, only_time=True)
    assert right.state is AssignmentState.AT_DESTINATION
    assert list(right.stamps) == list(trip.stamps)
    assert right.stamps[AssignmentState.ON_SCENE].at == at
    untouched = [state for state in trip.stamps if state is not AssignmentState.ON_SCENE]
    assert [right.stamps[state] for state in untouched] == [trip.stamps[state] for state in untouched]


@pytest.mark.parametrize("off", [timedelta(seconds=-1), EVERY * 2 + timedelta(seconds=1)], ids=["before", "after"])
def test_a_time_lies_between_the_steps_around_it(off: timedelta) -> None:
    trip, now = driven(*WAY[:5])
    departed = trip.stamps[AssignmentState.EN_ROUTE].at
    wrong = decided(trip, Step.ON_SCENE, departed + off, now, only_time=True)
    assert code(wrong) is RefusalCode.CORRECTION_TIME
    assert isinstance(put_right(trip, Step.ON_SCENE, departed, now, only_time=True), Assignment)


def test_a_time_that_is_still_to_come_is_none() -> None:
    trip, now = driven(*WAY[:3])
    assert code(decided(trip, Step.TRANSPORTING, now + timedelta(seconds=1), now)) is RefusalCode.CORRECTION_TIME
    put_right(trip, Step.TRANSPORTING, now, now)


def test_after_a_clock_set_back_a_forgotten_step_was_taken_with_the_one_before_it() -> None:
    trip, now = driven(*WAY[:3])
    put_right(trip, Step.TRANSPORTING, trip.stamps[AssignmentState.ON_SCENE].at, now - timedelta(hours=1))


def test_the_yes_is_no_earlier_than_the_offer() -> None:
    trip, now = driven(Step.ACCEPT)
    assert code(decided(trip, Step.ACCEPT, NOW - timedelta(seconds=1), now)) is RefusalCode.CORRECTION_TIME
    put_right(trip, Step.ACCEPT, NOW, now)


def test_what_stands_there_already_is_no_correction() -> None:
    trip, now = driven(*WAY[:3])
    at = trip.stamps[AssignmentState.ON_SCENE].at
    assert code(decided(trip, Step.ON_SCENE, at, now)) is RefusalCode.NOTHING_CHANGED
    assert code(decided(trip, Step.EN_ROUTE, at - EVERY, now, only_time=True)) is RefusalCode.NOTHING_CHANGED


def test_a_step_that_is_not_next_is_put_right_after_the_one_before_it() -> None:
    trip, now = driven(*WAY[:3])
    assert code(decided(trip, Step.AT_DESTINATION, now, now)) is RefusalCode.NOT_TO_CORRECT
    right = put_right(trip, Step.TRANSPORTING, now, now)
    assert put_right(right, Step.AT_DESTINATION, now, now).state is AssignmentState.AT_DESTINATION


def test_a_trip_that_is_over_is_put_right_for_an_hour() -> None:
    trip, _ = driven(*WAY)
    ended = trip.stamps[AssignmentState.CLEARED].server_time
    at = ended - timedelta(minutes=7)
    assert put_right(trip, Step.TRANSPORTING, at, ended + CORRECTED_WITHIN).state is AssignmentState.TRANSPORTING
    late = decided(trip, Step.TRANSPORTING, at, ended + CORRECTED_WITHIN + timedelta(seconds=1))
    assert code(late) is RefusalCode.NOT_TO_CORRECT


@pytest.mark.parametrize("taps", range(1, 7))
def test_what_can_be_put_right_is_what_was_come_through_and_what_a_driver_taps_next(taps: int) -> None:
    trip, _ = driven(*WAY[:taps])
    ahead = {*WAY[: taps + 1], *([Step.CLEAR] if trip.state is AssignmentState.ON_SCENE else [])}
    assert set(correctable(trip)) == ahead


@pytest.mark.parametrize("state", [state for state, row in STATES.items() if row.phase in (Phase.OFFER, Phase.LOST)])
def test_an_offer_and_what_is_lost_are_not_put_right(state: AssignmentState) -> None:
    trip, now = driven(*WAY[:3])
    assert correctable(replace(trip, state=state)) == ()
    assert code(decided(replace(trip, state=state), Step.ON_SCENE, now, now)) is RefusalCode.NOT_TO_CORRECT


def test_what_was_put_right_is_no_tap_that_is_taken_back() -> None:
    trip, now = driven(*WAY[:4])
    right = put_right(trip, Step.ON_SCENE, now, now)
    undo = StepCommand(step=Step.UNDO, actor="budi", source=StepSource.TAP, device_time=now)
    assert decide(right, undo, now) == Refusal(RefusalCode.UNDO_TOO_LATE, {"within_s": 10.0})


def test_a_clock_that_is_ahead_says_nothing_of_when_a_step_was_taken() -> None:
    trip, now = driven(*WAY[:2])
    ahead = StepCommand(step=Step.ON_SCENE, actor="budi", source=StepSource.TAP, device_time=now + timedelta(hours=1))
    event = decide(trip, ahead, now)
    assert isinstance(event, TripEvent)
    put_right(evolve(trip, event), Step.TRANSPORTING, now, now)


@given(
    taps=st.integers(1, 6),
    corrections=st.lists(
        st.tuples(st.sampled_from(WAY), st.integers(-40, 10), st.booleans(), st.integers(0, 5)), max_size=6
    ),
)
def test_however_a_trip_is_put_right_its_stamps_are_those_of_a_trip_and_in_order(
    taps: int, corrections: list[tuple[Step, int, bool, int]]
) -> None:
    trip, now = driven(*WAY[:taps])
    for step, minutes, only_time, later in corrections:
        now += timedelta(minutes=later)
        event = decided(trip, step, now + timedelta(minutes=minutes), now, only_time=only_time)
        assert isinstance(event, Refusal) or step in correctable(trip)
        if isinstance(event, StepCorrected):
            trip = evolve(trip, event)
            assert STEPS[step].leads_to in trip.stamps
        reached = sorted(trip.stamps, key=TRAIL.index)
        assert reached[-1] is trip.state
        assert set(reached) >= set(TRAIL[: min(3, len(reached))])
        times = [trip.stamps[state].at for state in reached]
        assert [NOW, *times, now] == sorted([NOW, *times, now])
