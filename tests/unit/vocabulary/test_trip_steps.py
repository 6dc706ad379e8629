"""The trip as it is driven, written out once by hand: what is derived from the tables is this, and nothing else."""

from collections.abc import Iterator

import pytest

from dispatch.vocabulary.events import KINDS, EventKind, TripEvent
from dispatch.vocabulary.request_states import STATE_OF_PHASE, RequestState
from dispatch.vocabulary.trip_steps import (
    GOING,
    LIVE,
    NOT_AGAIN,
    STATES,
    STEPS,
    TAKEN_BY_PEOPLE,
    TRAIL,
    AssignmentState,
    Phase,
    Step,
    steps_from,
    undo_leads_to,
)

_S = AssignmentState
DRIVEN = (_S.ACCEPTED, _S.EN_ROUTE, _S.ON_SCENE, _S.TRANSPORTING, _S.AT_DESTINATION)
MOVES: dict[Step, dict[AssignmentState, AssignmentState]] = {
    Step.ACCEPT: {_S.OFFERED: _S.ACCEPTED, _S.EXPIRED: _S.ACCEPTED},  # a late yes
    Step.DECLINE: {_S.OFFERED: _S.DECLINED},
    Step.EXPIRE: {_S.OFFERED: _S.EXPIRED},
    Step.WITHDRAW: {_S.OFFERED: _S.WITHDRAWN},
    Step.EN_ROUTE: {_S.ACCEPTED: _S.EN_ROUTE},
    Step.ON_SCENE: {_S.EN_ROUTE: _S.ON_SCENE},
    Step.TRANSPORTING: {_S.ON_SCENE: _S.TRANSPORTING},
    Step.AT_DESTINATION: {_S.TRANSPORTING: _S.AT_DESTINATION},
    Step.CLEAR: {_S.AT_DESTINATION: _S.CLEARED, _S.ON_SCENE: _S.CLEARED},
    Step.STAND_DOWN: dict.fromkeys((s for s in DRIVEN if s not in (_S.TRANSPORTING, _S.AT_DESTINATION)), _S.STOOD_DOWN),
    Step.PROBLEM: dict.fromkeys(DRIVEN, _S.STOOD_DOWN),
    Step.HAND_OVER: {_S.TRANSPORTING: _S.CLEARED},
    Step.ON_TO_PICKUP: {_S.ON_SCENE: _S.EN_ROUTE},
    Step.ON_TO_DESTINATION: {_S.AT_DESTINATION: _S.TRANSPORTING},
}
UNDOES = {_S.EN_ROUTE, _S.ON_SCENE, _S.TRANSPORTING, _S.AT_DESTINATION, _S.CLEARED}
EVENTS = {
    Step.ACCEPT: EventKind.OFFER_ACCEPTED,
    Step.DECLINE: EventKind.OFFER_DECLINED,
    Step.EXPIRE: EventKind.OFFER_EXPIRED,
    Step.WITHDRAW: EventKind.OFFER_WITHDRAWN,
    Step.STAND_DOWN: EventKind.STOOD_DOWN,
    Step.PROBLEM: EventKind.PROBLEM_REPORTED,
    Step.HAND_OVER: EventKind.HANDED_OVER,
}


@pytest.mark.parametrize("state", AssignmentState)
@pytest.mark.parametrize("step", [step for step in Step if step is not Step.UNDO])
def test_every_step_leads_from_every_state_where_it_led_before(step: Step, state: AssignmentState) -> None:
    row, to = STEPS[step], MOVES[step].get(state)
    assert (row.leads_to if state in row.leads_from else None) is to
    assert (step in steps_from(state)) is (to is not None and state in LIVE)


def trips(*path: AssignmentState) -> Iterator[tuple[AssignmentState, ...]]:
    """Every way that a trip can take, by the states that it reaches; a hand-over is nobody's tap, and never undone."""
    yield path
    for step, moves in MOVES.items():
        if path[-1] in moves and not (STEPS[step].by_desk and STEPS[step].leads_from <= GOING):
            yield from trips(*path, moves[path[-1]])


@pytest.mark.parametrize("path", sorted(set(trips(_S.OFFERED))), ids=" ".join)
def test_an_undo_leads_back_the_way_that_was_driven(path: tuple[AssignmentState, ...]) -> None:
    *reached, here = path
    stamps = dict.fromkeys(path[1:])  # an offer leaves none
    assert undo_leads_to(here, stamps) is (reached[-1] if here in UNDOES else None)


def test_steps_are_listed_in_the_order_of_the_trip() -> None:
    for state in AssignmentState:
        live = state in LIVE  # a late yes is no button
        assert list(steps_from(state)) == [step for step in Step if live and state in MOVES.get(step, {})]
    assert steps_from(_S.OFFERED)[:2] == (Step.ACCEPT, Step.DECLINE), "what a driver answers comes first"


def test_the_sets_of_states_are_as_they_were() -> None:
    assert {*DRIVEN, _S.OFFERED} == LIVE
    assert set(DRIVEN) == GOING
    assert (*DRIVEN, _S.CLEARED) == TRAIL
    assert {_S.DECLINED, _S.EXPIRED, _S.STOOD_DOWN} == NOT_AGAIN
    assert {state for state, row in STATES.items() if row.phase is Phase.LOST} == NOT_AGAIN | {_S.WITHDRAWN}
    assert {state for state, row in STATES.items() if row.met} == {*DRIVEN[2:], _S.CLEARED}
    assert {state for state, row in STATES.items() if row.loaded} == {_S.TRANSPORTING}
    assert tuple(STATES) == tuple(AssignmentState)


def test_what_a_step_means_is_as_it_was() -> None:
    assert STEPS.keys() == MOVES.keys() == set(Step) - {Step.UNDO}
    assert {step: EventKind(row.event) for step, row in STEPS.items()} == {
        step: EVENTS.get(step, EventKind.STEP_TAKEN) for step in STEPS
    }
    assert all(issubclass(KINDS[EventKind(row.event)], TripEvent) for row in STEPS.values())
    reopening = {Step.DECLINE, Step.EXPIRE, Step.STAND_DOWN, Step.PROBLEM}
    assert {step for step, row in STEPS.items() if row.reopens} == reopening
    assert set(TAKEN_BY_PEOPLE) == set(Step) - {
        Step.EXPIRE,
        Step.WITHDRAW,
        Step.HAND_OVER,
        Step.ON_TO_PICKUP,
        Step.ON_TO_DESTINATION,
    }


def test_a_request_is_as_far_as_its_farthest_vehicle() -> None:
    order = {Phase.UNDER_WAY: RequestState.IN_PROGRESS, Phase.ASSIGNED: RequestState.ASSIGNED}
    assert list(STATE_OF_PHASE.items()) == [*order.items(), (Phase.OFFER, RequestState.SEARCHING)]
    assert {state for state, row in STATES.items() if row.phase is Phase.UNDER_WAY} == set(DRIVEN[1:])


def test_from_every_live_state_there_is_a_way_on_and_from_every_other_none() -> None:
    for state, row in STATES.items():
        assert bool(steps_from(state)) is row.is_live is (state in LIVE)


def test_a_step_that_reopens_the_request_ends_the_assignment() -> None:
    for step, row in STEPS.items():
        assert not (row.reopens and STATES[row.leads_to].is_live), step
