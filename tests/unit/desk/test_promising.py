"""The ledger of promises over a real store: calls, escalation, hand-over, documents, and how a promise ends."""

from datetime import timedelta

import pytest
from dispatch.desk.promising import PromiseView
from dispatch.desk.views import RequestView

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.domain.promise import Promise
from dispatch.domain.request import Ask, Patient, Place
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.promises import CallOutcome, PromiseState, Whom
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import BUDI, CIKOKOL, HOME, NOW, OPI, SITI
from tests.unit.desk.town import CONTACT, PUSKESMAS_PHONE, Town, town

pytestmark = pytest.mark.anyio
__all__ = ["town"]
RINA = Person(id="rina", name="Operator Contoh Rina", role=Role.OPERATOR)
BLANKS = "blangko KTP-el"


def blanks(deliver_to: Place | None = None) -> Ask:
    return Ask(
        need=Need.DOCUMENT,
        urgency=Urgency.GREEN,
        pickup=CIKOKOL,
        dropoff=deliver_to,
        patient=Patient(),
        requester="puskesmas-cikokol",
        subject=BLANKS,
    )


@pytest.fixture
async def waiting(town: Town) -> tuple[Town, RequestView, Promise]:
    """Nobody can go: a call-back is owed."""
    town.roads.minutes = {"A1": 0.0}
    view = await town.ask()
    assert view.request.state is RequestState.WAITING
    assert view.promise is not None
    return town, view, view.promise


async def call(town: Town, promise: Promise, outcome: CallOutcome, told: str = "") -> PromiseView:
    done = await town.desk.log_call(promise.id, outcome, told=told, text="", by=Command(actor=OPI))
    assert isinstance(done, PromiseView), done
    return done


async def kinds(town: Town, view: RequestView) -> list[EventKind]:
    return [entry.event.kind for entry in (await town.desk.view(view.request.id)).entries]


async def test_who_does_not_answer_is_called_at_the_puskesmas_and_both_calls_are_kept(
    waiting: tuple[Town, RequestView, Promise],
) -> None:
    town, _, promise = waiting
    first = await call(town, promise, CallOutcome.NO_ANSWER)
    assert (first.promise.whom, first.phone) == (Whom.FACILITY, PUSKESMAS_PHONE)
    second = await call(town, first.promise, CallOutcome.TOLD, "perawat")
    assert (second.promise.whom, second.phone) == (Whom.CONTACT, CONTACT.phone)
    assert [c.outcome for c in second.calls] == [CallOutcome.NO_ANSWER, CallOutcome.TOLD]
    assert second.promise.kept == 1


async def test_an_owner_is_reminded_and_an_overdue_promise_goes_to_the_supervisor(
    waiting: tuple[Town, RequestView, Promise],
) -> None:
    town, view, promise = waiting
    for _ in range(16):
        await town.pass_time(60)
    held = (await town.desk.promise(promise.id)).promise
    assert held.owner == "health_officer"
    found = await kinds(town, view)
    assert found.count(EventKind.PROMISE_REMINDED) == 1
    assert found.count(EventKind.PROMISE_OVERDUE) == 1
    assert found.index(EventKind.PROMISE_REMINDED) < found.index(EventKind.PROMISE_OVERDUE)
    assert (await town.desk.kept(since=NOW, until=NOW + timedelta(hours=1))).overdue == 1


async def test_a_call_in_time_keeps_the_promise_and_nobody_is_told_off(
    waiting: tuple[Town, RequestView, Promise],
) -> None:
    town, view, promise = waiting
    for _ in range(4):
        await town.pass_time(600)
        promise = (await call(town, promise, CallOutcome.TOLD, "keluarga")).promise
    assert EventKind.PROMISE_OVERDUE not in await kinds(town, view)
    figure = await town.desk.kept(since=NOW, until=NOW + timedelta(hours=1))
    assert (figure.kept, figure.late, figure.overdue, figure.share) == (4, 0, 0, 1.0)


async def test_a_promise_of_a_vehicle_ends_with_the_vehicle_and_says_who_was_told(
    waiting: tuple[Town, RequestView, Promise],
) -> None:
    town, view, promise = waiting
    town.roads.minutes = {"H3": 14.0}
    await town.pass_time(301)
    assert (await town.desk.promise(promise.id)).promise.is_open, "an offer is no yes"
    offer = next(a for a, _ in (await town.desk.view(view.request.id)).assignments if a.is_live)
    await town.take(offer, Step.ACCEPT)
    ended = (await town.desk.promise(promise.id)).promise
    assert (ended.state, ended.told) == (PromiseState.SOLVED, "requester")
    assert ended.closed_at == town.clock.now()


async def test_what_is_still_owed_is_not_closed_away(waiting: tuple[Town, RequestView, Promise]) -> None:
    town, view, promise = waiting
    by = Command(actor=OPI)
    refused = await town.desk.close(promise.id, "handed_out", told="keluarga", by=by)
    assert isinstance(refused, Refusal)
    assert refused.code == "promise_still_owed"
    done = await town.desk.close(promise.id, "not_needed", told="keluarga", by=by)
    assert isinstance(done, PromiseView)
    assert await town.state(view) is RequestState.CANCELLED_BY_REQUESTER


async def test_at_the_end_of_a_shift_promises_go_to_somebody_who_is_there(
    waiting: tuple[Town, RequestView, Promise],
) -> None:
    town, _, promise = waiting
    by = Command(actor=OPI)
    taken = await town.desk.take_over(promise.id, by=by)
    assert isinstance(taken, PromiseView)
    assert taken.promise.owner == OPI.id
    nobody = await town.desk.hand_over("rina", by=by)
    assert isinstance(nobody, Refusal)
    await town.store.write(lambda books: books.people.put(RINA))
    passed = await town.desk.hand_over("rina", by=by)
    assert isinstance(passed, list)
    assert [view.promise.owner for view in passed] == ["rina"]
    assert [view.promise.id for view in await town.desk.promises(owner="rina", overdue=False, facility=None)] == [
        promise.id
    ]


async def test_due_times_survive_a_restart(waiting: tuple[Town, RequestView, Promise], tmp_path: object) -> None:
    town, _, promise = waiting
    await town.reopen()
    for _ in range(16):
        await town.pass_time(60)
    assert (await town.desk.promise(promise.id)).promise.owner == "health_officer"


async def test_a_document_is_promised_called_for_in_order_and_handed_out(town: Town) -> None:
    first = await town.ask(asked=blanks())
    town.clock.turn(60)
    second = await town.ask(asked=blanks())
    assert first.request.state is RequestState.WAITING
    assert first.promise is not None
    assert first.promise.owner == "staff"
    assert first.promise.due_at == NOW + timedelta(days=7)
    assert str((first.decision or {})["say"]).startswith("Katakan kepada pemohon:")
    await town.pass_time(3_600)
    assert await town.live(first) == [], "no vehicle is looked for"

    called = await town.desk.stock_came(BLANKS, facility="puskesmas-cikokol", count=1, by=Command(actor=SITI))
    assert isinstance(called, list)
    assert [view.request.id for view in called] == [first.request.id]
    done = await town.desk.close(called[0].promise.id, "handed_out", told="pemohon", by=Command(actor=SITI))
    assert isinstance(done, PromiseView)
    assert done.promise.state is PromiseState.KEPT
    assert await town.state(first) is RequestState.COMPLETED
    assert await town.state(second) is RequestState.WAITING


async def test_a_document_brought_to_the_house_goes_with_a_vehicle_that_may_carry_it(town: Town) -> None:
    def add(books: Books) -> None:
        car = Vehicle(
            id="M1", name="Mobil Siaga Contoh", vehicle_class=VehicleClass.VILLAGE_CAR, agency="kota-tangerang"
        )
        books.vehicles.put(car)
        books.vehicles.set_duty("M1", Duty.AVAILABLE, at_base=False, now=NOW)

    await town.store.write(add)
    town.roads.minutes |= {"M1": 9.0}
    view = await town.ask(asked=blanks())
    await town.report("M1")
    done = await town.desk.deliver(view.request.id, HOME, by=Command(actor=SITI))
    assert isinstance(done, RequestView), done
    assert await town.live(view) == [("M1", AssignmentState.OFFERED)]
    trip = next(a for a, _ in done.assignments if a.is_live)
    for step in (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR):
        trip = await town.take(trip, step)
    assert await town.state(view) is RequestState.COMPLETED
    again = await town.desk.deliver(view.request.id, HOME, by=Command(actor=SITI))
    assert isinstance(again, Refusal)


async def test_a_repeated_call_is_kept_once(waiting: tuple[Town, RequestView, Promise]) -> None:
    town, _, promise = waiting
    by = Command(actor=OPI, key="call-1", fingerprint="told")
    for _ in range(2):
        await town.desk.log_call(promise.id, CallOutcome.TOLD, told="keluarga", text="", by=by)
    assert len((await town.desk.promise(promise.id)).calls) == 1


async def test_nobody_goes_for_six_minutes_and_the_operator_is_told_then_the_supervisor(town: Town) -> None:
    view = await town.ask()
    for _ in range(12):
        await town.pass_time(31)
    found = (await town.desk.view(view.request.id)).entries
    told = [(e.event.at, e.event.facts["to"]) for e in found if e.event.kind is EventKind.ESCALATED]
    assert told == [(NOW + timedelta(seconds=372), "operator")]
    for _ in range(10):
        await town.pass_time(120)
    found = (await town.desk.view(view.request.id)).entries
    assert "health_officer" in [e.event.facts["to"] for e in found if e.event.kind is EventKind.ESCALATED]
    assert BUDI.vehicle == "H3"
