"""Who would be with a red much sooner than what it has got: asked with each search, and while one is on its way."""

from collections.abc import Sequence
from dataclasses import replace

from dispatch.choosing.decision import Decision
from dispatch.desk.command import DESK
from dispatch.desk.effects.carry_out import carry_out
from dispatch.desk.effects.proposing import is_waited_for, keep_looking, propose
from dispatch.desk.effects.standing import settle
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books, DueKind, LostRaceError
from dispatch.desk.sooner import diverting, find_sooner, list_around, longer_s, may_be_sooner
from dispatch.desk.unit import Unit, Work, tried_of
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import unfilled_slots
from dispatch.vocabulary.trip_steps import AssignmentState, StepCause


async def weigh(
    unit: Unit,
    request_id: str,
    decision: Decision,
    taken: frozenset[str] = frozenset(),
    *,
    own: Sequence[Assignment] | None = None,
) -> Decision:
    """The same decision with the vehicle that would be much sooner; the one that the policy lets the desk divert is
    asked. `taken` are vehicles that others get at the same moment, `own` the request's trips where they are to be
    others in the same transaction.
    """
    if not may_be_sooner(decision):
        return decision
    around = await unit.store.read(lambda books: list_around(books, request_id, decision.ask))
    if own is not None:
        around = replace(around, own=own)
    found = await unit.think(find_sooner, decision, around, unit.roads, taken)
    if found is None:
        return decision
    if found.trip is not None:
        other_id, policy = found.trip.request_id, decision.sop.policy
        other = next(trip.request for trip in around.lower if trip.request.id == other_id)
        tried = await unit.store.read(lambda books: tried_of(books, other, decision.at, policy))
        waits_s = await unit.think(longer_s, decision, found, other.ask, tried, around.held, unit.roads)
        found = replace(found, waits_s=waits_s)
    if found.by_desk:
        return await unit.think(diverting, decision, found, unit.roads, taken)
    return replace(decision, proposal=found)


async def look(unit: Unit, request_id: str) -> None:
    """Somebody is asked or on the way to a red: who would be there much sooner is proposed, or diverted by the desk.

    Who was silent before and rings again gives way as soon as somebody else may go.
    """

    async def attempt() -> Work[None]:
        now = unit.clock.now()
        request, trips = await unit.store.read(
            lambda books: (books.requests.get(request_id), books.assignments.list_of(request_id))
        )
        if not is_waited_for(request, trips) or unfilled_slots(request.wanted, trips):
            return lambda books: keep_looking(books, books.requests.get(request_id), now)
        ringing = _rings_again(trips)
        silent = replace(ringing, state=AssignmentState.EXPIRED) if ringing is not None else None
        decision = await unit.search_again(request, now, leaving=silent)
        others = [offer for offer in decision.step.offers if offer.vehicle_id not in decision.tried.silent]
        if ringing is not None and all(offer.slot < 0 for offer in others):
            ringing, decision = None, await unit.search_again(request, now)
        decision = await weigh(unit, request_id, decision)
        by_desk = decision.proposal is not None and decision.proposal.by_desk
        written = await unit.write_down(decision) if by_desk or ringing is not None else None

        def work(books: Books) -> None:
            books.timers.drop(DueKind.SOONER, request_id)
            current = books.requests.get(request_id)
            if current != request or books.assignments.list_of(request_id) != trips:
                raise LostRaceError(f"request {request_id} has gone on since this was decided")
            if ringing is not None:
                release(books, [ringing], actor=DESK, cause=StepCause.REASSIGNED, now=now, policy=decision.sop.policy)
            if written is not None:
                carry_out(books, current, written)
                settle(books, current, decision.at)
            else:
                propose(books, current, decision)

        return work

    await unit.commit(attempt)


def _rings_again(trips: Sequence[Assignment]) -> Assignment | None:
    """The offer that was renewed to who had not answered the one before it."""
    silent = {a.vehicle_id for a in trips if a.state is AssignmentState.EXPIRED}
    asked = (a for a in trips if a.state is AssignmentState.OFFERED and a.slot >= 0)
    return next((a for a in asked if a.vehicle_id in silent), None)
