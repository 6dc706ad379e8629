"""What to do for a request now: offer to somebody, ask for a yes, or promise a call-back. There is no fourth answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.domain.ranking import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTo:
    """Ask this vehicle to go."""

    vehicle_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval:
    """Ask `approver` (a role) whether this vehicle may go under `rule`."""

    vehicle_id: str
    rule: str
    approver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCallBack:
    """Nobody can be asked now: a call-back is promised; `why` is a code."""

    why: str


NextStep = OfferTo | AskApproval | PromiseCallBack


def next_step(
    candidates: Sequence[Candidate],
    *,
    tried: frozenset[str],
    approved: frozenset[tuple[str, str]] = frozenset(),
    choose: str | None = None,
) -> NextStep:
    """The first thing that can be done, in the order of the candidates.

    `tried` are vehicles that declined, let the offer pass or were refused; `approved` are (vehicle, rule) pairs that
    somebody said yes to; `choose` comes first if it may go at once.
    """
    reachable = [c for c in candidates if c.verdict.eligible and c.arrival is not None and c.vehicle_id not in tried]
    ready = [c for c in reachable if all((c.vehicle_id, need.rule) in approved for need in c.verdict.needs)]
    for candidate in ready:
        if candidate.vehicle_id == choose:
            return OfferTo(vehicle_id=candidate.vehicle_id)
    # Who needs a yes and has it is asked before the rest: somebody weighed the others already.
    for candidate in sorted(ready, key=lambda c: not c.verdict.needs):
        return OfferTo(vehicle_id=candidate.vehicle_id)
    for candidate in reachable:
        missing = [need for need in candidate.verdict.needs if (candidate.vehicle_id, need.rule) not in approved]
        return AskApproval(vehicle_id=candidate.vehicle_id, rule=missing[0].rule, approver=missing[0].approver)
    eligible = any(c.verdict.eligible for c in candidates)
    return PromiseCallBack(why="all_tried_or_unreachable" if eligible else "nobody_eligible")
