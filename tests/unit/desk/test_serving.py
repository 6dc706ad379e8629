"""Pairs, first contacts, and requests that wait: served together, in the order, and no vehicle twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import changes, requests
from dispatch.domain.approval import ApprovalState
from dispatch.domain.promise import RETRY_EVERY
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import DecisionMade, Escalated, FamilySaid, facts_of
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import OPERATOR, Why
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.request_states import FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import HOME, NOW, OPI, ask, drowned_child
from tests.unit.desk.town import WAY, Town, done, refused

pytestmark = pytest.mark.anyio
OFFERED, ACCEPTED = AssignmentState.OFFERED, AssignmentState.ACCEPTED


async def test_for_two_bodies_one_that_is_going_does_not_hide_the_one_that_is_missing(town: Town) -> None:
    await town.duty("H1", Duty.OFF_DUTY)
    made = await town.ask(asked=ask(Need.BODY, count=2))
    assert made.request.wanted == 2
    assert await town.live(made) == [("H3", OFFERED)]
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    again = await town.look(made)
    assert again.state is RequestState.ASSIGNED
    assert again.approvals or again.promise, "the second body has a yes that is asked or a call that is owed"
    await town.duty("H1", Duty.AVAILABLE)
    await town.report()
    await town.run_due()
    assert sorted(await town.live(made)) == [("H1", OFFERED), ("H3", ACCEPTED)]
    await town.take(trip, *WAY[1:])
    assert await town.state(made) is not RequestState.COMPLETED, "one body still waits"


async def test_who_comes_free_goes_to_whom_it_is_due_and_not_to_whoever_asked_first(town: Town) -> None:
    for vehicle_id in ("A1", "T1", "L1"):
        await town.duty(vehicle_id, Duty.OUT_OF_SERVICE)
    stable = await town.ask(asked=ask(Need.TRANSPORT))
    town.clock.turn(30)
    red = await town.ask(asked=ask(Need.EMERGENCY))
    await town.duty("A1", Duty.AVAILABLE)
    await town.report()
    await town.run_due()
    assert await town.live(red) == [("A1", OFFERED)]
    assert await town.state(stable) is RequestState.WAITING


async def test_a_vehicle_that_breaks_down_on_the_way_is_replaced_at_once_from_where_it_stands(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], *WAY[:4])
    town.clock.turn(60)
    await town.report("H3", HOME.point)
    await town.take(trip, Step.PROBLEM, reason="mogok")
    assert await town.live(made) == [("H1", OFFERED)]
    assert (await town.look(made)).request.ask.pickup.point == HOME.point
    assert (await town.vehicle("H3")).duty is Duty.OUT_OF_SERVICE


async def test_a_tap_is_taken_back_within_ten_seconds_and_not_later(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], *WAY[:3])
    town.clock.turn(9)
    trip = await town.take(trip, Step.UNDO)
    assert trip.state is AssignmentState.EN_ROUTE
    assert AssignmentState.ON_SCENE not in trip.stamps
    trip = await town.take(trip, Step.ON_SCENE)
    town.clock.turn(11)
    assert refused(await town.try_step(trip, Step.UNDO)) is RefusalCode.UNDO_TOO_LATE


async def test_a_trip_that_was_ended_by_mistake_goes_on(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], *WAY)
    assert await town.state(made) is RequestState.COMPLETED
    trip = await town.take(trip, Step.UNDO)
    assert trip.state is AssignmentState.AT_DESTINATION
    assert await town.state(made) is RequestState.IN_PROGRESS
    assert (await town.vehicle("H3")).duty is Duty.COMMITTED


async def test_who_declined_is_left_alone_for_ten_minutes_by_everybody_but_an_operator_who_called(town: Town) -> None:
    first, by = await town.ask(), Command(actor=OPI)
    await town.take(first.assignments[0], Step.DECLINE, reason="isi bensin")
    cancelled = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, first.id, cancelled, told="keluarga", reason="batal", by=by))
    town.clock.turn(300)
    await town.report()
    second = await town.ask()
    assert await town.live(second) == [("H1", OFFERED)]
    done(await requests.assign(town.unit, second.id, "H3", override=None, by=by))
    assert await town.live(second) == [("H3", OFFERED)]
    done(await changes.end(town.unit, second.id, cancelled, told="keluarga", reason="batal", by=by))
    for waits_s, chosen in ((299, "H1"), (2, "H3")):
        town.clock.turn(waits_s)
        await town.report()
        assert done(await requests.suggest(town.unit, drowned_child())).chosen == (chosen,)


async def test_an_offer_that_is_always_taken_is_an_assignment_at_once(town: Town) -> None:
    await town.duty("H3", Duty.AVAILABLE, auto_accept=True)
    made = await town.ask()
    assert await town.live(made) == [("H3", ACCEPTED)]
    assert made.state is RequestState.ASSIGNED


async def test_a_silent_phone_takes_no_offer_by_itself(town: Town) -> None:
    await town.duty("H3", Duty.AVAILABLE, auto_accept=True)
    town.clock.turn(400)
    made = await town.ask()
    assert ("H3", ACCEPTED) not in await town.live(made)


async def test_a_booked_trip_is_searched_for_an_hour_before_and_keeps_its_vehicle(town: Town) -> None:
    at = NOW + timedelta(hours=5)
    made = await town.ask(asked=replace(ask(Need.TRANSPORT, can_sit=True), schedule_at=at))
    assert made.state is RequestState.SCHEDULED
    assert (made.decided.schedule_at, made.decided.search_at) == (at, at - timedelta(hours=1))
    assert await town.live(made) == []
    await town.pass_time(3.9 * 3600)
    assert await town.state(made) is RequestState.SCHEDULED
    await town.pass_time(0.2 * 3600)
    [trip] = (await town.look(made)).assignments
    assert (trip.vehicle_id, trip.state) == ("T1", OFFERED)
    assert trip.expires_at - trip.offered_at == timedelta(seconds=610)


async def test_a_shift_that_nobody_ends_is_ended(town: Town) -> None:
    await town.duty("H3", Duty.OFF_DUTY)
    await town.duty("H3", Duty.AVAILABLE)
    await town.pass_time(16 * 3600 + 1)
    assert (await town.vehicle("H3")).duty is Duty.OFF_DUTY


async def test_the_family_that_has_left_is_noted_and_one_that_needs_nobody_ends_it(town: Town) -> None:
    made = await town.ask()
    link = await town.read(lambda books: books.requests.get_track_token(made.id))
    for _ in range(2):
        done(await changes.family_said(town.unit, link, FamilyWord.LEFT))
        assert await town.state(made) is RequestState.SEARCHING
    assert [event.said for event in (await town.look(made)).of(FamilySaid)] == [FamilyWord.LEFT]
    assert await town.read(lambda books: changes.words_of_family(books, made.id)) == {FamilyWord.LEFT}
    done(await changes.family_said(town.unit, link, FamilyWord.NO_LONGER_NEEDED))
    assert await town.state(made) is RequestState.CANCELLED_BY_REQUESTER
    assert await town.live(made) == []
    assert refused(await changes.family_said(town.unit, link, FamilyWord.LEFT)) is RefusalCode.REQUEST_ENDED


async def test_a_hold_of_the_destination_never_holds_the_search(town: Town) -> None:
    made = await town.ask()
    done(await changes.hold(town.unit, made.id, on=True, reason="menunggu polisi", by=Command(actor=OPI)))
    assert (await town.look(made)).request.held
    await town.take(made.assignments[0], Step.DECLINE, reason="ban bocor")
    assert await town.live(made) == [("H1", OFFERED)]


async def test_a_note_reaches_the_driver_and_never_the_journal(town: Town) -> None:
    made, text = await town.ask(), "gang sempit di belakang masjid"
    done(await changes.add_note(town.unit, made.id, text, by=Command(actor=OPI)))
    after = await town.look(made)
    assert after.contact.note == text
    assert len(after.events) > len(made.events)
    assert all("gang" not in str(facts_of(event)) for event in after.events)


async def test_five_refusals_are_the_operators_business(town: Town) -> None:
    hearse = Vehicle(id="H1", name="Kendaraan", vehicle_class=VehicleClass.HEARSE, agency="kota-tangerang")
    await town.add(*(replace(hearse, id=f"H1{number}") for number in range(5)), minutes=20.0)
    made = await town.ask()
    for _ in range(5):
        [offer] = (await town.look(made)).live()
        await town.take(offer, Step.DECLINE, reason="berhalangan")
    again = await town.look(made)
    assert [(event.to, event.why) for event in again.of(Escalated)] == [(OPERATOR, Why.REFUSED_OFTEN)]
    assert again.promise is not None


async def test_who_has_to_wait_hears_who_is_about_to_be_free(town: Town) -> None:
    await town.duty("T1", Duty.OUT_OF_SERVICE)
    first = await town.ask(asked=ask(Need.EMERGENCY))
    trip = await town.take(first.assignments[0], *WAY[:5])
    second = await town.ask(asked=ask(Need.EMERGENCY))
    assert second.state is RequestState.WAITING
    assert second.decided.soon == {"A1": 900}
    await town.take(trip, Step.CLEAR)
    await town.report()
    await town.run_due()
    assert await town.live(second) == [("A1", OFFERED)]


async def test_nobody_is_asked_for_a_yes_that_is_not_needed_any_more(town: Town) -> None:
    async def states() -> list[ApprovalState]:
        return sorted(approval.state for approval in (await town.look(made)).approvals)

    for vehicle_id in ("H3", "H1"):
        await town.duty(vehicle_id, Duty.OFF_DUTY)
    made = await town.ask()
    assert await states() == [ApprovalState.ASKED]
    await town.duty("H3", Duty.AVAILABLE)
    await town.report()
    await town.run_due()
    trip = await town.take((await town.look(made)).live()[0], Step.ACCEPT)
    assert await states() == [ApprovalState.WITHDRAWN]
    await town.take(trip, Step.PROBLEM, reason="mogok")
    assert await states() == [ApprovalState.ASKED, ApprovalState.WITHDRAWN]


async def test_a_search_that_finds_what_was_found_before_is_told_and_not_kept_again(town: Town) -> None:
    for held in await town.unit.vehicles():
        await town.duty(held.id, Duty.OUT_OF_SERVICE)
    made = await town.ask()
    assert await town.state(made) is RequestState.WAITING

    async def searched() -> list[tuple[int | None, bool]]:
        await town.pass_time(300)
        return [(event.decision_id, event.again) for event in (await town.look(made)).of(DecisionMade)]

    await searched()
    found = await searched()
    _, second, *again = [number for number, _ in found]
    assert again == [second] * len(again), "it stands for the searches after it"
    assert [same for _, same in found] == [False, False, *[True] * len(again)]
    assert again
    assert (await town.look(made)).promise, "somebody calls back as before"
    await town.duty("A1", Duty.AVAILABLE)
    number, same = (await searched())[-1]
    assert (number != second, same) == (True, False), "A1 is kept from going by its rule alone now"
    await town.reopen()
    number, same = (await searched())[-1]
    assert same is False, "a process that does not know what was said before says it"


async def test_a_clock_that_is_set_back_lets_nobody_wait_until_it_has_caught_up(town: Town) -> None:
    for held in await town.unit.vehicles():
        await town.duty(held.id, Duty.OUT_OF_SERVICE)
    made = await town.ask()
    await town.pass_time(1)
    town.clock.turn(-3600)
    await town.run_due()
    again = await town.timer(DueKind.PROMISE_RETRY, made.id)
    assert again is not None
    assert again.at <= town.clock.at + RETRY_EVERY
