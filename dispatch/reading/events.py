"""What happened, as lines of a timeline and as messages of the live connection."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import JournalEntry
from dispatch.reading.base import Names, Out
from dispatch.reading.rule_names import RuleNameOf
from dispatch.reading.scope import Scope
from dispatch.vocabulary.events import DecisionMade, EventKind, facts_of
from dispatch.vocabulary.languages import Lang
from dispatch.words.decisions import RuleOf, sentence
from dispatch.words.events import event_text


class EventOut(Out):
    """One entry of the journal; `text` is its line of a timeline."""

    seq: int
    kind: EventKind
    at: datetime
    text: str
    request_id: str | None = None
    assignment_id: str | None = None
    vehicle_id: str | None = None
    actor: str | None = None
    facts: dict[str, object]


def event_out(
    entry: JournalEntry,
    names: Names,
    rule_name_of: RuleNameOf,
    briefs: Mapping[int, DecisionRecord],
    rule_of: RuleOf,
    zone: tzinfo,
    lang: Lang,
    scope: Scope = Scope.FULL,
) -> EventOut:
    """A journal entry with its line; whoever does not see all of it learns that it happened, and not of whom or why."""
    event = entry.event
    if scope is not Scope.FULL:
        trip = event.assignment_id if scope is Scope.REDACTED else None
        hidden: dict[str, object] = {"request_id": None, "assignment_id": trip, "actor": None, "text": "", "facts": {}}
        return EventOut.of(event, seq=entry.seq, **hidden)
    decision = None
    if isinstance(event, DecisionMade) and event.decision_id is not None and event.decision_id in briefs:
        decision = sentence(briefs[event.decision_id], rule_of, zone, lang)
    vehicle, rule = names.get(event.vehicle_id or ""), rule_name_of(event)
    text = event_text(event, lang, zone, vehicle=vehicle, rule=rule, decision=decision)
    return EventOut.of(event, seq=entry.seq, text=text, facts=facts_of(event))
