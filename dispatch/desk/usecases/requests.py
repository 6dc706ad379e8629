"""Asking for a vehicle, and which one an operator sends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_urlsafe
from uuid import uuid4

from dispatch.choosing.decision import Tried
from dispatch.choosing.next_step import NextStep, OfferTo
from dispatch.choosing.record import DecisionRecord
from dispatch.desk.command import Command
from dispatch.desk.effects.carry_out import carry_out, make_offer, put_decision, watch_long
from dispatch.desk.effects.keeping import keep, overlapping
from dispatch.desk.effects.overriding import write_override
from dispatch.desk.effects.places import make_room
from dispatch.desk.effects.promising import open_promise
from dispatch.desk.effects.sending import judge_choice
from dispatch.desk.effects.series import waits_for_way_there
from dispatch.desk.effects.standing import settle
from dispatch.desk.ports import Books, LostRaceError, find
from dispatch.desk.record import Written
from dispatch.desk.search import walked
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.desk.usecases.reserving import first_of, reserve, seek
from dispatch.desk.usecases.serving import list_before, serve
from dispatch.domain.booking import Repeat, Ride, judge_turn, rides_of
from dispatch.domain.request import Ask, Contact, Request, judge_ask, judge_time
from dispatch.vocabulary.events import RequestReceived
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState


async def suggest(unit: Unit, ask: Ask, at: datetime | None = None) -> DecisionRecord | Refusal:
    """A decision that keeps nothing."""
    now = at or unit.clock.now()
    refusal = judge_ask(ask) or judge_time(ask, now)
    if refusal is not None:
        return refusal
    return await unit.record(await unit.search(ask, now, Tried()))


async def receive(
    unit: Unit,
    ask: Ask,
    contact: Contact,
    *,
    choose: str | None = None,
    repeat: Repeat | None = None,
    turn: Callable[[Ask], Ask] | None = None,
    by: Command,
) -> str | Refusal:
    """Keep a request and act on it: an offer, an approval asked, or a promise. Returns its id.

    A trip may have a way back, which `turn` makes of what is asked, and a booked one may `repeat` with all of its
    rides: every ride is a request of its own, and the id is that of the first, which is also that of the series.
    `choose` names a vehicle to prefer.
    """
    refusal = judge_ask(ask) or (judge_turn(ask) if turn is not None else None)
    if refusal is not None:
        return refusal
    back = turn(ask) if turn is not None else None

    request_id = new_id()
    served: set[str] = set()  # those before it, each at most once: nobody is kept from asking by them

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        # Judged in here: a repeat that comes when its time is over gets the first answer.
        rides = rides_of(ask, repeat, back, now, unit.zone)
        if isinstance(rides, Refusal):
            return lambda _: rides
        chosen = await unit.store.read(lambda books: find(books.vehicles.get, choose))
        if choose is not None and chosen is None:
            return lambda _: Refusal(RefusalCode.VEHICLE_UNKNOWN, {"vehicle_id": choose})
        newcomer = Request(id=request_id, ask=ask, state=RequestState.SEARCHING, created_at=now, created_by=by.actor.id)
        add = await add_new(unit, newcomer, served, rides=rides, choose=choose)

        def work(books: Books) -> str:
            add(books, contact)
            return request_id

        return work

    return await unit.once(by, attempt)


async def add_new(
    unit: Unit,
    newcomer: Request,
    served: set[str],
    *,
    rides: Sequence[Ride] = (),
    choose: str | None = None,
    onward_of: str | None = None,
) -> Callable[[Books, Contact], None]:
    """Search for a new request, and what keeps it and acts on it inside a transaction; `rides` are those of a booking.

    Those that stand before it are served first, each at most once; `served` has them from one attempt to the next. The
    family of one for a body, `onward_of` the request whose patient died, is rung and asked where to.
    """
    now = newcomer.created_at
    policy = await unit.store.read(lambda books: unit.policy(books, now))
    before = await unit.store.read(lambda books: list_before(books, newcomer, policy, now))
    if before - served:
        await serve(unit, before - served)
        served.update(before)
    made = await _make(unit, newcomer, rides or (Ride(ask=newcomer.ask),), choose)

    def add(books: Books, contact: Contact) -> None:
        if list_before(books, newcomer, policy, now) - served:
            raise LostRaceError("somebody who stands before it is to be served first")
        until = made[-1].request.ask.schedule_at
        first = made[0].request.id
        for ride in made:
            _keep(books, ride, contact, first=first, rides=len(made), until=until, onward_of=onward_of)

    return add


def new_id() -> str:
    """The id of a request that is to be made."""
    return f"P-{uuid4().hex[:12]}"


@dataclass(frozen=True, slots=True)
class _Made:
    """A ride as it is to be kept: its request, what was decided, and the vehicle that is reserved for it."""

    request: Request
    written: Written
    reserved: str | None


async def _make(unit: Unit, first: Request, rides: Sequence[Ride], choose: str | None) -> list[_Made]:
    """Search for every ride; one that is searched for later is decided as the first that is and goes the same way."""
    early = await unit.store.read(lambda books: waits_for_way_there(books, first))
    made: list[_Made] = []
    booked: dict[bool, Written] = {}  # by whether it is a way back
    for number, ride in enumerate(rides):
        is_back, reserved, at = ride.back_of is not None, None, ride.ask.schedule_at
        request_id = first.id if number == 0 else new_id()
        written = booked[is_back].booked_for(ride.ask) if is_back in booked else None
        if written is None:
            tried = Tried(choose=choose, there_first=ride.back_of is not None or early)
            decision = await unit.search(ride.ask, first.created_at, tried)
            written = await unit.write_down(await weigh(unit, request_id, decision))
        if written.decision.step.search_at is not None:
            booked.setdefault(is_back, written)
            if at is not None and not (ride.ask.on_call or ride.ask.waits):
                reserved = first_of(await seek(unit, ride.ask, choose=choose))
        request = replace(
            first,
            id=request_id,
            ask=ride.ask,
            wanted=written.decision.wanted,
            series=first.id if len(rides) > 1 else first.series,
            returns=made[ride.back_of].request.id if ride.back_of is not None else first.returns,
        )
        made.append(_Made(request, written, reserved))
    return made


def _keep(
    books: Books,
    ride: _Made,
    contact: Contact,
    *,
    first: str,
    rides: int,
    until: datetime | None,
    onward_of: str | None,
) -> None:
    """Keep one ride and act on it; whoever is told hears of all that were made in one act with the first."""
    request, now = ride.request, ride.request.created_at
    ask, is_first = request.ask, request.id == first
    books.requests.add(request, contact, track_token=token_urlsafe(24))
    received = RequestReceived(
        need=ask.need,
        urgency=ask.urgency,
        schedule_at=ask.schedule_at,
        until=until if rides > 1 else None,
        rides=rides if is_first else 1,
        along=request.returns if is_first else first,
        onward_of=onward_of,
        at=now,
        actor=request.created_by,
    )
    books.journal.add(received.about(request.id))
    if onward_of is not None:
        open_promise(books, request, Why.DESTINATION, now)
    carry_out(books, request, ride.written)
    settled = settle(books, request, now)
    if ride.reserved is None or ask.schedule_at is None:
        return
    if overlapping(books, ride.reserved, ask.schedule_at, now, but=request.id) is not None:
        raise LostRaceError(f"{ride.reserved} has been reserved since this was decided")
    keep(books, settled, ride.reserved, now)


async def candidates(unit: Unit, request_id: str) -> DecisionRecord:
    """The search for a kept request as it would go now; nothing is changed. Raises NotFoundError."""
    request = await unit.store.read(lambda books: books.requests.get(request_id))
    return await unit.record(await unit.search_again(request, unit.clock.now()))


async def assign(
    unit: Unit, request_id: str, vehicle_id: str, *, override: tuple[str, str] | None, by: Command
) -> str | Refusal:
    """An operator offers the request to this vehicle, against a rule (rule, reason) only where the rule allows it."""

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request = await unit.store.read(lambda books: books.requests.get(request_id))
        decision = await unit.search_again(request, now)
        if decision.step.search_at is not None:
            return await reserve(unit, request, vehicle_id, override=override, by=by)
        decision = await unit.think(walked, decision, unit.roads, vehicle_id)
        chosen = replace(decision, step=NextStep(offers=(OfferTo(vehicle_id=vehicle_id),)))
        written = await unit.write_down(chosen)

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if current.state in ENDS:
                return Refusal(RefusalCode.REQUEST_ENDED, {"state": current.state})
            refusal = judge_choice(books, decision, vehicle_id, override, by.actor)
            if refusal is not None:
                return refusal
            slot = make_room(books, current, now, decision.sop.policy, actor=by.actor.id)
            if isinstance(slot, Refusal):
                return slot
            about = {"request_id": request_id, "vehicle_id": vehicle_id}
            write_override(books, decision.objections(vehicle_id), decision.sop, override, by.actor, now, **about)
            put_decision(books, request_id, written, by.actor.id)
            make_offer(books, current, OfferTo(vehicle_id=vehicle_id, slot=slot), decision, actor=by.actor.id)
            watch_long(books, request_id, now, decision.sop.policy)
            settle(books, current, now)
            return request_id

        return work

    return await unit.once(by, attempt)
