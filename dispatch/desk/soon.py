"""Vehicles that are about to be free: when their trip ends, and when they could be at another pick-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.ports import Books
from dispatch.desk.road_ports import Roads
from dispatch.desk.search import Decision, speeds_for
from dispatch.domain.assignment import Assignment, AssignmentState
from dispatch.domain.eligibility import DUTY_RULE
from dispatch.domain.fix import Fix
from dispatch.domain.request import Request
from geo.point import Point

# How long a crew stays where it picks up and hands over, and how far ahead a trip's end is foreseen; own figures.
ON_SCENE_S, HANDOVER_S, SOON_S = 600.0, 900.0, 1_800.0
UNSURE_S = 300.0  # what a vehicle that is not free yet is held to be later than foreseen; this project's own figure


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip that is under way."""

    assignment: Assignment
    request: Request


def list_trips(books: Books) -> dict[str, Trip]:
    """Every trip under way by vehicle."""
    live = books.list_live_assignments()
    return {a.vehicle_id: Trip(a, books.get_request(a.request_id)) for a in live if a.state in _NEAR_ITS_END}


_NEAR_ITS_END = (AssignmentState.ON_SCENE, AssignmentState.TRANSPORTING, AssignmentState.AT_DESTINATION)


def soon_free(decision: Decision, trips: Mapping[str, Trip], roads: Roads) -> dict[str, float]:
    """Of the vehicles that nothing but their present trip keeps from going, the seconds until they could be there."""
    found: dict[str, float] = {}
    aside = roads.aside()  # nobody is there yet
    for candidate in decision.candidates:
        trip = trips.get(candidate.vehicle_id)
        if trip is None or set(candidate.blocking) != {DUTY_RULE}:
            continue
        end = _end_of(trip, decision.vehicle(candidate.vehicle_id).position(decision.at), decision.at, roads)
        if end is None:
            continue
        left_s, from_there = end
        there = aside.arrivals(
            decision.ask.pickup.point, {candidate.vehicle_id: from_there}, speeds=speeds_for(decision.ask), most=1
        )
        if candidate.vehicle_id in there:
            found[candidate.vehicle_id] = left_s + there[candidate.vehicle_id].eta_s
    return found


def _end_of(trip: Trip, fix: Fix | None, now: datetime, roads: Roads) -> tuple[float, Point] | None:
    """When a trip ends, in seconds, and where; None where that is not foreseen soon."""
    state, ask = trip.assignment.state, trip.request.ask
    since_s = (now - trip.assignment.stamps[state].server_time).total_seconds()
    end = ask.dropoff.point if ask.dropoff is not None else ask.pickup.point
    left_s = HANDOVER_S
    if state is AssignmentState.AT_DESTINATION:
        left_s = max(60.0, HANDOVER_S - since_s)
    else:
        here = ask.pickup.point
        if state is AssignmentState.TRANSPORTING and fix is not None:
            here = fix.point
        way = roads.way(here, end, speeds=speeds_for(ask)) if ask.dropoff is not None else None
        left_s += way.travel_s if way is not None else 0.0
        if state is AssignmentState.ON_SCENE:
            left_s += max(60.0, ON_SCENE_S - since_s)
    return (left_s, end) if left_s <= SOON_S else None
