"""An incident: one event from which several requests come, and what it comes to in people and vehicles."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Place, Request
from dispatch.vocabulary.needs import Colour, colour_of
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import Phase

# This project's own figures.
MOST_OPEN = 100
MOST_REQUESTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One event. Its name and note are an operator's own words: they may speak of people, and stay out of the journal.

    Which requests come from it is said by each of them: a request is in one incident at most.
    """

    id: str
    name: str
    place: Place
    created_at: datetime
    created_by: str
    note: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether requests can still be added."""
        return self.closed_at is None


def closed(incident: Incident, by: str, now: datetime) -> Incident | Refusal:
    """The event is over; its requests go on by themselves."""
    if not incident.is_open:
        return _is_over(incident)
    return replace(incident, closed_at=now, closed_by=by, version=incident.version + 1)


def joined(incident: Incident, request: Request) -> Request | Refusal:
    """The request as one of this incident; the same where it was one already."""
    if request.incident == incident.id:
        return request
    if not incident.is_open:
        return _is_over(incident)
    if request.incident is not None:
        return Refusal(RefusalCode.IN_OTHER_INCIDENT, {"request_id": request.id, "incident": request.incident})
    return replace(request, incident=incident.id, version=request.version + 1)


def left(incident: Incident, request: Request) -> Request | Refusal:
    """The request as none of this incident, also after its end: it may have been a mistake."""
    if request.incident != incident.id:
        return Refusal(RefusalCode.NOT_IN_INCIDENT, {"request_id": request.id})
    return replace(request, incident=None, version=request.version + 1)


def _is_over(incident: Incident) -> Refusal:
    at = incident.closed_at.isoformat() if incident.closed_at else None
    return Refusal(RefusalCode.INCIDENT_CLOSED, {"closed_at": at})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What an incident comes to: people by colour, and of the vehicles that they need those that have come to the end
    of their trip, those whose driver has said yes, and those that are still sought."""

    people: Mapping[Colour, int]
    done: int
    assigned: int
    sought: int


_NOBODY = ENDS - {RequestState.COMPLETED}  # whose people are counted elsewhere, or are none


def tally_of(requests: Iterable[Request], trips: Iterable[Assignment]) -> Tally:
    """Count the people and vehicles of these requests; a first contact fills no place (R04)."""
    people: Counter[Colour] = Counter()
    vehicles: Counter[Phase | None] = Counter()
    phases = {(trip.request_id, trip.slot): trip.row.phase for trip in trips if trip.fills_slot}
    for request in requests:
        ask = request.ask
        if request.state in _NOBODY or not ask.needs_vehicle:
            continue
        people[colour_of(ask.need, ask.urgency)] += ask.patient.count
        came = (phases.get((request.id, slot)) for slot in range(request.wanted))
        vehicles.update(phase for phase in came if phase is not None or request.state not in ENDS)
    return Tally(
        people={colour: people[colour] for colour in Colour},
        done=vehicles[Phase.SERVED],
        assigned=vehicles[Phase.ASSIGNED] + vehicles[Phase.UNDER_WAY],
        sought=vehicles[Phase.OFFER] + vehicles[None],
    )
