"""A line of the timeline for everything that happened."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum

from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.events import (
    Answered,
    ApprovalReminded,
    ArrivalChanged,
    Awaited,
    BookingUncertain,
    DeathAnswered,
    DecisionMade,
    DutyChanged,
    Event,
    Held,
    Noted,
    RequestChanged,
    RequestEnded,
    RequestReceived,
    ReservationLost,
    Reserved,
    SoonerEvent,
    StepCorrected,
    facts_of,
)
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.notices import Changed, Notice
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.promises import CallOutcome, Whom, Why
from dispatch.vocabulary.request_states import FamilyWord, Outcome
from dispatch.vocabulary.trip_steps import AssignmentState, Leg, StepCause
from dispatch.vocabulary.vehicle_classes import Duty
from dispatch.words.facts import approver_name, joined, word
from dispatch.words.messages import changed_time_text
from dispatch.words.tables import Gaps, name_of, name_or_own, phrase, table
from dispatch.words.times import booked_text, change_text, clock_text, minutes_text

# Where the words of a code are: by its type, or by the name of a fact that is text.
WORDS_OF: Mapping[type | str, str] = {
    AssignmentState: "steps.timeline",
    Duty: "facts.duty",
    Why: "events.why",
    Whom: "events.whom",
    CallOutcome: "events.call",
    FamilyWord: "events.said",
    Outcome: "events.outcome",
    Cause: "facts.cause",
    StepCause: "events.step_cause",
    Notice: "events.notice",
    WhoseWord: "events.whose",
    Changed: "events.changed",
    Leg: "events.leg",
    "to": "events.role",
    "owner": "events.role",
}
# Those in which people's and packs' own words stand beside codes.
_OWN_WORDS = {
    "told": "events.told",
    "whom": "facts.notify",
    "subject": "facts.documents",
    "documents": "facts.documents",
}


def event_text(
    event: Event,
    lang: Lang,
    zone: tzinfo,
    *,
    vehicle: str | None = None,
    rule: str | None = None,
    decision: str | None = None,
) -> str:
    """One line; `vehicle` and `rule` are what they are called, `decision` the sentence of what was decided."""
    if isinstance(event, DecisionMade) and not event.again and (written := decision or event.sentence):
        return written
    facts = facts_of(event)
    words = Gaps(table(lang, "events.default"))
    words.update({name: said for name, value in facts.items() if (said := _word(name, value, lang)) is not None})
    words.update({name: clock_text(at, zone) for name, at in facts.items() if isinstance(at, datetime)})
    if isinstance(event, Awaited | Answered) and event.approver is not None:
        words["approver"] = approver_name(event.approver, event.agency, lang)
    if vehicle:
        words["vehicle"] = vehicle
    if rule:
        words["about"] = rule
    if isinstance(event, RequestChanged | Reserved | ReservationLost):
        when = booked_text(event.booked_at, zone, lang) if event.booked_at is not None else None
        words.update({"when": when} if when else {})
        if isinstance(event, RequestChanged) and (changed := changes_text(event.changed, when, lang)):
            words["changed"] = changed
    if isinstance(event, ArrivalChanged) and event.later_min:
        words["change"] = change_text(event.later_min, lang)
    if isinstance(event, SoonerEvent):
        words["sooner"] = sooner_text(
            lang, eta_s=event.eta_s, without_s=event.without_s, taken_from=event.taken_from, waits_s=event.waits_s
        )
    said = table(lang, "events.line")[_key(event)]
    line = said.format_map(words)
    if "{reason}" in said:
        return line
    why = facts.get("reason") or (words["cause"] if isinstance(facts.get("cause"), StepCause) else None)
    return phrase(lang, "events.line", "with_reason", line=line, reason=why) if why else line


def changes_text(changed: Iterable[str], when: str | None, lang: Lang) -> str:
    """What of a request is different; of its time what it is now, where that is known. Nothing of a later version's."""
    names = table(lang, "events.changed")
    if when:
        names = {**names, Changed.SCHEDULE_AT: changed_time_text(when, lang)}
    said = [names[code] for code in changed if code in names]
    return joined(said, lang, "and") if said else ""


def sooner_text(
    lang: Lang, *, eta_s: float, without_s: float | None, taken_from: str | None, waits_s: float | None
) -> str:
    """How soon a vehicle would be there, by how much sooner, and what that costs the request that it is on."""
    minutes, name = minutes_text(eta_s, lang), "events.sooner"
    gain = {"gain": minutes_text(without_s - eta_s, lang)} if without_s is not None else {}
    said = phrase(lang, name, "gain" if gain else "nobody", minutes=minutes, **gain)
    if taken_from is None:
        return said
    if waits_s is None:
        return phrase(lang, name, "nobody_else", said=said)
    if waits_s < 30.0:  # less than half a minute is none
        return phrase(lang, name, "waits_none", said=said)
    return phrase(lang, name, "waits", said=said, minutes=minutes_text(waits_s, lang))


def code_name(of: str, code: str, lang: Lang) -> str:
    """What a code of an event is called; `of` is notice, leg or changed."""
    return table(lang, f"events.{of}")[code]


def _key(event: Event) -> str:
    return _key_of_booking(event) or _key_of_other(event)


def _key_of_booking(event: Event) -> str | None:
    match event:
        case RequestReceived(onward_of=str()):
            return "request_received_onward"
        case Reserved(waits=True):
            return "reserved_waits"
        case ReservationLost(waited=True):
            return "reservation_lost_waited"
        case BookingUncertain(no_vehicle=False):
            return "booking_papers"
        case _:
            return None


def _key_of_other(event: Event) -> str:
    match event:
        case DecisionMade(again=True):
            return "decision_made_again"
        case Held(on=False):
            return "held_over"
        case Noted(delivers=True):
            return "noted_delivers"
        case ArrivalChanged(later_min=0):
            return "arrival_changed_first" if event.before is None else "arrival_changed_same"
        case StepCorrected() if event.wrong is None or event.wrong_at is None:
            return "step_corrected_forgotten"
        case DeathAnswered(confirmed=True):
            return "death_answered_confirmed"
        case ApprovalReminded(nobody=True):
            return "approval_reminded_nobody"
        case Answered(heard_at=datetime()):
            return f"{event.kind}_heard"
        case DutyChanged(shift_over=True):
            return "duty_changed_shift_over"
        case RequestEnded(reason=str()):
            return "request_ended_why"
        case _:
            return event.kind


def _word(name: str, value: object, lang: Lang) -> str | None:
    """A fact in words; None for one that is not there and for a code that no line speaks of."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return joined([said for one in value if (said := _word(name, one, lang)) is not None], lang, "and")
    words = WORDS_OF.get(type(value)) or WORDS_OF.get(name)
    if words:
        return name_of(lang, words, value)
    if name in _OWN_WORDS:
        return name_or_own(lang, _OWN_WORDS[name], value)
    return None if isinstance(value, StrEnum) else word(name, value, lang)
