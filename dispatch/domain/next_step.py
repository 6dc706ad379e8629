"""What to do for a request now: offer to somebody, ask for a yes, or promise a call-back. There is no fourth answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.domain.eligibility import OWN_OPERATOR, NeededApproval
from dispatch.domain.ranking import Candidate

OWN_ASKED = 5  # own operators that are asked at once beside another step: the soonest; this project's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApproval:
    """Ask `approver` (a role) whether this vehicle may go under `rule`; `beside` are asked at the same time."""

    vehicle_id: str
    rule: str
    approver: str
    beside: tuple["AskApproval", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTo:
    """Ask this vehicle to go."""

    vehicle_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseCallBack:
    """Nobody can be asked to go now: a call-back is promised; `why` is a code, `beside` whose operators are asked."""

    why: str
    beside: tuple[AskApproval, ...] = ()


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
    somebody said yes to; `choose` comes first if it may go at once. A yes of a vehicle's own operator (R26) is never
    waited for: it is asked beside the approval or the promise that stands.
    """
    reachable = [c for c in candidates if c.eligible and c.arrival is not None and c.vehicle_id not in tried]
    missing = {c.vehicle_id: [need for need in c.needs if (c.vehicle_id, need.rule) not in approved] for c in reachable}
    ready = [c for c in reachable if not missing[c.vehicle_id]]
    if ready:
        # Who needs a yes and has it is asked before the rest: somebody weighed the others already.
        first = min(ready, key=lambda c: (c.vehicle_id != choose, not c.needs))
        return OfferTo(vehicle_id=first.vehicle_id)
    beside = tuple(_ask(c, need) for c in reachable for need in missing[c.vehicle_id] if need.approver == OWN_OPERATOR)
    for candidate in reachable:
        others = [need for need in missing[candidate.vehicle_id] if need.approver != OWN_OPERATOR]
        if others and len(others) == len(missing[candidate.vehicle_id]):
            asked = _ask(candidate, others[0])
            return AskApproval(
                vehicle_id=asked.vehicle_id, rule=asked.rule, approver=asked.approver, beside=beside[:OWN_ASKED]
            )
    eligible = any(c.eligible for c in candidates)
    return PromiseCallBack(why="all_tried_or_unreachable" if eligible else "nobody_eligible", beside=beside[:OWN_ASKED])


def _ask(candidate: Candidate, need: NeededApproval) -> AskApproval:
    return AskApproval(vehicle_id=candidate.vehicle_id, rule=need.rule, approver=need.approver)
