"""A kept request is changed: judged anew, with more help sought at once, and nobody let go before a better one goes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.desk.anew import Plan, goes_on, plan_anew
from dispatch.desk.command import Command
from dispatch.desk.effects.asking import withdraw_asked
from dispatch.desk.effects.carry_out import carry_out, hasten_end
from dispatch.desk.effects.keeping import keep, look_again, lose, overlapping
from dispatch.desk.effects.noticing import judge_staying
from dispatch.desk.effects.series import series_with
from dispatch.desk.effects.standing import settle
from dispatch.desk.effects.staying import may_stay
from dispatch.desk.effects.steps import release, take_step
from dispatch.desk.ports import Books, Due, DueKind, LostRaceError
from dispatch.desk.record import Written
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.domain.aboard import carrying, was_picked_up
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.booking import carried_over, judge_back, time_of
from dispatch.domain.death import count_living, has_patient
from dispatch.domain.request import Ask, Contact, Request, judge_ask, judge_time, unfilled_slots
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.events import RequestChanged
from dispatch.vocabulary.notices import Changed
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, Leg, StepCause, StepSource

Edit = Callable[[Ask], Ask]
_MEASURES: Mapping[Leg | None, frozenset[Changed]] = {
    None: frozenset(),
    Leg.PICKUP: frozenset({Changed.PICKUP, Changed.SCHEDULE_AT}),
    Leg.MEETING: frozenset({Changed.PICKUP}),
    Leg.DESTINATION: frozenset({Changed.DROPOFF}),
}


async def change(
    unit: Unit,
    request_id: str,
    edit: Edit,
    *,
    contact: Contact | None = None,
    agreed: bool = False,
    rides: Rides = Rides.THIS,
    by: Command,
) -> str | Refusal:
    """Change what is asked for, or whom to call; `edit` makes the new ask of the one that is kept. Returns the id.

    What is under way goes on where it still may; a vehicle that may not any more goes on until a better one has said
    yes. Only where the change itself lets a vehicle go, it needs to be `agreed`: it is not needed any more, or not
    before a time that is so late that the trip is a booking again. The way back of a ride, and all later rides where
    these are meant, change likewise.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()

        def known(books: Books) -> list[tuple[Request, list[Assignment]]]:
            request = books.requests.get(request_id)
            meant = (request, *series_with(books, request, rides))
            return [(one, books.assignments.list_of(one.id)) for one in meant]

        kept = await unit.store.read(known)
        request = kept[0][0]
        ask = edit(request.ask)
        parts = []
        for one, trips in kept:
            turned = (one.returns is None) is not (request.returns is None)
            new = ask if one is request else carried_over(request.ask, ask, one.ask, turned=turned, zone=unit.zone)
            changed = _changes(one.ask, new) + ((Changed.CONTACT,) if contact is not None else ())
            if changed or one is request:
                plan = await plan_anew(unit, one, new, trips, now)
                decision = await weigh(unit, one.id, plan.decision, plan.ringing, own=plan.after(trips))
                plan = replace(plan, decision=decision)
                parts.append(_Part(one, trips, new, changed, plan, await unit.write_down(plan.decision)))
        whole = Refusal(RefusalCode.NO_SERIES) if rides is Rides.FOLLOWING and request.series is None else None
        refusal = whole or judge_ask(ask) or _judge(parts, now, agreed=agreed)

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if current.state in ENDS:
                return Refusal(RefusalCode.REQUEST_ENDED, {"state": current.state})
            if refusal is not None:
                return refusal
            contradicted = _judge_backs(books, parts) or _judge_count(books, parts)
            if contradicted is not None:
                return contradicted
            leaving = [trip for part in parts for trip in part.plan.surplus]
            if stays := judge_staying(books, leaving, now, parts[0].plan.decision.sop.policy):
                return stays
            for part in parts:
                if contact is not None:
                    books.requests.put_contact(part.request.id, contact)
                _carry_over(books, part, parts, by.actor.id)
            return request_id

        return work

    return await unit.once(by, attempt)


def _changes(before: Ask, after: Ask) -> tuple[Changed, ...]:
    of_ask = (one for one in Changed if one is not Changed.CONTACT)
    return tuple(one for one in of_ask if getattr(before, one) != getattr(after, one))


@dataclass(frozen=True, slots=True)
class _Part:
    """One ride of what is changed: as it is kept, what is asked then, and what that does to its vehicles."""

    request: Request
    trips: Sequence[Assignment]
    ask: Ask
    changed: tuple[Changed, ...]
    plan: Plan
    written: Written


def _judge(parts: Sequence[_Part], now: datetime, *, agreed: bool) -> Refusal | None:
    """Whether anything is different, the times lie ahead, nobody is picked up twice or fetched another time who is
    aboard, and somebody agrees to what the change itself does."""
    if not parts[0].changed:
        return Refusal(RefusalCode.NOTHING_CHANGED)
    for part in parts:
        late = judge_time(part.ask, now) if Changed.SCHEDULE_AT in part.changed else None
        refusal = late or (carrying(part.trips) if part.plan.booked_again else None)
        if refusal is not None:
            return refusal
        fetched = [a for a in part.trips if a.fills_slot and was_picked_up(a)]
        if Changed.PICKUP in part.changed and fetched and not unfilled_slots(part.request.wanted, fetched):
            return Refusal(RefusalCode.PATIENT_ABOARD, {"vehicle_id": fetched[0].vehicle_id})
    going = [a.vehicle_id for part in parts for a in part.plan.surplus if a.row.is_going]
    return Refusal(RefusalCode.NEEDS_CHOICE, {"lets_go": going}) if going and not agreed else None


def _judge_backs(books: Books, parts: Sequence[_Part]) -> Refusal | None:
    """A way back that would no longer follow its way there."""
    asks = {part.request.id: part.ask for part in parts if Changed.SCHEDULE_AT in part.changed}
    series = parts[0].request.series
    rides = books.requests.list_series(series) if asks and series is not None else []
    then = {ride.id: replace(ride, ask=asks.get(ride.id, ride.ask)) for ride in rides}
    pairs = ((then[one.id], then[one.returns]) for one in rides if one.returns is not None and one.state not in ENDS)
    judged = (judge_back(back.ask, time_of(there)) for back, there in pairs if asks.keys() & {back.id, there.id})
    return next(filter(None, judged), None)


def _judge_count(books: Books, parts: Sequence[_Part]) -> Refusal | None:
    """A number of patients that leaves out those who live: it holds who has died too."""
    for part in parts:
        reports = books.deaths.list_of(part.request.id)
        lived, live = (count_living(replace(part.request, ask=ask), reports) for ask in (part.request.ask, part.ask))
        if lived > 0 and has_patient(part.ask) and not live:
            return Refusal(RefusalCode.COUNTS_THE_DEAD)
    return None


def _carry_over(books: Books, part: _Part, parts: Sequence[_Part], actor: str) -> None:
    """Keep the changed request, and do with its vehicles what the plan says; then more are searched for."""
    plan = part.plan
    now = plan.decision.at
    current = books.requests.get(part.request.id)
    if current != part.request or books.assignments.list_of(current.id) != part.trips:
        raise LostRaceError(f"request {current.id} has changed since this was decided")
    request = replace(current, ask=part.ask, wanted=plan.decision.wanted, version=current.version + 1)
    books.requests.save(request)
    first = parts[0].request.id
    along = None if request.id == first else first
    rides = len(parts) if along is None else 1
    ahead = tuple(name for name, slot in plan.placed.items() if slot == FIRST_CONTACT)
    changed = RequestChanged(
        changed=part.changed,
        booked_at=request.ask.booked_at if Changed.SCHEDULE_AT in part.changed else None,
        ahead=ahead,
        rides=rides,
        along=along,
        at=now,
        actor=actor,
    )
    books.journal.add(changed.about(request.id))
    _follow(books, part, request, actor)
    for kind in (DueKind.PROMISE_RETRY, DueKind.SCHEDULED, DueKind.BOOKING):
        books.timers.drop(kind, request.id)
    if plan.booked_again:
        books.timers.drop(DueKind.SEARCH_LONG, request.id)
        withdraw_asked(books, books.approvals.list_of(request.id))
    carry_out(books, request, part.written)
    if Changed.SCHEDULE_AT in part.changed and not request.ask.waits:
        request = _keep_along(books, request, plan.leaving, now)
    request = settle(books, request, now)
    if request.state is RequestState.SCHEDULED:
        look_again(books, request.id, now)
    if request.ask.waits and request.reserved is not None and not may_stay(books, request, request.reserved, now):
        lose(books, request, now)


def _keep_along(books: Books, request: Request, let_go: Sequence[Assignment], now: datetime) -> Request:
    """The vehicle that was kept, or would have come, is kept for the new time, unless it is for somebody else then;
    the look that follows says whether it may go, and seeks another one where not."""
    at, vehicle_id = request.ask.schedule_at, request.reserved
    if vehicle_id is None and books.timers.find(DueKind.SCHEDULED, request.id) is not None:
        vehicle_id = next((trip.vehicle_id for trip in let_go), None)
    if at is None or vehicle_id is None or overlapping(books, vehicle_id, at, now, but=request.id) is not None:
        return lose(books, request, now)
    return request if vehicle_id == request.reserved else keep(books, request, vehicle_id, now)


def _follow(books: Books, part: _Part, request: Request, actor: str) -> None:
    """What a change does to the trips that there are: who leaves, who has another place, and who sets out again."""
    plan = part.plan
    now, policy = plan.decision.at, plan.decision.sop.policy
    release(books, plan.leaving, actor=actor, cause=StepCause.CHANGED, now=now, policy=policy)
    for before in part.trips:
        for trip in plan.after([before]):
            # For another place or time nothing has been said yet: what was said for the one before is no measure.
            elsewhere = trip.is_live and not _MEASURES[trip.leg].isdisjoint(part.changed)
            trip = replace(trip, foreseen=None) if elsewhere else trip
            if trip != before:
                books.assignments.save(replace(trip, version=before.version + 1))
            hasten_end(books, request, trip, now, policy)
    for trip in books.assignments.list_of(request.id):
        if trip.row.is_going:  # what it is watched by may be another figure or place now
            books.timers.set(Due(kind=DueKind.WATCH, subject=trip.id, at=now))
        step = goes_on(part.request.ask, part.ask, trip)
        if step is not None:
            command = StepCommand(step=step, actor=actor, source=StepSource.DESK, cause=StepCause.CHANGED)
            taken = take_step(books, replace(trip, foreseen=None), command, now, policy)
            assert not isinstance(taken, Refusal), taken
