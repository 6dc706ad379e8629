"""A vehicle is reserved for a booked trip, which commits it to nothing today: by the desk itself, or by an operator."""

from dispatch.choosing.decision import Decision
from dispatch.desk.command import Command
from dispatch.desk.effects.keeping import (
    keep,
    list_kept,
    look_again,
    lose,
    overlapping,
    rides_with,
    stays_without,
)
from dispatch.desk.effects.overriding import judge_objections, write_override
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit, Work
from dispatch.domain.booking import SPAN
from dispatch.domain.request import Ask, Request
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS


async def seek(unit: Unit, ask: Ask, *, but: str | None = None, choose: str | None = None) -> Decision:
    """Who could be kept for the booked time: no vehicle that is kept then for another request than `but`, or may be on
    its way for one still; other rides of its series are over then."""
    at = ask.schedule_at
    assert at is not None
    now = unit.clock.now()
    soon = at - now < SPAN  # who is on a trip now may be on it still

    def look(books: Books) -> frozenset[str]:
        own, live = rides_with(books, but), books.assignments.list_live() if soon else []
        on_trips = (trip.vehicle_id for trip in live if trip.request_id not in own)
        return frozenset((*on_trips, *(one.vehicle_id for one in list_kept(books, at, now, but))))

    return await unit.search_booked(ask, taken=await unit.store.read(look), choose=choose)


def first_of(decision: Decision) -> str | None:
    """The vehicle that goes by such a search, where one may go without anybody's yes."""
    return next((offer.vehicle_id for offer in decision.step.offers if offer.slot == 0), None)


async def reserve(
    unit: Unit, request: Request, vehicle_id: str, *, override: tuple[str, str] | None, by: Command
) -> Work[str | Refusal]:
    """Keep this vehicle for the booked time; it becomes an offer when the search begins. Two never overlap."""
    now, at = unit.clock.now(), request.ask.schedule_at
    assert at is not None
    decision = await unit.search_booked(request.ask, taken=frozenset(), choose=vehicle_id)

    def work(books: Books) -> str | Refusal:
        current = books.requests.get(request.id)
        if current.state in ENDS:
            return Refusal(RefusalCode.REQUEST_ENDED, {"state": current.state})
        books.vehicles.get(vehicle_id)
        taken = overlapping(books, vehicle_id, at, now, but=request.id)
        if taken is not None:
            return Refusal(RefusalCode.VEHICLE_RESERVED, {"vehicle_id": vehicle_id, "request_id": taken.request_id})
        objections = decision.objections(vehicle_id)
        refusal = judge_objections(objections, decision.sop, vehicle_id, override, by.actor)
        if refusal is not None:
            return refusal
        about = {"request_id": request.id, "vehicle_id": vehicle_id}
        write_override(books, objections, decision.sop, override, by.actor, now, **about)
        if current.ask.waits:  # for the way back another one goes than the one that was to wait
            current = stays_without(books, lose(books, current, now), now)
        keep(books, current, vehicle_id, now, actor=by.actor.id)
        look_again(books, request.id, now)
        return request.id

    return work
