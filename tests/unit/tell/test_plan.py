"""Each kind of event: who is told what, when, and what need not be said any more."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.message import Drop, Message, Template
from dispatch.tell.plan import Known, messages_for
from dispatch.vocabulary.events import Event, EventKind
from tests.people import NOW

T = Template
KNOWN = Known(
    facility="puskesmas-contoh",
    need="body",
    agency="dkm",
    has_base=True,
    going=("H1",),
    arrives_at=NOW + timedelta(minutes=14),
)
IN_90_S = (NOW + timedelta(seconds=90)).isoformat()
CONTACT, FACILITY = "contact:P-1", "facility:puskesmas-contoh"
NOBODY: list[tuple[str, Template]] = []


def event(kind: EventKind, /, *, of_request: bool = False, **facts: object) -> Event:
    assignment = None if of_request else "T-1"
    return Event(
        kind=kind, at=NOW, request_id="P-1", assignment_id=assignment, vehicle_id="H3", actor="desk", facts=facts
    )


def told(happened: Event, known: Known = KNOWN) -> list[Message]:
    return [telling for telling in messages_for(7, happened, known) if isinstance(telling, Message)]


def dropped(happened: Event, known: Known = KNOWN) -> set[Template]:
    return {t for drop in messages_for(7, happened, known) if isinstance(drop, Drop) for t in drop.templates}


def who(happened: Event, known: Known = KNOWN) -> list[tuple[str, Template]]:
    return [(message.recipient, message.template) for message in told(happened, known)]


K = EventKind
CASES: dict[str, tuple[Event, list[tuple[str, Template]]]] = {
    "received": (event(K.REQUEST_RECEIVED, need="body", urgency="green"), [(CONTACT, T.RECEIVED)]),
    "decided": (event(K.DECISION_MADE, sentence="…"), NOBODY),
    "offered": (event(K.OFFER_MADE, expires_at=IN_90_S), [("driver:H3", T.OFFER), ("base:H3", T.OFFER_UNANSWERED)]),
    "auto": (event(K.OFFER_MADE, expires_at=IN_90_S, auto=True), [("driver:H3", T.OFFER_AUTO)]),
    "accepted": (event(K.OFFER_ACCEPTED, state="accepted"), [(CONTACT, T.COMING), (FACILITY, T.COMING_TO_FACILITY)]),
    "declined": (event(K.OFFER_DECLINED, state="declined"), NOBODY),
    "expired": (event(K.OFFER_EXPIRED, state="expired"), NOBODY),
    "withdrawn": (event(K.OFFER_WITHDRAWN, state="withdrawn"), [("driver:H3", T.OFFER_WITHDRAWN)]),
    "en_route": (event(K.STEP_TAKEN, state="en_route"), [(CONTACT, T.EN_ROUTE)]),
    "on_scene": (event(K.STEP_TAKEN, state="on_scene"), [(CONTACT, T.ON_SCENE)]),
    "transporting": (event(K.STEP_TAKEN, state="transporting"), [(CONTACT, T.TRANSPORTING)]),
    "at_destination": (event(K.STEP_TAKEN, state="at_destination"), [(CONTACT, T.AT_DESTINATION)]),
    "cleared": (event(K.STEP_TAKEN, state="cleared"), [(CONTACT, T.TRIP_OVER), (FACILITY, T.TRIP_OVER_FACILITY)]),
    "undone": (event(K.STEP_UNDONE, state="en_route", undone="on_scene"), NOBODY),
    "stood_down": (
        event(K.STOOD_DOWN, state="stood_down", reason="mogok"),
        [(CONTACT, T.REPLACED), ("operator", T.VEHICLE_LOST), ("driver:H3", T.LET_GO)],
    ),
    "problem": (event(K.PROBLEM_REPORTED, reason="mogok"), [(CONTACT, T.REPLACED), ("operator", T.VEHICLE_LOST)]),
    "approval": (
        event(K.APPROVAL_ASKED, rule="R02", approver="health_officer"),
        [("health_officer", T.APPROVAL_ASKED)],
    ),
    "operator_approval": (event(K.APPROVAL_ASKED, rule="R02", approver="operator"), [("operator", T.APPROVAL_ASKED)]),
    "mutual_aid": (event(K.APPROVAL_ASKED, rule="R26", approver="own_operator"), [("agency:dkm", T.HELP_ASKED)]),
    "promise": (
        event(K.PROMISE_MADE, of_request=True, owner="operator", due_at=IN_90_S, why="nobody_eligible"),
        [(CONTACT, T.PROMISE_MADE)],
    ),
    "document": (
        event(K.PROMISE_MADE, of_request=True, owner="staff", due_at=IN_90_S, kind="document"),
        [(CONTACT, T.DOCUMENT_PROMISED)],
    ),
    "retried": (event(K.PROMISE_RETRIED, retries=2), NOBODY),
    "reminded": (event(K.PROMISE_REMINDED, to="operator"), [("operator", T.PROMISE_REMINDED)]),
    "overdue": (event(K.PROMISE_OVERDUE, to="health_officer", level=2), [("health_officer", T.PROMISE_OVERDUE)]),
    "overdue_staff": (event(K.PROMISE_OVERDUE, to="staff", level=0), [(FACILITY, T.PROMISE_OVERDUE)]),
    "overdue_person": (event(K.PROMISE_OVERDUE, to="opi", level=1), [("person:opi", T.PROMISE_OVERDUE)]),
    "promise_closed": (event(K.PROMISE_CLOSED, of_request=True, outcome="kept", told="contact"), NOBODY),
    "police": (event(K.NOTICE_ASKED, whom="police", rule="R11"), [("police", T.POLICE_NOTICE)]),
    "owner": (event(K.NOTICE_ASKED, whom="owner", rule="R29"), [("owner:H3", T.OWNER_NOTICE)]),
    "operator_notice": (event(K.NOTICE_ASKED, whom="operator", rule="R13"), [("operator", T.OPERATOR_NOTICE)]),
    "escalated": (event(K.ESCALATED, to="operator", why="refused_often"), [("operator", T.ESCALATED)]),
    "no_longer_needed": (
        event(K.FAMILY_SAID, of_request=True, said="no_longer_needed"),
        [(who_, T.FAMILY_NEEDS_NOTHING) for who_ in ("operator", FACILITY, "driver:H1")],
    ),
    "left": (
        event(K.FAMILY_SAID, of_request=True, said="left"),
        [(who_, T.FAMILY_LEFT) for who_ in ("operator", FACILITY, "driver:H1")],
    ),
    "stock": (event(K.STOCK_CAME, subject="ktp"), [(CONTACT, T.STOCK_CAME)]),
    "cancelled": (
        event(K.REQUEST_ENDED, of_request=True, state="cancelled_by_requester", told="keluarga"),
        [(CONTACT, T.ENDED_CANCELLED), (FACILITY, T.ENDED_FACILITY)],
    ),
    "duplicate": (
        event(K.REQUEST_ENDED, of_request=True, state="duplicate"),
        [(CONTACT, T.ENDED_DUPLICATE), (FACILITY, T.ENDED_FACILITY)],
    ),
    "unfounded": (
        event(K.REQUEST_ENDED, of_request=True, state="unfounded"),
        [(CONTACT, T.ENDED_UNFOUNDED), (FACILITY, T.ENDED_FACILITY)],
    ),
    "completed": (
        event(K.REQUEST_ENDED, of_request=True, state="completed"),
        [(CONTACT, T.ENDED_COMPLETED), (FACILITY, T.ENDED_FACILITY)],
    ),
    "duty": (Event(kind=K.DUTY_CHANGED, at=NOW, vehicle_id="H3", facts={"duty": "available"}), NOBODY),
}


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_told_to_whom_it_concerns(name: str) -> None:
    happened, wanted = CASES[name]
    assert who(happened) == wanted


def test_every_template_is_told_to_somebody() -> None:
    said = {template for happened, _ in CASES.values() for _, template in who(happened)}
    said |= {template for _, template in who(event(K.FAMILY_SAID, said="something else"))}
    assert said == set(Template)


def test_an_offer_rings_the_base_after_half_its_time_and_never_after_its_end() -> None:
    driver, base = told(event(K.OFFER_MADE, expires_at=IN_90_S))
    assert driver.send_after == NOW
    assert base.send_after == NOW + timedelta(seconds=45)
    assert driver.drop_after == base.drop_after == NOW + timedelta(seconds=90)


def test_a_vehicle_without_a_base_has_none_to_ring() -> None:
    silent = Known(facility="puskesmas-contoh", need="body")
    assert who(event(K.OFFER_MADE, expires_at=IN_90_S), silent) == [("driver:H3", T.OFFER)]


@pytest.mark.parametrize("kind", [K.OFFER_ACCEPTED, K.OFFER_DECLINED, K.OFFER_EXPIRED, K.OFFER_WITHDRAWN])
def test_an_answered_offer_rings_nobody_any_more(kind: EventKind) -> None:
    assert {T.OFFER, T.OFFER_AUTO, T.OFFER_UNANSWERED} <= dropped(event(kind, state="…"))


@pytest.mark.parametrize("state", ["en_route", "on_scene", "transporting", "at_destination", "cleared"])
def test_a_step_is_told_when_it_can_no_longer_be_undone_and_an_undone_one_never(state: str) -> None:
    step = told(event(K.STEP_TAKEN, state=state))
    assert {message.send_after for message in step} == {NOW + timedelta(seconds=10)}
    assert {message.template for message in step} == dropped(event(K.STEP_UNDONE, state="accepted", undone=state))


def test_the_time_of_arrival_is_the_events_own_or_else_the_one_that_was_expected() -> None:
    later = (NOW + timedelta(minutes=30)).isoformat()
    assert told(event(K.OFFER_ACCEPTED, eta=later))[0].facts["eta"] == later
    assert told(event(K.OFFER_ACCEPTED, eta="soon"))[0].facts["eta"] == (NOW + timedelta(minutes=14)).isoformat()
    assert "eta" not in told(event(K.OFFER_ACCEPTED), Known())[0].facts


def test_a_problem_and_the_stand_down_after_it_are_told_once() -> None:
    keys = [message.key for kind in (K.PROBLEM_REPORTED, K.STOOD_DOWN) for message in told(event(kind))]
    assert len(keys) == 5
    assert len(set(keys)) == 3


def test_a_driver_is_not_told_what_the_driver_did() -> None:
    own = Known(facility="puskesmas-contoh", own_act=True)
    assert ("driver:H3", T.LET_GO) not in who(event(K.STOOD_DOWN), own)


def test_a_reason_in_somebodys_own_words_is_not_passed_on() -> None:
    for kind in EventKind:
        for message in told(event(kind, state="completed", reason="Pak Contoh sakit", expires_at=IN_90_S)):
            assert "Contoh" not in json.dumps(dict(message.facts)), kind


def test_the_end_of_a_trip_is_told_once() -> None:
    after_trip = Known(facility="puskesmas-contoh", had_trip=True)
    assert who(event(K.REQUEST_ENDED, of_request=True, state="completed"), after_trip) == []
    assert T.TRIP_OVER not in dropped(event(K.REQUEST_ENDED, of_request=True, state="completed"), after_trip)


def test_who_cancelled_is_not_told_that_a_replacement_is_looked_for() -> None:
    ended = event(K.REQUEST_ENDED, of_request=True, state="cancelled_by_requester")
    assert {T.REPLACED, T.VEHICLE_LOST, T.EN_ROUTE, T.OFFER} <= dropped(ended)


def test_stock_that_came_is_told_to_everybody_on_the_list() -> None:
    came = Event(kind=K.STOCK_CAME, at=NOW, facts={"subject": "ktp", "request_ids": ["P-7", "P-8"]})
    assert who(came) == [("contact:P-7", T.STOCK_CAME), ("contact:P-8", T.STOCK_CAME)]
    assert [message.request_id for message in told(came)] == ["P-7", "P-8"]


FACT_NAMES = (
    *("need", "expires_at", "auto", "state", "eta", "undone", "reason", "rule", "approver", "why", "owner", "due_at"),
    *("kind", "to", "level", "whom", "said", "subject", "request_ids", "told", "outcome"),
)
FACTS = st.dictionaries(
    st.sampled_from(FACT_NAMES),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=12),
        st.sampled_from(
            [IN_90_S, "operator", "staff", "cleared", "completed", "police", "owner", "2026-11-20T16:45:00"]
        ),
        st.lists(st.text(max_size=4), max_size=3),
    ),
)
MAYBE = st.one_of(st.none(), st.just("X-1"))


@given(
    kind=st.sampled_from(EventKind), request=MAYBE, assignment=MAYBE, vehicle=MAYBE, facts=FACTS, known=st.booleans()
)
def test_whatever_the_facts_are_messages_are_whole_and_unique(
    kind: EventKind,
    request: str | None,
    assignment: str | None,
    vehicle: str | None,
    facts: dict[str, Any],
    *,
    known: bool,
) -> None:
    happened = Event(kind=kind, at=NOW, request_id=request, assignment_id=assignment, vehicle_id=vehicle, facts=facts)
    messages = told(happened, KNOWN if known else Known())
    assert len({message.key for message in messages}) == len(messages)
    assert len({message.recipient for message in messages}) == len(messages)
    for message in messages:
        json.dumps(dict(message.facts))
        assert message.recipient.partition(":")[2] or ":" not in message.recipient
        assert message.send_after >= NOW
