"""A decision: what is done for a request, and the verdict and arrival of every vehicle that was considered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatch.choosing.next_step import NextStep, Unfilled, next_step
from dispatch.choosing.proposal import Proposal
from dispatch.choosing.ranking import Candidate
from dispatch.domain.arrival import Arrival
from dispatch.domain.booking import CALL_AFTER, SEEK_EVERY, begins_at
from dispatch.domain.request import Ask
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.fleet import Fleet
from dispatch.rules.judge_fleet import FleetVerdict
from dispatch.rules.judge_one import Finding, Heard, Verdict, assess
from dispatch.rules.moment import Moment
from dispatch.rules.sop import SopInForce
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.vehicle_classes import Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is known already on this request: who said no, who said yes to what, whom the requester would like.

    `silent` are those of the vehicles that did not answer, `again` is when each of them may be asked again. It has
    waited `since` then; None for one that is only now asked for.
    `unfilled` is what it still needs; None for a new one, which needs all. Of a way back the way `there_first`
    is to be driven, where nobody has been brought to where it begins.
    """

    vehicles: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    again: Mapping[str, datetime] = field(default_factory=dict)
    approved: frozenset[tuple[str, str]] = frozenset()
    choose: str | None = None
    unfilled: Unfilled | None = None
    since: datetime | None = None
    there_first: bool = False

    def waited_s(self, at: datetime) -> float:
        """How long the request has waited."""
        return max(0.0, (at - self.since).total_seconds()) if self.since is not None else 0.0


def step_before_time(ask: Ask, now: datetime, policy: Policy, *, there_first: bool) -> NextStep | None:
    """What is done about a booked trip before its time: its search begins later, or somebody is to say when.

    A way back whose way there is to be driven first is looked at again however near its time is.
    """
    if ask.schedule_at is None:
        return None
    if ask.on_call:
        times = max(0, (now - ask.schedule_at) // CALL_AFTER)
        return NextStep(search_at=ask.schedule_at + CALL_AFTER * (times + 1))
    search_at = begins_at(ask, policy.schedule_lead_s)
    if there_first:
        search_at = max(search_at, now + SEEK_EVERY)
    return NextStep(search_at=search_at) if search_at > now else None


def step_for(ask: Ask, candidates: Sequence[Candidate], tried: Tried, unfilled: Unfilled) -> NextStep:
    """What to do over these candidates, knowing what was tried.

    Silence is no refusal: for a red that nobody else can be offered, who did not answer is asked again at once, and so
    is a first contact beside somebody who is asked or comes.
    """
    silent: frozenset[str] = tried.silent if ask.urgency is Urgency.RED else frozenset()

    def without(left: frozenset[str]) -> NextStep:
        return next_step(
            candidates, tried=left, again=silent, approved=tried.approved, choose=tried.choose, unfilled=unfilled
        )

    step = without(tried.vehicles)
    lacks = len(step.filled) < len(unfilled.slots)
    return without(tried.vehicles - silent) if lacks and silent else step


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is done, and why: the verdict of every vehicle, and the candidates in order.

    `computed_in_ms` is wall-clock time of the search; `soon` are the seconds until vehicles could be there that are on
    another trip yet, looked for where somebody has to wait; `proposal` is who would be with a red much sooner.
    """

    ask: Ask
    at: datetime
    moment: Moment
    sop: SopInForce
    fleet: Fleet
    verdict: FleetVerdict
    tried: Tried
    wanted: int
    unfilled: Unfilled
    arrivals: Mapping[str, Arrival]
    candidates: tuple[Candidate, ...]
    step: NextStep
    computed_in_ms: float
    _assessed: dict[str, Verdict] = field(default_factory=dict, repr=False)
    _heard: Heard = field(default_factory=dict, repr=False)
    soon: Mapping[str, float] = field(default_factory=dict)
    proposal: Proposal | None = None

    @property
    def considered(self) -> int:
        """How many vehicles were considered."""
        return len(self.fleet)

    @property
    def gist(self) -> int:
        """The same number for decisions that say the same of the same vehicles, whatever the minutes are."""
        each = (
            (c.vehicle_id, c.blocking, tuple(need.rule for need in c.needs), bool(c.arrival)) for c in self.candidates
        )
        versions = frozenset((agency, pack.version) for agency, pack in self.sop.packs.items())
        return hash((self.ask, self.step, self.unfilled.slots, frozenset(each), versions, frozenset(self.soon)))

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
        tried = replace(self.tried, vehicles=self.tried.vehicles | taken, silent=self.tried.silent - taken)
        return replace(self, step=step_for(self.ask, candidates, tried, self.unfilled))

    def filling(self, unfilled: Unfilled) -> "Decision":
        """The same where this is needed; what is not searched for now stays so."""
        if self.step.search_at is not None or self.step.promise is Why.OUT_OF_STOCK:
            return replace(self, unfilled=unfilled)
        return replace(self, unfilled=unfilled, step=step_for(self.ask, self.candidates, self.tried, unfilled))

    def booked_for(self, ask: Ask) -> "Decision | None":
        """The same for another time at which the same trip is booked; None where that is searched for now."""
        step = step_before_time(ask, self.at, self.sop.policy, there_first=self.tried.there_first)
        return replace(self, ask=ask, step=step) if step is not None else None

    def assess(self, vehicle_id: str) -> Verdict:
        """Every rule's finding on this vehicle."""
        if vehicle_id not in self._assessed:
            self._assessed[vehicle_id] = assess(self.vehicle(vehicle_id), self.ask, self.sop, self.moment, self._heard)
        return self._assessed[vehicle_id]

    def assess_if_considered(self, vehicle_id: str) -> Verdict | None:
        """The same, or None for a vehicle that was not considered."""
        return self.assess(vehicle_id) if self.find_vehicle(vehicle_id) is not None else None

    def would_let_go(self, vehicle_id: str, rule: str) -> bool:
        """Whether a yes under this rule may let the vehicle go: it is one that it needs; or the vehicle is asked for
        another request, which its driver may decline."""
        place = self.fleet.places.get(vehicle_id)
        if place is None:
            return False
        now = self.fleet.vehicles[place]
        if now.duty is Duty.AVAILABLE and now.assignment_id is not None:
            return True
        return bool(self.verdict.eligible[place]) and any(
            need.rule == rule and bool(mask[place]) for need, mask in self.verdict.needs
        )

    def objections(self, vehicle_id: str) -> tuple[Finding, ...]:
        """What keeps a vehicle from going; nothing of one that was not considered."""
        verdict = self.assess_if_considered(vehicle_id)
        return verdict.objections if verdict is not None else ()
