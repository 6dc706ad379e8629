"""Every fact of every event changes a line or a message, or stands below with who else reads it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import EnumType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import JournalEntry
from dispatch.reading.events import event_out
from dispatch.tell.plan import messages_for
from dispatch.vocabulary.events import KINDS, Event, facts_of
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.request_states import ENDS, Outcome, RequestState
from tests.people import NOW, ZONE
from tests.unit.tell.test_plan import KNOWN

HEAD = ("at", "request_id", "assignment_id", "vehicle_id", "actor", "kind")
ABOUT: dict[str, Any] = {"request_id": "P-1", "assignment_id": "T-1", "vehicle_id": "H3", "actor": "budi"}
BRIEFS = {1: DecisionRecord(outcome=Outcome.PROMISE, at=NOW, sop={}, chosen=(), why=Why.NOBODY_ELIGIBLE, considered=7)}
# Facts that no line and no message is made of. They leave the server beside the line, in `facts`.
KEPT = {
    "TripEvent.source": "by which way a step came: for whoever asks later who pressed what",
    "TripEvent.device_time": "when, by the device's own clock",
    "TripEvent.seq": "its place in the device's queue",
    "ProblemReported.state": "always the same",
    "RequestReceived.need": "what was asked stands with the request, and messages take it from there",
    "RequestReceived.urgency": "as above",
    "DecisionMade.chosen": "the decision that is kept beside says who",
    "OfferMade.slot": "which of several vehicles",
    "OfferDelivered.expires_at": "until when the driver may answer now",
    "Judged.clause": "the SOP's words, for whoever asks later why",
    "SopPublished.effective_from": "the version that is kept says so",
    "PromiseCalled.told": "the log of its calls says who was reached",
    "PromiseRetried.retries": "how often",
    "PromiseOverdue.level": "the role says it",
    "PromiseClosed.outcome": "how it ended",
    "PromiseClosed.state": "as above",
    "StockCame.place": "the place on the call list",
    "SoonerEvent.trip": "which trip it leaves: whether the proposal still stands is read from it",
    "SoonerEvent.instead_of": "who gives its place: the request's page says it",
    "RequestChanged.ahead": "who is a first contact since: its slot says it, and an undone tap needs to know",
    "DeathAnswered.aboard": "whether it is about somebody who comes: for whoever asks later what was known then",
    "DutyChanged.at_base": "the vehicle says it",
    "IncidentEvent.incident": "which incident; its name may speak of people",
    "RoadEvent.closure": "which closure",
    "RoadEvent.streets": "how many streets it closes",
}


SOME: dict[Any, list[Any]] = {
    str: ["operator", "satu"],
    int: [0, 1, 2],
    bool: [False, True],
    datetime: [NOW - timedelta(minutes=3), NOW + timedelta(minutes=9)],
}


def values(hint: Any) -> list[Any]:
    """Some that a field of this type may hold."""
    found: list[Any] = []
    for kind in get_args(hint) or (hint,):
        if kind is RequestState:
            found += sorted(ENDS)  # nothing else is an event
        elif isinstance(kind, EnumType):
            codes: list[Any] = list(kind)
            found += [(code,) for code in codes] if get_origin(hint) is tuple else codes
        elif kind is type(None):
            found.append(None)
        else:
            found += SOME.get(kind, [("H1",), ("H3",)])
    return found


def rule_of_event(event: Event) -> str | None:
    """A name for each rule."""
    rule = facts_of(event).get("rule")
    return f"Aturan tentang {rule}" if rule else None


def told(event: Event) -> str:
    """All that people read because of it."""
    entry = JournalEntry(seq=7, event=event)
    lines = [event_out(entry, {}, rule_of_event, BRIEFS, lambda *_: None, ZONE, lang).text for lang in Lang]
    return repr((lines, messages_for(7, event, KNOWN)))


def unread(kind: type[Event]) -> Iterator[str]:
    """The fields of a kind that change nothing of it, whatever the others hold."""
    hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in HEAD}
    for name, hint in hints.items():
        others = {other: values(others) for other, others in hints.items() if other != name}
        settings = [
            {other: held[(at + place) % len(held)] for place, (other, held) in enumerate(others.items())}
            for at in range(12)
        ]
        if all(
            len({told(kind(at=NOW, **ABOUT, **setting, **{name: value})) for value in values(hint)}) == 1
            for setting in settings
        ):
            yield name


def named(kind: type[Event], name: str) -> set[str]:
    """Under which names of KEPT a field may stand: that of its class, or of one above it."""
    return {f"{each.__name__}.{name}" for each in kind.__mro__} & KEPT.keys()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind.value)
def test_every_fact_is_read_by_somebody(kind: type[Event]) -> None:
    assert [name for name in unread(kind) if not named(kind, name)] == []


def test_what_is_only_kept_is_really_read_by_no_line_and_no_message() -> None:
    found = {one for kind in KINDS.values() for name in unread(kind) for one in named(kind, name)}
    assert found == KEPT.keys()
