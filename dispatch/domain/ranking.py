"""Putting candidates in order: who may go before who may not, soonest first, preferences within their limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dispatch.domain.eligibility import Verdict


class Method(StrEnum):
    """How an arrival time was found."""

    ROADS = "roads"
    STRAIGHT_LINE = "straight_line"
    GIVEN = "given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """When a vehicle could be at the pick-up: expected, low and high, in seconds from now."""

    eta_s: float
    eta_low_s: float
    eta_high_s: float
    distance_m: float
    method: Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A vehicle with its verdict, its arrival and its place in the order (1 is first)."""

    vehicle_id: str
    verdict: Verdict
    arrival: Arrival | None
    rank: int


def rank(verdicts: Sequence[Verdict], arrivals: Mapping[str, Arrival]) -> tuple[Candidate, ...]:
    """Every vehicle in a total, stable order that does not depend on the order of the input.

    First those that may go now, then those that need somebody's yes, then those that may not go; within each by
    arrival less the time that a preference is worth (`prefer_within_min`), then by arrival, then by id. Who cannot
    be reached by road comes last within its group.
    """

    def place(verdict: Verdict) -> tuple[int, float, float, float, str]:
        arrival = arrivals.get(verdict.vehicle_id)
        eta_s = arrival.eta_s if arrival is not None else float("inf")
        group = 0 if verdict.eligible and not verdict.needs else 1 if verdict.eligible else 2
        return group, eta_s - verdict.preferred_s, -verdict.preferred_s, eta_s, verdict.vehicle_id

    ordered = sorted(verdicts, key=place)
    return tuple(
        Candidate(
            vehicle_id=verdict.vehicle_id, verdict=verdict, arrival=arrivals.get(verdict.vehicle_id), rank=position
        )
        for position, verdict in enumerate(ordered, start=1)
    )
