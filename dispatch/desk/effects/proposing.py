"""What is proposed to the operator for a red inside a transaction: a vehicle that would be there much sooner."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from dispatch.choosing.decision import Decision
from dispatch.choosing.proposal import Proposal
from dispatch.desk.command import DESK
from dispatch.desk.effects.ahead import carries_alone
from dispatch.desk.effects.standing import is_divertible
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request, unfilled_slots
from dispatch.vocabulary.events import Diverted, Event, ProposalOver, SoonerEvent, VehicleProposed
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.request_states import ENDS
from dispatch.vocabulary.trip_steps import INSTEAD

LOOK_EVERY = timedelta(minutes=1)  # who is on its way to a red is compared again at least this often; own figure
E = TypeVar("E", bound=SoonerEvent)


def propose(books: Books, request: Request, decision: Decision) -> None:
    """Say what the search found: a vehicle that is proposed, one that the desk diverts, or that neither is so any more.

    What is proposed already is not said again; the operator is told once of each vehicle and trip.
    """
    now, found = decision.at, decision.proposal
    said = _said(books, [request.id]).get(request.id, [])
    before = said[-1] if said and isinstance(said[-1], VehicleProposed) else None
    if found is not None and not found.by_desk:
        made = _event(VehicleProposed, found, decision)
        if before is None or _gist(before) != _gist(made):
            again = any(isinstance(one, VehicleProposed) and _gist(one)[:3] == _gist(made)[:3] for one in said)
            books.journal.add(replace(made, again=again).about(request.id))
    elif before is not None:
        books.journal.add(ProposalOver(at=now, actor=DESK).about(request.id))
    if found is not None and found.by_desk:
        books.journal.add(_event(Diverted, found, decision).about(request.id))
    keep_looking(books, request, now)


def keep_looking(books: Books, request: Request, now: datetime) -> None:
    """As long as somebody is on the way to a red it is asked who would be sooner, and while a first contact alone
    carries it, who could meet that one on its way."""
    waited_for = request.ask.urgency is Urgency.RED and is_waited_for(request, books.assignments.list_of(request.id))
    if waited_for or carries_alone(books, request) is not None:
        books.timers.set(Due(kind=DueKind.SOONER, subject=request.id, at=now + LOOK_EVERY))
    else:
        books.timers.drop(DueKind.SOONER, request.id)


def is_waited_for(request: Request, trips: Iterable[Assignment]) -> bool:
    """Whether a vehicle that is asked or goes is not there yet."""
    return request.state not in ENDS and any(a.is_live and a.slot >= 0 and not a.row.met for a in trips)


def list_proposed(books: Books, requests: Iterable[Request]) -> dict[str, VehicleProposed]:
    """What is proposed and still so, by request."""
    red = {one.id: one for one in requests if one.ask.urgency is Urgency.RED and one.state not in ENDS}
    last = {request_id: said[-1] for request_id, said in _said(books, red).items()}
    return {
        request_id: event
        for request_id, event in last.items()
        if isinstance(event, VehicleProposed) and _is_so(books, red[request_id], event)
    }


def _is_so(books: Books, request: Request, said: VehicleProposed) -> bool:
    """Whether the vehicle can still be sent, and is still of use."""
    assert said.vehicle_id is not None
    held, trips = books.assignments.find_live(said.vehicle_id), books.assignments.list_of(request.id)
    if said.trip is None:
        able = held is None and books.vehicles.get(said.vehicle_id).is_free
    else:
        able = (
            held is not None
            and held.id == said.trip
            and is_divertible(held, books.requests.get(held.request_id), request.ask)
        )
    if not able or any(a.is_live and (a.slot == INSTEAD or a.hands_over) for a in trips):
        return False
    return is_waited_for(request, trips) or bool(unfilled_slots(request.wanted, trips))


def _said(books: Books, request_ids: Collection[str]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for entry in books.journal.list_of_kinds(request_ids, [VehicleProposed, ProposalOver]):
        found.setdefault(entry.event.request_id or "", []).append(entry.event)
    return found


def _gist(said: VehicleProposed) -> tuple[object, ...]:
    """What is proposed, whatever the minutes are."""
    return said.vehicle_id, said.trip, said.instead_of, said.without_s is None, said.waits_s is None


def _event(kind: type[E], found: Proposal, decision: Decision) -> E:
    trip = found.trip
    return kind(
        at=decision.at,
        actor=DESK,
        vehicle_id=found.vehicle_id,
        eta_s=round(found.arrival.eta_s),
        without_s=None if found.without_s is None else round(found.without_s),
        taken_from=trip.request_id if trip is not None else None,
        trip=trip.id if trip is not None else None,
        waits_s=None if found.waits_s is None else round(found.waits_s),
        instead_of=found.instead_of,
    )
