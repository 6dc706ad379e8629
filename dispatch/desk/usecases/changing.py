"""A kept request is changed: judged anew, with more help sought at once, and nobody let go before a better one goes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.choosing.decision import Decision
from dispatch.desk.command import Command
from dispatch.desk.effects.carry_out import carry_out
from dispatch.desk.effects.standing import settle
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books, DueKind, LostRaceError
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.domain.arrival import Arrival
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Ask, Contact, Request, judge_ask, judge_time, unfilled_slots
from dispatch.rules.judge_one import DUTY_RULE, LEFT_ALONE_RULE, assess
from dispatch.vocabulary.events import RequestChanged
from dispatch.vocabulary.notices import Changed
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS
from dispatch.vocabulary.trip_steps import INSTEAD, KEPT_UNTIL_BETTER, AssignmentState, Leg, StepCause

Edit = Callable[[Ask], Ask]
_PLACE_OF = {Leg.PICKUP: Changed.PICKUP, Leg.MEETING: Changed.PICKUP, Leg.DESTINATION: Changed.DROPOFF}


async def change(
    unit: Unit, request_id: str, edit: Edit, *, contact: Contact | None = None, agreed: bool = False, by: Command
) -> str | Refusal:
    """Change what is asked for, or whom to call; `edit` makes the new ask of the one that is kept. Returns the id.

    What is under way goes on where it still may; a vehicle that may not any more goes on until a better one has said
    yes. Only where the change itself lets a vehicle go, it needs to be `agreed`.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request, trips = await unit.store.read(
            lambda books: (books.requests.get(request_id), books.assignments.list_of(request_id))
        )
        ask = edit(request.ask)
        plan = await _plan(unit, request, ask, trips, now)
        changed = _changes(request.ask, ask) + ((Changed.CONTACT,) if contact is not None else ())
        refusal = judge_ask(ask) or _judge_time(request.ask, ask, now) or _judge(changed, plan, agreed=agreed)
        plan = replace(plan, decision=await weigh(unit, request_id, plan.decision))
        written = await unit.write_down(plan.decision)

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if current.state in ENDS:
                return Refusal(RefusalCode.REQUEST_ENDED, {"state": current.state})
            if refusal is not None:
                return refusal
            if current != request or books.assignments.list_of(request_id) != trips:
                raise LostRaceError(f"request {request_id} has changed since this was decided")
            if contact is not None:
                books.requests.put_contact(request_id, contact)
            carried = replace(
                current,
                ask=ask,
                wanted=plan.decision.wanted,
                # Another time may overlap with another reservation: the vehicle is reserved anew, or sought.
                reserved=None if Changed.SCHEDULE_AT in changed else current.reserved,
                version=current.version + 1,
            )
            _carry_over(books, carried, plan, changed, by.actor.id)
            carry_out(books, carried, written)
            settle(books, carried, now)
            return request_id

        return work

    return await unit.once(by, attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a change does to the vehicles of a request, and who is looked for beside them.

    `surplus` are not needed any more, `withdrawn` may not go and have not answered, `until_better` may not go and are
    under way; `later` arrive at another time.
    """

    decision: Decision
    surplus: Sequence[Assignment]
    withdrawn: Sequence[Assignment]
    until_better: Sequence[Assignment]
    later: Sequence[tuple[Assignment, Arrival]]


async def _plan(unit: Unit, request: Request, ask: Ask, trips: Sequence[Assignment], now: datetime) -> _Plan:
    decision = await unit.search_again(replace(request, ask=ask), now)
    live = [a for a in trips if a.is_live]
    unfit = {a.id for a in live if not a.row.loaded and _unfit(decision, request.ask, a.vehicle_id)}
    in_slots = [a for a in live if a.slot >= 0]
    surplus = [a for a in in_slots if a.slot >= decision.wanted and not a.row.loaded]
    leaving = [a for a in live if a.id in unfit and a not in surplus and (a.slot >= 0 or a.slot == INSTEAD)]
    withdrawn = [a for a in leaving if a.state is AssignmentState.OFFERED]
    going = [a for a in leaving if a.row.is_going]
    kept = any(a.slot == KEPT_UNTIL_BETTER for a in live)
    until_better = going[: 0 if kept else 1]  # of several the first gives its place up; the others keep theirs
    gone = {a.id for a in (*surplus, *withdrawn, *until_better)}
    slots = unfilled_slots(decision.wanted, [a for a in trips if a.id not in gone])
    here = [a for a in live if a.id not in gone and not a.row.met and a.vehicle_id in decision.arrivals]
    moved = ask.pickup.point != request.ask.pickup.point
    # An offer's arrival counts from the driver's yes, and that is still to come.
    since = {a.id: (now - a.counts_from).total_seconds() if a.row.is_going else 0.0 for a in here}
    return _Plan(
        decision=decision.filling(slots),
        surplus=surplus,
        withdrawn=withdrawn,
        until_better=until_better,
        later=[(a, decision.arrivals[a.vehicle_id].later(since[a.id])) for a in here if moved],
    )


def _unfit(decision: Decision, before: Ask, vehicle_id: str) -> bool:
    """Whether a rule objects to the vehicle now that did not when it was asked."""
    vehicle = decision.find_vehicle(vehicle_id)
    if vehicle is None:
        return False
    then = assess(vehicle, before, decision.sop, decision.moment)
    of_itself = {DUTY_RULE, LEFT_ALONE_RULE, *then.blocking}
    return bool(set(decision.assess(vehicle_id).blocking) - of_itself)


def _changes(before: Ask, after: Ask) -> tuple[Changed, ...]:
    of_ask = (one for one in Changed if one is not Changed.CONTACT)
    return tuple(one for one in of_ask if getattr(before, one) != getattr(after, one))


def _judge_time(before: Ask, after: Ask, now: datetime) -> Refusal | None:
    return judge_time(after, now) if before.schedule_at != after.schedule_at else None


def _judge(changed: Sequence[Changed], plan: _Plan, *, agreed: bool) -> Refusal | None:
    """Whether anything is different, and whether somebody has to agree to what the change itself does."""
    if not changed:
        return Refusal(RefusalCode.NOTHING_CHANGED)
    going = [a.vehicle_id for a in plan.surplus if a.row.is_going]
    return Refusal(RefusalCode.NEEDS_CHOICE, {"lets_go": going}) if going and not agreed else None


def _carry_over(books: Books, changed: Request, plan: _Plan, what: tuple[Changed, ...], actor: str) -> None:
    """Keep the changed request, and do with its vehicles what the plan says; the search for more comes afterwards."""
    now, policy = plan.decision.at, plan.decision.sop.policy
    books.requests.save(changed)
    books.journal.add(RequestChanged(changed=what, at=now, actor=actor).about(changed.id))
    leaving = [*plan.surplus, *plan.withdrawn]
    release(books, leaving, actor=actor, cause=StepCause.CHANGED, now=now, policy=policy)
    for trip in plan.until_better:
        books.assignments.save(replace(trip, slot=KEPT_UNTIL_BETTER, version=trip.version + 1))
    for trip, arrival in plan.later:
        books.assignments.save(replace(trip, arrival=arrival, version=trip.version + 1))
    for trip in books.assignments.list_of(changed.id):
        # For another place nothing has been said yet: what was said for the one before is no measure.
        if trip.foreseen is not None and trip.leg is not None and _PLACE_OF[trip.leg] in what:
            books.assignments.save(replace(trip, foreseen=None, version=trip.version + 1))
    for kind in (DueKind.PROMISE_RETRY, DueKind.SCHEDULED):
        books.timers.drop(kind, changed.id)
