"""Commands sent again, refused, in each other's way or too late; and timers that fail or meet a clock that jumps."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import Due, DueKind, NotFoundError
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import approving, changes, promises, requests, timers, trips, vehicles
from dispatch.desk.usecases.timers import TimerStuckError
from dispatch.domain.assignment import StepCommand
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import EventKind, OfferExpired
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import PromiseKind
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from tests.people import BUDI, OPI, SITI, ask
from tests.unit.desk.test_approvals import ELSEWHERE
from tests.unit.desk.town import CONTACT, WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
OFFERED, EXPIRED = AssignmentState.OFFERED, AssignmentState.EXPIRED


async def count(town: Town, kind: EventKind) -> int:
    entries = await town.read(lambda books: books.journal.list_after(0, 1000).entries)
    return sum(entry.event.kind is kind for entry in entries)


async def document(town: Town) -> Look:
    made = await town.ask(asked=replace(ask(Need.DOCUMENT), subject="blanko-ktp"))
    assert made.owed.kind is PromiseKind.DOCUMENT
    return made


async def test_stock_that_came_is_noted_once_however_often_it_is_sent(town: Town) -> None:
    made = await document(town)
    by = Command(actor=SITI, key="stok-1", fingerprint="3")
    for _ in range(2):
        called = await promises.stock_came(town.unit, "blanko-ktp", facility=None, count=3, by=by)
        assert done(called) == (made.owed.id,)
        town.clock.turn(60)
    assert await count(town, EventKind.STOCK_CAME) == 1
    other = replace(by, fingerprint="4")
    again = await promises.stock_came(town.unit, "blanko-ktp", facility=None, count=4, by=other)
    assert refused(again) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_what_is_taken_after_a_hand_over_is_not_handed_over_by_its_repeat(town: Town) -> None:
    first, second = await document(town), await document(town)
    by = Command(actor=OPI, key="akhir-dinas", fingerprint="staff")
    for made in (first, second):
        done(await promises.take_over(town.unit, made.owed.id, by=Command(actor=OPI)))
        assert done(await promises.hand_over(town.unit, "staff", by=by)) == (first.owed.id,)
    assert (await town.promise(second.owed)).owner == OPI.id


async def test_a_hand_over_of_nothing_is_repeated_as_nothing(town: Town) -> None:
    by = Command(actor=OPI, key="akhir-dinas", fingerprint="staff")
    for _ in range(2):
        assert done(await promises.hand_over(town.unit, "staff", by=by)) == ()
        done(await promises.take_over(town.unit, (await document(town)).owed.id, by=Command(actor=OPI)))
    assert await count(town, EventKind.PROMISE_HANDED_OVER) == 2, "the two that were taken, and no more"


async def test_another_agencys_yes_sent_again_gets_its_first_answer(town: Town) -> None:
    for name in ("H1", "H3", "T1", "L1"):
        await town.duty(name, Duty.OFF_DUTY)
    held = (await town.vehicle("H3")).vehicle
    await town.add(replace(held, id="K1", agency="kabupaten-tangerang", shares=Shares.ON_REQUEST), minutes=30.0)
    made = await town.ask()
    by = Command(actor=ELSEWHERE, key="ya-1", fingerprint="K1")
    for _ in range(2):
        said = await approving.answer_for_own(town.unit, made.id, yes=True, vehicle_id="K1", reason="silakan", by=by)
        assert done(said) == made.id
    assert await town.live(made) == [("K1", OFFERED)]
    assert await count(town, EventKind.APPROVAL_GIVEN) == 1


async def test_a_refused_change_of_duty_leaves_auto_accept_as_it_was(town: Town) -> None:
    await town.ask()
    by = Command(actor=BUDI)
    off = await vehicles.set_duty(town.unit, "H3", Duty.OFF_DUTY, at_base=False, auto_accept=True, by=by)
    assert refused(off) is RefusalCode.ON_DUTY_TRIP
    assert not (await town.vehicle("H3")).auto_accept


async def test_a_driver_who_goes_off_duty_while_it_is_decided_is_not_asked(town: Town) -> None:
    made, _ = await asyncio.gather(town.ask(), town.duty("H3", Duty.OFF_DUTY))
    assert await town.live(made) == [("H1", OFFERED)]


async def test_a_driver_who_declines_another_request_while_it_is_decided_is_left_alone(town: Town) -> None:
    until = town.clock.now() + timedelta(minutes=10)
    made, _ = await asyncio.gather(town.ask(), town.store.write(lambda books: books.vehicles.leave_alone("H3", until)))
    assert await town.live(made) == [("H1", OFFERED)]


async def test_a_trip_that_ended_is_not_undone_after_the_request_was_ended_otherwise(town: Town) -> None:
    town.roads.minutes = {"H3": 14.0}
    made = await town.ask(asked=ask(Need.BODY, count=2))
    trip = await town.take(made.assignments[0], *WAY)
    cancelled = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, made.id, cancelled, told="keluarga", reason="x", by=Command(actor=SITI)))
    assert refused(await town.try_step(trip, Step.UNDO)) is RefusalCode.REQUEST_ENDED
    assert await town.state(made) is cancelled


@pytest.mark.parametrize(("after_s", "allowed"), [(5, True), (30, False)])
async def test_with_a_clock_that_was_set_back_the_phones_clock_tells_whether_an_undo_comes_in_time(
    town: Town, after_s: int, allowed: bool
) -> None:
    trip = (await town.ask()).assignments[0]
    tapped = town.clock.now()
    await town.take(trip, Step.ACCEPT)
    await town.take(trip, Step.EN_ROUTE, device_time=tapped)
    town.clock.turn(-3600)
    assert isinstance(await town.try_step(trip, Step.UNDO), Refusal)
    undone = await town.try_step(trip, Step.UNDO, device_time=tapped + timedelta(seconds=after_s))
    assert (undone == trip.id) is allowed


async def test_thirty_at_once_are_all_kept_though_all_want_the_same_vehicle(town: Town) -> None:
    by = Command(actor=SITI)
    made = await asyncio.gather(*(requests.receive(town.unit, ask(Need.BODY), CONTACT, by=by) for _ in range(30)))
    assert len({done(one) for one in made}) == 30


async def test_thirty_at_once_get_thirty_vehicles_though_all_want_the_nearest(town: Town) -> None:
    hearse = (await town.vehicle("H1")).vehicle
    await town.add(*(replace(hearse, id=f"J{number:02}") for number in range(30)), minutes=1.0)
    made = await asyncio.gather(*(town.ask(asked=ask(Need.BODY)) for _ in range(30)))
    offered = [assignment.vehicle_id for one in made for assignment in one.live()]
    assert len(offered) == len(set(offered)) == 30


async def test_a_crew_that_went_home_is_not_put_back_on_its_trip_by_an_undo(town: Town) -> None:
    trip = (await town.ask()).assignments[0]
    await town.take(trip, *WAY)
    await town.duty("H3", Duty.OFF_DUTY)
    assert refused(await town.try_step(trip, Step.UNDO)) is RefusalCode.UNDO_TOO_LATE


async def test_a_timer_that_fails_holds_up_no_other(town: Town) -> None:
    made = await town.ask()
    gone = Due(kind=DueKind.PROMISE_DUE, subject="J-gone", at=town.clock.now())
    await town.store.write(lambda books: books.timers.set(gone))
    for _ in range(2):
        with pytest.raises(NotFoundError, match="J-gone"):
            await town.pass_time(101)
    assert [a.state for a in (await town.look(made)).assignments][:2] == [EXPIRED, EXPIRED]


async def test_a_timer_that_changes_nothing_is_said_and_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await town.ask(), await town.ask()
    stuck = first.assignments[0]

    async def step(unit: Unit, assignment_id: str, command: StepCommand, *, by: Command | None) -> str | Refusal:
        if assignment_id == stuck.id:
            return Refusal(RefusalCode.SOMEBODY_WAS_FIRST)
        return await trips.step(unit, assignment_id, command, by=by)

    monkeypatch.setattr(timers, "step", step)
    with pytest.raises(TimerStuckError, match=stuck.id):
        await town.pass_time(101)
    assert (await town.look(second)).assignments[0].state is EXPIRED
    monkeypatch.undo()
    await town.pass_time(1)
    assert (await town.look(first)).assignments[0].state is EXPIRED


async def test_a_booked_request_that_is_sent_again_after_its_time_gets_the_first_answer(town: Town) -> None:
    booked = replace(ask(Need.BODY), schedule_at=town.clock.now() + timedelta(hours=1))
    by = Command(actor=SITI, key="sekali", fingerprint="ask")
    first = done(await requests.receive(town.unit, booked, CONTACT, by=by))
    await town.pass_time(2 * 3600)
    assert done(await requests.receive(town.unit, booked, CONTACT, by=by)) == first
    late = await requests.receive(town.unit, booked, CONTACT, by=Command(actor=SITI))
    assert refused(late) is RefusalCode.SCHEDULE_BOUNDS


@pytest.mark.parametrize("step", [Step.EXPIRE, Step.DECLINE])
async def test_a_document_whose_vehicle_does_not_go_is_promised_as_before(town: Town, step: Step) -> None:
    car = Vehicle(id="O1", name="Mobil Dinas", vehicle_class=VehicleClass.OFFICIAL_CAR, agency="kota-tangerang")
    await town.add(car, minutes=9.0)
    made = await document(town)
    done(await requests.assign(town.unit, made.id, "O1", override=None, by=Command(actor=OPI)))
    assert await town.live(made) == [("O1", OFFERED)]
    if step is Step.EXPIRE:
        await town.pass_time(101)
    else:
        await town.take((await town.look(made)).assignments[0], step)
    after = await town.look(made)
    assert after.assignments[0].state is (EXPIRED if step is Step.EXPIRE else AssignmentState.DECLINED)
    assert after.state is RequestState.WAITING
    assert after.promise == made.promise


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_jumps_ends_no_offer_before_its_time_and_runs_each_timer_once(
    town: Town, hours: int
) -> None:
    made = await town.ask()
    offer = made.assignments[0]
    await town.pass_time(hours * 3600)
    assert (await town.look(made)).assignments[0].state is (EXPIRED if hours > 0 else OFFERED)
    await town.pass_time(-hours * 3600)
    for _ in range(3):
        await town.run_due()
    expired = (await town.look(made)).of(OfferExpired)
    assert all(event.at >= offer.expires_at for event in expired)
    assert len({event.assignment_id for event in expired}) == len(expired) == (1 if hours > 0 else 0)
    if hours < 0:
        await town.pass_time(101)
        assert [event.assignment_id for event in (await town.look(made)).of(OfferExpired)] == [offer.id]
