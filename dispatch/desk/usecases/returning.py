"""The way back of a trip: added to one that is kept, and called for by whoever is ready for it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from dispatch.desk.command import FAMILY, Command
from dispatch.desk.effects.carry_out import carry_out
from dispatch.desk.effects.series import waits_for_way_there
from dispatch.desk.effects.standing import settle
from dispatch.desk.effects.staying import find_back
from dispatch.desk.ports import Books, DueKind, LostRaceError
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.requests import add_new, new_id
from dispatch.domain.booking import judge_back, judge_turn, time_of
from dispatch.domain.request import Ask, Request, judge_time
from dispatch.vocabulary.events import ReturnAdded, ReturnCalled
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState


async def add_back(unit: Unit, request_id: str, turn: Callable[[Ask], Ask], *, by: Command) -> str | Refusal:
    """A kept request gets a way back, a ride of its own; `turn` makes what is asked for it of what is kept. Returns the
    id of the ride there. Raises NotFoundError.
    """
    back_id = new_id()
    served: set[str] = set()

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request, back = await unit.store.read(partial(_with_back, request_id))
        none = _judge(request, back) or judge_turn(request.ask)
        if none is not None:
            return lambda _: none
        ask = turn(request.ask)
        refusal = judge_time(ask, now) or judge_back(ask, time_of(request))
        if refusal is not None:
            return lambda _: refusal
        newcomer = Request(
            id=back_id,
            ask=ask,
            state=RequestState.SEARCHING,
            created_at=now,
            created_by=by.actor.id,
            series=request.series or request_id,
            returns=request_id,
        )
        add = await add_new(unit, newcomer, served)

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if find_back(books, current) is not None:
                return Refusal(RefusalCode.HAS_RETURN)
            if current != request:
                raise LostRaceError(f"request {request_id} has changed since this was decided")
            books.requests.save(replace(current, series=newcomer.series, version=current.version + 1))
            assert ask.schedule_at is not None
            added = ReturnAdded(schedule_at=ask.schedule_at, on_call=ask.on_call, at=now, actor=by.actor.id)
            books.journal.add(added.about(request_id))
            add(books, books.requests.get_contact(request_id))
            return request_id

        return work

    return await unit.once(by, attempt)


def _with_back(request_id: str, books: Books) -> tuple[Request, Request | None]:
    request = books.requests.get(request_id)
    return request, find_back(books, request)


def _judge(request: Request, back: Request | None) -> Refusal | None:
    """Why no way back can be added to a request, which has this one; it is known before those before it are served."""
    if request.state in ENDS:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    return Refusal(RefusalCode.HAS_RETURN) if request.returns is not None or back is not None else None


async def call_back(unit: Unit, request_id: str, *, by: Command | None) -> str | Refusal:
    """The patient is ready for the way back: its vehicle is searched for now. `by` nobody: the family on its link."""

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request = await unit.store.read(lambda books: books.requests.get(request_id))
        ask = replace(request.ask, on_call=False, called=True, schedule_at=now)
        written = await unit.write_down(await unit.search_again(replace(request, ask=ask), now))

        def work(books: Books) -> str | Refusal:
            current = books.requests.get(request_id)
            if current.state in ENDS:
                return Refusal(RefusalCode.REQUEST_ENDED, {"state": current.state})
            if not current.ask.on_call:
                return Refusal(RefusalCode.NOT_ON_CALL)
            if waits_for_way_there(books, current):
                return Refusal(RefusalCode.NOT_THERE_YET)
            if current != request:
                raise LostRaceError(f"request {request_id} has changed since this was decided")
            called = replace(current, ask=ask, wanted=written.decision.wanted, version=current.version + 1)
            books.requests.save(called)
            for kind in (DueKind.SCHEDULED, DueKind.BOOKING):
                books.timers.drop(kind, request_id)
            event = ReturnCalled(at=now, actor=by.actor.id if by is not None else FAMILY)
            books.journal.add(event.about(request_id))
            carry_out(books, called, written)
            settle(books, called, now)
            return request_id

        return work

    return await unit.once(by, attempt)
