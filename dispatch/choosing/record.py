"""A decision as it is kept: codes and facts alone, from which dispatch.reading writes sentences in any language.

Beside them stands what packs wrote (a line of a checklist) and what vehicles and places are called.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatch.choosing.next_step import AskApproval
from dispatch.choosing.unlocks import Unlock
from dispatch.domain.arrival import Method
from dispatch.rules.consequences import ChecklistItem, Notice
from dispatch.rules.judge_one import Finding
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.request_states import Outcome
from dispatch.vocabulary.vehicle_classes import VehicleClass

WRITTEN = 20  # candidates whose findings are kept with the decision; all others are found again from its facts


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRecord:
    """A vehicle with its verdict and its arrival (seconds from the decision, metres); `findings` of the first alone."""

    vehicle_id: str
    name: str
    vehicle_class: VehicleClass
    agency: str
    eligible: bool
    needs_approval: bool
    first_contact: bool
    rank: int
    eta_s: int | None = None
    eta_low_s: int | None = None
    eta_high_s: int | None = None
    distance_m: int | None = None
    walk_m: int | None = None
    method: Method | None = None
    fix_age_s: int | None = None
    lon: float | None = None
    lat: float | None = None
    phone: str | None = None
    blocking: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """The nearest vehicle that a rule of the SOP kept from going, and that rule's finding."""

    vehicle_id: str
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What is done, why, and every candidate in order.

    `chosen` are offered; `asks` are the yeses asked for; `why` says why a call-back is promised;
    `soon` are seconds until vehicles could be there that are on another trip; `considered` counts the whole fleet; of a
    booked trip `schedule_at` is its time and `search_at` when its vehicle is searched for, where that is to come (of
    one that is `on_call` when somebody is rung about it); `unlocks` are single things that keep vehicles from going;
    `missing` is how many are needed beside the chosen ones.
    """

    outcome: Outcome
    at: datetime
    sop: Mapping[str, str]
    chosen: tuple[str, ...]
    asks: tuple[AskApproval, ...] = ()
    why: Why | None = None
    schedule_at: datetime | None = None
    search_at: datetime | None = None
    on_call: bool = False
    passed: PassedOver | None = None
    destination: str | None = None
    candidates: tuple[CandidateRecord, ...] = ()
    considered: int = 0
    missing: int = 0
    checklist: tuple[ChecklistItem, ...] = ()
    notices: tuple[Notice, ...] = ()
    soon: Mapping[str, int] = field(default_factory=dict)
    unlocks: tuple[Unlock, ...] = ()
    computed_in_ms: float = 0.0
    # A decision of before 0.2 was kept in words; it is shown as it was written.
    written: "WrittenWords | None" = None

    def brief(self) -> "DecisionRecord":
        """The part that its sentence is written from: the vehicles that it names, without their findings."""
        named = {*self.chosen, *self.soon, *(ask.vehicle_id for ask in self.asks)}
        named |= {self.passed.vehicle_id} if self.passed else set()
        candidates = tuple(replace(c, findings=(), blocking=()) for c in self.candidates if c.vehicle_id in named)
        return replace(self, candidates=candidates, checklist=(), notices=(), sop={})

    def name_of(self, vehicle_id: str) -> str:
        """What people call a vehicle."""
        return next((c.name for c in self.candidates if c.vehicle_id == vehicle_id), vehicle_id)

    def eta_s(self, vehicle_id: str) -> int | None:
        """When a vehicle is expected, in seconds from the decision."""
        return next((c.eta_s for c in self.candidates if c.vehicle_id == vehicle_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWords:
    """The sentences of a decision of before 0.2, in Indonesian: they stay as they were."""

    sentence: str
    say: str
    checklist: tuple[Mapping[str, str], ...] = ()
    findings: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
