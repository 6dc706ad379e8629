"""SOP packs: the versioned rules of one agency, and which of them speak on a request and a vehicle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from dispatch.domain.conditions import Condition, Group

NATIONAL = "national"


class Effect(StrEnum):
    """What a rule does: forbid, demand, ask for a yes, prefer, pair, let a document follow, flag the destination."""

    DENY = "deny"
    REQUIRE = "require"
    APPROVAL = "approval"
    PREFER = "prefer"
    PAIR = "pair"
    DEFER = "defer"
    HOLD = "hold"


class OverridableBy(StrEnum):
    """Who may act against a rule."""

    NOBODY = "nobody"
    OPERATOR = "operator"
    HEALTH_OFFICER = "health_officer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One clause. `vehicles` says on whom it speaks, `when` in which case, `must` what a require or prefer asks."""

    id: str
    title: str
    effect: Effect
    clause: str
    source: str
    reason_met: str
    reason_unmet: str
    would_help: str | None = None
    vehicles: tuple[Condition, ...] = ()
    when: tuple[Condition, ...] = ()
    must: tuple[Condition, ...] = ()
    overrides: frozenset[str] = frozenset()
    approver: str | None = None
    overridable_by: OverridableBy = OverridableBy.NOBODY
    prefer_within_min: float = 15.0

    @property
    def is_about_vehicle(self) -> bool:
        """Whether it speaks of vehicles (then only its own agency's) or of the request, the trip and the place."""
        if self.vehicles or self.effect is Effect.APPROVAL:
            return True
        return any(condition.key.group is Group.VEHICLE for condition in (*self.when, *self.must))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is no judgement on one vehicle: offer times, refusals before the operator is called (R23), speeds (R25)."""

    offer_red_s: float = 30.0
    offer_other_s: float = 90.0
    offer_undelivered_s: float = 10.0
    refusals_to_operator: int = 5
    searching_to_operator_s: float = 360.0
    turnout_s: float = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One published, immutable version of an agency's SOP; it is in force from `effective_from` (aware)."""

    agency: str
    title: str
    version: str
    effective_from: datetime
    rules: tuple[Rule, ...]
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule together with the pack that speaks it."""

    rule: Rule
    agency: str
    version: str


@dataclass(frozen=True, slots=True)
class SopInForce:
    """The packs in force at one instant, one an agency."""

    packs: Mapping[str, Pack]

    @property
    def policy(self) -> Policy:
        """The national policy, or the defaults where no national pack is loaded."""
        national = self.packs.get(NATIONAL)
        return national.policy if national else Policy()

    @property
    def looks_at_moment(self) -> bool:
        """Whether any rule asks who else could come, which is known only after the first arrivals are."""
        rules = (rule for pack in self.packs.values() for rule in pack.rules)
        return any(condition.key.group is Group.MOMENT for rule in rules for condition in rule.when)

    def find_rule(self, agency: str, rule_id: str) -> Rule | None:
        """The rule of this id in the pack of `agency` that is in force."""
        pack = self.packs.get(agency)
        return next((rule for rule in pack.rules if rule.id == rule_id), None) if pack else None

    def clauses_for(self, agency: str, pickup_area: str | None) -> tuple[Clause, ...]:
        """Which rules speak on a vehicle of `agency` for a pick-up in `pickup_area`, in the order of their ids.

        National and the area's pack speak of the request; national and the vehicle's own agency's of the vehicle:
        a clause of one agency never leaks to another's vehicles.
        """
        found: dict[tuple[str, str], Clause] = {}
        for speaker in {NATIONAL, agency, pickup_area}:
            pack = self.packs.get(speaker) if speaker else None
            if pack is None:
                continue
            about_vehicle = speaker in (NATIONAL, agency)
            about_request = speaker in (NATIONAL, pickup_area)
            for rule in pack.rules:
                if about_vehicle if rule.is_about_vehicle else about_request:
                    found[rule.id, pack.agency] = Clause(rule, pack.agency, pack.version)
        return tuple(found[key] for key in sorted(found))


def packs_in_force(packs: Iterable[Pack], at: datetime) -> SopInForce:
    """Of every agency the latest version whose effective time has come at `at`."""
    chosen: dict[str, Pack] = {}
    for pack in packs:
        held = chosen.get(pack.agency)
        if pack.effective_from <= at and (held is None or held.effective_from < pack.effective_from):
            chosen[pack.agency] = pack
    return SopInForce(MappingProxyType(chosen))
