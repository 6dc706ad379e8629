"""Each kind of event: who is told what, when, and what need not be said any more."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.message import Drop, Message, Template
from dispatch.store.forms import json_text
from dispatch.tell.plan import SETTLED, Known, messages_for
from dispatch.vocabulary import events as e
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.needs import Document
from dispatch.vocabulary.notices import Changed, Notice
from dispatch.vocabulary.promises import LADDER, OWN_OPERATOR, CallOutcome, PromiseKind, PromiseState, Whom, Why
from dispatch.vocabulary.request_states import ENDS, FamilyWord, Outcome, RequestState
from dispatch.vocabulary.trip_steps import STATES, UNDO_WITHIN, AssignmentState, Leg, StepCause, StepSource
from dispatch.vocabulary.vehicle_classes import Duty
from tests.people import NOW

T, S = Template, AssignmentState
KNOWN = Known(
    to_facility="rsud-contoh",
    facility="puskesmas-contoh",
    need="body",
    agency="dkm",
    has_base=True,
    going=("H1",),
    arrives_at=NOW + timedelta(minutes=14),
)
IN_90_S = NOW + timedelta(seconds=90)
CONTACT, FACILITY = "contact:P-1", "facility:puskesmas-contoh"
NOBODY: list[tuple[str, str]] = []


def trip(kind: type[e.TripEvent], state: AssignmentState, **facts: Any) -> e.TripEvent:
    """As a driver's tap writes it."""
    return kind(**HEAD | {"actor": "budi", "source": StepSource.TAP, "state": state} | facts)


HEAD: dict[str, Any] = {"at": NOW, "request_id": "P-1", "assignment_id": "T-1", "vehicle_id": "H3"}
OF_REQUEST: dict[str, Any] = {"at": NOW, "request_id": "P-1", "actor": "desk"}
OF_VEHICLE: dict[str, Any] = OF_REQUEST | {"vehicle_id": "H3"}
OFFER = e.OfferMade(**HEAD, expires_at=IN_90_S)
LATER = e.ArrivalChanged(**HEAD, leg=Leg.PICKUP, arrives_at=IN_90_S, before=NOW, later_min=6, notable=True)


def told(happened: e.Event, known: Known = KNOWN) -> list[Message]:
    return [telling for telling in messages_for(7, happened, known) if isinstance(telling, Message)]


def dropped(happened: e.Event, known: Known = KNOWN) -> set[str]:
    return {t for drop in messages_for(7, happened, known) if isinstance(drop, Drop) for t in drop.templates}


def who(happened: e.Event, known: Known = KNOWN) -> list[tuple[str, str]]:
    return [(message.recipient, message.template) for message in told(happened, known)]


def ended(state: RequestState) -> e.RequestEnded:
    return e.RequestEnded(**OF_REQUEST, state=state, told="keluarga")


def corrected(was: AssignmentState, state: AssignmentState, *, heard_at: datetime | None) -> e.StepCorrected:
    facts: dict[str, Any] = {"actor": "opi", "source": StepSource.CORRECTION, "reason": "terpencet"}
    wrong = was if heard_at is not None else None
    return e.StepCorrected(
        **HEAD | facts,
        state=state,
        was=was,
        corrected=state,
        since=NOW,
        wrong=wrong,
        wrong_at=heard_at,
        heard_at=heard_at,
    )


CASES: dict[str, tuple[e.Event, list[tuple[str, str]]]] = {
    "received": (e.RequestReceived(**OF_REQUEST), [(CONTACT, T.RECEIVED)]),
    "booked": (e.RequestReceived(**OF_REQUEST, schedule_at=NOW, rides=12), [(CONTACT, T.BOOKED)]),
    "booked along": (e.RequestReceived(**OF_REQUEST, schedule_at=NOW, along="P-0"), NOBODY),
    "reserved again": (
        e.Reserved(**OF_VEHICLE, again=True),
        [(to, T.BOOKING_SURE) for to in (CONTACT, FACILITY, "operator")],
    ),
    "reservation lost": (e.ReservationLost(**OF_VEHICLE), NOBODY),
    "waits there": (e.Reserved(**OF_VEHICLE, waits=True), [("driver:H3", T.WAIT_THERE)]),
    "waits no longer": (e.ReservationLost(**OF_VEHICLE, waited=True), [("driver:H3", T.WAIT_OVER)]),
    "return added": (e.ReturnAdded(**OF_REQUEST, schedule_at=NOW), [(CONTACT, T.RETURN_BOOKED)]),
    "return on call": (e.ReturnAdded(**OF_REQUEST, schedule_at=NOW, on_call=True), [(CONTACT, T.RETURN_ON_CALL)]),
    "uncertain": (
        e.BookingUncertain(**OF_REQUEST, no_vehicle=True),
        [("operator", T.BOOKING_UNCERTAIN_HERE), (FACILITY, T.BOOKING_UNCERTAIN_HERE)],
    ),
    "papers due": (
        e.BookingUncertain(**OF_REQUEST, documents=(Document.DEATH_LETTER,)),
        [(CONTACT, T.BOOKING_PAPERS), (FACILITY, T.BOOKING_PAPERS)],
    ),
    "uncertain promise": (
        e.PromiseMade(**OF_REQUEST, why=Why.BOOKING_UNCERTAIN, owner="operator", due_at=NOW),
        [(CONTACT, T.BOOKING_UNCERTAIN)],
    ),
    "return promise": (
        e.PromiseMade(**OF_REQUEST, why=Why.RETURN_UNSAID, owner="operator", due_at=NOW),
        [(CONTACT, T.RETURN_ASKED)],
    ),
    "called for": (e.ReturnCalled(**OF_REQUEST), NOBODY),
    "ended along": (e.RequestEnded(**OF_REQUEST, state=RequestState.UNFOUNDED, told="keluarga", along="P-0"), NOBODY),
    "changed along": (
        e.RequestChanged(**OF_REQUEST, changed=(Changed.DROPOFF,), along="P-0"),
        [("driver:H1", T.CHANGED_FOR_DRIVER)],
    ),
    "decided": (e.DecisionMade(**OF_REQUEST, outcome=Outcome.OFFER, chosen=("H3",), decision_id=1), NOBODY),
    "offered": (OFFER, [("driver:H3", T.OFFER), ("base:H3", T.OFFER_UNANSWERED)]),
    "auto": (replace(OFFER, auto=True), [("driver:H3", T.OFFER_AUTO)]),
    "delivered": (e.OfferDelivered(**HEAD, expires_at=IN_90_S), NOBODY),
    "accepted": (trip(e.OfferAccepted, S.ACCEPTED), [(CONTACT, T.COMING), (FACILITY, T.COMING_TO_FACILITY)]),
    "declined": (trip(e.OfferDeclined, S.DECLINED), NOBODY),
    "expired": (trip(e.OfferExpired, S.EXPIRED), NOBODY),
    "withdrawn": (trip(e.OfferWithdrawn, S.WITHDRAWN), [("driver:H3", T.OFFER_WITHDRAWN)]),
    "en_route": (trip(e.StepTaken, S.EN_ROUTE), [(CONTACT, "en_route")]),
    "on_scene": (trip(e.StepTaken, S.ON_SCENE), [(CONTACT, "on_scene")]),
    "transporting": (trip(e.StepTaken, S.TRANSPORTING), [(CONTACT, "transporting")]),
    "at_destination": (trip(e.StepTaken, S.AT_DESTINATION), [(CONTACT, "at_destination")]),
    "cleared": (trip(e.StepTaken, S.CLEARED), [(CONTACT, "trip_over"), (FACILITY, "trip_over_facility")]),
    "undone": (trip(e.StepUndone, S.EN_ROUTE, undone=S.ON_SCENE), NOBODY),
    "forgotten": (
        corrected(S.ON_SCENE, S.TRANSPORTING, heard_at=None),
        [(CONTACT, "transporting"), ("driver:H3", T.CORRECTED_FOR_DRIVER)],
    ),
    "never_so_far": (
        corrected(S.CLEARED, S.ON_SCENE, heard_at=NOW - SETTLED),
        [("driver:H3", T.CORRECTED_FOR_DRIVER), (CONTACT, T.CORRECTED), (FACILITY, T.CORRECTED)],
    ),
    "never_so_far_and_not_told_yet": (
        corrected(S.CLEARED, S.ON_SCENE, heard_at=NOW - SETTLED + timedelta(seconds=1)),
        [("driver:H3", T.CORRECTED_FOR_DRIVER)],
    ),
    "another_time": (corrected(S.ON_SCENE, S.ON_SCENE, heard_at=NOW - SETTLED), NOBODY),
    "transfer": (
        e.TransferBegun(**HEAD, reason="ban bocor"),
        [
            ("driver:H3", T.TRANSFER_FOR_DRIVER),
            ("driver:H1", T.CHANGED_FOR_DRIVER),
            (FACILITY, T.TRANSFER_FOR_FACILITY),
            ("facility:rsud-contoh", T.TRANSFER_FOR_FACILITY),
            (CONTACT, T.TRANSFER),
        ],
    ),
    "handed_over_on_the_way": (
        trip(e.HandedOver, S.CLEARED, actor="desk", source=StepSource.DESK),
        [("driver:H3", T.HANDED_OVER)],
    ),
    "stood_down": (
        trip(e.StoodDown, S.STOOD_DOWN, cause=StepCause.REASSIGNED),
        [(CONTACT, T.REPLACED), ("operator", T.VEHICLE_LOST), ("driver:H3", T.LET_GO)],
    ),
    "a_better_one_goes": (
        trip(e.StoodDown, S.STOOD_DOWN, cause=StepCause.BETTER_ACCEPTED),
        [("driver:H3", T.LET_GO)],
    ),
    "the_first_contact_carries": (
        trip(e.StoodDown, S.STOOD_DOWN, cause=StepCause.FIRST_CONTACT_CARRIES),
        [("driver:H3", T.LET_GO)],
    ),
    "problem": (
        trip(e.ProblemReported, S.STOOD_DOWN, reason="mogok"),
        [(CONTACT, T.REPLACED), ("operator", T.VEHICLE_LOST)],
    ),
    "approval": (
        e.ApprovalAsked(**OF_VEHICLE, rule="R02", approver="health_officer"),
        [("health_officer", T.APPROVAL_ASKED)],
    ),
    "operator_approval": (
        e.ApprovalAsked(**OF_VEHICLE, rule="R02", approver="operator"),
        [("operator", T.APPROVAL_ASKED)],
    ),
    "mutual_aid": (
        e.ApprovalAsked(**OF_VEHICLE, rule="R26", approver="own_operator"),
        [("agency:dkm", T.HELP_ASKED)],
    ),
    "approval_of_an_agency": (
        e.ApprovalAsked(**OF_VEHICLE, rule="R02", approver="health_officer", agency="kota"),
        [("health_officer:kota", T.APPROVAL_ASKED)],
    ),
    "reminded_approver": (
        e.ApprovalReminded(**OF_VEHICLE, rule="R02", approver="health_officer"),
        [("health_officer", T.APPROVAL_REMINDED), ("operator", T.APPROVAL_SILENT)],
    ),
    "reminded_operator": (
        e.ApprovalReminded(**OF_VEHICLE, rule="R02", approver="operator"),
        [("operator", T.APPROVAL_REMINDED)],
    ),
    "nobody_to_remind": (
        e.ApprovalReminded(**OF_VEHICLE, rule="R02", approver="health_officer", nobody=True),
        [("operator", T.APPROVAL_NOBODY)],
    ),
    "no_own_operator": (
        e.ApprovalReminded(**OF_VEHICLE, rule="R26", approver="own_operator", nobody=True),
        [("operator", T.APPROVAL_NOBODY)],
    ),
    "reminded_own_operator": (
        e.ApprovalReminded(**OF_VEHICLE, rule="R26", approver="own_operator"),
        [("agency:dkm", T.APPROVAL_REMINDED)],
    ),
    "approved": (e.ApprovalGiven(**OF_VEHICLE, rule="R02", reason="ya", approver="health_officer"), NOBODY),
    "refused": (e.ApprovalRefused(**OF_VEHICLE, rule="R02", reason="tidak", approver="health_officer"), NOBODY),
    "approved_by_phone": (
        e.ApprovalGiven(**OF_VEHICLE, rule="R02", reason="ya", approver="health_officer", heard_at=NOW),
        [("health_officer", T.APPROVAL_HEARD)],
    ),
    "lent_by_phone": (
        e.ApprovalGiven(**OF_VEHICLE, rule="R26", reason="ya", approver="own_operator", heard_at=NOW),
        [("agency:dkm", T.APPROVAL_HEARD)],
    ),
    "refused_by_phone": (
        e.ApprovalRefused(**OF_VEHICLE, rule="R02", reason="tidak", approver="health_officer", heard_at=NOW),
        [("health_officer", T.REFUSAL_HEARD)],
    ),
    "yes_taken_back": (
        e.ApprovalTakenBack(**OF_VEHICLE, rule="R02", reason="keliru", approver="health_officer"),
        [("operator", T.APPROVAL_TAKEN_BACK)],
    ),
    "taken_back_by_phone": (
        e.ApprovalTakenBack(**OF_VEHICLE, rule="R02", reason="keliru", approver="health_officer", heard_at=NOW),
        [("health_officer", T.REFUSAL_HEARD), ("operator", T.APPROVAL_TAKEN_BACK)],
    ),
    "yes_taken_back_under_way": (
        e.ApprovalTakenBack(
            **OF_VEHICLE | {"vehicle_id": "H1"}, rule="R02", reason="keliru", approver="health_officer"
        ),
        [("operator", T.APPROVAL_TAKEN_BACK), (FACILITY, T.APPROVAL_TAKEN_BACK_FACILITY)],
    ),
    "overridden": (e.Overridden(**OF_VEHICLE, rule="R21", reason="sudah ditelepon"), NOBODY),
    "promise": (
        e.PromiseMade(**OF_REQUEST, owner="operator", due_at=IN_90_S, why=Why.NOBODY_ELIGIBLE),
        [(CONTACT, T.PROMISE_MADE)],
    ),
    "met_nobody": (
        e.PromiseMade(**OF_REQUEST, owner="operator", due_at=IN_90_S, why=Why.NOBODY_THERE),
        [(CONTACT, T.MET_NOBODY)],
    ),
    "document": (
        e.PromiseMade(**OF_REQUEST, owner="staff", due_at=IN_90_S, why=Why.OUT_OF_STOCK, owed=PromiseKind.DOCUMENT),
        [(CONTACT, T.DOCUMENT_PROMISED)],
    ),
    "retried": (e.PromiseRetried(**OF_REQUEST, retries=2), NOBODY),
    "called": (e.PromiseCalled(**OF_REQUEST, outcome=CallOutcome.TOLD, whom=Whom.CONTACT, told="ibu"), NOBODY),
    "reminded": (
        e.PromiseReminded(**OF_REQUEST, to="operator", due_at=IN_90_S),
        [("operator", T.PROMISE_REMINDED)],
    ),
    "reminded_person": (
        e.PromiseReminded(**OF_REQUEST, to="operator", person="opi", due_at=IN_90_S),
        [("person:opi", T.PROMISE_REMINDED)],
    ),
    "reminded_of_before_0_2": (
        e.PromiseReminded(**OF_REQUEST, to="opi", due_at=IN_90_S),
        [("person:opi", T.PROMISE_REMINDED)],
    ),
    "reminded_staff": (e.PromiseReminded(**OF_REQUEST, to="staff", due_at=IN_90_S), [(FACILITY, T.PROMISE_REMINDED)]),
    "overdue": (
        e.PromiseOverdue(**OF_REQUEST, to="health_officer", level=2),
        [("health_officer", T.PROMISE_OVERDUE)],
    ),
    "reminded_staff_at_night": (
        e.PromiseReminded(**OF_REQUEST, to="staff", due_at=IN_90_S, beside="operator"),
        [(FACILITY, T.PROMISE_REMINDED), ("operator", T.PROMISE_BESIDE)],
    ),
    "overdue_the_first_time": (
        e.PromiseOverdue(**OF_REQUEST, to="operator", level=1, due_at=NOW),
        [("operator", T.PROMISE_OVERDUE), (CONTACT, T.PROMISE_LATE)],
    ),
    "overdue_again_at_night": (
        e.PromiseOverdue(**OF_REQUEST, to="health_officer", level=2, due_at=NOW, again=True, beside="operator"),
        [("health_officer", T.PROMISE_OVERDUE), ("operator", T.PROMISE_BESIDE)],
    ),
    "handed_over": (e.PromiseHandedOver(**OF_REQUEST, to="operator"), NOBODY),
    "promise_closed": (
        e.PromiseClosed(**OF_REQUEST, outcome="handed_out", told="ibu", state=PromiseState.KEPT),
        NOBODY,
    ),
    "police": (e.NoticeAsked(**OF_REQUEST, whom="police", rule="R11"), [("police", T.POLICE_NOTICE)]),
    "owner": (e.NoticeAsked(**OF_VEHICLE, whom="owner", rule="R20-30"), [("owner:H3", T.OWNER_NOTICE)]),
    "owner_of_nothing": (e.NoticeAsked(**OF_REQUEST, whom="owner", rule="R20-30"), NOBODY),
    "operator_notice": (e.NoticeAsked(**OF_REQUEST, whom="operator", rule="X1"), [("operator", T.OPERATOR_NOTICE)]),
    "notice_for_others": (e.NoticeAsked(**OF_REQUEST, whom="camat", rule="X1"), [("operator", T.OPERATOR_NOTICE)]),
    "escalated": (e.Escalated(**OF_REQUEST, to="operator", why=Why.REFUSED_OFTEN), [("operator", T.ESCALATED)]),
    "noticed": (e.TripNoticed(**HEAD, what=Notice.NOT_DEPARTED), [("operator", T.TRIP_NOTICED)]),
    "proposed": (
        e.VehicleProposed(**OF_VEHICLE, eta_s=300, without_s=None, taken_from="P-2", trip="T-2"),
        [("operator", T.VEHICLE_PROPOSED)],
    ),
    "proposed_again": (e.VehicleProposed(**OF_VEHICLE, eta_s=300, again=True), NOBODY),
    "proposal_over": (e.ProposalOver(**OF_REQUEST), NOBODY),
    "diverted": (e.Diverted(**OF_VEHICLE, eta_s=300, taken_from="P-2", trip="T-2"), [("operator", T.DIVERTED)]),
    "let_go_for_a_better_one": (
        trip(e.StoodDown, S.STOOD_DOWN, cause=StepCause.BETTER_ACCEPTED),
        [("driver:H3", T.LET_GO)],
    ),
    "let_go_for_a_red": (
        trip(e.StoodDown, S.STOOD_DOWN, cause=StepCause.RED_DIVERTS),
        [(CONTACT, T.REPLACED), ("operator", T.VEHICLE_LOST), ("driver:H3", T.LET_GO)],
    ),
    "died": (
        e.TripNoticed(**HEAD, what=Notice.PATIENT_DIED, aboard=True),
        [("operator", T.TRIP_NOTICED), ("facility:rsud-contoh", T.PATIENT_DIED)],
    ),
    "died_on_the_scene": (
        e.TripNoticed(**HEAD, what=Notice.PATIENT_DIED),
        [("operator", T.TRIP_NOTICED), ("facility:rsud-contoh", T.PATIENT_DIED_ON_SCENE)],
    ),
    "confirmed_there": (
        e.DeathAnswered(**HEAD, confirmed=True, whose=WhoseWord.FACILITY, aboard=True),
        [("operator", T.DEATH_CONFIRMED)],
    ),
    "confirmed_by_phone": (
        e.DeathAnswered(**HEAD, confirmed=True, whose=WhoseWord.DOCTOR, aboard=True),
        [("facility:rsud-contoh", T.DEATH_CONFIRMED)],
    ),
    "confirmed_on_the_scene": (
        e.DeathAnswered(**HEAD, confirmed=True, whose=WhoseWord.DOCTOR),
        [("facility:rsud-contoh", T.DEATH_CONFIRMED)],
    ),
    "alive": (
        e.DeathAnswered(**HEAD, confirmed=False, whose=WhoseWord.FACILITY, aboard=True),
        [("operator", T.DEATH_NOT_CONFIRMED)],
    ),
    "taken_back": (
        e.DeathAnswered(**HEAD, confirmed=False, whose=WhoseWord.CREW, aboard=True),
        [("operator", T.DEATH_NOT_CONFIRMED), ("facility:rsud-contoh", T.DEATH_NOT_CONFIRMED)],
    ),
    "for_the_body": (e.RequestReceived(**OF_REQUEST, onward_of="P-0"), NOBODY),
    "where_to": (
        e.PromiseMade(**OF_REQUEST, owner="operator", due_at=IN_90_S, why=Why.DESTINATION),
        [(CONTACT, T.ONWARD)],
    ),
    "arrives_later": (LATER, [(CONTACT, T.ARRIVES_LATER), (FACILITY, T.ARRIVES_LATER_FACILITY)]),
    "arrives_later_there": (
        replace(LATER, leg=Leg.DESTINATION),
        [
            (CONTACT, T.ARRIVES_LATER),
            (FACILITY, T.ARRIVES_LATER_FACILITY),
            ("facility:rsud-contoh", T.ARRIVES_LATER_FACILITY),
        ],
    ),
    "arrives_a_little_later": (replace(LATER, notable=False), NOBODY),
    "changed": (
        e.RequestChanged(**OF_REQUEST, changed=(Changed.DROPOFF,)),
        [
            ("driver:H1", T.CHANGED_FOR_DRIVER),
            (FACILITY, T.CHANGED_FOR_FACILITY),
            ("facility:rsud-contoh", T.CHANGED_FOR_FACILITY),
            (CONTACT, T.CHANGED),
        ],
    ),
    "reserved": (e.Reserved(**OF_VEHICLE), NOBODY),
    "incident opened": (e.IncidentOpened(at=NOW, actor="opi", incident="K-1"), NOBODY),
    "incident joined": (e.IncidentJoined(**OF_REQUEST, incident="K-1"), NOBODY),
    "incident left": (e.IncidentLeft(**OF_REQUEST, incident="K-1"), NOBODY),
    "incident closed": (e.IncidentClosed(at=NOW, actor="opi", incident="K-1"), NOBODY),
    "no_longer_needed": (
        e.FamilySaid(**OF_REQUEST, said=FamilyWord.NO_LONGER_NEEDED),
        [(who_, T.FAMILY_NEEDS_NOTHING) for who_ in ("operator", FACILITY, "driver:H1")],
    ),
    "left": (
        e.FamilySaid(**OF_REQUEST, said=FamilyWord.LEFT),
        [(who_, T.FAMILY_LEFT) for who_ in ("operator", FACILITY, "driver:H1")],
    ),
    "stock": (e.StockCame(**OF_REQUEST, subject="death_letter"), [(CONTACT, T.STOCK_CAME)]),
    **{
        state.value: (ended(state), [(CONTACT, template), (FACILITY, T.ENDED_FACILITY)])
        for state, template in {
            RequestState.CANCELLED_BY_REQUESTER: T.ENDED_CANCELLED,
            RequestState.DUPLICATE: T.ENDED_DUPLICATE,
            RequestState.UNFOUNDED: T.ENDED_UNFOUNDED,
            RequestState.COMPLETED: T.ENDED_COMPLETED,
        }.items()
    },
    "duty": (e.DutyChanged(at=NOW, vehicle_id="H3", duty=Duty.AVAILABLE), NOBODY),
}


@pytest.mark.parametrize("name", CASES)
def test_each_event_is_told_to_whom_it_concerns(name: str) -> None:
    happened, wanted = CASES[name]
    assert who(happened) == wanted


def test_every_template_is_told_to_somebody_and_every_step_to_whom_its_row_names() -> None:
    said = {template for happened, _ in CASES.values() for _, template in who(happened)}
    assert said == set(Template) | {template for row in STATES.values() for _, template in row.tells}


def test_an_offer_rings_the_base_after_half_its_time_and_never_after_its_end() -> None:
    driver, base = told(OFFER)
    assert driver.send_after == NOW
    assert base.send_after == NOW + timedelta(seconds=45)
    assert driver.drop_after == base.drop_after == IN_90_S


def test_a_vehicle_without_a_base_has_none_to_ring() -> None:
    assert who(OFFER, replace(KNOWN, has_base=False)) == [("driver:H3", T.OFFER)]


@pytest.mark.parametrize("name", ["accepted", "declined", "expired", "withdrawn"])
def test_an_answered_offer_rings_nobody_any_more(name: str) -> None:
    assert dropped(CASES[name][0]) == {T.OFFER, T.OFFER_UNANSWERED}


def test_a_driver_whose_yes_was_given_beforehand_is_told_so_and_the_yes_drops_nothing_of_it() -> None:
    assert T.OFFER_AUTO not in dropped(CASES["accepted"][0])
    assert T.OFFER_AUTO in dropped(CASES["unfounded"][0])


@pytest.mark.parametrize("state", [state for state, row in STATES.items() if row.tells])
def test_a_step_is_told_when_it_can_no_longer_be_undone_and_an_undone_one_never(state: AssignmentState) -> None:
    step = told(trip(e.StepTaken, state))
    assert all(message.send_after > NOW + UNDO_WITHIN for message in step)
    also = {T.PATIENT_DIED} if STATES[state].loaded else set()  # the facility of a trip that carries nobody yet
    assert {message.template for message in step} | also == dropped(trip(e.StepUndone, S.ACCEPTED, undone=state))


def test_a_facility_hears_of_a_death_on_the_scene_once_the_patient_is_brought_there() -> None:
    reported, there = replace(KNOWN, death_reported=True), ("facility:rsud-contoh", T.PATIENT_DIED)
    assert who(trip(e.StepTaken, S.TRANSPORTING), reported) == [(CONTACT, "transporting"), there]
    assert there not in who(trip(e.StepTaken, S.AT_DESTINATION), reported)
    assert who(trip(e.StepTaken, S.TRANSPORTING), replace(reported, to_facility=None)) == [(CONTACT, "transporting")]


def test_the_operator_hears_whether_somebody_is_in_the_vehicle_that_cannot_go_on() -> None:
    def said(known: Known) -> list[object]:
        broke = told(trip(e.ProblemReported, S.STOOD_DOWN, reason="mogok"), known)
        return [message.facts.get("aboard") for message in broke if message.recipient == "operator"]

    assert said(replace(KNOWN, aboard=True)) == ["aboard"]
    assert said(KNOWN) == [None]


def test_who_was_to_confirm_a_death_need_not_any_more_once_it_is_answered() -> None:
    assert dropped(CASES["taken_back"][0]) == dropped(CASES["confirmed_by_phone"][0])
    assert dropped(CASES["taken_back"][0]) == {T.PATIENT_DIED, T.PATIENT_DIED_ON_SCENE}


def test_what_was_never_so_is_not_told_any_more() -> None:
    later = {"transporting", "at_destination", "trip_over", "trip_over_facility"}
    assert dropped(CASES["never_so_far"][0]) == dropped(CASES["never_so_far_and_not_told_yet"][0]) == later
    assert dropped(CASES["another_time"][0]) == dropped(CASES["forgotten"][0]) == set()


def test_an_undo_of_before_says_not_what_it_undid_and_drops_nothing() -> None:
    assert dropped(trip(e.StepUndone, S.ACCEPTED)) == set()


def test_whoever_a_step_names_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("contact", "facility", "driver", "base", "owner", "agency", "operator", "health_officer", "police")
    row = replace(STATES[S.ON_SCENE], tells=tuple((kind, "waits") for kind in kinds))
    monkeypatch.setattr("dispatch.tell.plan.STATES", {S.ON_SCENE: row})
    found = [CONTACT, FACILITY, "driver:H3", "base:H3", "owner:H3", "agency:dkm", *kinds[-3:]]
    assert who(trip(e.StepTaken, S.ON_SCENE)) == [(recipient, "waits") for recipient in found]
    assert who(trip(e.StepTaken, S.ON_SCENE), Known()) == [
        (recipient, "waits") for recipient in found if recipient not in (FACILITY, "agency:dkm")
    ]
    assert dropped(trip(e.StepUndone, S.EN_ROUTE, undone=S.ON_SCENE)) == {"waits"}


def test_the_time_of_arrival_is_the_one_that_was_expected() -> None:
    accepted = CASES["accepted"][0]
    assert [m.facts["eta"] for m in told(accepted)] == [(NOW + timedelta(minutes=14)).isoformat()] * 2
    assert "eta" not in told(accepted, Known())[0].facts


def test_a_driver_is_not_told_what_the_driver_did() -> None:
    assert ("driver:H3", T.LET_GO) not in who(CASES["stood_down"][0], replace(KNOWN, own_act=True))


def test_the_staff_of_no_facility_is_the_operator() -> None:
    for happened, template in (
        (e.PromiseOverdue(**OF_REQUEST, to="staff", level=0), T.PROMISE_OVERDUE),
        (CASES["mutual_aid"][0], T.HELP_ASKED),
    ):
        assert who(happened, Known()) == [("operator", template)]


@pytest.mark.parametrize("name", ["approved", "refused", "approved_by_phone", "yes_taken_back"])
def test_who_has_answered_is_not_asked_any_more_of_this_vehicle(name: str) -> None:
    [drop] = [telling for telling in messages_for(7, CASES[name][0], KNOWN) if isinstance(telling, Drop)]
    asking = {T.APPROVAL_ASKED, T.HELP_ASKED, T.APPROVAL_REMINDED, T.APPROVAL_SILENT, T.APPROVAL_NOBODY}
    assert drop.templates == asking
    assert (drop.request_id, drop.vehicle_id, drop.assignment_id) == ("P-1", "H3", None)


def test_whoever_was_called_is_told_no_time_of_that_call_any_more() -> None:
    times = {T.PROMISE_MADE, T.DOCUMENT_PROMISED, T.MET_NOBODY, T.PROMISE_LATE, T.PROMISE_REMINDED, T.PROMISE_OVERDUE}
    times |= {T.BOOKING_UNCERTAIN, T.RETURN_ASKED}
    for name in ("called", "promise_closed", "stock"):
        assert times <= dropped(CASES[name][0])
    assert times | {T.STOCK_CAME} == dropped(CASES["overdue_the_first_time"][0]) - {T.PROMISE_BESIDE, T.ONWARD}
    unheard = e.PromiseCalled(**OF_REQUEST, outcome=CallOutcome.NO_ANSWER, whom=Whom.CONTACT)
    assert dropped(unheard) == set()


def test_the_end_of_a_trip_is_told_once() -> None:
    after_trip = replace(KNOWN, had_trip=True)
    assert who(ended(RequestState.COMPLETED), after_trip) == []
    assert "trip_over" not in dropped(ended(RequestState.COMPLETED), after_trip)
    assert who(ended(RequestState.UNFOUNDED), after_trip) == CASES["unfounded"][1]


@pytest.mark.parametrize("state", sorted(ENDS - {RequestState.COMPLETED}))
def test_who_cancelled_is_not_told_that_a_replacement_is_looked_for(state: RequestState) -> None:
    steps = {template for row in STATES.values() for _, template in row.tells}
    assert {T.REPLACED, T.VEHICLE_LOST, T.COMING, T.OFFER, *steps} <= dropped(ended(state))


TIMES = st.datetimes(min_value=NOW.replace(tzinfo=None), timezones=st.just(UTC))
HOLDERS = st.sampled_from((*LADDER, OWN_OPERATOR, "opi"))
KNOWNS = st.builds(Known, arrives_at=st.none() | TIMES, going=st.sampled_from([(), ("H1",), ("H1", "A1")]))


def _events() -> Iterable[st.SearchStrategy[e.Event]]:
    of_type = {datetime: TIMES, datetime | None: st.none() | TIMES}
    for kind in e.KINDS.values():
        hints = get_type_hints(kind)
        facts: dict[str, Any] = {name: of_type[hint] for name, hint in hints.items() if hint in of_type}
        facts |= {name: HOLDERS for name in ("to", "owner", "approver", "beside") if name in hints}
        if kind is e.RequestEnded:
            facts["state"] = st.sampled_from(sorted(ENDS))
        yield st.builds(kind, **facts | {"at": st.just(NOW)})


@given(happened=st.one_of(*_events()), known=KNOWNS)
def test_whatever_the_facts_are_messages_are_whole_and_unique(happened: e.Event, known: Known) -> None:
    messages = told(happened, known)
    assert len({message.key for message in messages}) == len(messages)
    assert len({message.recipient for message in messages}) == len(messages)
    for message in messages:
        json_text(message.facts)
        assert message.recipient.partition(":")[2] or ":" not in message.recipient
        assert message.send_after >= NOW


@given(happened=st.one_of(*_events()))
def test_a_reason_in_somebodys_own_words_is_not_passed_on(happened: e.Event) -> None:
    said: dict[str, Any] = {
        name: "Pak Contoh sakit" for name in ("reason", "told", "clause", "sentence") if hasattr(happened, name)
    }
    for message in told(replace(happened, **said)):
        assert "Contoh" not in json.dumps(dict(message.facts))
