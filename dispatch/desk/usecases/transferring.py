"""A patient is handed over between vehicles at a place: another one is sought for the rest of the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.choosing.decision import Decision
from dispatch.choosing.next_step import NextStep, OfferTo
from dispatch.desk.command import DESK, Command
from dispatch.desk.effects.carry_out import carry_out, make_offer, put_decision, watch_long
from dispatch.desk.effects.handing_over import slot_behind, taken_over, taking_from
from dispatch.desk.effects.sending import judge_choice
from dispatch.desk.effects.standing import settle
from dispatch.desk.effects.steps import release, take_step
from dispatch.desk.ports import Books, Due, LostRaceError
from dispatch.desk.search import walked
from dispatch.desk.unit import Unit, Work, transaction
from dispatch.domain.arrival import Arrival
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.request import Ask, Request, unfilled_slots
from dispatch.vocabulary.events import TransferBegun
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS
from dispatch.vocabulary.trip_steps import HANDS_OVER, LOADED, AssignmentState, Step, StepCause, StepSource

Move = Callable[[Ask], Ask]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Who gives, and who takes over: `behind` goes on to the new place, or `leaving` is called back for another."""

    giving: Assignment
    decision: Decision
    behind: Assignment | None
    leaving: Assignment | None


async def transfer(
    unit: Unit,
    request_id: str,
    move: Move,
    *,
    of: str | None = None,
    vehicle_id: str | None = None,
    reason: str,
    by: Command,
) -> str | Refusal:
    """Another vehicle takes the patient over from this one (`of`, a vehicle or its assignment) and drives on.

    `move` makes the ask of the rest of the way: its pick-up is where the two meet. Whoever is on the way to the patient
    already is sent there, unless `vehicle_id` is another one. The first keeps the patient until then; one that broke
    down waits for it. Returns the request's id.

    Raises:
        NotFoundError: for an unknown request or vehicle.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request, trips = await unit.store.read(
            lambda books: (books.requests.get(request_id), books.assignments.list_of(request_id))
        )
        giving = _giving(trips, of)
        if giving is None or request.state in ENDS:
            return lambda _: Refusal(RefusalCode.NOBODY_TO_TRANSFER, {"request_id": request_id})
        taking = taking_from(trips, giving)
        if taking is not None and taking.row.met:
            return lambda _: Refusal(RefusalCode.TRANSFER_MET, {"vehicle_id": taking.vehicle_id})
        ask = move(request.ask)
        plan = await _plan(unit, replace(request, ask=ask), trips, giving, taking, vehicle_id, now)
        written = await unit.write_down(plan.decision)

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if current != request or books.assignments.list_of(request_id) != trips:
                raise LostRaceError(f"request {request_id} has changed since this was decided")
            chosen = vehicle_id if plan.behind is None else None
            if chosen is not None and (refusal := judge_choice(books, plan.decision, chosen, None, by.actor)):
                return refusal
            moved = replace(current, ask=ask, version=current.version + 1)
            _begin(books, moved, plan, reason, by.actor.id)
            if chosen is None:
                carry_out(books, moved, written)
            else:
                put_decision(books, request_id, written, by.actor.id)
                make_offer(books, moved, plan.decision.step.offers[0], plan.decision, actor=by.actor.id)
                watch_long(books, request_id, now, plan.decision.sop.policy)
            settle(books, moved, now)
            return request_id

        return work

    return await unit.once(by, attempt)


@transaction
def hand_over(unit: Unit, books: Books, now: datetime, due: Due) -> None:
    """The patient is aboard of another vehicle for as long as that could be taken back: the first one is free."""
    books.timers.drop(due.kind, due.subject)
    giving = books.assignments.get(due.subject)
    carries = giving.hands_over and giving.row.loaded
    if not (carries and taken_over(books.assignments.list_of(giving.request_id), giving)):
        return
    command = StepCommand(step=Step.HAND_OVER, actor=DESK, source=StepSource.DESK)
    taken = take_step(books, giving, command, now, unit.policy(books, now))
    assert not isinstance(taken, Refusal), taken
    settle(books, books.requests.get(giving.request_id), now)


def _giving(trips: Sequence[Assignment], of: str | None) -> Assignment | None:
    """The vehicle with the patient aboard: one that drives, else one that broke down and nobody has come for yet."""
    named = [a for a in trips if of in (None, a.id, a.vehicle_id)]
    carrying = [a for a in named if a.row.loaded]
    if carrying:
        return carrying[0] if len(carrying) == 1 else None
    broken = [a for a in named if a.state is AssignmentState.STOOD_DOWN and not LOADED.isdisjoint(a.stamps)]
    waiting = [a for a in broken if not taken_over(list(trips), a)]
    return waiting[-1] if waiting else None


async def _plan(
    unit: Unit,
    moved: Request,
    trips: Sequence[Assignment],
    giving: Assignment,
    taking: Assignment | None,
    vehicle_id: str | None,
    now: datetime,
) -> _Plan:
    decision = await unit.search_again(moved, now)
    goes_on = taking is not None and vehicle_id in (None, taking.vehicle_id)
    slot = slot_behind(giving)
    gone = {giving.id, *([taking.id] if taking is not None and not goes_on else ())}
    slots = unfilled_slots(moved.wanted, [a for a in trips if a.id not in gone])
    if vehicle_id is not None and not goes_on:
        decision = await unit.think(walked, decision, unit.roads, vehicle_id)
        decision = replace(decision, step=NextStep(offers=(OfferTo(vehicle_id=vehicle_id, slot=slot),)))
    else:
        decision = decision.filling(replace(decision.unfilled, slots=slots, first_contact=False))
    behind, leaving = (taking, None) if goes_on else (None, taking)
    return _Plan(giving=giving, decision=decision, behind=behind, leaving=leaving)


def _begin(books: Books, moved: Request, plan: _Plan, reason: str, actor: str) -> None:
    """The request's pick-up is where they meet, and the giving vehicle leaves its place to the one that takes over."""
    giving, now, policy = plan.giving, plan.decision.at, plan.decision.sop.policy
    books.requests.save(moved)
    if giving.is_live:
        slot = HANDS_OVER - slot_behind(giving)
        books.assignments.save(replace(giving, slot=slot, version=giving.version + 1))
    begun = TransferBegun(reason=reason, at=now, actor=actor)
    books.journal.add(begun.about(moved.id, assignment_id=giving.id, vehicle_id=giving.vehicle_id))
    if plan.leaving is not None:
        release(books, [plan.leaving], actor=actor, cause=StepCause.REASSIGNED, now=now, policy=policy)
    behind = plan.behind
    arrival = plan.decision.arrivals.get(behind.vehicle_id) if behind is not None else None
    if behind is not None and arrival is not None:
        there = _later(behind, arrival, now)
        books.assignments.save(replace(behind, arrival=there, foreseen=None, version=behind.version + 1))


def _later(behind: Assignment, arrival: Arrival, now: datetime) -> Arrival:
    """The arrival of a vehicle that was asked before, counted from its driver's yes, which may be still to come."""
    return arrival.later((now - behind.counts_from).total_seconds() if behind.row.is_going else 0.0)
