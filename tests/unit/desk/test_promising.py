"""The ledger of promises over a real store: calls, escalation, hand-over, documents, and how a promise ends."""

from datetime import timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import promises
from dispatch.domain.people import Person
from dispatch.domain.promise import Kept, Promise, kept_of
from dispatch.domain.request import Ask, Patient
from dispatch.domain.vehicle import Vehicle
from dispatch.reading.promises import heirs_out
from dispatch.vocabulary.events import Escalated, EventKind, PromiseHandedOver, PromiseReminded, StockCame
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.promises import (
    OPERATOR,
    STAFF,
    SUPERVISOR,
    TOLD_REQUESTER,
    CallOutcome,
    CloseOutcome,
    PromiseState,
    Whom,
    Why,
)
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.people import BUDI, CIKOKOL, DINA, HOME, NOW, OPI, SITI
from tests.unit.desk.town import WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
RINA = Person(id="rina", name="Operator Contoh Rina", role=Role.OPERATOR)
BLANKS = "blangko KTP-el"
DOCUMENT = Ask(
    need=Need.DOCUMENT,
    urgency=Urgency.GREEN,
    pickup=CIKOKOL,
    patient=Patient(),
    requester="puskesmas-cikokol",
    subject=BLANKS,
)
Waiting = tuple[Town, Look, Promise]


@pytest.fixture
async def waiting(town: Town) -> Waiting:
    """Nobody can go: a call-back is owed."""
    town.roads.minutes = {"A1": 0.0}
    made = await town.ask()
    assert made.state is RequestState.WAITING
    return town, made, made.owed


async def call(town: Town, promise: Promise, outcome: CallOutcome, told: str = "") -> Promise:
    by = Command(actor=OPI)
    assert done(await promises.log_call(town.unit, promise.id, outcome, told=told, text="", by=by)) == promise.id
    return await town.promise(promise)


async def kept(town: Town) -> Kept:
    made = await town.read(lambda books: books.promises.list_made(since=NOW, until=NOW + timedelta(hours=1)))
    return kept_of(made, town.clock.now())


async def kinds(town: Town, made: Look) -> list[EventKind]:
    return [event.kind for event in (await town.look(made)).events]


async def test_who_does_not_answer_is_called_at_the_puskesmas_and_both_calls_are_kept(waiting: Waiting) -> None:
    town, _, promise = waiting
    assert (await call(town, promise, CallOutcome.NO_ANSWER)).whom is Whom.FACILITY
    after = await call(town, promise, CallOutcome.TOLD, "perawat")
    assert (after.whom, after.kept) == (Whom.CONTACT, 1)
    calls = await town.read(lambda books: books.promises.list_calls(promise.id))
    assert [(c.outcome, c.whom) for c in calls] == [
        (CallOutcome.NO_ANSWER, Whom.CONTACT),
        (CallOutcome.TOLD, Whom.FACILITY),
    ]


async def test_an_owner_is_reminded_and_an_overdue_promise_goes_to_the_supervisor(waiting: Waiting) -> None:
    town, made, promise = waiting
    for _ in range(16):
        await town.pass_time(60)
    assert (await town.promise(promise)).owner == SUPERVISOR
    found = await kinds(town, made)
    assert found.count(EventKind.PROMISE_REMINDED) == 1
    assert found.count(EventKind.PROMISE_OVERDUE) == 1
    assert found.index(EventKind.PROMISE_REMINDED) < found.index(EventKind.PROMISE_OVERDUE)
    assert (await kept(town)).overdue == 1


async def test_a_call_in_time_keeps_the_promise_and_nobody_is_told_off(waiting: Waiting) -> None:
    town, made, promise = waiting
    for _ in range(4):
        await town.pass_time(600)
        await call(town, promise, CallOutcome.TOLD, "keluarga")
    assert EventKind.PROMISE_OVERDUE not in await kinds(town, made)
    figure = await kept(town)
    assert (figure.kept, figure.late, figure.overdue, figure.share) == (4, 0, 0, 1.0)


async def test_a_promise_of_a_vehicle_ends_with_the_vehicle_and_says_who_was_told(waiting: Waiting) -> None:
    town, made, promise = waiting
    town.roads.minutes = {"H3": 14.0}
    await town.pass_time(301)
    assert (await town.promise(promise)).is_open, "an offer is no yes"
    [offer] = (await town.look(made)).live()
    await town.take(offer, Step.ACCEPT)
    ended = await town.promise(promise)
    assert (ended.state, ended.told) == (PromiseState.SOLVED, TOLD_REQUESTER)
    assert ended.closed_at == town.clock.now()


async def test_what_is_still_owed_is_not_closed_away(waiting: Waiting) -> None:
    town, made, promise = waiting
    by = Command(actor=OPI)
    handed = await promises.close(town.unit, promise.id, CloseOutcome.HANDED_OUT, told="keluarga", by=by)
    assert refused(handed) is RefusalCode.PROMISE_STILL_OWED
    done(await promises.close(town.unit, promise.id, CloseOutcome.NOT_NEEDED, told="keluarga", by=by))
    assert await town.state(made) is RequestState.CANCELLED_BY_REQUESTER


async def test_at_the_end_of_a_shift_promises_go_to_somebody_who_is_there(waiting: Waiting) -> None:
    town, made, promise = waiting
    by = Command(actor=OPI)
    done(await promises.take_over(town.unit, promise.id, by=by))
    assert (await town.promise(promise)).owner == OPI.id
    assert refused(await promises.hand_over(town.unit, RINA.id, by=by)) is RefusalCode.HAND_OVER_TO_WHOM
    await town.store.write(lambda books: books.people.put(RINA))
    assert done(await promises.hand_over(town.unit, RINA.id, by=by)) == (promise.id,)
    hers = await town.read(lambda books: books.promises.list_open(owner=RINA.id))
    assert [(held.id, held.owner) for held in hers] == [(promise.id, RINA.id)]
    assert [event.to for event in (await town.look(made)).of(PromiseHandedOver)] == [OPERATOR, OPERATOR]


@pytest.mark.parametrize(
    "other",
    [
        BUDI,
        Person(id="adi", name="Admin Contoh Adi", role=Role.ADMIN),
        DINA,
        OPI,
        Person(id="oka", name="Operator Contoh Oka", role=Role.OPERATOR, agency="dkm"),
        Person(id="yani", name="Perawat Contoh Yani", role=Role.STAFF),
    ],
    ids=lambda person: person.id,
)
async def test_a_promise_is_handed_to_nobody_who_is_no_heir(waiting: Waiting, other: Person) -> None:
    town, _, promise = waiting
    by = Command(actor=OPI)
    await town.store.write(lambda books: books.people.put(other))
    done(await promises.take_over(town.unit, promise.id, by=by))
    assert await town.read(lambda books: heirs_out(books, OPI)) == []
    assert refused(await promises.hand_over(town.unit, other.id, by=by)) is RefusalCode.HAND_OVER_TO_WHOM
    assert (await town.promise(promise)).owner == OPI.id


async def test_who_owes_a_promise_by_name_is_reminded_and_the_entry_says_the_role(waiting: Waiting) -> None:
    town, made, promise = waiting
    done(await promises.take_over(town.unit, promise.id, by=Command(actor=SITI)))
    for _ in range(13):
        await town.pass_time(60)
    [reminded] = (await town.look(made)).of(PromiseReminded)
    assert (reminded.to, reminded.person) == (STAFF, SITI.id)


async def test_due_times_survive_a_restart(waiting: Waiting) -> None:
    town, _, promise = waiting
    await town.reopen()
    for _ in range(16):
        await town.pass_time(60)
    assert (await town.promise(promise)).owner == SUPERVISOR


async def test_a_document_is_promised_called_for_in_order_and_handed_out(town: Town) -> None:
    first = await town.ask(asked=DOCUMENT)
    town.clock.turn(60)
    second = await town.ask(asked=DOCUMENT)
    assert first.state is RequestState.WAITING
    assert first.owed.owner == STAFF
    assert first.owed.due_at == NOW + timedelta(days=7)
    assert first.decided.why is Why.OUT_OF_STOCK
    await town.pass_time(3_600)
    assert await town.live(first) == [], "no vehicle is looked for"

    by = Command(actor=SITI)
    called = await promises.stock_came(town.unit, BLANKS, facility="puskesmas-cikokol", count=1, by=by)
    assert done(called) == (first.owed.id,)
    assert [event.place for event in (await town.look(first)).of(StockCame)] == [1]
    done(await promises.close(town.unit, first.owed.id, CloseOutcome.HANDED_OUT, told="pemohon", by=by))
    assert (await town.promise(first.owed)).state is PromiseState.KEPT
    assert await town.state(first) is RequestState.COMPLETED
    assert await town.state(second) is RequestState.WAITING


async def test_a_document_brought_to_the_house_goes_with_a_vehicle_that_may_carry_it(town: Town) -> None:
    car = Vehicle(id="M1", name="Mobil Siaga", vehicle_class=VehicleClass.VILLAGE_CAR, agency="kota-tangerang")
    await town.add(car, minutes=9.0)
    made, by = await town.ask(asked=DOCUMENT), Command(actor=SITI)
    assert done(await promises.deliver(town.unit, made.id, HOME, by=by)) == made.id
    assert await town.live(made) == [("M1", AssignmentState.OFFERED)]
    await town.take((await town.look(made)).assignments[0], *WAY)
    assert await town.state(made) is RequestState.COMPLETED
    assert refused(await promises.deliver(town.unit, made.id, HOME, by=by)) is RefusalCode.NOT_TO_DELIVER


async def test_a_repeated_call_is_kept_once(waiting: Waiting) -> None:
    town, _, promise = waiting
    by = Command(actor=OPI, key="call-1", fingerprint="told")
    for _ in range(2):
        done(await promises.log_call(town.unit, promise.id, CallOutcome.TOLD, told="keluarga", text="", by=by))
    assert len(await town.read(lambda books: books.promises.list_calls(promise.id))) == 1


async def test_nobody_goes_for_six_minutes_and_the_operator_is_told_then_the_supervisor(town: Town) -> None:
    made = await town.ask()
    for _ in range(12):
        await town.pass_time(31)
    told = [(event.at, event.to, event.why) for event in (await town.look(made)).of(Escalated)]
    assert told == [(NOW + timedelta(seconds=372), OPERATOR, Why.SEARCHING_LONG)]
    for _ in range(10):
        await town.pass_time(120)
    assert SUPERVISOR in [event.to for event in (await town.look(made)).of(Escalated)]


async def test_the_next_search_is_at_its_timer_and_at_no_other_time(waiting: Waiting) -> None:
    town, made, _ = waiting
    for waited_s in (301.0, 90.0, 301.0):
        await town.pass_time(waited_s)
        due = await town.timer(DueKind.PROMISE_RETRY, made.id)
        assert due is not None
        before = (await town.look(made)).owed.retries
        await town.pass_time((due.at - town.clock.now()).total_seconds() - 0.001)
        assert (await town.look(made)).owed.retries == before
        await town.pass_time(0.001)
        assert (await town.look(made)).owed.retries == before + 1
