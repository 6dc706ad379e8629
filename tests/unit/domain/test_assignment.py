"""The assignment machine: any order of steps, late and repeated ones included."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.assignment import Assignment, StepCommand, decide, evolve
from dispatch.domain.request import NothingStandsError, Standing, request_state
from dispatch.vocabulary.events import StepUndone, TripEvent
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import STEPS, UNDO_WITHIN, AssignmentState, Step, StepSource
from tests.people import NOW

OFFER = Assignment(
    id="T-1",
    request_id="P-1",
    vehicle_id="H3",
    state=AssignmentState.OFFERED,
    offered_at=NOW,
    expires_at=NOW + timedelta(seconds=90),
)


WAY = (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)


def command(step: Step, seq: int | None = None) -> StepCommand:
    return StepCommand(step=step, actor="budi", source=StepSource.TAP, seq=seq, device_time=NOW)


def taken(assignment: Assignment, *steps: StepCommand) -> Assignment:
    """The assignment after those steps that are not refused."""
    for step in steps:
        answer = decide(assignment, step, NOW)
        assignment = assignment if isinstance(answer, Refusal) else evolve(assignment, answer)
    return assignment


def after(*steps: Step) -> Assignment:
    assignment = OFFER
    for step in steps:
        event = decide(assignment, command(step), NOW)
        assert isinstance(event, TripEvent), event
        assignment = evolve(assignment, event)
    return assignment


def test_a_whole_trip_keeps_a_stamp_of_every_step() -> None:
    done = after(*WAY)
    assert done.state is AssignmentState.CLEARED
    assert len(done.stamps) == 6
    assert all(stamp.device_time == NOW for stamp in done.stamps.values())


def test_a_late_yes_stands_and_leaves_no_trace_of_the_offers_end_and_no_offer_expires_before_its_time() -> None:
    at = OFFER.expires_at + timedelta(seconds=1)
    late = decide(OFFER, command(Step.ACCEPT), at)
    assert not isinstance(late, Refusal)
    expired = decide(OFFER, command(Step.EXPIRE), OFFER.expires_at)
    assert not isinstance(expired, Refusal)
    ended = evolve(OFFER, expired)
    yes = decide(ended, command(Step.ACCEPT), at)
    assert not isinstance(yes, Refusal)
    assert evolve(ended, yes).state is AssignmentState.ACCEPTED
    assert set(evolve(ended, yes).stamps) == {AssignmentState.ACCEPTED}
    early = decide(OFFER, command(Step.EXPIRE), OFFER.expires_at - timedelta(seconds=1))
    assert isinstance(early, Refusal)
    assert early.code is RefusalCode.OFFER_STILL_STANDS


def test_an_undo_takes_back_the_stamp_and_says_what_was_left() -> None:
    for far in range(2, len(WAY) + 1):
        before, there = after(*WAY[: far - 1]), after(*WAY[:far])
        event = decide(there, command(Step.UNDO), NOW + UNDO_WITHIN)
        assert isinstance(event, StepUndone)
        assert (event.undone, event.state) == (there.state, before.state)
        back = evolve(there, event)
        assert (back.state, back.stamps) == (before.state, before.stamps)
        late = StepCommand(step=Step.UNDO, actor="budi", source=StepSource.TAP)
        answer = decide(there, late, NOW + UNDO_WITHIN + timedelta(seconds=1))
        assert isinstance(answer, Refusal)
        assert answer.code is RefusalCode.UNDO_TOO_LATE


@given(st.lists(st.tuples(st.sampled_from([*Step, *WAY, *WAY]), st.integers(0, 4) | st.none()), max_size=20))
def test_no_order_of_steps_makes_an_illegal_state(steps: list[tuple[Step, int | None]]) -> None:
    assignment, reached = OFFER, [OFFER.state]
    for step, seq in steps:
        before, assignment = assignment, taken(assignment, command(step, seq))
        if assignment is before:
            continue
        assert assignment.version == before.version + 1
        if seq is not None:
            assert before.last_seq is None or seq > before.last_seq
            assert assignment.last_seq == seq
        if step is Step.UNDO:
            assert STEPS[_step_to(before.state)].undoable
            reached.pop()
        else:
            assert before.is_live  # what has ended begins again by an undo alone
            assert before.state in STEPS[step].leads_from
            reached.append(STEPS[step].leads_to)
        assert assignment.state is reached[-1]
        assert list(assignment.stamps) == reached[1:]


def _step_to(state: AssignmentState) -> Step:
    return next(step for step, row in STEPS.items() if row.leads_to is state)


@given(st.lists(st.sampled_from(Step), max_size=8))
def test_a_queue_that_is_sent_twice_changes_nothing_the_second_time(steps: list[Step]) -> None:
    queue = [command(step, seq) for seq, step in enumerate(steps)]
    once = taken(OFFER, *queue)
    done = [sent for sent in queue if once.last_seq is not None and sent.seq is not None and sent.seq <= once.last_seq]
    assert taken(once, *done) is once


@given(
    st.lists(st.sampled_from(AssignmentState), max_size=3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_an_open_request_stands_on_something_or_the_transaction_fails(
    states: list[AssignmentState], approval: bool, scheduled: bool, promised: bool
) -> None:
    assignments = tuple(
        Assignment(id=f"T-{n}", request_id="P-1", vehicle_id=f"V{n}", state=state, offered_at=NOW, expires_at=NOW)
        for n, state in enumerate(states)
    )
    standing = Standing(assignments=assignments, approval_asked=approval, scheduled=scheduled, promised=promised)
    stands = any(a.is_live for a in assignments) or approval or scheduled or promised
    done = AssignmentState.CLEARED in states
    try:
        state = request_state(standing)
    except NothingStandsError:
        assert not stands
        assert not done
    else:
        assert stands or state is RequestState.COMPLETED
