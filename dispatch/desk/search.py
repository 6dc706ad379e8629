"""The search: from positions and rules to a decision on who goes, computed before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from time import perf_counter

from dispatch.desk.ports import Roads
from dispatch.domain.conditions import Moment
from dispatch.domain.eligibility import Verdict, assess
from dispatch.domain.next_step import NextStep, next_step
from dispatch.domain.ranking import Arrival, Candidate, rank
from dispatch.domain.request import Ask, Need, Urgency
from dispatch.domain.sop import SopInForce
from dispatch.domain.vehicle import VehicleNow
from geo.point import Point

SHOWN = 20  # arrivals that are looked for in each group of candidates; the rest keep their verdict without one


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All candidates in order and what is done; `computed_in_ms` is wall-clock time of the search."""

    ask: Ask
    at: datetime
    sop: SopInForce
    fleet: Mapping[str, VehicleNow]
    candidates: tuple[Candidate, ...]
    step: NextStep
    computed_in_ms: float

    def candidate(self, vehicle_id: str) -> Candidate | None:
        """The candidate with this vehicle, if it was considered."""
        return next((candidate for candidate in self.candidates if candidate.vehicle_id == vehicle_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is known already on this request: who said no, who said yes to what, whom the requester would like."""

    vehicles: frozenset[str] = frozenset()
    approved: frozenset[tuple[str, str]] = frozenset()
    choose: str | None = None


def speeds_for(ask: Ask) -> str:
    """The road metric for this request: a hearse with its caps, lights and sirens for red, else ordinary traffic."""
    if ask.need is Need.BODY:
        return "hearse"
    return "siren" if ask.urgency is Urgency.RED else "car"


def search(
    ask: Ask, fleet: Sequence[VehicleNow], sop: SopInForce, roads: Roads, *, now: datetime, zone: tzinfo, tried: Tried
) -> Decision:
    """Assess every vehicle, find arrivals, rank, and say what to do next."""
    started = perf_counter()
    local = now.astimezone(zone)
    arrivals: dict[str, Arrival] = {}

    def assess_all(soonest_s: float | None) -> list[Verdict]:
        moment = Moment(now=now, local=local, soonest_s=soonest_s)
        return [assess(vehicle, ask, sop, moment) for vehicle in fleet]

    def look_for(verdicts: Sequence[Verdict]) -> None:
        for group in _groups(verdicts):
            missing = [vehicle_id for vehicle_id in group if vehicle_id not in arrivals]
            arrivals.update(_arrivals(ask, by_id, missing, roads, now=now, policy_s=sop.policy.turnout_s))

    by_id = {vehicle.id: vehicle for vehicle in fleet}
    # In the first pass somebody is taken to be near, so that no rule for "nobody else comes" applies yet.
    verdicts = assess_all(0.0)
    ready = [verdict for verdict in verdicts if verdict.eligible and not verdict.needs]
    look_for(ready)
    if sop.looks_at_moment:
        waiting = [v.vehicle_id for v in ready if v.vehicle_id in arrivals and v.vehicle_id not in tried.vehicles]
        verdicts = assess_all(min((arrivals[vehicle_id].eta_s for vehicle_id in waiting), default=None))
    look_for(verdicts)
    candidates = rank(verdicts, arrivals)
    return Decision(
        ask=ask,
        at=now,
        sop=sop,
        fleet=by_id,
        candidates=candidates,
        step=next_step(candidates, tried=tried.vehicles, approved=tried.approved, choose=tried.choose),
        computed_in_ms=round((perf_counter() - started) * 1000.0, 1),
    )


def _groups(verdicts: Sequence[Verdict]) -> list[list[str]]:
    """Ids by what decides their order beside arrival, so that the soonest of each group are enough."""
    groups: dict[tuple[bool, bool, float], list[str]] = {}
    for verdict in verdicts:
        groups.setdefault((verdict.eligible, bool(verdict.needs), verdict.preferred_s), []).append(verdict.vehicle_id)
    return list(groups.values())


def _arrivals(
    ask: Ask,
    fleet: Mapping[str, VehicleNow],
    ids: Sequence[str],
    roads: Roads,
    *,
    now: datetime,
    policy_s: float,
) -> dict[str, Arrival]:
    points: dict[str, Point] = {}
    for vehicle_id in ids:
        fix = fleet[vehicle_id].position(now)
        if fix is not None:
            points[vehicle_id] = fix.point
    if not points:
        return {}
    found = roads.arrivals(ask.pickup.point, points, speeds=speeds_for(ask), most=SHOWN)
    return {vehicle_id: _with_turnout(arrival, policy_s) for vehicle_id, arrival in found.items()}


def _with_turnout(arrival: Arrival, turnout_s: float) -> Arrival:
    return Arrival(
        eta_s=arrival.eta_s + turnout_s,
        eta_low_s=arrival.eta_low_s + turnout_s / 2.0,
        eta_high_s=arrival.eta_high_s + turnout_s * 2.0,
        distance_m=arrival.distance_m,
        method=arrival.method,
    )
