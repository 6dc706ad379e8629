"""Commands sent again, refused, in each other's way or too late; and timers that fail or meet a clock that jumps."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from dispatch.desk.desk import Desk
from dispatch.desk.timers import TimerStuckError
from dispatch.desk.views import RequestView

from dispatch.desk.command import Command
from dispatch.desk.ports import Books, Due, DueKind, NotFoundError
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import PromiseKind
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from tests.people import BUDI, OPI, SITI, ask
from tests.unit.desk.test_approvals import ELSEWHERE
from tests.unit.desk.town import CONTACT, Town, town

pytestmark = pytest.mark.anyio
__all__ = ["town"]


async def kinds(town: Town, kind: EventKind) -> int:
    entries = await town.store.read(lambda books: books.journal.list_after(0, 1000))
    return sum(entry.event.kind is kind for entry in entries)


async def document(town: Town) -> RequestView:
    asked = replace(ask(Need.DOCUMENT), subject="blanko-ktp")
    made = await town.desk.receive(asked, CONTACT, choose=None, by=Command(actor=SITI))
    assert isinstance(made, RequestView)
    assert made.promise is not None
    assert made.promise.kind is PromiseKind.DOCUMENT
    return made


async def test_stock_that_came_is_noted_once_however_often_it_is_sent(town: Town) -> None:
    await document(town)
    by = Command(actor=SITI, key="stok-1", fingerprint="3")
    first = await town.desk.stock_came("blanko-ktp", facility=None, count=3, by=by)
    town.clock.turn(60)
    again = await town.desk.stock_came("blanko-ktp", facility=None, count=3, by=by)
    assert isinstance(first, list)
    assert isinstance(again, list)
    assert [view.promise for view in again] == [view.promise for view in first]
    assert await kinds(town, EventKind.STOCK_CAME) == 1
    other = await town.desk.stock_came("blanko-ktp", facility=None, count=4, by=replace(by, fingerprint="4"))
    assert isinstance(other, Refusal)


async def test_what_is_taken_after_a_hand_over_is_not_handed_over_by_its_repeat(town: Town) -> None:
    first, second = await document(town), await document(town)
    assert first.promise is not None
    assert second.promise is not None
    await town.desk.take_over(first.promise.id, by=Command(actor=OPI))
    by = Command(actor=OPI, key="akhir-dinas", fingerprint="staff")
    handed = await town.desk.hand_over("staff", by=by)
    await town.desk.take_over(second.promise.id, by=Command(actor=OPI))
    again = await town.desk.hand_over("staff", by=by)
    assert isinstance(handed, list)
    assert isinstance(again, list)
    assert [view.promise.id for view in again] == [view.promise.id for view in handed] == [first.promise.id]
    assert (await town.desk.promise(second.promise.id)).promise.owner == OPI.id


async def test_another_agencys_yes_sent_again_gets_its_first_answer(town: Town) -> None:
    def county(books: Books) -> None:
        for name in ("H1", "H3", "T1", "L1"):
            books.vehicles.set_duty(name, Duty.OFF_DUTY, at_base=False, now=town.clock.now())
        held = books.vehicles.get("H3").vehicle
        books.vehicles.put(replace(held, id="K1", agency="kabupaten-tangerang", shares=Shares.ON_REQUEST))
        books.vehicles.set_duty("K1", Duty.AVAILABLE, at_base=False, now=town.clock.now())

    await town.store.write(county)
    town.roads.minutes["K1"] = 30.0
    await town.desk.live.put_fixes([replace(town.desk.live.last_fixes()["H1"], vehicle_id="K1")])
    view = await town.ask()
    by = Command(actor=ELSEWHERE, key="ya-1", fingerprint="K1")
    for _ in range(2):
        done = await town.desk.answer_for_own(view.request.id, yes=True, vehicle_id="K1", reason="silakan", by=by)
        assert isinstance(done, RequestView), done
    assert await town.live(view) == [("K1", AssignmentState.OFFERED)]


async def test_a_refused_change_of_duty_leaves_auto_accept_as_it_was(town: Town) -> None:
    await town.ask()
    refused = await town.desk.set_duty("H3", Duty.OFF_DUTY, at_base=False, auto_accept=True, by=Command(actor=BUDI))
    assert isinstance(refused, Refusal)
    assert not (await town.store.read(lambda books: books.vehicles.get("H3"))).auto_accept


async def test_a_driver_who_goes_off_duty_while_it_is_decided_is_not_asked(town: Town) -> None:
    view, _ = await asyncio.gather(
        town.ask(), town.desk.set_duty("H3", Duty.OFF_DUTY, at_base=False, by=Command(actor=BUDI))
    )
    assert await town.live(view) == [("H1", AssignmentState.OFFERED)]


async def test_a_driver_who_declines_another_request_while_it_is_decided_is_left_alone(town: Town) -> None:
    until = town.clock.now() + timedelta(minutes=10)
    view, _ = await asyncio.gather(town.ask(), town.store.write(lambda books: books.vehicles.leave_alone("H3", until)))
    assert await town.live(view) == [("H1", AssignmentState.OFFERED)]


async def test_a_trip_that_ended_is_not_undone_after_the_request_was_ended_otherwise(town: Town) -> None:
    town.roads.minutes = {"H3": 14.0}
    asked = ask(Need.BODY, count=2)
    view = await town.desk.receive(asked, CONTACT, choose=None, by=Command(actor=SITI))
    assert isinstance(view, RequestView)
    trip = view.assignments[0][0]
    for step in (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.CLEAR):
        trip = await town.take(trip, step)
    await town.desk.end(
        view.request.id, RequestState.CANCELLED_BY_REQUESTER, told="keluarga", reason="x", by=Command(actor=SITI)
    )
    undo = StepCommand(step=Step.UNDO, actor=BUDI.id, source=StepSource.TAP)
    done = await town.desk.step(trip.id, undo, by=Command(actor=BUDI))
    assert isinstance(done, Refusal)
    assert done.code == "request_ended"
    assert await town.state(view) is RequestState.CANCELLED_BY_REQUESTER


@pytest.mark.parametrize(("after_s", "allowed"), [(5, True), (30, False)])
async def test_with_a_clock_that_was_set_back_the_phones_clock_tells_whether_an_undo_comes_in_time(
    town: Town, after_s: int, allowed: bool
) -> None:
    trip = (await town.ask()).assignments[0][0]
    tapped = town.clock.now()
    await town.take(trip, Step.ACCEPT)
    trip = await town.take(trip, Step.EN_ROUTE, device_time=tapped)
    town.clock.turn(-3600)
    assert isinstance(await town.try_step(trip, Step.UNDO), Refusal)
    later = tapped + timedelta(seconds=after_s)
    undo = StepCommand(step=Step.UNDO, actor=BUDI.id, source=StepSource.TAP, device_time=later)
    done = await town.desk.step(trip.id, undo, by=Command(actor=BUDI))
    assert isinstance(done, Assignment) is allowed


async def test_thirty_at_once_are_all_kept_though_all_want_the_same_vehicle(town: Town) -> None:
    made = await asyncio.gather(
        *(town.desk.receive(ask(Need.BODY), CONTACT, choose=None, by=Command(actor=SITI)) for _ in range(30))
    )
    assert all(isinstance(view, RequestView) for view in made)


async def test_a_crew_that_went_home_is_not_put_back_on_its_trip_by_an_undo(town: Town) -> None:
    trip = (await town.ask()).assignments[0][0]
    for step in (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.CLEAR):
        trip = await town.take(trip, step)
    await town.desk.set_duty("H3", Duty.OFF_DUTY, at_base=False, by=Command(actor=BUDI))
    undo = StepCommand(step=Step.UNDO, actor=BUDI.id, source=StepSource.TAP)
    done = await town.desk.step(trip.id, undo, by=Command(actor=BUDI))
    assert isinstance(done, Refusal)
    assert done.code == "undo_too_late"


async def test_whom_an_operator_diverts_a_request_to_is_watched_as_any_other_offer(town: Town) -> None:
    view = await town.ask()
    await town.take(view.assignments[0][0], Step.ACCEPT)
    assert await town.store.read(lambda books: books.timers.find(DueKind.SEARCH_LONG, view.request.id)) is None
    await town.desk.assign(view.request.id, "H1", override=None, by=Command(actor=OPI))
    assert await town.live(view) == [("H1", AssignmentState.OFFERED)]
    assert await town.store.read(lambda books: books.timers.find(DueKind.SEARCH_LONG, view.request.id)) is not None


async def test_a_timer_that_fails_holds_up_no_other(town: Town) -> None:
    view = await town.ask()
    gone = Due(kind=DueKind.PROMISE_DUE, subject="J-gone", at=town.clock.now())
    await town.store.write(lambda books: books.timers.set(gone))
    for _ in range(2):
        with pytest.raises(NotFoundError, match="J-gone"):
            await town.pass_time(101)
    states = [a.state for a, _ in (await town.desk.view(view.request.id)).assignments]
    assert states[:2] == [AssignmentState.EXPIRED, AssignmentState.EXPIRED]


async def test_a_timer_that_changes_nothing_is_said_and_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await town.ask(), await town.ask()
    stuck, take = first.assignments[0][0], type(town.desk).step

    async def step(desk: Desk, assignment_id: str, command: StepCommand, *, by: Command | None) -> Assignment | Refusal:
        if assignment_id == stuck.id:
            return Refusal(RefusalCode.SOMEBODY_WAS_FIRST)
        return await take(desk, assignment_id, command, by=by)

    monkeypatch.setattr(Desk, "step", step)
    with pytest.raises(TimerStuckError, match=stuck.id):
        await town.pass_time(101)
    assert (await town.desk.view(second.request.id)).assignments[0][0].state is AssignmentState.EXPIRED
    monkeypatch.undo()
    await town.pass_time(1)
    assert (await town.desk.view(first.request.id)).assignments[0][0].state is AssignmentState.EXPIRED


@pytest.mark.parametrize("step", [Step.EXPIRE, Step.DECLINE])
async def test_a_document_whose_vehicle_does_not_go_is_promised_as_before(town: Town, step: Step) -> None:
    def add(books: Books) -> None:
        car = Vehicle(id="O1", name="Mobil Dinas", vehicle_class=VehicleClass.OFFICIAL_CAR, agency="kota-tangerang")
        books.vehicles.put(car)
        books.vehicles.set_duty("O1", Duty.AVAILABLE, at_base=False, now=town.clock.now())

    await town.store.write(add)
    town.roads.minutes |= {"O1": 9.0}
    await town.report("O1")
    view = await document(town)
    sent = await town.desk.assign(view.request.id, "O1", override=None, by=Command(actor=OPI))
    assert isinstance(sent, RequestView), sent
    assert await town.live(view) == [("O1", AssignmentState.OFFERED)]
    if step is Step.EXPIRE:
        await town.pass_time(101)
    else:
        await town.take(sent.assignments[0][0], step)
    after = await town.desk.view(view.request.id)
    assert after.assignments[0][0].state is (
        AssignmentState.EXPIRED if step is Step.EXPIRE else AssignmentState.DECLINED
    )
    assert after.request.state is RequestState.WAITING
    assert after.promise == view.promise


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_jumps_ends_no_offer_before_its_time_and_runs_each_timer_once(
    town: Town, hours: int
) -> None:
    view = await town.ask()
    offer = view.assignments[0][0]
    await town.pass_time(hours * 3600)
    states = [a.state for a, _ in (await town.desk.view(view.request.id)).assignments]
    assert states[0] is (AssignmentState.EXPIRED if hours > 0 else AssignmentState.OFFERED)
    await town.pass_time(-hours * 3600)
    for _ in range(3):
        await town.desk.run_due()
    entries = (await town.desk.view(view.request.id)).entries
    expired = [e.event for e in entries if e.event.kind is EventKind.OFFER_EXPIRED]
    assert all(event.at >= offer.expires_at for event in expired)
    assert len({event.assignment_id for event in expired}) == len(expired) == (1 if hours > 0 else 0)
    if hours < 0:
        await town.pass_time(101)
        entries = (await town.desk.view(view.request.id)).entries
        assert [e.event.assignment_id for e in entries if e.event.kind is EventKind.OFFER_EXPIRED] == [offer.id]
