"""What a draft would have changed: past requests judged again, from the facts kept with their decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from statistics import median
from types import MappingProxyType

from dispatch.choosing.decision import Decision
from dispatch.choosing.record import DecisionRecord
from dispatch.desk.facts import Recorded
from dispatch.desk.record import record_of
from dispatch.desk.road_ports import Roads, Way
from dispatch.desk.search import search
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.request import Ask
from dispatch.rules.sop import Pack, SopInForce
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.request_states import Outcome
from geo.point import Point

SAME_S = 60.0  # arrivals closer than this are the same to whoever waits


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What one version decides, for which vehicle, and when that comes; `record` holds the reasons."""

    vehicle_id: str | None
    vehicle: str | None
    eta_s: int | None
    record: DecisionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One request under both versions; `change` is same, sooner, later, other, solution or promise."""

    request_id: str
    at: datetime
    need: str
    pickup: str
    change: str
    before: What
    after: What


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All requests of a time; `changes` are those that differ, newest first."""

    since: datetime
    until: datetime
    requests: int
    counts: Mapping[str, int]
    median_change_s: int | None
    promises: tuple[int, int]
    approvals: tuple[int, int]
    changes: tuple[Change, ...]


class RecordedRoads(Roads):
    """What a decision found, arrivals and who had no way, and the roads for vehicles that it did not look for."""

    def __init__(self, recorded: Recorded, roads: Roads) -> None:
        self._recorded, self._apart, self._roads = recorded.arrivals, recorded.moment.apart, roads

    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        """Recorded times already hold the turnout, so they are given and nothing is added."""
        given = {name: self._recorded[name] for name in vehicles if name in self._recorded}
        known = {name: replace(arrival, method=Method.GIVEN) for name, arrival in given.items()}
        others = {name: point for name, point in vehicles.items() if name not in known and name not in self._apart}
        found = known | (self._roads.arrivals(to, {metric: others}, most=most) if others else {})
        soonest = sorted(found.items(), key=lambda pair: (pair[1].eta_s, pair[0]))
        return dict(soonest[:most])

    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way | None:
        """The way itself is of no interest to what-if."""
        return self._roads.way(origin, to, speeds=speeds)


def replay(
    request_id: str, ask: Ask, recorded: Recorded, packs: Iterable[Pack], draft: Pack, roads: Roads, zone: tzinfo
) -> Change:
    """One request under the versions of its day and under the draft instead of its agency's."""
    spoke = {pack.agency: pack for pack in packs if recorded.versions.get(pack.agency) == pack.version}
    before = SopInForce(MappingProxyType(spoke), recorded.moment.local)
    known = RecordedRoads(recorded, roads)
    at = recorded.moment.now
    one, two = (
        search(ask, recorded.fleet, sop, known, now=at, zone=zone, tried=recorded.tried)
        for sop in (before, before.with_pack(draft))
    )
    return compare(request_id, at, ask, _what(one), _what(two))


def _what(decision: Decision) -> What:
    offers, asked = decision.step.offers, decision.step.waits_for
    vehicle_id = offers[0].vehicle_id if offers else asked[0].vehicle_id if asked else None
    arrival = decision.arrivals.get(vehicle_id) if vehicle_id else None
    return What(
        vehicle_id=vehicle_id,
        vehicle=decision.vehicle(vehicle_id).vehicle.name if vehicle_id else None,
        eta_s=round(arrival.eta_s) if arrival else None,
        record=record_of(decision),
    )


def compare(request_id: str, at: datetime, ask: Ask, before: What, after: What) -> Change:
    """How two versions differ for one request."""
    if (before.record.outcome, before.vehicle_id) == (after.record.outcome, after.vehicle_id):
        change = "same"
    elif before.vehicle_id is None:
        change = "solution"
    elif after.vehicle_id is None:
        change = "promise"
    else:
        gained_s = (before.eta_s or 0) - (after.eta_s or 0)
        change = "sooner" if gained_s >= SAME_S else "later" if gained_s <= -SAME_S else "other"
    return Change(
        request_id=request_id,
        at=at,
        need=ask.need.value,
        pickup=ask.pickup.name,
        change=change,
        before=before,
        after=after,
    )


def sum_up(changes: Sequence[Change], since: datetime, until: datetime) -> Backtest:
    """The figures of a backtest."""
    counts = {name: sum(c.change == name for c in changes) for name in ("same", "sooner", "later", "other")}
    moved = [c for c in changes if c.change in ("sooner", "later")]
    gained = [(c.after.eta_s or 0) - (c.before.eta_s or 0) for c in moved]
    return Backtest(
        since=since,
        until=until,
        requests=len(changes),
        counts=counts,
        median_change_s=round(median(gained)) if gained else None,
        promises=_both(changes, Outcome.PROMISE),
        approvals=_both(changes, Outcome.APPROVAL),
        changes=tuple(c for c in changes if c.change != "same"),
    )


def _both(changes: Sequence[Change], outcome: Outcome) -> tuple[int, int]:
    before = sum(c.before.record.outcome is outcome for c in changes)
    return before, sum(c.after.record.outcome is outcome for c in changes)
