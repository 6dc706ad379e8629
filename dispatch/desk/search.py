"""The search: from positions and rules to a decision on who goes, computed before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from math import hypot, isnan
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from dispatch.choosing.decision import Decision, Tried, step_before_time, step_for
from dispatch.choosing.next_step import NextStep, Unfilled
from dispatch.choosing.ranking import Candidate, rank
from dispatch.choosing.unlocks import held_alike
from dispatch.desk.road_ports import Roads
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.request import Ask
from dispatch.domain.vehicle import Vehicle, by_metric
from dispatch.rules.consequences import vehicles_wanted
from dispatch.rules.fleet import Fleet, count_free, is_puskesmas_busy
from dispatch.rules.judge_fleet import FleetVerdict, judge_fleet
from dispatch.rules.moment import Moment
from dispatch.rules.sop import SopInForce
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import Why
from geo.point import Point, distance_m

SHOWN = 20  # arrivals that are looked for in each group of candidates; the rest keep their verdict without one
WALKED = 4  # candidates whose ways are measured, as many as an answer shows; the rest when asked for
LISTED = 300  # a fleet up to this size is listed whole, of a larger one those with an arrival


def search(
    ask: Ask, fleet: Fleet, sop: SopInForce, roads: Roads, *, now: datetime, zone: tzinfo, tried: Tried
) -> Decision:
    """Judge every vehicle, find arrivals, rank, and say what to do next."""
    started = perf_counter()
    looking = _Looking(ask, fleet, roads, now, sop.policy.turnout_s)
    free, busy = count_free(fleet), is_puskesmas_busy(fleet, ask)

    def moment_with(soonest_s: float | None) -> Moment:
        local = now.astimezone(zone)
        return Moment(
            now=now,
            local=local,
            soonest_s=soonest_s,
            free_in_zone=free,
            puskesmas_vehicle_busy=busy,
            waited_s=tried.waited_s(now),
        )

    # In the first pass somebody is taken to be near, so that no rule for "nobody else comes" applies yet.
    moment = moment_with(0.0)
    verdict = judge_fleet(fleet, ask, sop, moment)
    if sop.looks_at_soonest:
        soonest_s = [looking.look_for(group.numbers) for group in _groups(fleet, verdict, tried) if group.is_ready]
        moment = moment_with(min((eta_s for eta_s in soonest_s if eta_s is not None), default=None))
        verdict = judge_fleet(fleet, ask, sop, moment)
    groups = _groups(fleet, verdict, tried)
    soonest = [looking.look_for(group.numbers) for group in groups]
    if all(eta_s is None for group, eta_s in zip(groups, soonest, strict=True) if group.is_ready):
        for _, numbers in held_alike(verdict.blocks):  # what is said of them is said of the soonest of each
            looking.look_for_one(numbers)
    apart = looking.apart(groups)
    if apart:
        moment = replace(moment, apart=apart)
        verdict = judge_fleet(fleet, ask, sop, moment)
    listed = len(fleet) <= LISTED
    shown = range(len(fleet)) if listed else sorted([*looking.reached(), *(fleet.places[name] for name in apart)])
    candidates = rank((_candidate(number, fleet, verdict, looking.arrivals) for number in shown), tried.vehicles)
    ready = (c for c in candidates if c.eligible and not c.needs and c.arrival is not None)
    seats = [fleet.vehicles[fleet.places[c.vehicle_id]].vehicle.seats for c in ready]
    wanted = vehicles_wanted(ask, sop, moment, seats)
    unfilled = tried.unfilled or Unfilled(slots=tuple(range(wanted)))
    return Decision(
        ask=ask,
        at=now,
        moment=moment,
        sop=sop,
        fleet=fleet,
        verdict=verdict,
        tried=tried,
        wanted=wanted,
        unfilled=unfilled,
        arrivals=looking.arrivals,
        candidates=candidates,
        step=_at_once_or_later(ask, now, sop.policy, tried) or step_for(ask, candidates, tried, unfilled),
        computed_in_ms=round((perf_counter() - started) * 1000.0, 1),
    )


def walked(decision: Decision, roads: Roads, *also: str) -> Decision:
    """The same with the metres of the ways that somebody looks at: of the offers, of the first few, and of `also`."""
    shown = [candidate.vehicle_id for candidate in decision.candidates[:WALKED]]
    wanted = {*shown, *also, *(offer.vehicle_id for offer in decision.step.offers)}
    points: list[tuple[Vehicle, Point]] = []
    for vehicle_id in sorted(wanted):
        arrival, now = decision.arrivals.get(vehicle_id), decision.find_vehicle(vehicle_id)
        fix = now.position(decision.at) if now is not None else None
        if now is not None and arrival is not None and arrival.distance_m is None and fix is not None:
            points.append((now.vehicle, fix.point))
    if not points:
        return decision
    started = perf_counter()
    metres = roads.metres(decision.ask.pickup.point, by_metric(points, decision.ask.metric))
    found = {name: replace(decision.arrivals[name], distance_m=length) for name, length in metres.items()}
    candidates = tuple(
        replace(c, arrival=found[c.vehicle_id]) if c.vehicle_id in found else c for c in decision.candidates
    )
    took_ms = round(decision.computed_in_ms + (perf_counter() - started) * 1000.0, 1)
    return replace(decision, arrivals={**decision.arrivals, **found}, candidates=candidates, computed_in_ms=took_ms)


def _at_once_or_later(ask: Ask, now: datetime, policy: Policy, tried: Tried) -> NextStep | None:
    """What is not searched for now: a booked trip before its time, a document that somebody fetches."""
    if not ask.needs_vehicle:
        return NextStep(promise=Why.OUT_OF_STOCK)
    return step_before_time(ask, now, policy, there_first=tried.there_first)


@dataclass(frozen=True, slots=True)
class _Group:
    """Vehicles alike in all that decides their order beside arrival, so that the soonest of them are enough."""

    is_ready: bool
    numbers: NDArray[np.int64]


def _groups(fleet: Fleet, verdict: FleetVerdict, tried: Tried) -> list[_Group]:
    is_tried = np.zeros(len(fleet), np.bool_)
    is_tried[[fleet.places[name] for name in tried.vehicles if name in fleet.places]] = True
    ready = verdict.eligible & ~(verdict.needs_yes | verdict.needs_own_yes | is_tried)
    weighed = np.stack([verdict.preferred_s, verdict.most_preferred_s, verdict.penalty_s])
    _, worth = np.unique(weighed, axis=1, return_inverse=True)
    key = worth.reshape(-1)
    for flag in (verdict.eligible, verdict.needs_yes, verdict.needs_own_yes, is_tried, verdict.first_contact):
        key = key * 2 + flag
    order = np.argsort(key, kind="stable")
    bounds = np.flatnonzero(np.diff(key[order])) + 1
    return [_Group(bool(ready[numbers[0]]), numbers) for numbers in np.split(order, bounds) if len(numbers)]


def _candidate(number: int, fleet: Fleet, verdict: FleetVerdict, arrivals: Mapping[str, Arrival]) -> Candidate:
    vehicle_id, sooner_by_s = fleet.vehicles[number].id, float(verdict.sooner_by_s[number])
    ahead = not isnan(sooner_by_s)
    return Candidate(
        vehicle_id=vehicle_id,
        eligible=bool(verdict.eligible[number]),
        needs=tuple(need for need, mask in verdict.needs if mask[number]),
        preferred_s=float(verdict.preferred_s[number]),
        most_preferred_s=float(verdict.most_preferred_s[number]),
        penalty_s=float(verdict.penalty_s[number]),
        first_contact=ahead,
        sooner_by_s=sooner_by_s if ahead else 0.0,
        blocking=tuple(sorted(rule for rule, mask in verdict.blocks.items() if mask[number])),
        arrival=arrivals.get(vehicle_id),
    )


class _Looking:
    """Arrivals at the pick-up, each looked for once."""

    def __init__(self, ask: Ask, fleet: Fleet, roads: Roads, now: datetime, turnout_s: float) -> None:
        self._ask, self._fleet, self._roads, self._now, self._turnout_s = ask, fleet, roads, now, turnout_s
        self.arrivals: dict[str, Arrival] = {}
        self._eta_s = np.full(len(fleet), np.inf)
        self._looked = np.zeros(len(fleet), np.bool_)

    def reached(self) -> list[int]:
        """The numbers of the vehicles with an arrival."""
        found: list[int] = np.flatnonzero(np.isfinite(self._eta_s)).tolist()
        return found

    def look_for(self, numbers: NDArray[np.int64]) -> float | None:
        """Look for the soonest arrivals among these vehicles; returns the first one's seconds."""
        missing = numbers[~self._looked[numbers]]
        self._looked[missing] = True
        self._ask_roads(missing, SHOWN)
        soonest_s = float(self._eta_s[numbers].min(initial=np.inf))
        return soonest_s if np.isfinite(soonest_s) else None

    def look_for_one(self, numbers: NDArray[np.int64]) -> None:
        """Look for the soonest arrival among these vehicles, where the soonest of a larger group were others."""
        if not np.isfinite(self._eta_s[numbers]).any():
            self._ask_roads(numbers, 1)

    def apart(self, groups: Sequence[_Group]) -> frozenset[str]:
        """Who has no arrival because no road leads from there, and not because others are sooner. Of a fleet that is
        not listed whole the nearest in a straight line are asked about, of each group without enough arrivals."""
        missing = [group.numbers[~np.isfinite(self._eta_s[group.numbers])] for group in groups]
        if len(self._fleet) > LISTED:
            few = (len(group.numbers) - len(rest) < SHOWN for group, rest in zip(groups, missing, strict=True))
            missing = [self._nearest(rest) for rest, is_few in zip(missing, few, strict=True) if is_few]
        numbers = np.concatenate([np.zeros(0, np.int64), *missing])
        if not len(numbers):
            return frozenset()
        starts = self._fleet.starts(numbers, self._ask.metric, self._now)
        return self._roads.apart(self._ask.pickup.point, starts)

    def _nearest(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        here = self._ask.pickup.point
        points = self._fleet.points(numbers, self._now)
        near = sorted(points, key=lambda name: (distance_m(points[name], here), name))[:SHOWN]
        return np.array([self._fleet.places[name] for name in near], np.int64)

    def _ask_roads(self, numbers: NDArray[np.int64], most: int) -> None:
        starts = self._fleet.starts(numbers, self._ask.metric, self._now)
        for name, arrival in self._roads.arrivals(self._ask.pickup.point, starts, most=most).items():
            self.arrivals[name] = ready = with_turnout(arrival, self._turnout_s)
            self._eta_s[self._fleet.places[name]] = ready.eta_s


def with_turnout(arrival: Arrival, turnout_s: float) -> Arrival:
    """The time until the crew sets out comes on top; times that somebody gave are from now to the door.

    A crew may need half of its time or twice as long. That this and the road both go so is rarer than either, so that
    the two are added as what is independent of each other: by their squares.
    """
    if arrival.method is Method.GIVEN:
        return arrival
    eta_s = arrival.eta_s + turnout_s
    return replace(
        arrival,
        eta_s=eta_s,
        eta_low_s=eta_s - hypot(arrival.eta_s - arrival.eta_low_s, turnout_s / 2.0),
        eta_high_s=eta_s + hypot(arrival.eta_high_s - arrival.eta_s, turnout_s),
        turnout_s=turnout_s,
    )
