"""Putting candidates in order: who may go before who may not, soonest first, preferences within their limit."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dispatch.domain.arrival import Arrival
from dispatch.rules.judge_one import NeededApproval


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A vehicle with what its verdict comes to, its arrival and its place in the order (1 is first, 0 not yet put).

    A `first_contact` may go ahead of another vehicle if it is `sooner_by_s` before it (R04).
    """

    vehicle_id: str
    eligible: bool
    needs: tuple[NeededApproval, ...] = ()
    preferred_s: float = 0.0
    penalty_s: float = 0.0
    first_contact: bool = False
    sooner_by_s: float = 0.0
    blocking: tuple[str, ...] = ()
    arrival: Arrival | None = None
    rank: int = 0


def rank(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """A total, stable order that does not depend on the order of the input.

    First those that may go now, then those that need somebody's yes, then those that may not go; within each by
    arrival less the time that a preference is worth (`prefer_within_min`) plus the penalty of an old position, then by
    arrival, then by id. Who cannot be reached by road comes last within its group.
    """

    def place(candidate: Candidate) -> tuple[int, float, float, float, str]:
        eta_s = candidate.arrival.eta_s if candidate.arrival is not None else float("inf")
        group = 0 if candidate.eligible and not candidate.needs else 1 if candidate.eligible else 2
        weighed_s = eta_s - candidate.preferred_s + candidate.penalty_s
        return group, weighed_s, -candidate.preferred_s, eta_s, candidate.vehicle_id

    return tuple(replace(found, rank=position) for position, found in enumerate(sorted(candidates, key=place), start=1))
