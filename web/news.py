"""What happened, as each live connection is told it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dispatch.desk.ports import Books, JournalEntry, find
from dispatch.desk.unit import Unit
from dispatch.domain.people import Person
from dispatch.domain.request import Request
from dispatch.domain.vehicle import VehicleNow
from dispatch.reading.base import vehicle_names
from dispatch.reading.decisions import rules_of
from dispatch.reading.events import event_out
from dispatch.reading.incidents import incidents_out
from dispatch.reading.likeness import Nearby, near_requests
from dispatch.reading.requests import summaries_out
from dispatch.reading.rule_names import RuleNames
from dispatch.reading.scope import Scope, hears_proposals, is_on, of_event, of_vehicle, sees_incidents
from dispatch.reading.vehicles import vehicle_out
from dispatch.vocabulary.events import DecisionMade, Event, IncidentEvent
from dispatch.vocabulary.languages import Lang


@dataclass(frozen=True, slots=True)
class News:
    """A journal entry with the parts of its message, from which each connection is told what it may see."""

    entry: JournalEntry
    request: Request | None
    on_it: Collection[str]
    told: Mapping[Scope, dict[str, Any]]
    summary: dict[str, Any] | None
    vehicle: dict[str, Any] | None
    incident: dict[str, Any] | None
    nearby: Nearby | None

    def message_for(self, person: Person) -> str | None:
        """What this person is told of it, with the state of request and vehicle as they are now."""
        scope = of_event(person, self.entry.event, self.request, self.on_it)
        if scope is Scope.NONE:
            return None
        message = self.told[scope].copy()
        if scope is Scope.FULL and self.summary is not None:
            likely = self.nearby.likely_out(person) if self.nearby else []
            message["request"] = {
                **self.summary,
                "likely_duplicates": [one.model_dump(mode="json") for one in likely],
                "proposal": self.summary["proposal"] if hears_proposals(person) else None,
            }
        if self.vehicle is not None and of_vehicle(person, self.vehicle["id"]) is not Scope.NONE:
            message["vehicle"] = self.vehicle
        if self.incident is not None and sees_incidents(person):
            message["incident"] = self.incident
        return json.dumps(message)


def write_news(
    unit: Unit,
    books: Books,
    entries: Sequence[JournalEntry],
    vehicles: Mapping[str, VehicleNow],
    numbers: Mapping[str, int],
) -> list[News]:
    """Each entry with the parts of its message; `vehicles` are those that the entries are about, with their numbers."""
    now, lang = unit.clock.now(), Lang.ID
    ids = {entry.event.request_id for entry in entries if entry.event.request_id}
    requests = {name: request for name in ids if (request := find(books.requests.get, name)) is not None}
    trips = books.assignments.list_of(*ids)
    summaries = {
        summary.id: summary.model_dump(mode="json", by_alias=True)
        for summary in summaries_out(unit, books, requests.values(), lang)
    }
    shown = {
        name: vehicle_out(numbers[name], vehicle, books.assignments.find_live(name), now, unit.limits).model_dump(
            mode="json", by_alias=True
        )
        for name, vehicle in vehicles.items()
    }
    names = vehicle_names(books, vehicles)
    decided = {entry.event.request_id for entry in entries if isinstance(entry.event, DecisionMade)}
    briefs = books.decisions.list_briefs(*(request_id for request_id in decided if request_id))
    rule_of, called = rules_of(unit.packs(books)), RuleNames(books, unit.zone, lang)

    of_incident = {
        name: incident.model_dump(mode="json")
        for name in {_incident_of(entry.event, requests) for entry in entries}
        if name is not None and (held := find(books.incidents.get, name)) is not None
        for incident in incidents_out(books, [held], lang)
    }
    nearby = near_requests(books, requests.values(), now)

    def told(entry: JournalEntry, scope: Scope) -> dict[str, Any]:
        return event_out(entry, names, called.of_event, briefs, rule_of, unit.zone, lang, scope).model_dump(mode="json")

    return [
        News(
            entry,
            requests.get(entry.event.request_id or ""),
            [trip.vehicle_id for trip in trips if is_on(trip, entry.event)],
            {scope: told(entry, scope) for scope in Scope if scope is not Scope.NONE},
            summaries.get(entry.event.request_id or ""),
            shown.get(entry.event.vehicle_id or ""),
            of_incident.get(_incident_of(entry.event, requests) or ""),
            nearby.get(entry.event.request_id or ""),
        )
        for entry in entries
    ]


def _incident_of(event: Event, requests: Mapping[str, Request]) -> str | None:
    """The incident that something happened to, or to one of its requests."""
    if isinstance(event, IncidentEvent):
        return event.incident
    request = requests.get(event.request_id or "")
    return request.incident if request else None
