"""What people may do in the town at any time; `pick` says which of what there is. What is refused changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from dispatch.desk.usecases import approving, changes, promises, requests, trips, vehicles
from dispatch.domain.assignment import Assignment
from dispatch.domain.correction import Correction
from dispatch.domain.request import RequestFilter
from dispatch.vocabulary.needs import Death, Need, Urgency
from dispatch.vocabulary.promises import OWN_OPERATOR, CallOutcome, CloseOutcome
from dispatch.vocabulary.request_states import ENDS, FamilyWord
from dispatch.vocabulary.trip_steps import Step
from dispatch.vocabulary.vehicle_classes import Duty
from tests.journeys.courses import DOCUMENT, TRIP, by
from tests.journeys.town import DRIVERS, FLEET, OKA, OPI, Town
from tests.people import DINA, HOME, SITI, ask

_ASKS = (
    *(ask(need) for need in (Need.BODY, Need.EMERGENCY, Need.REFERRAL, Need.TRANSPORT)),
    *(ask(Need.BODY, death=Death.UNNATURAL), ask(Need.BODY, count=2), ask(Need.TRANSPORT, Urgency.RED), DOCUMENT),
    replace(ask(Need.BODY), pickup=HOME, requester=None),
)


async def _requests(town: Town) -> list[str]:
    """The newest first."""
    return [request.id for request in await town.books(lambda books: books.requests.list_some(RequestFilter()))]


async def asks(town: Town, pick: int) -> None:
    await town.ask(_ASKS[pick % len(_ASKS)])


async def _trips(town: Town) -> list[Assignment]:
    ids = await _requests(town)
    return await town.books(lambda books: books.assignments.list_of(*ids))


async def drives(town: Town, pick: int) -> None:
    """A trip goes on by some steps."""
    for trip in [trip for trip in await _trips(town) if trip.is_live][pick % 2 :][:1]:
        for step in TRIP[: 1 + pick % 7]:
            await town.try_step(trip, step)


async def leaves(town: Town, pick: int) -> None:
    """A driver declines, or cannot go on."""
    for trip in [trip for trip in await _trips(town) if trip.is_live][pick % 2 :][:1]:
        for step in (Step.DECLINE, Step.PROBLEM if pick % 3 else Step.STAND_DOWN):
            await town.try_step(trip, step)


async def errs(town: Town, pick: int) -> None:
    """A driver taps, and takes it back at once, in the last moment or too late; the tail may not have looked."""
    for trip in [trip for trip in await _trips(town) if trip.row.is_going][pick % 2 :][:1]:
        for step in TRIP[::-1]:
            if isinstance(await town.try_step(trip, step), str):
                break
        if pick % 5:
            await town.wait((0, 4, 10, 11)[pick % 4])
        await town.try_step(trip, Step.UNDO)


async def an_operator_puts_right(town: Town, pick: int) -> None:
    for trip in (await _trips(town))[pick % 3 :][:1]:
        at = town.clock.at - timedelta(seconds=(0, 5, 60)[pick % 3])
        said = Correction(step=TRIP[pick % 6], at=at, actor=OPI.id, reason="x", only_time=pick % 4 == 0)
        await trips.correct(town.unit, trip.id, said, by=by(OPI))


async def waits(town: Town, pick: int) -> None:
    await town.wait((0, 3, 9, 10, 40, 120, 400, 1000)[pick % 8])


async def family_says(town: Town, pick: int) -> None:
    for request_id in (await _requests(town))[pick % 3 :][:1]:
        await changes.family_said(town.unit, await town.link(request_id), tuple(FamilyWord)[pick % 2])


async def somebody_ends(town: Town, pick: int) -> None:
    for request_id in (await _requests(town))[pick % 3 :][:1]:
        state = sorted(ENDS)[pick % len(ENDS)]
        await changes.end(town.unit, request_id, state, told="ibunya", reason="x", by=by(OPI))


async def somebody_answers(town: Town, pick: int) -> None:
    ids = await _requests(town)
    asked = [one for one in await town.books(lambda books: books.approvals.list_of(*ids)) if one.is_asked]
    for one in asked[:1]:
        person = OKA if one.approver == OWN_OPERATOR else DINA
        await approving.approve(
            town.unit,
            one.request_id,
            rule=one.rule,
            yes=pick % 3 > 0,
            reason="x",
            by=by(person),
            vehicle_id=one.vehicle_id,
        )


async def an_operator_assigns(town: Town, pick: int) -> None:
    for request_id in (await _requests(town))[pick % 3 :][:1]:
        await requests.assign(town.unit, request_id, sorted(FLEET)[pick % len(FLEET)], override=None, by=by(OPI))


async def somebody_keeps_a_promise(town: Town, pick: int) -> None:
    for promise in (await town.books(lambda books: books.promises.list_open()))[:1]:
        match pick % 4:
            case 0:
                await promises.take_over(town.unit, promise.id, by=by((OPI, DINA, SITI)[pick % 3]))
            case 1:
                outcome = tuple(CallOutcome)[pick % 3]
                await promises.log_call(town.unit, promise.id, outcome, told="ibunya", text="", by=by(DINA))
            case 2:
                outcome_ = tuple(CloseOutcome)[pick % 2]
                await promises.close(town.unit, promise.id, outcome_, told="ibunya", by=by(OPI))
            case _:
                await promises.hand_over(town.unit, ("operator", "dina")[pick % 2], by=by(OPI))


async def documents_come(town: Town, pick: int) -> None:
    if pick % 2:
        await promises.stock_came(town.unit, "ktp", facility=None, count=2, by=by(SITI))
    for promise in (await town.books(lambda books: books.promises.list_open()))[: 1 - pick % 2]:
        await promises.deliver(town.unit, promise.request_id, HOME, by=by(SITI))


async def a_driver_turns(town: Town, pick: int) -> None:
    name, duty = sorted(FLEET)[pick % len(FLEET)], (Duty.AVAILABLE, Duty.OFF_DUTY)[pick % 2]
    await vehicles.set_duty(town.unit, name, duty, at_base=False, auto_accept=pick % 5 == 0, by=by(DRIVERS[name]))


async def an_offer_arrives(town: Town, pick: int) -> None:
    live = await town.books(lambda books: books.assignments.list_live())
    for trip in live[pick % 2 :][:1]:
        await trips.deliver_offer(town.unit, trip.id)


ACTS: dict[str, Callable[[Town, int], Awaitable[None]]] = {
    act.__name__: act
    for act in (
        *(asks, drives, errs, leaves, waits, family_says, somebody_ends, somebody_answers, an_operator_assigns),
        *(somebody_keeps_a_promise, documents_come, a_driver_turns, an_offer_arrives, an_operator_puts_right),
    )
}
