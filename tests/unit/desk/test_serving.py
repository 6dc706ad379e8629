"""Pairs, first contacts, and who waits: served together, in the order, and nobody twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.domain.vehicle import VehicleNow
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty
from tests.people import BUDI, HOME, NOW, OPI, ask, drowned_child
from tests.unit.desk.town import Town, town

pytestmark = pytest.mark.anyio
__all__ = ["town"]
OFFERED, ACCEPTED = AssignmentState.OFFERED, AssignmentState.ACCEPTED


async def duty(town: Town, vehicle_id: str, duty: Duty) -> None:
    done = await town.desk.set_duty(vehicle_id, duty, at_base=False, by=Command(actor=BUDI))
    assert isinstance(done, VehicleNow), done


async def test_for_two_bodies_one_that_is_going_does_not_hide_the_one_that_is_missing(town: Town) -> None:
    await duty(town, "H1", Duty.OFF_DUTY)
    view = await town.ask(asked=ask(Need.BODY, count=2))
    assert view.request.wanted == 2
    assert await town.live(view) == [("H3", OFFERED)]
    await town.take(view.assignments[0][0], Step.ACCEPT)
    again = await town.desk.view(view.request.id)
    assert again.request.state is RequestState.ASSIGNED
    assert again.approvals or again.promise, "the second body stands on something too"
    await duty(town, "H1", Duty.AVAILABLE)
    await town.report()
    await town.desk.run_due()
    assert sorted(await town.live(view)) == [("H1", OFFERED), ("H3", ACCEPTED)]
    trip = again.assignments[0][0]
    for step in (Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR):
        trip = await town.take(trip, step)
    assert await town.state(view) is not RequestState.COMPLETED, "one body still waits"


async def test_who_comes_free_goes_to_whom_it_is_due_and_not_to_whoever_asked_first(town: Town) -> None:
    for vehicle_id in ("A1", "T1", "L1"):
        await duty(town, vehicle_id, Duty.OUT_OF_SERVICE)
    stable = await town.ask(asked=ask(Need.TRANSPORT))
    town.clock.turn(30)
    red = await town.ask(asked=ask(Need.EMERGENCY))
    await duty(town, "A1", Duty.AVAILABLE)
    await town.report()
    await town.desk.run_due()
    assert await town.live(red) == [("A1", OFFERED)]
    assert await town.state(stable) is RequestState.WAITING


async def test_a_vehicle_that_breaks_down_on_the_way_is_replaced_at_once_from_where_it_stands(town: Town) -> None:
    view = await town.ask()
    trip = await town.take(view.assignments[0][0], Step.ACCEPT)
    for step in (Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING):
        trip = await town.take(trip, step)
    town.clock.turn(60)
    await town.report("H3", HOME.point)
    await town.take(trip, Step.PROBLEM, reason="mogok")
    assert await town.live(view) == [("H1", OFFERED)]
    again = await town.desk.view(view.request.id)
    assert again.request.ask.pickup.point == HOME.point
    held = await town.store.read(lambda books: books.vehicles.get("H3"))
    assert held.duty is Duty.OUT_OF_SERVICE


async def test_a_tap_is_taken_back_within_ten_seconds_and_not_later(town: Town) -> None:
    view = await town.ask()
    trip = await town.take(view.assignments[0][0], Step.ACCEPT)
    trip = await town.take(trip, Step.EN_ROUTE)
    trip = await town.take(trip, Step.ON_SCENE)
    town.clock.turn(9)
    trip = await town.take(trip, Step.UNDO)
    assert trip.state is AssignmentState.EN_ROUTE
    assert AssignmentState.ON_SCENE not in trip.stamps
    trip = await town.take(trip, Step.ON_SCENE)
    town.clock.turn(11)
    late = await town.try_step(trip, Step.UNDO)
    assert isinstance(late, Refusal)
    assert late.code == "undo_too_late"


async def test_a_trip_that_was_ended_by_mistake_goes_on(town: Town) -> None:
    view = await town.ask()
    trip = await town.take(view.assignments[0][0], Step.ACCEPT)
    for step in (Step.EN_ROUTE, Step.ON_SCENE, Step.CLEAR):
        trip = await town.take(trip, step)
    assert await town.state(view) is RequestState.COMPLETED
    trip = await town.take(trip, Step.UNDO)
    assert trip.state is AssignmentState.ON_SCENE
    assert await town.state(view) is RequestState.IN_PROGRESS
    held = await town.store.read(lambda books: books.vehicles.get("H3"))
    assert held.duty is Duty.COMMITTED


async def test_who_declined_is_left_alone_for_ten_minutes_by_everybody_but_an_operator_who_called(town: Town) -> None:
    first = await town.ask()
    await town.take(first.assignments[0][0], Step.DECLINE, reason="isi bensin")
    await town.desk.end(
        first.request.id, RequestState.CANCELLED_BY_REQUESTER, told="keluarga", reason="batal", by=Command(actor=OPI)
    )
    town.clock.turn(300)
    await town.report()
    second = await town.ask()
    assert await town.live(second) == [("H1", OFFERED)]
    sent = await town.desk.assign(second.request.id, "H3", override=None, by=Command(actor=OPI))
    assert not isinstance(sent, Refusal)
    assert await town.live(second) == [("H3", OFFERED)]
    town.clock.turn(301)
    await town.report()
    decision = await town.desk.suggest(drowned_child())
    assert isinstance(decision, dict)


async def test_an_offer_that_is_always_taken_is_an_assignment_at_once(town: Town) -> None:
    done = await town.desk.set_duty("H3", Duty.AVAILABLE, at_base=False, by=Command(actor=BUDI), auto_accept=True)
    assert isinstance(done, VehicleNow)
    view = await town.ask()
    assert await town.live(view) == [("H3", ACCEPTED)]
    assert view.request.state is RequestState.ASSIGNED


async def test_a_silent_phone_takes_no_offer_by_itself(town: Town) -> None:
    await town.desk.set_duty("H3", Duty.AVAILABLE, at_base=False, by=Command(actor=BUDI), auto_accept=True)
    town.clock.turn(400)
    view = await town.ask()
    assert ("H3", ACCEPTED) not in await town.live(view)


async def test_a_booked_trip_is_searched_for_an_hour_before_and_keeps_its_vehicle(town: Town) -> None:
    at = NOW + timedelta(hours=5)
    view = await town.ask(asked=replace(ask(Need.TRANSPORT, can_sit=True), schedule_at=at))
    assert view.request.state is RequestState.SCHEDULED
    assert await town.live(view) == []
    await town.pass_time(3.9 * 3600)
    assert await town.state(view) is RequestState.SCHEDULED
    await town.pass_time(0.2 * 3600)
    assert await town.live(view) == [("T1", OFFERED)]
    live = await town.store.read(lambda books: books.assignments.list_of(view.request.id))
    assert live[0].expires_at - live[0].offered_at == timedelta(seconds=610)


async def test_a_shift_that_nobody_ends_is_ended(town: Town) -> None:
    await duty(town, "H3", Duty.OFF_DUTY)
    await duty(town, "H3", Duty.AVAILABLE)
    await town.pass_time(16 * 3600 + 1)
    held = await town.store.read(lambda books: books.vehicles.get("H3"))
    assert held.duty is Duty.OFF_DUTY


async def test_the_family_that_has_left_is_noted_and_one_that_needs_nobody_ends_it(town: Town) -> None:
    view = await town.ask()
    await town.desk.family_said(view.track_token, "left")
    assert await town.state(view) is RequestState.SEARCHING
    track = await town.desk.track(view.track_token)
    assert track is not None
    assert not track.can_answer
    await town.desk.family_said(view.track_token, "left")
    journal = await town.store.read(lambda books: books.journal.list_of(view.request.id))
    assert [entry.event.facts for entry in journal if entry.event.kind is EventKind.FAMILY_SAID] == [{"said": "left"}]
    await town.desk.family_said(view.track_token, "no_longer_needed")
    assert await town.state(view) is RequestState.CANCELLED_BY_REQUESTER
    assert await town.live(view) == []
    again = await town.desk.family_said(view.track_token, "left")
    assert isinstance(again, Refusal)


async def test_a_hold_of_the_destination_never_holds_the_search(town: Town) -> None:
    view = await town.ask()
    held = await town.desk.hold(view.request.id, on=True, reason="menunggu polisi", by=Command(actor=OPI))
    assert not isinstance(held, Refusal)
    assert held.request.held
    await town.take(view.assignments[0][0], Step.DECLINE, reason="ban bocor")
    assert await town.live(view) == [("H1", OFFERED)]


async def test_a_note_reaches_the_driver_and_never_the_journal(town: Town) -> None:
    view = await town.ask()
    done = await town.desk.add_note(view.request.id, "gang sempit di belakang masjid", by=Command(actor=OPI))
    assert not isinstance(done, Refusal)
    assert done.contact.note == "gang sempit di belakang masjid"
    assert all("gang" not in str(entry.event.facts) for entry in done.entries)


async def test_five_refusals_are_the_operators_business(town: Town) -> None:
    def more(books: Books) -> None:
        held = books.vehicles.get("H1").vehicle
        for number in range(5):
            vehicle_id = f"H1{number}"
            books.vehicles.put(replace(held, id=vehicle_id, name=f"Kendaraan {vehicle_id}"))
            books.vehicles.set_duty(vehicle_id, Duty.AVAILABLE, at_base=False, now=NOW)

    await town.store.write(more)
    names = [f"H1{number}" for number in range(5)]
    town.roads.minutes |= {name: 20.0 + place for place, name in enumerate(names)}
    for name in names:
        await town.report(name)
    view = await town.ask()
    for _ in range(5):
        live = next(a for a, _ in (await town.desk.view(view.request.id)).assignments if a.is_live)
        await town.take(live, Step.DECLINE, reason="berhalangan")
    again = await town.desk.view(view.request.id)
    escalated = [e.event.facts for e in again.entries if e.event.kind.value == "escalated"]
    assert [(facts["to"], facts["why"]) for facts in escalated] == [("operator", "refused_often")]
    assert again.promise is not None


async def test_who_has_to_wait_hears_who_is_about_to_be_free(town: Town) -> None:
    await duty(town, "T1", Duty.OUT_OF_SERVICE)
    first = await town.ask(asked=ask(Need.EMERGENCY))
    trip = await town.take(first.assignments[0][0], Step.ACCEPT)
    for step in (Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION):
        trip = await town.take(trip, step)
    second = await town.ask(asked=ask(Need.EMERGENCY))
    assert second.request.state is RequestState.WAITING
    assert second.decision is not None
    assert second.decision["soon"] == {"A1": 900}
    assert "Perkiraan berikutnya 15 menit: Kendaraan A1" in str(second.decision["sentence"])
    await town.take(trip, Step.CLEAR)
    await town.report()
    await town.desk.run_due()
    assert await town.live(second) == [("A1", OFFERED)]


async def test_nobody_is_asked_for_a_yes_that_is_not_needed_any_more(town: Town) -> None:
    for vehicle_id in ("H3", "H1"):
        await duty(town, vehicle_id, Duty.OFF_DUTY)
    view = await town.ask()
    assert [approval.state for approval in view.approvals] == ["asked"]
    await duty(town, "H3", Duty.AVAILABLE)
    await town.report()
    await town.desk.run_due()
    again = await town.desk.view(view.request.id)
    trip = await town.take(next(a for a, _ in again.assignments if a.is_live), Step.ACCEPT)
    assert [approval.state for approval in (await town.desk.view(view.request.id)).approvals] == ["withdrawn"]
    await town.take(trip, Step.PROBLEM, reason="mogok")
    states = [approval.state for approval in (await town.desk.view(view.request.id)).approvals]
    assert sorted(states) == ["asked", "withdrawn"]
