"""The desk over a real store: from the request to the end of the trip, with every way that it can turn."""

import asyncio
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from dispatch.desk.views import RequestView

from dispatch.desk.command import Command
from dispatch.domain.fix import Fix
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point
from tests.people import BUDI, CIKOKOL, DINA, NOW, OPI, SITI, ask, drowned_child
from tests.unit.desk.town import CONTACT, Town, town

pytestmark = pytest.mark.anyio
__all__ = ["town"]


async def test_cikokol_the_hearse_is_offered_and_everybody_passed_over_has_a_reason(town: Town) -> None:
    view = await town.ask()
    assert view.request.state is RequestState.SEARCHING
    assert await town.live(view) == [("H3", AssignmentState.OFFERED)]
    assert view.decision is not None
    candidates = {c["vehicle_id"]: c for c in view.decision["candidates"]}  # type: ignore[attr-defined]
    assert candidates["A1"]["blocking"] == ["R01"]
    assert candidates["L1"]["blocking"] == ["R19"]
    assert "(R01)" in str(view.decision["sentence"])
    assert str(view.decision["say"]).startswith("Katakan kepada keluarga:")
    objection = next(f for f in candidates["A1"]["findings"] if f["rule"] == "R01")
    assert objection["clause"]
    assert objection["would_help"]
    assert view.contact == CONTACT


async def test_a_suggestion_keeps_nothing(town: Town) -> None:
    before = await town.store.read(lambda books: books.journal.last_seq())
    decision = await town.desk.suggest(drowned_child())
    assert isinstance(decision, dict)
    assert decision["chosen"] == ["H3"]
    assert await town.store.read(lambda books: books.journal.last_seq()) == before


async def test_declined_goes_on_to_the_next_and_then_asks_the_health_officer(town: Town) -> None:
    view = await town.ask()
    await town.take(view.assignments[0][0], Step.DECLINE, reason="ban bocor")
    assert await town.live(view) == [("H1", AssignmentState.OFFERED)]
    await town.pass_time(101)  # silent until after the offer's end
    again = await town.desk.view(view.request.id)
    assert again.request.state is RequestState.AWAITING_APPROVAL
    assert [(a.vehicle_id, a.rule, a.state) for a in again.approvals] == [("T1", "R02", "asked")]

    wrong = await town.desk.approve(view.request.id, rule="R02", yes=True, reason="darurat", by=Command(actor=OPI))
    assert isinstance(wrong, Refusal)
    assert wrong.code == "not_the_approver"
    right = await town.desk.approve(view.request.id, rule="R02", yes=True, reason="darurat", by=Command(actor=DINA))
    assert isinstance(right, RequestView)
    assert await town.live(view) == [("T1", AssignmentState.OFFERED)]


async def test_when_nobody_is_left_a_promise_stands_and_is_tried_again(town: Town) -> None:
    town.roads.minutes = {"A1": 0.0}
    view = await town.ask()
    assert view.request.state is RequestState.WAITING
    assert view.promise is not None
    assert view.promise.owner == "operator"
    assert view.promise.due_at > town.clock.now()
    await town.pass_time(301)
    tried = await town.desk.view(view.request.id)
    assert tried.promise is not None
    assert tried.promise.retries == 1
    town.roads.minutes = {"H3": 14.0}
    await town.pass_time(301)
    assert await town.live(view) == [("H3", AssignmentState.OFFERED)]


async def test_a_vehicle_that_comes_on_duty_is_offered_to_who_waits_at_once(town: Town) -> None:
    for vehicle_id in ("H3", "H1"):
        await town.desk.set_duty(vehicle_id, Duty.OFF_DUTY, at_base=False, by=Command(actor=BUDI))
    view = await town.ask()
    again = await town.desk.view(view.request.id)
    assert again.request.state is RequestState.AWAITING_APPROVAL
    await town.desk.approve(view.request.id, rule="R02", yes=False, reason="sedang rusak", by=Command(actor=DINA))
    assert await town.state(view) is RequestState.WAITING
    await town.desk.set_duty("H3", Duty.AVAILABLE, at_base=False, by=Command(actor=BUDI))
    await town.desk.run_due()
    assert await town.live(view) == [("H3", AssignmentState.OFFERED)]


async def test_who_waits_for_a_yes_is_searched_for_beside_it(town: Town) -> None:
    for vehicle_id in ("H3", "H1"):
        await town.desk.set_duty(vehicle_id, Duty.OFF_DUTY, at_base=False, by=Command(actor=BUDI))
    view = await town.ask()
    for _ in range(3):
        await town.pass_time(301)
        assert await town.state(view) is RequestState.AWAITING_APPROVAL
    await town.desk.set_duty("H3", Duty.AVAILABLE, at_base=False, by=Command(actor=BUDI))
    await town.desk.run_due()
    assert await town.live(view) == [("H3", AssignmentState.OFFERED)]


async def test_a_whole_trip_commits_the_vehicle_and_frees_it(town: Town) -> None:
    view = await town.ask()
    trip = await town.take(view.assignments[0][0], Step.ACCEPT)
    held = await town.store.read(lambda books: books.vehicles.get("H3"))
    assert held.duty is Duty.COMMITTED
    assert await town.state(view) is RequestState.ASSIGNED
    for step in (Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION):
        trip = await town.take(trip, step)
        assert await town.state(view) is RequestState.IN_PROGRESS
    await town.take(trip, Step.CLEAR)
    assert await town.state(view) is RequestState.COMPLETED
    held = await town.store.read(lambda books: books.vehicles.get("H3"))
    assert (held.duty, held.assignment_id) == (Duty.AVAILABLE, None)


async def test_a_vehicle_that_stands_down_leaves_the_request_with_the_next(town: Town) -> None:
    view = await town.ask()
    trip = await town.take(view.assignments[0][0], Step.ACCEPT)
    await town.take(trip, Step.STAND_DOWN, reason="mogok")
    assert await town.live(view) == [("H1", AssignmentState.OFFERED)]


async def test_a_repeated_command_gets_the_first_result(town: Town) -> None:
    first, second = await town.ask("key-1"), await town.ask("key-1")
    assert first.request.id == second.request.id
    reused = await town.desk.receive(
        drowned_child(), CONTACT, choose=None, by=Command(actor=SITI, key="key-1", fingerprint="another")
    )
    assert isinstance(reused, Refusal)
    assert reused.code == "idempotency_key_reused"


async def test_the_seconds_of_an_offer_count_from_its_delivery(town: Town) -> None:
    view = await town.ask()
    offer = view.assignments[0][0]
    assert offer.expires_at == NOW + timedelta(seconds=100)
    town.clock.turn(3)
    delivered = await town.desk.deliver_offer(offer.id)
    assert delivered.expires_at == NOW + timedelta(seconds=93)
    town.clock.turn(30)
    again = await town.desk.deliver_offer(offer.id)
    assert again.expires_at == NOW + timedelta(seconds=93)
    await town.pass_time(59)
    assert await town.live(view) == [("H3", AssignmentState.OFFERED)]
    await town.pass_time(2)
    assert await town.live(view) == [("H1", AssignmentState.OFFERED)]


async def test_an_operator_may_override_only_what_the_rule_lets_him(town: Town) -> None:
    view = await town.ask()
    by = Command(actor=OPI)
    for vehicle_id, override, code in (
        ("L1", None, "rule_objects"),
        ("A1", ("R01", "tidak ada lagi"), "not_overridable"),
        ("L1", ("R01", "salah aturan"), "rule_objects"),
    ):
        refusal = await town.desk.assign(view.request.id, vehicle_id, override=override, by=by)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code
    done = await town.desk.assign(view.request.id, "L1", override=("R19", "pengurus mengizinkan"), by=by)
    assert isinstance(done, RequestView)
    assert await town.live(view) == [("L1", AssignmentState.OFFERED)]
    kinds = [entry.event.kind for entry in done.entries]
    assert EventKind.OVERRIDDEN in kinds
    assert EventKind.OFFER_WITHDRAWN in kinds


async def test_a_vehicle_of_another_request_is_not_taken_away(town: Town) -> None:
    first, second = await town.ask(), await town.ask()
    assert await town.live(second) == [("H1", AssignmentState.OFFERED)]
    refusal = await town.desk.assign(second.request.id, "H3", override=None, by=Command(actor=OPI))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "vehicle_taken"
    assert refusal.facts["request_id"] == first.request.id


async def test_many_at_once_send_nobody_twice(town: Town) -> None:
    views = await asyncio.gather(*(town.ask() for _ in range(12)))
    live = await town.store.read(lambda books: books.assignments.list_live())
    assert sorted(assignment.vehicle_id for assignment in live) == ["H1", "H3"]
    states = [await town.state(view) for view in views]
    assert states.count(RequestState.SEARCHING) == 2
    assert all(state in (RequestState.SEARCHING, RequestState.AWAITING_APPROVAL) for state in states)


async def test_an_ended_request_lets_everybody_go_and_says_who_was_told(town: Town) -> None:
    view = await town.ask()
    trip = await town.take(view.assignments[0][0], Step.ACCEPT)
    ended = await town.desk.end(
        view.request.id,
        RequestState.CANCELLED_BY_REQUESTER,
        told="keluarga",
        reason="sudah berangkat",
        by=Command(actor=SITI),
    )
    assert isinstance(ended, RequestView)
    assert ended.request.state is RequestState.CANCELLED_BY_REQUESTER
    assert await town.live(view) == []
    assert ended.entries[-1].event.facts["told"] == "keluarga"
    kept = await town.store.read(lambda books: books.assignments.get(trip.id))
    assert kept.state is AssignmentState.STOOD_DOWN
    again = await town.desk.end(view.request.id, RequestState.COMPLETED, told="x", reason="x", by=Command(actor=SITI))
    assert isinstance(again, Refusal)


async def test_timers_survive_a_restart(town: Town, tmp_path: Path) -> None:
    view = await town.ask()
    await town.store.close()
    store = open_sqlite(tmp_path / "town.sqlite3")
    town.desk.store = town.store = store
    await town.pass_time(101)
    assert await town.live(view) == [("H1", AssignmentState.OFFERED)]


async def test_red_goes_to_an_emergency_ambulance_and_a_stable_patient_leaves_it(town: Town) -> None:
    red = await town.desk.suggest(ask(Need.EMERGENCY))
    stable = await town.desk.suggest(ask(Need.TRANSPORT))
    assert isinstance(red, dict)
    assert isinstance(stable, dict)
    assert red["chosen"] == ["A1"]
    assert stable["chosen"] == ["T1"]


async def test_unbelievable_positions_are_refused_with_reasons(town: Town) -> None:
    later = NOW.astimezone(UTC) + timedelta(seconds=10)
    town.clock.turn(20)
    good = Fix(vehicle_id="H3", point=CIKOKOL.point, taken_at=later, received_at=later)
    far = Fix(vehicle_id="H3", point=Point(lon=110, lat=-7), taken_at=later + timedelta(seconds=1), received_at=later)
    refused = await town.desk.take_fixes([far, good])
    assert [(index, [fault.code for fault in faults]) for index, faults in refused] == [(0, ["impossible_speed"])]
    assert town.desk.live.last_fixes()["H3"] == good
