"""SOP packs: the versioned rules of one agency, and which of them speak on a request and a vehicle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from types import MappingProxyType

from dispatch.rules.conditions import Condition
from dispatch.rules.values import within
from dispatch.vocabulary.policy import CertainHours, Policy

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


Part = tuple[tuple[Condition, ...], ...]  # alternatives: all conditions of one of them must hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a drop-off asks for before it receives somebody: notice in minutes, and the hours within which it does."""

    notice_min: float
    hours: tuple[time, time]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Who may say yes: a role or own_operator, of one agency where it is named, in these hours where it has any."""

    who: str
    agency: str | None = None
    hours: tuple[time, time] | None = None

    def is_reached(self, local: datetime) -> bool:
        """Whether this is one of the approver's hours."""
        return self.hours is None or within(self.hours, local.time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What a rule says of a vehicle in one language: where it is met, where it is not, and what would help."""

    met: str
    unmet: str
    would_help: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One clause (docs/decisions/0004). It concerns vehicles of which `vehicles` holds; its case is there when `when`
    holds and `unless` does not; `must` is what a require or a prefer asks for; `approvers` are asked in their order.
    `reason` is Indonesian; a pack may give the same in English.
    """

    id: str
    title: str
    effect: Effect
    clause: str
    source: str
    reason: Reason
    reason_en: Reason | None = None
    vehicles: Part = ()
    when: Part = ()
    unless: Part = ()
    must: Part = ()
    overrides: frozenset[str] = frozenset()
    approvers: tuple[Approver, ...] = ()
    overridable_by: OverridableBy = OverridableBy.NOBODY
    prefer_within_min: float = 15.0
    sooner_by_min: float | None = None
    one_each: bool = False
    documents: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    booking: Booking | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition, in the order in which they are written."""
        parts = (self.vehicles, self.when, self.unless, self.must)
        return tuple(condition for part in parts for alternative in part for condition in alternative)

    def approvers_at(self, local: datetime) -> tuple[Approver, ...]:
        """Who is asked for a yes at this time of the region, in order: whoever is reached then, or else the first."""
        return tuple(one for one in self.approvers if one.is_reached(local)) or self.approvers[:1]

    @property
    def is_about_vehicle(self) -> bool:
        """Whether it speaks of vehicles (then only its own agency's) or of the request, the trip and the place."""
        if self.vehicles or self.effect is Effect.APPROVAL:
            return True
        return any(condition.looks_at_vehicle for condition in self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One published, immutable version of an agency's SOP; it is in force from `effective_from` (aware)."""

    agency: str
    title: str
    version: str
    effective_from: datetime
    rules: tuple[Rule, ...]
    policy: Policy = field(default_factory=Policy)

    def find_rule(self, rule_id: str) -> Rule | None:
        """The rule of this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def held_at(policy: Policy, local: datetime) -> list[CertainHours]:
    """Which of the policy's hours hold at this moment of the region, in their order."""
    clock, day = local.time(), local.weekday()
    return [some for some in policy.hours if day in some.weekdays and any(within(span, clock) for span in some.hours)]


def policy_at(policy: Policy, local: datetime) -> Policy:
    """The figures at this moment of the region."""
    changed = {name: value for some in held_at(policy, local) for name, value in some.figures.items()}
    return replace(policy, **changed) if changed else policy  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule together with the pack that speaks it, and the rule's conditions."""

    rule: Rule
    agency: str
    version: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class SopInForce:
    """The packs in force at one instant, one an agency; immutable, so which rules speak on whom is found once.

    `local` is that instant in the region's time; without it no figures of certain hours hold.
    """

    packs: Mapping[str, Pack]
    local: datetime | None = None
    _clauses: dict[tuple[str | None, str | None], tuple[Clause, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def policy(self) -> Policy:
        """The national policy of this instant, or the defaults where no national pack is loaded."""
        national = self.packs.get(NATIONAL)
        policy = national.policy if national else Policy()
        return policy_at(policy, self.local) if self.local else policy

    @property
    def looks_at_soonest(self) -> bool:
        """Whether any rule asks who else could come, which is known only after the first arrivals are."""
        rules = (rule for pack in self.packs.values() for rule in pack.rules)
        return any(condition.key.name == "no_other_within_min" for rule in rules for condition in rule.conditions)

    def find_rule(self, agency: str, rule_id: str) -> Rule | None:
        """The rule of this id in the pack of `agency` that is in force."""
        pack = self.packs.get(agency)
        return pack.find_rule(rule_id) if pack else None

    def find_clause(self, rule_id: str, agency: str, pickup_area: str | None) -> Rule | None:
        """The rule of this id that speaks on a vehicle of `agency` for a pick-up in `pickup_area`."""
        clauses = self.clauses_for(agency, pickup_area)
        return next((clause.rule for clause in clauses if clause.rule.id == rule_id), None)

    def clauses_for(self, agency: str, pickup_area: str | None) -> tuple[Clause, ...]:
        """Which rules speak on a vehicle of `agency` for a pick-up in `pickup_area`, in the order of their ids.

        National and the area's pack speak of the request; national and the vehicle's own agency's of the vehicle:
        a clause of one agency never leaks to another's vehicles.
        """
        key = (agency, pickup_area)
        if key not in self._clauses:
            self._clauses[key] = tuple(
                clause
                for clause in self.clauses(pickup_area)
                if not clause.rule.is_about_vehicle or clause.agency in (NATIONAL, agency)
            )
        return self._clauses[key]

    def clauses(self, pickup_area: str | None) -> tuple[Clause, ...]:
        """Every rule that speaks on some vehicle for a pick-up in `pickup_area`, in the order of their ids."""
        key = (None, pickup_area)
        if key not in self._clauses:
            found = [
                Clause(rule, pack.agency, pack.version, rule.conditions)
                for pack in self.packs.values()
                for rule in pack.rules
                if rule.is_about_vehicle or pack.agency in (NATIONAL, pickup_area)
            ]
            self._clauses[key] = tuple(sorted(found, key=lambda clause: (clause.rule.id, clause.agency)))
        return self._clauses[key]

    def with_pack(self, pack: Pack) -> "SopInForce":
        """The same with this pack instead of its agency's, whatever its date: for drafts and what-if."""
        return SopInForce(MappingProxyType({**self.packs, pack.agency: pack}), self.local)


def packs_in_force(packs: Iterable[Pack], at: datetime) -> SopInForce:
    """Of every agency the latest version whose effective time has come at `at`, a time of the region."""
    chosen: dict[str, Pack] = {}
    for pack in packs:
        held = chosen.get(pack.agency)
        if pack.effective_from <= at and (held is None or held.effective_from < pack.effective_from):
            chosen[pack.agency] = pack
    return SopInForce(MappingProxyType(chosen), at)
