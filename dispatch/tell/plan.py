"""Who is told what when something has happened: from an event of the journal to messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.domain.message import Drop, Message, Template
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.events import (
    Answered,
    ApprovalAsked,
    ApprovalGiven,
    ApprovalReminded,
    ApprovalTakenBack,
    ArrivalChanged,
    BookingUncertain,
    DeathAnswered,
    Diverted,
    Escalated,
    Event,
    FamilySaid,
    HandedOver,
    NoticeAsked,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    OfSeries,
    ProblemReported,
    PromiseCalled,
    PromiseClosed,
    PromiseMade,
    PromiseOverdue,
    PromiseReminded,
    ProposalOver,
    RequestChanged,
    RequestEnded,
    RequestReceived,
    ReservationLost,
    Reserved,
    ReturnAdded,
    SoonerEvent,
    StepCorrected,
    StepTaken,
    StepUndone,
    StockCame,
    StoodDown,
    TransferBegun,
    TripEvent,
    TripNoticed,
    VehicleProposed,
)
from dispatch.vocabulary.notices import Changed, Notice
from dispatch.vocabulary.promises import LADDER, OPERATOR, OWN_OPERATOR, STAFF, CallOutcome, PromiseKind, Why
from dispatch.vocabulary.request_states import FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import STATES, TRAIL, UNDO_WITHIN, Leg, StepCause, until

# A step is told when it can no longer be taken back, and an undo of the last moment is in the journal by then; the two
# seconds are this project's own figure.
SETTLED = UNDO_WITHIN + timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the books say around an event: who asked, whose the vehicle is, and who is on the way.

    `own_act`: the vehicle's own driver did it. `had_trip`: a trip of a request that ended was driven to its end.
    `aboard`: somebody was taken aboard the vehicle. `to_facility`: where it goes. `death_reported`: its crew's report
    waits for a doctor's word. `going`: vehicles that said yes to the request and are still on it.
    """

    facility: str | None = None
    need: str | None = None
    agency: str | None = None
    has_base: bool = False
    own_act: bool = False
    had_trip: bool = False
    aboard: bool = False
    to_facility: str | None = None
    death_reported: bool = False
    going: tuple[str, ...] = ()
    arrives_at: datetime | None = None


Tellings = tuple[Message | Drop, ...]
_OFFERS = frozenset({Template.OFFER, Template.OFFER_UNANSWERED})
_LATER = frozenset({Template.ARRIVES_LATER, Template.ARRIVES_LATER_FACILITY})
_STEPS = frozenset(template for row in STATES.values() for _, template in row.tells)
# Who has answered is not asked any more.
_ASKING = frozenset(
    {
        *(Template.APPROVAL_ASKED, Template.HELP_ASKED, Template.APPROVAL_REMINDED),
        *(Template.APPROVAL_SILENT, Template.APPROVAL_NOBODY),
    }
)
# The end of a request overtakes what is asked of people for it; an end without a trip overtakes also the trip's steps.
_OVERTAKEN = frozenset(
    {
        *(Template.REPLACED, Template.VEHICLE_LOST, Template.PROMISE_OVERDUE, Template.ESCALATED),
        *(Template.VEHICLE_PROPOSED, *_ASKING),
        *(Template.APPROVAL_HEARD, Template.REFUSAL_HEARD, Template.APPROVAL_TAKEN_BACK),
        Template.APPROVAL_TAKEN_BACK_FACILITY,
    }
)
_WAITING = frozenset({Template.WAIT_THERE})
# Of what is asked by phone the family reads that somebody rings, and why.
_ASKED_BY_PHONE: Mapping[Why, Template] = {
    Why.NOBODY_THERE: Template.MET_NOBODY,
    Why.DESTINATION: Template.ONWARD,
    Why.BOOKING_UNCERTAIN: Template.BOOKING_UNCERTAIN,
    Why.RETURN_UNSAID: Template.RETURN_ASKED,
}
# No time of a call is told any more that was made, is owed no more, or is late.
_OF_PROMISE = frozenset(
    {
        *(Template.PROMISE_MADE, Template.DOCUMENT_PROMISED, *_ASKED_BY_PHONE.values()),
        *(Template.PROMISE_REMINDED, Template.PROMISE_OVERDUE, Template.PROMISE_BESIDE, Template.PROMISE_LATE),
    }
)
_OVERTAKEN_STEPS = frozenset(
    {Template.COMING, Template.COMING_TO_FACILITY, Template.OFFER_AUTO, *_STEPS, *_OFFERS, *_LATER}
)
_ENDS: Mapping[RequestState, Template] = {
    RequestState.COMPLETED: Template.ENDED_COMPLETED,
    RequestState.CANCELLED_BY_REQUESTER: Template.ENDED_CANCELLED,
    RequestState.DUPLICATE: Template.ENDED_DUPLICATE,
    RequestState.UNFOUNDED: Template.ENDED_UNFOUNDED,
}
# Whoever is called back so is missed by nobody: another one goes, or nobody more is needed.
_NOT_MISSED = frozenset(
    {StepCause.BETTER_ACCEPTED, StepCause.ALREADY_THERE, StepCause.FIRST_CONTACT_CARRIES, StepCause.CHANGED}
)
_FAMILY: Mapping[FamilyWord, Template] = {
    FamilyWord.NO_LONGER_NEEDED: Template.FAMILY_NEEDS_NOTHING,
    FamilyWord.LEFT: Template.FAMILY_LEFT,
}
# Anybody else whom a rule names is told by the operator.
_NOTICES: Mapping[str, Template] = {"police": Template.POLICE_NOTICE, "owner": Template.OWNER_NOTICE}


def messages_for(seq: int, event: Event, known: Known) -> Tellings:
    """Who is told what of this event, and what need not be said any more."""
    it = _Happened(seq, event, known)
    for of in (_of_trip, _of_promise, _of_booking, _of_approval, _of_proposal):
        if told := of(event, it):
            return told
    return _of_request(event, it)


@dataclass(frozen=True, slots=True)
class _Happened:
    seq: int
    event: Event
    known: Known

    def say(
        self,
        to: str,
        template: str,
        *,
        wait: timedelta = timedelta(0),
        not_after: datetime | None = None,
        **facts: str | datetime | None,
    ) -> tuple[Message, ...]:
        """One message to a kind of recipient of this event, or none where there is nobody."""
        event, recipient = self.event, self.find(to)
        if recipient is None:
            return ()
        told = {"need": self.known.need, **facts}
        message = Message(
            key=f"{self.seq}:{recipient}",
            seq=self.seq,
            made_at=event.at,
            recipient=recipient,
            template=template,
            request_id=event.request_id,
            assignment_id=event.assignment_id,
            vehicle_id=event.vehicle_id,
            facts={
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in told.items()
                if value is not None
            },
            send_after=event.at + wait,
            drop_after=not_after,
        )
        return (message,)

    def find(self, to: str) -> str | None:
        """The one of this kind around this event, or None; an office and the name of one recipient are themselves."""
        event, known = self.event, self.known
        one_of = {"contact": event.request_id, "facility": known.facility, "agency": known.agency}
        one_of |= dict.fromkeys(("driver", "base", "owner"), event.vehicle_id)
        if to not in one_of:
            return to
        return f"{to}:{one_of[to]}" if one_of[to] else None

    def facilities(self) -> list[str]:
        """The facility that asked, and the one that it goes to."""
        both = {self.known.facility, self.known.to_facility}
        return [f"facility:{name}" for name in sorted(name for name in both if name)]

    def holder(self, name: str, agency: str | None = None) -> str:
        """The recipient that an owner or approver is: a role (of an agency), a facility's staff, or a person's id."""
        if name in (STAFF, OWN_OPERATOR):
            return self.find("facility" if name == STAFF else "agency") or OPERATOR
        if name not in LADDER:
            return f"person:{name}"
        return f"{name}:{agency}" if agency is not None else name

    def drop(self, templates: frozenset[str]) -> tuple[Drop, ...]:
        """What this event's assignment, or without one its request, no longer needs said."""
        event = self.event
        if event.assignment_id is not None:
            return (Drop(templates=templates, assignment_id=event.assignment_id),)
        return (Drop(templates=templates, request_id=event.request_id),) if event.request_id else ()


def _of_trip(event: Event, it: _Happened) -> Tellings:
    match event:
        case OfferMade():
            return _offered(event, it)
        case OfferAccepted():
            return (
                *it.drop(_OFFERS),
                *it.say("contact", Template.COMING, eta=it.known.arrives_at),
                *it.say("facility", Template.COMING_TO_FACILITY, eta=it.known.arrives_at),
            )
        case OfferDeclined() | OfferExpired():
            return it.drop(_OFFERS)
        case OfferWithdrawn():
            return it.drop(_OFFERS) + it.say("driver", Template.OFFER_WITHDRAWN)
        case StepTaken():
            return (*it.drop(_LATER), *_step(event, it))
        case ArrivalChanged(notable=True):
            return _later(event, it)
        case StepCorrected():
            return _corrected(event, it)
        case StepUndone(undone=state) if state is not None:
            untold = {template for _, template in STATES[state].tells}
            return it.drop(frozenset({*untold, Template.PATIENT_DIED} if STATES[state].loaded else untold))
        case TransferBegun():
            return _transferred(it)
        case HandedOver():
            return it.say("driver", Template.HANDED_OVER)
        case StoodDown() | ProblemReported():
            return _lost(event, it)
    return ()


def _corrected(event: StepCorrected, it: _Happened) -> Tellings:
    """Where the trip stands now: as a step tells it; where it was said to be farther, whoever was told so is told."""
    if event.state is event.was:
        return ()
    driver = it.say("driver", Template.CORRECTED_FOR_DRIVER, state=event.state)
    if event.wrong is None:
        return _step(event, it) + driver
    later = [state for state in TRAIL if state not in until(event.state)]
    drop = it.drop(frozenset(template for state in later for _, template in STATES[state].tells))
    if event.heard_at is not None and event.at < event.heard_at + SETTLED:
        return drop + driver  # nobody was told of the wrong one
    told = sorted({to for state in later if state in until(event.was) for to, _ in STATES[state].tells})
    return drop + driver + tuple(m for to in told for m in it.say(to, Template.CORRECTED, state=event.state))


def _transferred(it: _Happened) -> Tellings:
    """The driver who has the patient, the others who go, the facilities that asked and wait, and the family."""
    others = [vehicle for vehicle in it.known.going if vehicle != it.event.vehicle_id]
    return (
        *it.say("driver", Template.TRANSFER_FOR_DRIVER),
        *(m for one in others for m in it.say(f"driver:{one}", Template.CHANGED_FOR_DRIVER, changes=Changed.PICKUP)),
        *(m for one in it.facilities() for m in it.say(one, Template.TRANSFER_FOR_FACILITY)),
        *it.say("contact", Template.TRANSFER),
    )


def _step(event: TripEvent, it: _Happened) -> tuple[Message, ...]:
    """What a step tells, when it can no longer be taken back; with who is aboard, what the crew reported before."""
    tells = STATES[event.state].tells
    told = tuple(message for to, template in tells for message in it.say(to, template, wait=SETTLED))
    received = STATES[event.state].loaded and it.known.death_reported
    return told + (_to_receiving(it, Template.PATIENT_DIED, wait=SETTLED) if received else ())


def _later(event: ArrivalChanged, it: _Happened) -> Tellings:
    """The family, who asked, and on the way to the destination whoever waits there; an older such time is overtaken."""
    at, leg = event.arrives_at, event.leg
    there = it.known.to_facility if event.leg is Leg.DESTINATION else None
    facilities = sorted({name for name in (it.known.facility, there) if name})
    return (
        *it.drop(_LATER),
        *it.say("contact", Template.ARRIVES_LATER, eta=at, leg=leg),
        *(m for one in facilities for m in it.say(f"facility:{one}", Template.ARRIVES_LATER_FACILITY, eta=at, leg=leg)),
    )


def _lost(event: StoodDown | ProblemReported, it: _Happened) -> Tellings:
    """A vehicle does not come: whom that leaves without one hears of it, and the driver who was called back."""
    let_go = it.say("driver", Template.LET_GO) if isinstance(event, StoodDown) and not it.known.own_act else ()
    if event.cause in _NOT_MISSED:
        return it.drop(_LATER) + let_go
    told = it.drop(_LATER) + it.say("contact", Template.REPLACED, wait=SETTLED)
    aboard = "aboard" if it.known.aboard else None
    return told + it.say(OPERATOR, Template.VEHICLE_LOST, wait=SETTLED, aboard=aboard) + let_go


def _offered(event: OfferMade, it: _Happened) -> Tellings:
    if event.auto:
        return it.say("driver", Template.OFFER_AUTO)
    until = event.expires_at
    driver = it.say("driver", Template.OFFER, not_after=until, until=until)
    if not it.known.has_base:
        return driver
    half = (until - event.at) / 2
    return driver + it.say("base", Template.OFFER_UNANSWERED, wait=half, not_after=until, until=until)


def _of_promise(event: Event, it: _Happened) -> Tellings:
    match event:
        case PromiseMade():
            document = event.owed is PromiseKind.DOCUMENT
            template = Template.DOCUMENT_PROMISED if document else Template.PROMISE_MADE
            return it.say("contact", _ASKED_BY_PHONE.get(event.why, template), owner=event.owner, due=event.due_at)
        case PromiseReminded():
            owner = it.holder(event.person or event.to)
            return it.say(owner, Template.PROMISE_REMINDED, due=event.due_at) + _beside(event, owner, it)
        case PromiseOverdue():
            owner = it.holder(event.to)
            told = it.say(owner, Template.PROMISE_OVERDUE) + _beside(event, owner, it)
            if event.due_at is None or event.again:
                return told
            late = it.say("contact", Template.PROMISE_LATE, owner=event.to, due=event.due_at)
            return it.drop(_OF_PROMISE | {Template.STOCK_CAME}) + told + late
        case PromiseCalled(outcome=CallOutcome.TOLD):
            return it.drop(_OF_PROMISE)
        case PromiseClosed():
            return it.drop(_OF_PROMISE)
        case StockCame():
            return it.drop(_OF_PROMISE) + it.say("contact", Template.STOCK_CAME, due=event.due_at)
    return ()


def _of_booking(event: Event, it: _Happened) -> Tellings:
    match event:
        case RequestReceived(along=str()):
            return ()  # told with the first ride
        case RequestReceived():
            if event.onward_of is not None:
                return ()  # one word: where to
            booked = Template.BOOKED if event.schedule_at is not None else Template.RECEIVED
            return it.say("contact", booked, last=event.until, rides=_several(event))
        case ReturnAdded():
            template = Template.RETURN_ON_CALL if event.on_call else Template.RETURN_BOOKED
            return it.say("contact", template, last=event.schedule_at)
        case BookingUncertain():
            return _uncertain(event, it)
        case Reserved(waits=True):
            return it.drop(_WAITING) + it.say("driver", Template.WAIT_THERE, wait=SETTLED)
        case ReservationLost(waited=True):
            return it.drop(_WAITING) + it.say("driver", Template.WAIT_OVER)
        case Reserved(again=True):
            to_whom = ("contact", "facility", OPERATOR)
            return tuple(message for to in to_whom for message in it.say(to, Template.BOOKING_SURE))
    return ()


def _beside(event: PromiseReminded | PromiseOverdue, owner: str, it: _Happened) -> tuple[Message, ...]:
    """At night the operator is told beside whoever owes it."""
    if event.beside is None or event.beside == owner:
        return ()
    return it.say(event.beside, Template.PROMISE_BESIDE, owner=event.to, due=event.due_at)


def _of_approval(event: Event, it: _Happened) -> Tellings:
    """Who is asked, who is silent, and whoever's answer somebody heard by phone: it may be taken back."""
    match event:
        case ApprovalAsked():
            template = Template.HELP_ASKED if event.approver == OWN_OPERATOR else Template.APPROVAL_ASKED
            return it.say(it.holder(event.approver, event.agency), template, rule=event.rule)
        case ApprovalReminded(nobody=True):
            office = it.known.agency if event.approver == OWN_OPERATOR else event.agency
            return it.say(OPERATOR, Template.APPROVAL_NOBODY, rule=event.rule, approver=event.approver, office=office)
        case ApprovalReminded():
            of = it.holder(event.approver, event.agency)
            told = it.say(of, Template.APPROVAL_REMINDED, rule=event.rule)
            if event.approver == OWN_OPERATOR or of == OPERATOR:
                return told  # whose silence holds nobody up, and who hears of it anyhow
            return told + it.say(
                OPERATOR, Template.APPROVAL_SILENT, rule=event.rule, approver=event.approver, office=event.agency
            )
        case Answered(approver=str(approver)):
            return _approver_said(event, approver, it)
    return ()


def _approver_said(event: Answered, approver: str, it: _Happened) -> Tellings:
    of, rule = it.holder(approver, event.agency), event.rule
    told: Tellings = (Drop(templates=_ASKING, request_id=event.request_id, vehicle_id=event.vehicle_id),)
    if event.heard_at is not None:
        heard = Template.APPROVAL_HEARD if isinstance(event, ApprovalGiven) else Template.REFUSAL_HEARD
        told += it.say(of, heard, rule=rule, heard=event.heard_at)
    if isinstance(event, ApprovalTakenBack) and of != OPERATOR:
        told += it.say(OPERATOR, Template.APPROVAL_TAKEN_BACK, rule=rule, approver=approver, office=event.agency)
    if isinstance(event, ApprovalTakenBack) and event.vehicle_id in it.known.going:
        told += it.say("facility", Template.APPROVAL_TAKEN_BACK_FACILITY)
    return told


def _of_request(event: Event, it: _Happened) -> Tellings:
    match event:
        case NoticeAsked():
            to = event.whom if event.whom in _NOTICES else OPERATOR
            return it.say(to, _NOTICES.get(to, Template.OPERATOR_NOTICE), rule=event.rule)
        case Escalated():
            return it.say(it.holder(event.to), Template.ESCALATED, why=event.why)
        case TripNoticed():
            told = it.say(OPERATOR, Template.TRIP_NOTICED, notice=event.what)
            if event.what is Notice.PATIENT_DIED:
                told += _to_receiving(it, Template.PATIENT_DIED if event.aboard else Template.PATIENT_DIED_ON_SCENE)
            return told
        case DeathAnswered():
            reported = frozenset({Template.PATIENT_DIED, Template.PATIENT_DIED_ON_SCENE})
            return it.drop(reported) + _answered(event, it)
        case RequestChanged():
            return _changed(event, it)
        case FamilySaid():
            to_whom = (OPERATOR, "facility", *(f"driver:{vehicle}" for vehicle in it.known.going))
            return tuple(message for to in to_whom for message in it.say(to, _FAMILY[event.said]))
        case RequestEnded():
            return _ended(event, it)
    return ()


def _to_receiving(it: _Happened, template: str, wait: timedelta = timedelta(0)) -> tuple[Message, ...]:
    """The facility where the trip goes, and nobody where that is none."""
    to = it.known.to_facility
    return it.say(f"facility:{to}", template, wait=wait) if to is not None else ()


def _answered(event: DeathAnswered, it: _Happened) -> Tellings:
    """The operator hears what others said, and always that somebody is alive; the receiving facility what it did not
    say itself. The family hears of a death with the way of the body alone."""
    template = Template.DEATH_CONFIRMED if event.confirmed else Template.DEATH_NOT_CONFIRMED
    by_facility = event.whose is WhoseWord.FACILITY
    told = it.say(OPERATOR, template) if by_facility or not event.confirmed else ()
    return told + (_to_receiving(it, template) if not by_facility else ())


def _several(event: OfSeries) -> str | None:
    """How many rides it is about, where it is more than one."""
    return str(event.rides) if event.rides > 1 else None


def _uncertain(event: BookingUncertain, it: _Happened) -> Tellings:
    """Operator and facility are told that a booked trip has no vehicle, its contact by the promise; and of papers."""
    papers = ",".join(event.documents)
    whom = {
        Template.BOOKING_UNCERTAIN_HERE: (OPERATOR, "facility") if event.no_vehicle else (),
        Template.BOOKING_PAPERS: ("contact", "facility") if papers else (),
    }
    return tuple(
        message
        for template, kinds in whom.items()
        for to in kinds
        for message in it.say(to, template, rule=event.rule, documents=papers or None)
    )


def _of_proposal(event: Event, it: _Happened) -> Tellings:
    overtaken = it.drop(frozenset({Template.VEHICLE_PROPOSED}))
    match event:
        case VehicleProposed():
            return overtaken + (() if event.again else _sooner(event, it, Template.VEHICLE_PROPOSED))
        case ProposalOver():
            return overtaken
        case Diverted():
            return overtaken + _sooner(event, it, Template.DIVERTED)
    return ()


def _sooner(event: SoonerEvent, it: _Happened, template: Template) -> Tellings:
    """The operator is told how much sooner a vehicle would be there, and what it costs."""
    return it.say(
        OPERATOR,
        template,
        taken_from=event.taken_from,
        eta_s=str(event.eta_s),
        without_s=None if event.without_s is None else str(event.without_s),
        waits_s=None if event.waits_s is None else str(event.waits_s),
    )


def _changed(event: RequestChanged, it: _Happened) -> Tellings:
    """Whoever goes, the facility that asked and the one that it goes to, and the family are told what is different."""
    changes = ",".join(event.changed)
    drivers = [
        m for one in it.known.going for m in it.say(f"driver:{one}", Template.CHANGED_FOR_DRIVER, changes=changes)
    ]
    if event.along is not None:
        return tuple(drivers)
    return (
        *drivers,
        *(m for one in it.facilities() for m in it.say(one, Template.CHANGED_FOR_FACILITY, changes=changes)),
        *it.say("contact", Template.CHANGED, changes=changes, rides=_several(event)),
    )


def _ended(event: RequestEnded, it: _Happened) -> Tellings:
    if event.state is RequestState.COMPLETED and it.known.had_trip:
        return it.drop(_OVERTAKEN)  # the end of the trip is told already
    overtaken = it.drop(_OVERTAKEN | _OVERTAKEN_STEPS)
    if event.along is not None:
        return overtaken  # told with the first ride
    return (
        *overtaken,
        *it.say("contact", _ENDS[event.state], rides=_several(event)),
        *it.say("facility", Template.ENDED_FACILITY, end=event.state, rides=_several(event)),
    )
