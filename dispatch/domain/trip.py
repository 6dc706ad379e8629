"""Where a trip goes and how far: its target, whether it leaves the region, the straight line to its drop-off."""

from dataclasses import replace
from typing import Protocol

from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Ask, Place
from dispatch.vocabulary.needs import Leaves
from geo.point import distance_m
from geo.territory import Area


class KnownAreas(Protocol):
    """The areas that somebody drew."""

    def find(self, name: str) -> Area | None:
        """The area of this name, or None where there is none."""
        ...


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
