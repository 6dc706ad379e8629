"""Asking for a vehicle, and which one an operator sends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from uuid import uuid4

from dispatch.choosing.decision import Tried
from dispatch.choosing.next_step import NextStep, OfferTo
from dispatch.choosing.record import DecisionRecord
from dispatch.desk.command import Command
from dispatch.desk.effects.carry_out import carry_out, make_offer, put_decision, watch_long
from dispatch.desk.effects.overriding import write_override
from dispatch.desk.effects.places import make_room
from dispatch.desk.effects.promising import open_promise
from dispatch.desk.effects.sending import judge_choice
from dispatch.desk.effects.standing import settle
from dispatch.desk.ports import Books, LostRaceError
from dispatch.desk.search import walked
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.desk.usecases.reserving import reserve
from dispatch.desk.usecases.serving import list_before, serve
from dispatch.domain.request import Ask, Contact, Request, judge_ask, judge_time
from dispatch.vocabulary.events import RequestReceived
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState


async def suggest(unit: Unit, ask: Ask, at: datetime | None = None) -> DecisionRecord | Refusal:
    """A decision that keeps nothing."""
    refusal = judge_ask(ask)
    if refusal is not None:
        return refusal
    return await unit.record(await unit.search(ask, at or unit.clock.now(), Tried()))


async def receive(unit: Unit, ask: Ask, contact: Contact, *, choose: str | None = None, by: Command) -> str | Refusal:
    """Keep a request and act on it: an offer, an approval asked, or a promise. Returns its id."""
    refusal = judge_ask(ask)
    if refusal is not None:
        return refusal

    request_id = f"P-{uuid4().hex[:12]}"
    served: set[str] = set()  # those before it, each at most once: nobody is kept from asking by them

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        late = judge_time(ask, now)  # asked in here: a repeat that comes when its time is over gets the first answer
        if late is not None:
            return lambda _: late
        newcomer = Request(id=request_id, ask=ask, state=RequestState.SEARCHING, created_at=now, created_by=by.actor.id)
        add = await add_new(unit, newcomer, served, choose=choose)

        def work(books: Books) -> str:
            add(books, contact)
            return request_id

        return work

    return await unit.once(by, attempt)


async def add_new(
    unit: Unit, newcomer: Request, served: set[str], *, choose: str | None = None, onward_of: str | None = None
) -> Callable[[Books, Contact], None]:
    """Search for a new request, and what keeps it and acts on it inside a transaction.

    Those that stand before it are served first, each at most once; `served` has them from one attempt to the next. The
    family of one for a body, `onward_of` the request whose patient died, is rung and asked where to.
    """
    now, ask = newcomer.created_at, newcomer.ask
    policy = await unit.store.read(lambda books: unit.policy(books, now))
    before = await unit.store.read(lambda books: list_before(books, newcomer, policy, now))
    if before - served:
        await serve(unit, before - served)
        served.update(before)
    decision = await weigh(unit, newcomer.id, await unit.search(ask, now, Tried(choose=choose)))
    written = await unit.write_down(decision)
    request = replace(newcomer, wanted=decision.wanted)

    def add(books: Books, contact: Contact) -> None:
        if list_before(books, request, policy, now) - served:
            raise LostRaceError("somebody who stands before it is to be served first")
        books.requests.add(request, contact, track_token=token_urlsafe(24))
        received = RequestReceived(
            need=ask.need, urgency=ask.urgency, onward_of=onward_of, at=now, actor=newcomer.created_by
        )
        books.journal.add(received.about(request.id))
        if onward_of is not None:
            open_promise(books, request, Why.DESTINATION, now)
        carry_out(books, request, written)
        settle(books, request, now)

    return add


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
            return partial(
                reserve, decision=decision, request_id=request_id, vehicle_id=vehicle_id, override=override, by=by
            )
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
