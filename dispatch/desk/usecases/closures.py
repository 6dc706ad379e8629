"""Closing roads and opening them again; the roads of every process follow what the store says is closed."""

import asyncio
from datetime import datetime
from functools import partial
from uuid import uuid4

from dispatch.desk.command import DESK, Command
from dispatch.desk.effects.steps import wake_waiting
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.desk.unit import Unit
from dispatch.domain.closure import MOST_OPEN, Closure, judge_closure, opened
from dispatch.vocabulary.events import RoadClosed, RoadOpened
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from geo.shape import Shape


async def close_road(
    unit: Unit, shape: Shape, reason: Cause, *, note: str | None, until: datetime | None, by: Command
) -> str | Refusal:
    """Nobody drives the streets of this shape from now on. Returns the closure's id.

    Once this has returned, this process finds no way over what is closed.
    """
    now = unit.clock.now()
    refusal = judge_closure(shape, note, until, now)
    streets = await asyncio.to_thread(unit.roads.count_closed, shape) if refusal is None else None

    def work(books: Books) -> str | Refusal:
        if refusal is not None:
            return refusal
        if streets == 0:
            return Refusal(RefusalCode.NO_STREET_HERE)
        if len(books.closures.list_open()) >= MOST_OPEN:
            return Refusal(RefusalCode.MANY_CLOSURES, {"most": MOST_OPEN})
        closure = Closure(
            id=f"X-{uuid4().hex[:12]}",
            reason=reason,
            shape=shape,
            created_at=now,
            created_by=by.actor.id,
            streets=streets,
            note=note,
            until=until,
        )
        books.closures.add(closure)
        if until is not None:
            books.timers.set(Due(kind=DueKind.CLOSURE_ENDS, subject=closure.id, at=until))
        event = RoadClosed(closure=closure.id, cause=reason, streets=streets, at=now, actor=by.actor.id)
        books.journal.add(event)
        return closure.id

    return await _then_follow(unit, await unit.once_at(by, work))


async def open_road(unit: Unit, closure_id: str, *, by: Command) -> str | Refusal:
    """The streets of this closure may be driven again. Raises NotFoundError."""
    now = unit.clock.now()
    return await _then_follow(unit, await unit.once_at(by, lambda books: _open(books, closure_id, by.actor.id, now)))


async def follow_closures(unit: Unit) -> None:
    """Let the roads of this process be closed where the store says so; where that changed, every request that waits is
    searched for again.
    """
    if await tell_roads(unit):
        # Only now: a search that began before the roads knew would have served nobody.
        now = unit.clock.now()
        await unit.write(partial(wake_waiting, now=now))


async def tell_roads(unit: Unit) -> bool:
    """Tell the roads what is closed, and return whether that is news to them."""
    async with unit.closing:
        shapes = tuple(closure.shape for closure in await unit.store.read(lambda books: books.closures.list_open()))
        if shapes == unit.closed:
            return False
        await asyncio.to_thread(unit.roads.close, shapes)
        unit.closed = shapes
        unit.roads_turn += 1
        return True


async def end_closure(unit: Unit, due: Due) -> None:
    """Its time has come: the streets are open again by themselves."""
    now = unit.clock.now()
    await unit.write(lambda books: _open(books, due.subject, DESK, now))
    await follow_closures(unit)


async def _then_follow(unit: Unit, result: str | Refusal) -> str | Refusal:
    if not isinstance(result, Refusal):
        await follow_closures(unit)
    return result


def _open(books: Books, closure_id: str, by: str, now: datetime) -> str | Refusal:
    """Open it in the books, once: a second attempt gets a refusal."""
    books.timers.drop(DueKind.CLOSURE_ENDS, closure_id)
    closure = opened(books.closures.get(closure_id), by, now)
    if isinstance(closure, Refusal):
        return closure
    books.closures.save(closure)
    books.journal.add(RoadOpened(closure=closure.id, cause=closure.reason, streets=closure.streets, at=now, actor=by))
    return closure.id
