"""The search: from positions and rules to a decision on who goes, computed before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from dispatch.desk.road_ports import Roads
from dispatch.domain.compiled import FleetVerdict, judge_fleet
from dispatch.domain.consequences import vehicles_wanted
from dispatch.domain.eligibility import Verdict, assess
from dispatch.domain.fleet import Fleet, count_free, is_puskesmas_busy
from dispatch.domain.moment import Moment
from dispatch.domain.next_step import OUT_OF_STOCK, NextStep, Unfilled, next_step
from dispatch.domain.ranking import Arrival, Candidate, Method, rank
from dispatch.domain.request import Ask, Need, Urgency
from dispatch.domain.sop import Policy, SopInForce
from dispatch.domain.vehicle import VehicleNow

SHOWN = 20  # arrivals that are looked for in each group of candidates; the rest keep their verdict without one
LISTED = 300  # a fleet up to this size is listed whole, of a larger one those with an arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done, and why: the verdict of every vehicle, and the candidates in order.

    `computed_in_ms` is wall-clock time of the search; `soon` are the seconds until vehicles could be there that are on
    another trip yet, looked for where somebody has to wait.
    """

    ask: Ask
    at: datetime
    moment: Moment
    sop: SopInForce
    fleet: Fleet
    verdict: FleetVerdict
    tried: "Tried"
    wanted: int
    unfilled: Unfilled
    arrivals: Mapping[str, Arrival]
    candidates: tuple[Candidate, ...]
    step: NextStep
    computed_in_ms: float
    _assessed: dict[str, Verdict] = field(default_factory=dict, repr=False)
    soon: Mapping[str, float] = field(default_factory=dict)

    @property
    def considered(self) -> int:
        """How many vehicles were considered."""
        return len(self.fleet)

    def find_vehicle(self, vehicle_id: str) -> VehicleNow | None:
        """The vehicle as it stood, if it was considered."""
        place = self.fleet.places.get(vehicle_id)
        return None if place is None else self.fleet.vehicles[place]

    def vehicle(self, vehicle_id: str) -> VehicleNow:
        """The vehicle as it stood. Raises KeyError for one that was not considered."""
        return self.fleet.vehicles[self.fleet.places[vehicle_id]]

    def instead(self, *, taken: frozenset[str], first: Sequence[str] = ()) -> "Decision":
        """The same for who is served together with others: without the vehicles they take, these ones first."""
        put = {vehicle_id: place for place, vehicle_id in enumerate(first)}
        candidates = sorted(self.candidates, key=lambda c: put.get(c.vehicle_id, len(put)))
        return replace(
            self, step=_step(candidates, replace(self.tried, vehicles=self.tried.vehicles | taken), self.unfilled)
        )

    def assess(self, vehicle_id: str) -> Verdict:
        """Every rule's finding on this vehicle."""
        if vehicle_id not in self._assessed:
            self._assessed[vehicle_id] = assess(self.vehicle(vehicle_id), self.ask, self.sop, self.moment)
        return self._assessed[vehicle_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is known already on this request: who said no, who said yes to what, whom the requester would like.

    `unfilled` is what it still needs; None for a new one, which needs all.
    """

    vehicles: frozenset[str] = frozenset()
    approved: frozenset[tuple[str, str]] = frozenset()
    choose: str | None = None
    unfilled: Unfilled | None = None


def _step(candidates: Sequence[Candidate], tried: Tried, unfilled: Unfilled) -> NextStep:
    return next_step(candidates, tried=tried.vehicles, approved=tried.approved, choose=tried.choose, unfilled=unfilled)


def speeds_for(ask: Ask) -> str:
    """The road metric for this request: a hearse with its caps, lights and sirens for red, else ordinary traffic."""
    if ask.need is Need.BODY:
        return "hearse"
    return "siren" if ask.urgency is Urgency.RED else "car"


def search(
    ask: Ask, fleet: Fleet, sop: SopInForce, roads: Roads, *, now: datetime, zone: tzinfo, tried: Tried
) -> Decision:
    """Judge every vehicle, find arrivals, rank, and say what to do next."""
    started = perf_counter()
    looking = _Looking(ask, fleet, roads, now, sop.policy.turnout_s)
    free, busy = count_free(fleet), is_puskesmas_busy(fleet, ask)

    def moment_with(soonest_s: float | None) -> Moment:
        local = now.astimezone(zone)
        return Moment(now=now, local=local, soonest_s=soonest_s, free_in_zone=free, puskesmas_vehicle_busy=busy)

    # In the first pass somebody is taken to be near, so that no rule for "nobody else comes" applies yet.
    moment = moment_with(0.0)
    verdict = judge_fleet(fleet, ask, sop, moment)
    if sop.looks_at_soonest:
        soonest_s = [looking.look_for(group.numbers) for group in _groups(fleet, verdict, tried) if group.is_ready]
        moment = moment_with(min((eta_s for eta_s in soonest_s if eta_s is not None), default=None))
        verdict = judge_fleet(fleet, ask, sop, moment)
    for group in _groups(fleet, verdict, tried):
        looking.look_for(group.numbers)
    shown = range(len(fleet)) if len(fleet) <= LISTED else looking.reached()
    assessed: dict[str, Verdict] = {}
    candidates = rank(
        _candidate(number, fleet, verdict, looking.arrivals, ask, sop, moment, assessed) for number in shown
    )
    wanted = vehicles_wanted(ask, sop, moment)
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
        step=_at_once_or_later(ask, now, sop.policy) or _step(candidates, tried, unfilled),
        computed_in_ms=round((perf_counter() - started) * 1000.0, 1),
        _assessed=assessed,
    )


def _at_once_or_later(ask: Ask, now: datetime, policy: Policy) -> NextStep | None:
    """What is not searched for now: a booked trip before its time, a document that somebody fetches."""
    if not ask.needs_vehicle:
        return NextStep(promise=OUT_OF_STOCK)
    if ask.schedule_at is None:
        return None
    search_at = ask.schedule_at - timedelta(seconds=policy.schedule_lead_s)
    return NextStep(search_at=search_at) if search_at > now else None


@dataclass(frozen=True, slots=True)
class _Group:
    """Vehicles alike in all that decides their order beside arrival, so that the soonest of them are enough."""

    is_ready: bool
    numbers: NDArray[np.int64]


def _groups(fleet: Fleet, verdict: FleetVerdict, tried: Tried) -> list[_Group]:
    is_tried = np.zeros(len(fleet), np.bool_)
    is_tried[[fleet.places[name] for name in tried.vehicles if name in fleet.places]] = True
    ready = verdict.eligible & ~(verdict.needs_yes | verdict.needs_own_yes | is_tried)
    _, worth = np.unique(verdict.preferred_s - verdict.penalty_s, return_inverse=True)
    key = worth.reshape(-1)
    for flag in (verdict.eligible, verdict.needs_yes, verdict.needs_own_yes, is_tried, verdict.first_contact):
        key = key * 2 + flag
    order = np.argsort(key, kind="stable")
    bounds = np.flatnonzero(np.diff(key[order])) + 1
    return [_Group(bool(ready[numbers[0]]), numbers) for numbers in np.split(order, bounds) if len(numbers)]


def _candidate(
    number: int,
    fleet: Fleet,
    verdict: FleetVerdict,
    arrivals: Mapping[str, Arrival],
    ask: Ask,
    sop: SopInForce,
    moment: Moment,
    assessed: dict[str, Verdict],
) -> Candidate:
    now = fleet.vehicles[number]
    needs_yes = bool(verdict.needs_yes[number] or verdict.needs_own_yes[number])
    ahead = bool(verdict.first_contact[number])
    if needs_yes or ahead:
        assessed[now.id] = assess(now, ask, sop, moment)
    return Candidate(
        vehicle_id=now.id,
        eligible=bool(verdict.eligible[number]),
        needs=assessed[now.id].needs if needs_yes else (),
        preferred_s=float(verdict.preferred_s[number]),
        penalty_s=float(verdict.penalty_s[number]),
        first_contact=ahead,
        sooner_by_s=assessed[now.id].sooner_by_s if ahead else 0.0,
        blocking=tuple(sorted(rule for rule, mask in verdict.blocks.items() if mask[number])),
        arrival=arrivals.get(now.id),
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
        vehicles, now = self._fleet.vehicles, self._now
        fixes = ((now_.id, now_.position(now)) for now_ in (vehicles[number] for number in missing.tolist()))
        points = {name: fix.point for name, fix in fixes if fix is not None}
        if points:
            found = self._roads.arrivals(self._ask.pickup.point, points, speeds=speeds_for(self._ask), most=SHOWN)
            for name, arrival in found.items():
                self.arrivals[name] = with_turnout = _with_turnout(arrival, self._turnout_s)
                self._eta_s[self._fleet.places[name]] = with_turnout.eta_s
        soonest_s = float(self._eta_s[numbers].min(initial=np.inf))
        return soonest_s if np.isfinite(soonest_s) else None


def _with_turnout(arrival: Arrival, turnout_s: float) -> Arrival:
    """The time until the crew sets out comes on top; times that somebody gave are from now to the door."""
    if arrival.method is Method.GIVEN:
        return arrival
    return Arrival(
        eta_s=arrival.eta_s + turnout_s,
        eta_low_s=arrival.eta_low_s + turnout_s / 2.0,
        eta_high_s=arrival.eta_high_s + turnout_s * 2.0,
        distance_m=arrival.distance_m,
        method=arrival.method,
    )
