"""Vehicles that are about to be free: when their trip ends, and when they could be at another pick-up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.choosing.decision import Decision
from dispatch.desk.ports import Books
from dispatch.desk.road_ports import Roads
from dispatch.domain.assignment import Assignment
from dispatch.domain.booking import back_of
from dispatch.domain.request import Request
from dispatch.domain.vehicle import VehicleNow, by_metric
from dispatch.rules.judge_one import APART_RULE, DUTY_RULE
from dispatch.vocabulary.trip_steps import STATES, TRAIL
from geo.point import Point

SOON_S = 1_800.0  # how far ahead a trip's end is foreseen; this project's own figure
_LEAST_S = 60.0  # a stay that has lasted longer than usual is held to end in so long; this project's own figure
UNSURE_S = 300.0  # what a vehicle that is not free yet is held to be later than foreseen; this project's own figure


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip that is under way."""

    assignment: Assignment
    request: Request


def list_trips(books: Books) -> dict[str, Trip]:
    """Every trip that has reached its pick-up and frees its vehicle, by vehicle; when a patient is handed over nobody
    foresees."""
    live = [a for a in books.assignments.list_live() if a.row.met and not a.hands_over]
    trips = {a.vehicle_id: Trip(a, books.requests.get(a.request_id)) for a in live}
    return {vehicle_id: trip for vehicle_id, trip in trips.items() if not _stays(books, trip.request)}


def _stays(books: Books, request: Request) -> bool:
    """Whether the vehicle waits there for the way back."""
    back = back_of(request, books.requests.list_series(request.series)) if request.series is not None else None
    return back is not None and back.ask.waits


def soon_free(decision: Decision, trips: Mapping[str, Trip], roads: Roads) -> dict[str, float]:
    """Of the vehicles that nothing but their present trip keeps from going, the seconds until they could be there."""
    found: dict[str, float] = {}
    aside = roads.aside()  # nobody is there yet
    for candidate in decision.candidates:
        trip = trips.get(candidate.vehicle_id)
        if trip is None or set(candidate.blocking) - {APART_RULE} != {DUTY_RULE}:  # a road leads from elsewhere perhaps
            continue
        vehicle = decision.vehicle(candidate.vehicle_id)
        end = _end_of(trip, vehicle, decision.at, roads)
        if end is None:
            continue
        left_s, from_there = end
        starts = by_metric([(vehicle.vehicle, from_there)], decision.ask.metric)
        there = aside.arrivals(decision.ask.pickup.point, starts, most=1)
        if candidate.vehicle_id in there:
            found[candidate.vehicle_id] = left_s + there[candidate.vehicle_id].eta_s
    return found


def _end_of(trip: Trip, vehicle: VehicleNow, now: datetime, roads: Roads) -> tuple[float, Point] | None:
    """When a trip ends, in seconds, and where; None where that is not foreseen soon."""
    state, ask, fix = trip.assignment.state, trip.request.ask, vehicle.position(now)
    since_s = (now - trip.assignment.stamps[state].at).total_seconds()
    end = ask.dropoff.point if ask.dropoff is not None else ask.pickup.point
    left_s = 0.0
    for ahead in TRAIL[TRAIL.index(state) :]:
        row = STATES[ahead]
        if row.stay_s is not None:
            left_s += max(_LEAST_S, row.stay_s - since_s) if ahead is state else row.stay_s
        elif row.loaded and ask.dropoff is not None:
            here = fix.point if ahead is state and fix is not None else ask.pickup.point
            way = roads.way(here, end, speeds=vehicle.vehicle.metric_for(ask.metric))
            left_s += way.travel_s if way is not None else 0.0
    return (left_s, end) if left_s <= SOON_S else None
