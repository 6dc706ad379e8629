"""A vehicle that has nobody aboard is taken from a lower request for a red: one act of an operator, with a reason."""

from collections.abc import Sequence
from dataclasses import replace

from dispatch.choosing.decision import Decision
from dispatch.choosing.next_step import NextStep, OfferTo
from dispatch.desk.command import Command
from dispatch.desk.effects.carry_out import give_way, make_offer, put_decision, watch_long
from dispatch.desk.effects.noticing import judge_staying
from dispatch.desk.effects.places import make_room
from dispatch.desk.effects.sending import judge_sop
from dispatch.desk.effects.standing import goes_before, settle
from dispatch.desk.ports import Books, LostRaceError
from dispatch.desk.search import walked
from dispatch.desk.unit import Unit, Work
from dispatch.domain.aboard import carrying, was_picked_up
from dispatch.domain.assignment import Assignment
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS


async def divert(
    unit: Unit, request_id: str, *, of: str, vehicle_id: str | None = None, reason: str, by: Command
) -> str | Refusal:
    """Offer this red a vehicle that is on its way to the request `of`, whose search goes on at once.

    Where `vehicle_id` does not say which of its vehicles, it is the one that the SOP lets go and that is here soonest.

    Raises:
        NotFoundError: for an unknown request.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request, trips = await unit.store.read(
            lambda books: (books.requests.get(request_id), books.assignments.list_of(books.requests.get(of).id))
        )
        empty = [a for a in trips if a.is_live and not was_picked_up(a) and vehicle_id in (None, a.vehicle_id)]
        if not empty:
            return lambda books: _judge(books, request_id, of) or _none_empty(trips, of)
        freed = frozenset(a.vehicle_id for a in empty)
        decision = await unit.search_again(request, now, diverted=freed)
        taken = _soonest(decision, empty)
        decision = await unit.think(walked, decision, unit.roads, taken.vehicle_id)
        chosen = replace(decision, step=NextStep(offers=(OfferTo(vehicle_id=taken.vehicle_id),)))
        written = await unit.write_down(chosen)

        def work(books: Books) -> str | Refusal:
            refusal = _judge(books, request_id, of) or judge_sop(decision, taken.vehicle_id, None, by.actor)
            if refusal is not None:
                return refusal
            if books.assignments.get(taken.id) != taken:
                raise LostRaceError(f"{taken.id} has gone on since this was decided")
            if stays := judge_staying(books, [taken], now, decision.sop.policy):
                return stays
            current = books.requests.get(request_id)
            slot = make_room(books, current, now, decision.sop.policy, actor=by.actor.id)
            if isinstance(slot, Refusal):
                return slot
            give_way(books, taken, now, decision.sop.policy, actor=by.actor.id, reason=reason)
            put_decision(books, request_id, written, by.actor.id)
            make_offer(books, current, OfferTo(vehicle_id=taken.vehicle_id, slot=slot), decision, actor=by.actor.id)
            watch_long(books, request_id, now, decision.sop.policy)
            settle(books, current, now)
            return request_id

        return work

    return await unit.once(by, attempt)


def _judge(books: Books, request_id: str, of: str) -> Refusal | None:
    """Why nothing is taken from the one request for the other: only a red goes before another that is none."""
    request, other = books.requests.get(request_id), books.requests.get(of)
    if request.state in ENDS:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    if not goes_before(request.ask, other.ask):
        return Refusal(RefusalCode.NOT_LOWER, {"urgency": request.ask.urgency, "from_urgency": other.ask.urgency})
    return None


def _none_empty(trips: Sequence[Assignment], of: str) -> Refusal:
    """Why no vehicle of the other request can be taken."""
    return carrying(trips) or Refusal(RefusalCode.NOTHING_TO_DIVERT, {"request_id": of})


def _soonest(decision: Decision, empty: Sequence[Assignment]) -> Assignment:
    """Of the vehicles with nobody aboard the first that may go by its place in the decision, else any of them."""
    trips = {a.vehicle_id: a for a in empty}
    ready = (c.vehicle_id for c in decision.candidates if c.eligible and not c.needs and c.arrival is not None)
    return next((trips[name] for name in ready if name in trips), empty[0])
