"""What the rules are called that spoke, and whom they ask: people know neither by their codes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property

from dispatch.desk.ports import Books, find
from dispatch.domain.approval import Approval
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import Pack, packs_in_force
from dispatch.vocabulary.events import Event, facts_of
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.promises import OWN_OPERATOR
from dispatch.words.facts import approver_name
from dispatch.words.findings import rule_name

RuleNameOf = Callable[[Event], str | None]


@dataclass(frozen=True)
class RuleNames:
    """The names of rules in one language; the packs are read once, where any is asked for."""

    books: Books
    zone: tzinfo
    lang: Lang

    @cached_property
    def _packs(self) -> list[Pack]:
        return [read_pack(text) for text in self.books.sop.list_packs()]

    def of(self, rule_id: str, at: datetime, *, agency: str | None, area: str | None) -> str:
        """A rule by its title in the pack that was in force then, of those that speak on a vehicle of this agency and a
        pick-up in this area.
        """
        sop = packs_in_force(self._packs, at.astimezone(self.zone))
        clauses = sop.clauses_for(agency, area) if agency is not None else sop.clauses(area)
        rule = next((clause.rule for clause in clauses if clause.rule.id == rule_id), None)
        return rule_name(rule_id, rule, self.lang)

    def of_approval(self, asked: Approval) -> str:
        """The rule by which somebody's yes is asked for."""
        return self._now(asked.rule, asked.asked_at, asked.request_id, asked.vehicle_id)

    def approver_of(self, asked: Approval) -> str:
        """Who is asked for a yes: one's office where the rule names it, the owner where its operator is asked."""
        held = find(self.books.vehicles.get, asked.vehicle_id) if asked.approver == OWN_OPERATOR else None
        return approver_name(asked.approver, held.vehicle.agency if held is not None else asked.agency, self.lang)

    def of_event(self, event: Event) -> str | None:
        """The rule by which something happened; None where it was by none."""
        rule_id = facts_of(event).get("rule")
        if not isinstance(rule_id, str):
            return None
        return self._now(rule_id, event.at, event.request_id, event.vehicle_id)

    def _now(self, rule_id: str, at: datetime, request_id: str | None, vehicle_id: str | None) -> str:
        """As request and vehicle are today."""
        held = find(self.books.vehicles.get, vehicle_id)
        request = find(self.books.requests.get, request_id)
        return self.of(
            rule_id,
            at,
            agency=held.vehicle.agency if held is not None else None,
            area=request.ask.pickup.agency if request is not None else None,
        )
