"""The desk over a real store: from the request to the end of the trip, with every way that it can turn."""

import asyncio
from datetime import UTC, timedelta

import pytest

from dispatch.choosing.next_step import AskApproval
from dispatch.choosing.record import DecisionRecord
from dispatch.desk.command import Command
from dispatch.desk.usecases import approving, changes, requests, trips, vehicles
from dispatch.domain.approval import ApprovalState
from dispatch.domain.fix import Fix
from dispatch.vocabulary.events import DecisionMade, OfferWithdrawn, Overridden, RequestEnded
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import OPERATOR, Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import Outcome, RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point
from tests.people import BUDI, CIKOKOL, DINA, NOW, OPI, SITI, ask, drowned_child
from tests.unit.desk.town import CONTACT, WAY, Town, done, refused

pytestmark = pytest.mark.anyio


async def test_cikokol_the_hearse_is_offered_and_everybody_passed_over_has_a_reason(town: Town) -> None:
    made = await town.ask()
    assert made.state is RequestState.SEARCHING
    assert await town.live(made) == [("H3", AssignmentState.OFFERED)]
    record = made.decided
    assert (record.outcome, record.chosen, record.why) == (Outcome.OFFER, ("H3",), None)
    candidates = {c.vehicle_id: c for c in record.candidates}
    assert candidates["A1"].blocking == ("R01",)
    assert candidates["L1"].blocking == ("R19",)
    assert record.passed is not None
    assert (record.passed.vehicle_id, record.passed.finding.rule) == ("A1", "R01")
    assert record.passed.finding in candidates["A1"].findings
    assert record.passed.finding.blocks
    assert made.contact == CONTACT
    [event] = made.of(DecisionMade)
    assert (event.outcome, event.chosen) == (Outcome.OFFER, ("H3",))
    kept = await town.read(lambda books: books.decisions.list_briefs(made.id))
    assert kept == {event.decision_id: record.brief()}


@pytest.mark.parametrize(("ambulance_min", "named"), [(9.0, "T1"), (90.0, None)])
async def test_of_the_living_no_decision_begins_with_why_a_hearse_may_not_go(
    town: Town, ambulance_min: float, named: str | None
) -> None:
    town.roads.minutes = {"H3": 1.0, "H1": 2.0, "A1": 20.0, "T1": ambulance_min}
    record = (await town.ask(asked=ask(Need.EMERGENCY))).decided
    assert record.chosen == ("A1",)
    assert (record.passed.vehicle_id if record.passed is not None else None) == named
    assert {c.vehicle_id: c.blocking for c in record.candidates}["H3"] == ("R04", "R07")


async def test_a_suggestion_keeps_nothing(town: Town) -> None:
    before = await town.read(lambda books: books.journal.last_seq())
    decision = done(await requests.suggest(town.unit, drowned_child()))
    assert isinstance(decision, DecisionRecord)
    assert decision.chosen == ("H3",)
    assert await town.read(lambda books: books.journal.last_seq()) == before


async def test_declined_goes_on_to_the_next_and_then_asks_the_health_officer(town: Town) -> None:
    made = await town.ask()
    await town.take(made.assignments[0], Step.DECLINE, reason="ban bocor")
    assert await town.live(made) == [("H1", AssignmentState.OFFERED)]
    await town.pass_time(101)  # silent until after the offer's end
    again = await town.look(made)
    assert again.state is RequestState.AWAITING_APPROVAL
    assert again.decided.outcome is Outcome.APPROVAL
    assert again.decided.asks == (AskApproval(vehicle_id="T1", rule="R02", approver="health_officer"),)
    assert [(a.vehicle_id, a.rule, a.state) for a in again.approvals] == [("T1", "R02", ApprovalState.ASKED)]

    said = {"rule": "R02", "yes": True, "reason": "darurat"}
    wrong = await approving.approve(town.unit, made.id, **said, by=Command(actor=OPI))  # type: ignore[arg-type]
    assert refused(wrong) is RefusalCode.NOT_THE_APPROVER
    right = await approving.approve(town.unit, made.id, **said, by=Command(actor=DINA))  # type: ignore[arg-type]
    assert done(right) == made.id
    assert await town.live(made) == [("T1", AssignmentState.OFFERED)]


async def test_when_nobody_is_left_a_promise_stands_and_is_tried_again(town: Town) -> None:
    town.roads.minutes = {"A1": 0.0}
    made = await town.ask()
    assert made.state is RequestState.WAITING
    assert made.owed.owner == OPERATOR
    assert made.owed.due_at > town.clock.now()
    assert (made.decided.outcome, made.decided.why) == (Outcome.PROMISE, Why.ALL_TRIED)
    await town.pass_time(301)
    assert (await town.look(made)).owed.retries == 1
    town.roads.minutes = {"H3": 14.0}
    await town.pass_time(301)
    assert await town.live(made) == [("H3", AssignmentState.OFFERED)]


async def test_a_vehicle_that_comes_on_duty_is_offered_to_who_waits_at_once(town: Town) -> None:
    for vehicle_id in ("H3", "H1"):
        await town.duty(vehicle_id, Duty.OFF_DUTY)
    made = await town.ask()
    assert made.state is RequestState.AWAITING_APPROVAL
    no = await approving.approve(
        town.unit, made.id, rule="R02", yes=False, reason="sedang rusak", by=Command(actor=DINA)
    )
    assert done(no) == made.id
    assert await town.state(made) is RequestState.WAITING
    await town.duty("H3", Duty.AVAILABLE)
    await town.run_due()
    assert await town.live(made) == [("H3", AssignmentState.OFFERED)]


async def test_who_waits_for_a_yes_is_searched_for_beside_it(town: Town) -> None:
    for vehicle_id in ("H3", "H1"):
        await town.duty(vehicle_id, Duty.OFF_DUTY)
    made = await town.ask()
    for _ in range(3):
        await town.pass_time(301)
        assert await town.state(made) is RequestState.AWAITING_APPROVAL
    await town.duty("H3", Duty.AVAILABLE)
    await town.run_due()
    assert await town.live(made) == [("H3", AssignmentState.OFFERED)]


async def test_a_whole_trip_commits_the_vehicle_and_frees_it(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    assert (await town.vehicle("H3")).duty is Duty.COMMITTED
    assert await town.state(made) is RequestState.ASSIGNED
    for step in WAY[1:-1]:
        await town.take(trip, step)
        assert await town.state(made) is RequestState.IN_PROGRESS
    await town.take(trip, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED
    held = await town.vehicle("H3")
    assert (held.duty, held.assignment_id) == (Duty.AVAILABLE, None)


async def test_a_vehicle_that_stands_down_leaves_the_request_with_the_next(town: Town) -> None:
    made = await town.ask()
    await town.take(made.assignments[0], Step.ACCEPT)
    await town.take(made.assignments[0], Step.STAND_DOWN, reason="mogok")
    assert await town.live(made) == [("H1", AssignmentState.OFFERED)]


async def test_a_repeated_command_gets_the_first_result(town: Town) -> None:
    first, second = await town.ask("key-1"), await town.ask("key-1")
    assert first == second
    other = Command(actor=SITI, key="key-1", fingerprint="another")
    reused = await requests.receive(town.unit, drowned_child(), CONTACT, by=other)
    assert refused(reused) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_the_seconds_of_an_offer_count_from_its_delivery(town: Town) -> None:
    made = await town.ask()
    offer = made.assignments[0]
    assert offer.expires_at == NOW + timedelta(seconds=100)
    for waits_s in (3, 30):
        town.clock.turn(waits_s)
        await trips.deliver_offer(town.unit, offer.id)
        assert (await town.look(made)).assignments[0].expires_at == NOW + timedelta(seconds=93)
    await town.pass_time(59)
    assert await town.live(made) == [("H3", AssignmentState.OFFERED)]
    await town.pass_time(2)
    assert await town.live(made) == [("H1", AssignmentState.OFFERED)]


async def test_an_operator_may_override_only_what_the_rule_lets_him(town: Town) -> None:
    made = await town.ask()
    by = Command(actor=OPI)
    for vehicle_id, override, code in (
        ("L1", None, RefusalCode.RULE_OBJECTS),
        ("A1", ("R01", "tidak ada lagi"), RefusalCode.NOT_OVERRIDABLE),
        ("L1", ("R01", "salah aturan"), RefusalCode.RULE_OBJECTS),
    ):
        assert refused(await requests.assign(town.unit, made.id, vehicle_id, override=override, by=by)) is code
    sent = await requests.assign(town.unit, made.id, "L1", override=("R19", "pengurus mengizinkan"), by=by)
    assert done(sent) == made.id
    assert await town.live(made) == [("L1", AssignmentState.OFFERED)]
    after = await town.look(made)
    assert after.of(Overridden)
    assert after.of(OfferWithdrawn)


async def test_a_vehicle_of_another_request_is_not_taken_away(town: Town) -> None:
    first, second = await town.ask(), await town.ask()
    assert await town.live(second) == [("H1", AssignmentState.OFFERED)]
    refusal = await requests.assign(town.unit, second.id, "H3", override=None, by=Command(actor=OPI))
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.VEHICLE_TAKEN
    assert refusal.facts["request_id"] == first.id


async def test_many_at_once_send_nobody_twice(town: Town) -> None:
    made = await asyncio.gather(*(town.ask() for _ in range(12)))
    live = await town.read(lambda books: books.assignments.list_live())
    assert sorted(assignment.vehicle_id for assignment in live) == ["H1", "H3"]
    states = [await town.state(one) for one in made]
    assert states.count(RequestState.SEARCHING) == 2
    assert all(state in (RequestState.SEARCHING, RequestState.AWAITING_APPROVAL) for state in states)


async def test_an_ended_request_lets_everybody_go_and_says_who_was_told(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    by, cancelled = Command(actor=SITI), RequestState.CANCELLED_BY_REQUESTER
    ended = await changes.end(town.unit, made.id, cancelled, told="keluarga", reason="sudah berangkat", by=by)
    assert done(ended) == made.id
    after = await town.look(made)
    assert after.state is cancelled
    assert after.live() == []
    last = after.events[-1]
    assert isinstance(last, RequestEnded)
    assert last.told == "keluarga"
    assert (await town.look(made)).assignments[0].state is AssignmentState.STOOD_DOWN
    assert trip.id == after.assignments[0].id
    again = await changes.end(town.unit, made.id, RequestState.COMPLETED, told="x", reason="x", by=by)
    assert refused(again) is RefusalCode.REQUEST_ENDED


async def test_timers_survive_a_restart(town: Town) -> None:
    made = await town.ask()
    await town.reopen()
    await town.pass_time(101)
    assert await town.live(made) == [("H1", AssignmentState.OFFERED)]


async def test_red_goes_to_an_emergency_ambulance_and_a_stable_patient_leaves_it(town: Town) -> None:
    for need, chosen in ((Need.EMERGENCY, "A1"), (Need.TRANSPORT, "T1")):
        suggested = done(await requests.suggest(town.unit, ask(need)))
        assert suggested.chosen == (chosen,)


async def test_unbelievable_positions_are_refused_with_reasons(town: Town) -> None:
    later = NOW.astimezone(UTC) + timedelta(seconds=10)
    town.clock.turn(20)
    good = Fix(vehicle_id="H3", point=CIKOKOL.point, taken_at=later, received_at=later)
    far = Fix(vehicle_id="H3", point=Point(lon=110, lat=-7), taken_at=later + timedelta(seconds=1), received_at=later)
    refusals = await vehicles.take_fixes(town.unit, [far, good])
    assert [(index, [fault.code for fault in faults]) for index, faults in refusals] == [(0, ["impossible_speed"])]
    assert town.unit.live.last_fixes()["H3"] == good
    assert BUDI.vehicle == "H3"
