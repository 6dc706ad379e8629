"""The ledger of promises: calls that were made, hand-overs, documents that came in, and how each promise ended."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.desk.carry_out import OPERATOR, STAFF, carry_out, write_down
from dispatch.desk.command import Command, find_first, keep_first
from dispatch.desk.core import DeskCore, note
from dispatch.desk.ports import Books, Contact, Due, DueKind
from dispatch.desk.standing import close_promise, settle
from dispatch.desk.views import RequestView, view_of
from dispatch.domain.directory import Person, Role
from dispatch.domain.events import EventKind
from dispatch.domain.promise import (
    CALL_AGAIN_AFTER,
    CALL_BACK_WITHIN,
    Call,
    CallOutcome,
    Kept,
    Promise,
    PromiseKind,
    PromiseState,
    Whom,
    called,
    handed_over,
    kept_of,
    remind_at,
)
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import Place, Request, RequestState, judge_ask

# With these a promise ends; its request goes on where something else stands for it, and ends so where nothing does.
OUTCOMES = {"handed_out": RequestState.COMPLETED, "not_needed": RequestState.CANCELLED_BY_REQUESTER}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """A promise with its request, whom to call with which number next, and the calls so far."""

    promise: Promise
    request: Request
    contact: Contact
    phone: str | None
    calls: tuple[Call, ...]


class Promising(DeskCore):
    """Commands return what they made, or a Refusal; a repeat under the same key returns the first result."""

    __slots__ = ()

    async def promises(self, *, owner: str | None, overdue: bool, facility: str | None) -> list[PromiseView]:
        """The open promises, the most urgent first; of one facility's requests where it is given."""
        now = self.clock.now()

        def work(books: Books) -> list[PromiseView]:
            listed = books.list_promises(owner=owner, overdue_at=now if overdue else None)
            views = [_view(books, promise) for promise in listed]
            return [view for view in views if facility in (None, view.request.ask.requester)]

        return await self.store.read(work)

    async def promise(self, promise_id: str) -> PromiseView:
        """One promise. Raises NotFoundError."""
        return await self.store.read(lambda books: _view(books, books.get_promise(promise_id)))

    async def kept(self, *, since: datetime, until: datetime) -> Kept:
        """How the call-backs of the promises made in this time were kept."""
        now = self.clock.now()
        return await self.store.read(lambda books: kept_of(books.list_promises_made(since=since, until=until), now))

    async def stock_came(
        self, subject: str, *, facility: str | None, count: int, by: Command
    ) -> list[PromiseView] | Refusal:
        """So many of a document have come: whoever waited longest is to be called first, and now."""
        now = self.clock.now()

        def work(books: Books) -> list[PromiseView] | Refusal:
            first_answer = _first_list(books, by)
            if first_answer is not None:
                return first_answer
            waiting = [_view(books, promise) for promise in books.list_promises(owner=None, overdue_at=None)]
            mine = [
                view
                for view in waiting
                if view.request.ask.subject == subject and facility in (None, view.request.ask.requester)
            ]
            first = sorted(mine, key=lambda view: (view.promise.made_at, view.promise.id))[:count]
            found: list[PromiseView] = []
            for view in first:
                promise = replace(
                    view.promise, due_at=now + CALL_AGAIN_AFTER * (len(found) + 1), version=view.promise.version + 1
                )
                books.save_promise(promise)
                books.set_due(Due(kind=DueKind.PROMISE_DUE, subject=promise.id, at=promise.due_at))
                facts = {"subject": subject, "place": len(found) + 1}
                note(books, EventKind.STOCK_CAME, now, by.actor, request_id=view.request.id, facts=facts)
                found.append(replace(view, promise=promise))
            _keep_list(books, by, found, now)
            return found

        return await self._write(work)

    async def deliver(self, request_id: str, to: Place, *, by: Command) -> RequestView | Refusal:
        """A document goes to the house: from now on a vehicle that may carry it is searched for."""

        async def attempt() -> Callable[[Books], RequestView | Refusal]:
            now = self.clock.now()
            held = await self.store.read(lambda books: books.get_request(request_id))
            asked = replace(held, ask=replace(held.ask, deliver=True, dropoff=to))
            refusal = judge_ask(asked.ask)
            decision = await self._search_again(asked, now)
            written = write_down(decision, self.zone)

            def work(books: Books) -> RequestView | Refusal:
                first = find_first(books, by)
                if first is not None:
                    return first if isinstance(first, Refusal) else view_of(books, first)
                current = books.get_request(request_id)
                if refusal is not None:
                    return refusal
                if current.state is not RequestState.WAITING or current.ask.deliver:
                    return Refusal("not_to_deliver", {"state": current.state})
                changed = replace(current, ask=asked.ask, version=current.version + 1)
                books.save_request(changed)
                _becomes_a_vehicle(books, request_id, now)
                facts = {"text": "diantar ke rumah"}
                note(books, EventKind.NOTED, now, by.actor, request_id=request_id, facts=facts)
                carry_out(books, changed, written)
                settle(books, changed, now)
                keep_first(books, by, request_id, now)
                return view_of(books, request_id)

            return work

        return await self._commit(attempt)

    async def log_call(
        self, promise_id: str, outcome: CallOutcome, *, told: str, text: str, by: Command
    ) -> PromiseView | Refusal:
        """Write down how a call-back went; whom to try next, and by when, follows from it."""
        now = self.clock.now()

        def work(books: Books) -> PromiseView | Refusal:
            promise = books.get_promise(promise_id)
            before = _view(books, promise)
            call = Call(
                promise_id=promise_id, at=now, by=by.actor.id, whom=promise.whom, outcome=outcome, told=told, note=text
            )
            after = called(promise, call, has_facility=_facility_phone(books, before.request) is not None)
            if isinstance(after, Refusal):
                return after
            books.add_call(call)
            books.save_promise(after)
            due_at = remind_at(after) if outcome is CallOutcome.TOLD else now + CALL_AGAIN_AFTER
            books.set_due(Due(kind=DueKind.PROMISE_DUE, subject=promise_id, at=due_at))
            facts = {"outcome": outcome.value, "whom": promise.whom.value, "told": told or None}
            note(books, EventKind.PROMISE_CALLED, now, by.actor, request_id=promise.request_id, facts=facts)
            return _view(books, after)

        return await self._once(work, promise_id, by)

    async def close(self, promise_id: str, outcome: str, *, told: str, by: Command) -> PromiseView | Refusal:
        """End a promise with its outcome and who was told. What is still needed is promised on."""
        now = self.clock.now()

        def work(books: Books) -> PromiseView | Refusal:
            promise = books.get_promise(promise_id)
            if not promise.is_open:
                return Refusal("promise_closed", {"state": promise.state})
            request = books.get_request(promise.request_id)
            end = OUTCOMES[outcome]
            if end is RequestState.COMPLETED and promise.kind is not PromiseKind.DOCUMENT:
                return Refusal("promise_still_owed", {"state": request.state})
            if any(a.is_live for a in books.list_assignments(request.id)):
                return Refusal("vehicle_under_way", {"state": request.state})
            state = PromiseState.KEPT if end is RequestState.COMPLETED else PromiseState.WITHDRAWN
            close_promise(books, request.id, state, outcome=outcome, told=told, now=now, actor=by.actor.id)
            settle(books, request, now, end=end, told=told)
            return _view(books, books.get_promise(promise_id))

        return await self._once(work, promise_id, by)

    async def hand_over(self, to: str, *, by: Command) -> list[PromiseView] | Refusal:
        """At the end of a shift: everything that this person owes is owed by another, who has to be there."""
        now = self.clock.now()

        def work(books: Books) -> list[PromiseView] | Refusal:
            first_answer = _first_list(books, by)
            if first_answer is not None:
                return first_answer
            heir = books.find_person(to)
            if to not in (OPERATOR, STAFF, Role.HEALTH_OFFICER) and (heir is None or heir.id == by.actor.id):
                return Refusal("hand_over_to_whom", {"to": to})
            found = []
            for promise in books.list_promises(owner=by.actor.id, overdue_at=None):
                after = handed_over(promise, to)
                assert not isinstance(after, Refusal), after
                books.save_promise(after)
                note(
                    books,
                    EventKind.PROMISE_HANDED_OVER,
                    now,
                    by.actor,
                    request_id=promise.request_id,
                    facts={"to": to if heir is None else heir.role.value},
                )
                found.append(_view(books, after))
            _keep_list(books, by, found, now)
            return found

        return await self._write(work)

    async def take_over(self, promise_id: str, *, by: Command) -> PromiseView | Refusal:
        """Whoever takes a promise owes its call from now on, by name."""
        now = self.clock.now()

        def work(books: Books) -> PromiseView | Refusal:
            after = handed_over(books.get_promise(promise_id), by.actor.id)
            if isinstance(after, Refusal):
                return after
            books.save_promise(after)
            facts = {"to": by.actor.role.value}
            note(books, EventKind.PROMISE_HANDED_OVER, now, by.actor, request_id=after.request_id, facts=facts)
            return _view(books, after)

        return await self._once(work, promise_id, by)

    async def _once(
        self, work: Callable[[Books], PromiseView | Refusal], promise_id: str, by: Command
    ) -> PromiseView | Refusal:
        """The same for a repeat under the same key: what stands is shown again, and nothing is done twice."""
        now = self.clock.now()

        def once(books: Books) -> PromiseView | Refusal:
            first = find_first(books, by)
            if first is not None:
                return first if isinstance(first, Refusal) else _view(books, books.get_promise(first))
            done = work(books)
            if not isinstance(done, Refusal):
                keep_first(books, by, promise_id, now)
            return done

        return await self._write(once)


def _keep_list(books: Books, by: Command, views: list[PromiseView], now: datetime) -> None:
    keep_first(books, by, " ".join(view.promise.id for view in views), now)


def _first_list(books: Books, by: Command) -> list[PromiseView] | Refusal | None:
    """The promises that the first of these commands was about, as they stand now."""
    first = find_first(books, by)
    if first is None or isinstance(first, Refusal):
        return first
    return [_view(books, books.get_promise(promise_id)) for promise_id in first.split()]


def _becomes_a_vehicle(books: Books, request_id: str, now: datetime) -> None:
    """What was owed as a document is owed as a vehicle now, and so within its time."""
    promise = books.find_open_promise(request_id)
    assert promise is not None, "a document that waits is promised"
    due_at = now + CALL_BACK_WITHIN
    owed = replace(promise, kind=PromiseKind.VEHICLE, owner=OPERATOR, due_at=due_at, version=promise.version + 1)
    books.save_promise(owed)
    books.set_due(Due(kind=DueKind.PROMISE_DUE, subject=owed.id, at=remind_at(owed)))


def may_call(person: Person, view: PromiseView) -> bool:
    """Whether this person may see a promise and its number: the facility that asked, and operators."""
    if person.role is Role.STAFF:
        return view.request.ask.requester == person.facility
    return person.role in (Role.OPERATOR, Role.HEALTH_OFFICER)


def _view(books: Books, promise: Promise) -> PromiseView:
    request, contact = books.get_request(promise.request_id), books.get_contact(promise.request_id)
    phone = _facility_phone(books, request) if promise.whom is Whom.FACILITY else contact.phone
    calls = tuple(books.list_calls(promise.id))
    return PromiseView(promise=promise, request=request, contact=contact, phone=phone, calls=calls)


def _facility_phone(books: Books, request: Request) -> str | None:
    facility = books.find_facility(request.ask.requester) if request.ask.requester else None
    return facility.phone if facility is not None else None
