"""Putting candidates in order: who may go before who may not, soonest first, preferences within their limit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from math import inf

from dispatch.domain.arrival import Arrival
from dispatch.rules.judge_one import NeededApproval


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A vehicle with what its verdict comes to, its arrival, the seconds that it is weighed by among its like, and its
    place in the order (1 is first, 0 not yet put).

    A `first_contact` may go ahead of another vehicle if it is `sooner_by_s` before it (R04).
    """

    vehicle_id: str
    eligible: bool
    needs: tuple[NeededApproval, ...] = ()
    preferred_s: float = 0.0
    most_preferred_s: float = 0.0
    penalty_s: float = 0.0
    first_contact: bool = False
    sooner_by_s: float = 0.0
    blocking: tuple[str, ...] = ()
    arrival: Arrival | None = None
    weighed_s: float = inf
    rank: int = 0

    @property
    def group(self) -> int:
        """0 may go now, 1 needs somebody's yes, 2 may not go."""
        return 2 if not self.eligible else 1 if self.needs else 0

    @property
    def arrives_s(self) -> float:
        """Seconds until it arrives, with what an old position is held against it; endless where no road leads."""
        return self.arrival.eta_s + self.penalty_s if self.arrival is not None else inf


def rank(candidates: Iterable[Candidate], tried: Collection[str] = ()) -> tuple[Candidate, ...]:
    """A total, stable order that does not depend on the order of the input.

    First those that may go now, then those that need somebody's yes, then those that may not go; within each by what
    they are weighed by, then by arrival, then by id. Weighed is the arrival less what its preferences are worth
    together (`prefer_within_min` each): of two that one rule prefers, the one that a second prefers too comes first.
    Who is later than the soonest (of those not yet `tried`) by more than the largest of its preferences has that one
    alone, which cannot bring it before the soonest. Who cannot be reached by road comes last within its group.
    """
    found = list(candidates)
    untried = [candidate for candidate in found if candidate.vehicle_id not in tried]
    soonest_s = {group: min((c.arrives_s for c in untried if c.group == group), default=inf) for group in range(3)}
    weighed = [replace(c, weighed_s=_weighed_s(c, soonest_s[c.group])) for c in found]

    def place(one: Candidate) -> tuple[int, float, float, float, str]:
        eta_s = one.arrival.eta_s if one.arrival is not None else inf
        return one.group, one.weighed_s, -one.preferred_s, eta_s, one.vehicle_id

    return tuple(replace(one, rank=number) for number, one in enumerate(sorted(weighed, key=place), start=1))


def _weighed_s(one: Candidate, soonest_s: float) -> float:
    is_near = one.arrives_s <= soonest_s + one.most_preferred_s
    return one.arrives_s - (one.preferred_s if is_near else one.most_preferred_s)
