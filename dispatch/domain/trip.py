"""What follows from what is said of a trip: its target, in whose areas it lies, who asks, and how far out it goes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Facility, Person
from dispatch.domain.request import Ask, Place
from dispatch.vocabulary.needs import NEEDS, Leaves, Need, Urgency
from dispatch.vocabulary.places import Spot
from geo.point import Point, distance_m
from geo.territory import Area


class KnownAreas(Protocol):
    """The areas that somebody drew."""

    def area_of(self, point: Point) -> str | None:
        """The name of the area, or None outside of all."""
        ...

    def find(self, name: str) -> Area | None:
        """The area of this name, or None where there is none."""
        ...


def place_at(facility: Facility, areas: KnownAreas) -> Place:
    """A known facility, at its door; outside of every known area it is its agency's."""
    agency = areas.area_of(facility.point) or facility.agency
    return Place(point=facility.door, name=facility.name, facility=facility.id, agency=agency)


def place_on_map(point: Point, name: str | None, areas: KnownAreas) -> Place:
    """A place that is no known facility."""
    return Place(point=point, name=name or "", spot=None if name else Spot.ON_MAP, agency=areas.area_of(point))


def asked_by(ask: Ask, person: Person, areas: KnownAreas) -> Ask:
    """What somebody asks for: for the own facility, else for the one from where it goes, and with what follows."""
    return with_trip(replace(ask, requester=person.facility or ask.pickup.facility), areas)


def edited(
    ask: Ask, areas: KnownAreas, *, said: Mapping[str, object], patient: Mapping[str, object], leaves: Leaves | None
) -> Ask:
    """The same with what is `said` of it and of the patient anew; where it goes elsewhere, what follows is new too."""
    new: Ask = replace(ask, **said, patient=replace(ask.patient, **patient))  # type: ignore[arg-type]
    if leaves is None and (new.pickup, new.dropoff) == (ask.pickup, ask.dropoff):
        return new
    return with_trip(replace(new, leaves=leaves, distance_km=None), areas)


def with_trip(ask: Ask, areas: KnownAreas) -> Ask:
    """The same with `leaves` and `distance_km` derived from its two places; what was said of them stays."""
    if ask.dropoff is None:
        return ask
    km = distance_m(ask.pickup.point, ask.dropoff.point) / 1000.0
    return replace(
        ask,
        leaves=ask.leaves or leaves_of(ask.pickup, ask.dropoff, areas),
        distance_km=km if ask.distance_km is None else ask.distance_km,
    )


def moved_to(ask: Ask, pickup: Place, areas: KnownAreas) -> Ask:
    """The rest of the way from another place."""
    return with_trip(replace(ask, pickup=pickup, leaves=None, distance_km=None), areas)


def way_back(ask: Ask, areas: KnownAreas, *, at: datetime, on_call: bool, waits: bool = False) -> Ask:
    """From where a trip ends to where it begins, at a time or called for from then on, where it may have a way back
    (`booking.judge_turn`). Whoever is brought home from an emergency is no emergency any more."""
    assert ask.dropoff is not None
    need = Need.TRANSPORT if ask.need is Need.EMERGENCY else ask.need
    urgency = NEEDS[need].urgency if ask.urgency is Urgency.RED else ask.urgency
    ends = {"pickup": ask.dropoff, "dropoff": ask.pickup, "leaves": None, "distance_km": None}
    when = {"schedule_at": at, "on_call": on_call, "waits": waits}
    return with_trip(replace(ask, need=need, urgency=urgency, **ends, **when), areas)  # type: ignore[arg-type]  # the fields' own types


def target_of(assignment: Assignment, ask: Ask) -> Place | None:
    """Where a vehicle drives to: the pick-up, and once it was there the drop-off, unless another is to meet it."""
    return ask.dropoff if assignment.row.met and not assignment.hands_over else ask.pickup


def leaves_of(pickup: Place, dropoff: Place, areas: KnownAreas) -> Leaves | None:
    """How far out the trip goes: None within the region, and where the pick-up lies in no known area.

    Outside of every known area the province is unknown, and taken as another one: a letter too many harms nobody.
    """
    here, there = _area_of(pickup, areas), _area_of(dropoff, areas)
    if here is None:
        return None
    if there is None:
        return Leaves.PROVINCE
    if there.region == here.region:
        return None
    return Leaves.CITY if there.province == here.province else Leaves.PROVINCE


def _area_of(place: Place, areas: KnownAreas) -> Area | None:
    return areas.find(place.agency) if place.agency is not None else None
