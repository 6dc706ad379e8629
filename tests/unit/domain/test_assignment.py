"""The assignment machine: any order of steps, late and repeated ones included."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.assignment import TRANSITIONS, Assignment, StepCommand, decide, evolve
from dispatch.domain.request import NothingStandsError, Standing, request_state
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import LIVE, AssignmentState, Step, StepSource
from tests.people import NOW

OFFER = Assignment(
    id="T-1",
    request_id="P-1",
    vehicle_id="H3",
    state=AssignmentState.OFFERED,
    offered_at=NOW,
    expires_at=NOW + timedelta(seconds=90),
)


def command(step: Step, seq: int | None = None) -> StepCommand:
    return StepCommand(step=step, actor="budi", source=StepSource.TAP, seq=seq, device_time=NOW)


def after(*steps: Step) -> Assignment:
    assignment = OFFER
    for step in steps:
        events = decide(assignment, command(step), NOW)
        assert not isinstance(events, Refusal), events
        for event in events:
            assignment = evolve(assignment, event)
    return assignment


def test_a_whole_trip_keeps_a_stamp_of_every_step() -> None:
    done = after(Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)
    assert done.state is AssignmentState.CLEARED
    assert len(done.stamps) == 6
    assert all(stamp.device_time == NOW for stamp in done.stamps.values())


def test_an_offer_is_not_accepted_after_its_time_and_not_expired_before() -> None:
    late = decide(OFFER, command(Step.ACCEPT), OFFER.expires_at + timedelta(seconds=1))
    assert isinstance(late, Refusal)
    assert late.code == "offer_expired"
    early = decide(OFFER, command(Step.EXPIRE), OFFER.expires_at - timedelta(seconds=1))
    assert isinstance(early, Refusal)


@given(st.lists(st.tuples(st.sampled_from(Step), st.integers(0, 4)), max_size=12))
def test_no_order_of_steps_makes_an_illegal_state(steps: list[tuple[Step, int]]) -> None:
    assignment, now = OFFER, NOW
    for step, seq in steps:
        before = assignment
        answer = decide(assignment, command(step, seq), now)
        if isinstance(answer, Refusal):
            continue
        for event in answer:
            assignment = evolve(assignment, event)
        assert assignment.state is TRANSITIONS[step][before.state]
        assert assignment.version == before.version + 1
        assert before.is_live  # what has ended never begins again
        assert before.last_seq is None or seq > before.last_seq


@given(st.lists(st.sampled_from(Step), max_size=8))
def test_a_queue_that_is_sent_twice_changes_nothing_the_second_time(steps: list[Step]) -> None:
    assignment = OFFER
    queue = [command(step, seq) for seq, step in enumerate(steps)]
    for queued in queue:
        answer = decide(assignment, queued, NOW)
        if not isinstance(answer, Refusal):
            for event in answer:
                assignment = evolve(assignment, event)
    last = assignment.last_seq
    for queued in queue:
        if last is not None and queued.seq is not None and queued.seq <= last:
            assert isinstance(decide(assignment, queued, NOW), Refusal)


def test_from_every_live_state_there_is_a_way_on() -> None:
    for state in AssignmentState:
        assert bool(allowed_steps(state)) is (state in LIVE)


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
