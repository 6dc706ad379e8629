"""Closing roads and opening them again; the roads of every process follow what the store says is closed."""

import asyncio
from datetime import datetime
from uuid import uuid4

from dispatch.desk.command import DESK, Command, find_first, keep_first
from dispatch.desk.core import DeskCore
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.closure import MOST_OPEN, Cause, Closure, judge_closure, opened
from dispatch.domain.events import Event, EventKind
from dispatch.domain.refusal import Refusal
from geo.shape import Shape


class Closing(DeskCore):
    """Commands return the closure, or a Refusal; a repeat returns the first one as it stands.

    Once a command has returned, this process finds no way over what is closed.
    """

    __slots__ = ()

    async def closures(self) -> list[Closure]:
        """What is closed now, the oldest first."""
        return await self.store.read(lambda books: books.list_closures())

    async def close_road(
        self, shape: Shape, reason: Cause, *, note: str | None, until: datetime | None, by: Command
    ) -> Closure | Refusal:
        """Nobody drives the streets of this shape from now on."""
        now = self.clock.now()
        refusal = judge_closure(shape, note, until, now)
        streets = await asyncio.to_thread(self.roads.count_closed, shape) if refusal is None else None

        def work(books: Books) -> Closure | Refusal:
            first = find_first(books, by)
            if first is not None:
                return first if isinstance(first, Refusal) else books.get_closure(first)
            if refusal is not None:
                return refusal
            if streets == 0:
                return Refusal("no_street_here")
            if len(books.list_closures()) >= MOST_OPEN:
                return Refusal("many_closures", {"most": MOST_OPEN})
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
            books.add_closure(closure)
            if until is not None:
                books.set_due(Due(kind=DueKind.CLOSURE_ENDS, subject=closure.id, at=until))
            _tell(books, EventKind.ROAD_CLOSED, closure, by.actor.id, now)
            keep_first(books, by, closure.id, now)
            return closure

        return await self._then_follow(await self._write(work))

    async def open_road(self, closure_id: str, *, by: Command) -> Closure | Refusal:
        """The streets of this closure may be driven again. Raises NotFoundError."""
        now = self.clock.now()

        def work(books: Books) -> Closure | Refusal:
            first = find_first(books, by)
            if first is not None:
                return first if isinstance(first, Refusal) else books.get_closure(first)
            closure = _open(books, closure_id, by.actor.id, now)
            if not isinstance(closure, Refusal):
                keep_first(books, by, closure_id, now)
            return closure

        return await self._then_follow(await self._write(work))

    async def follow_closures(self) -> None:
        """Let the roads of this process be closed where the store says so; where that changed, whoever waits is
        searched for again.
        """
        if await self.tell_roads():
            # Only now: a search that began before the roads knew would have served nobody.
            now = self.clock.now()
            await self._write(lambda books: books.hasten_due(DueKind.PROMISE_RETRY, now))

    async def tell_roads(self) -> bool:
        """Tell the roads what is closed, and return whether that is news to them."""
        async with self._closing:
            shapes = tuple(closure.shape for closure in await self.closures())
            if shapes == self._closed:
                return False
            await asyncio.to_thread(self.roads.close, shapes)
            self._closed = shapes
            return True

    async def _end_closure(self, due: Due) -> None:
        """Its time has come: the streets are open again by themselves."""
        now = self.clock.now()

        def work(books: Books) -> None:
            books.drop_due(due.kind, due.subject)
            _open(books, due.subject, DESK, now)

        await self._write(work)
        await self.follow_closures()

    async def _then_follow(self, result: Closure | Refusal) -> Closure | Refusal:
        if isinstance(result, Closure):
            await self.follow_closures()
        return result


def _open(books: Books, closure_id: str, by: str, now: datetime) -> Closure | Refusal:
    """Open it in the books, once: whoever comes second gets a refusal."""
    closure = opened(books.get_closure(closure_id), by, now)
    if isinstance(closure, Closure):
        books.save_closure(closure)
        books.drop_due(DueKind.CLOSURE_ENDS, closure_id)
        _tell(books, EventKind.ROAD_OPENED, closure, by, now)
    return closure


def _tell(books: Books, kind: EventKind, closure: Closure, actor: str, now: datetime) -> None:
    """Write it down; the note stays out, for it may speak of people."""
    facts = {"closure": closure.id, "cause": closure.reason.value, "streets": closure.streets}
    books.add_event(Event(kind=kind, at=now, actor=actor, facts=facts))
