"""What else is said about a request: the family's word, a hold of its destination, a note, its end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK, Command, find_first, keep_first
from dispatch.desk.core import DeskCore, note
from dispatch.desk.ports import Books
from dispatch.desk.standing import settle
from dispatch.desk.steps import let_go
from dispatch.desk.tracking import LINK_LASTS, Track, track_of
from dispatch.desk.views import RequestView, view_of
from dispatch.domain.events import Event, EventKind
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import ENDS, Request, RequestState
from dispatch.domain.vehicle import VehicleNow

NO_LONGER_NEEDED, LEFT = "no_longer_needed", "left"


class Changes(DeskCore):
    """Commands return the request as it stands then, or a Refusal; a repeat returns the first result."""

    __slots__ = ()

    async def hold(self, request_id: str, *, on: bool, reason: str, by: Command) -> RequestView | Refusal:
        """The destination waits, or no longer does; the search for a vehicle never waits with it (R11)."""

        def work(books: Books, request: Request, now: datetime) -> None:
            books.save_request(replace(request, held=on, version=request.version + 1))
            facts = {"on": on, "reason": reason}
            note(books, EventKind.HELD, now, by.actor, request_id=request_id, facts=facts)

        return await self._alter(request_id, by, work)

    async def add_note(self, request_id: str, text: str, *, by: Command) -> RequestView | Refusal:
        """Something that the driver must know; it is kept with the contact, and never in the journal."""

        def work(books: Books, request: Request, now: datetime) -> None:
            contact = books.get_contact(request.id)
            books.put_contact(request.id, replace(contact, note="\n".join(filter(None, (contact.note, text)))))
            note(books, EventKind.NOTED, now, by.actor, request_id=request_id, facts={})

        return await self._alter(request_id, by, work)

    async def end(
        self, request_id: str, end: RequestState, *, told: str, reason: str, by: Command
    ) -> RequestView | Refusal:
        """End a request: whoever goes is let go, and it is written down who was told."""

        def work(books: Books, request: Request, now: datetime) -> None:
            policy = self._sop(books, now).policy
            let_go(books, request_id, actor=by.actor.id, reason=reason, now=now, policy=policy)
            settle(books, request, now, end=end, told=told)

        return await self._alter(request_id, by, work)

    async def track(self, track_token: str) -> Track | None:
        """What the family's link shows; None once it has expired. Raises NotFoundError for an unknown link."""
        now = self.clock.now()

        def look(books: Books) -> tuple[RequestView, dict[str, VehicleNow]]:
            view = view_of(books, books.get_request_by_track(track_token).id)
            return view, {a.vehicle_id: books.get_vehicle(a.vehicle_id) for a, _ in view.assignments if a.is_live}

        view, vehicles = await self.store.read(look)
        if view.request.ended_at is not None and view.request.ended_at + LINK_LASTS < now:
            return None
        names = {vehicle_id: held.vehicle.name for vehicle_id, held in vehicles.items()}
        positions = {held.id: held.position(now) for held in self._with_fixes(list(vehicles.values()))}
        fixes = {vehicle_id: fix for vehicle_id, fix in positions.items() if fix is not None}
        return track_of(view, names, fixes, self.limits, now, self.zone)

    async def family_said(self, track_token: str, said: str) -> RequestView | Refusal:
        """The family answers on its link: nobody needs to come any more, or it has left by itself.

        Who has left is still met on the way, so that only the operator ends the request; everybody is told.

        Raises:
            NotFoundError: for an unknown link.
        """
        now = self.clock.now()

        def work(books: Books) -> RequestView | Refusal:
            request = books.get_request_by_track(track_token)
            if request.state in ENDS:
                return Refusal("request_ended", {"state": request.state})
            if _has_said(books, request.id, said):
                return view_of(books, request.id)  # a button is pressed twice; everybody was told the first time
            facts = {"said": said}
            books.add_event(
                Event(kind=EventKind.FAMILY_SAID, at=now, request_id=request.id, actor="family", facts=facts)
            )
            if said == NO_LONGER_NEEDED:
                policy = self._sop(books, now).policy
                let_go(books, request.id, actor=DESK, reason="keluarga membatalkan", now=now, policy=policy)
                settle(books, request, now, end=RequestState.CANCELLED_BY_REQUESTER, told="keluarga")
            return view_of(books, request.id)

        return await self._write(work)

    async def _alter(
        self, request_id: str, by: Command, change: Callable[[Books, Request, datetime], None]
    ) -> RequestView | Refusal:
        now = self.clock.now()

        def work(books: Books) -> RequestView | Refusal:
            first = find_first(books, by)
            if first is not None:
                return first if isinstance(first, Refusal) else view_of(books, first)
            request = books.get_request(request_id)
            if request.state in ENDS:
                return Refusal("request_ended", {"state": request.state})
            change(books, request, now)
            keep_first(books, by, request_id, now)
            return view_of(books, request_id)

        return await self._write(work)


def _has_said(books: Books, request_id: str, said: str) -> bool:
    events = (entry.event for entry in books.list_events_of(request_id))
    return any(event.kind is EventKind.FAMILY_SAID and event.facts["said"] == said for event in events)
