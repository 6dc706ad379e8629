"""Who is told what when something has happened: a pure table from events to messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.domain.message import Drop, Message, Template
from dispatch.vocabulary.events import Event, EventKind

UNDO = timedelta(seconds=10)  # a driver's step may be taken back for so long: until then nobody is told of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the books say around an event: who asked, whose the vehicle is, and who is on the way.

    `own_act`: the vehicle's own driver did it. `had_trip`: a trip of the request was driven to its end. `going`:
    vehicles that said yes to the request and are still on it.
    """

    facility: str | None = None
    need: str | None = None
    agency: str | None = None
    has_base: bool = False
    own_act: bool = False
    had_trip: bool = False
    going: tuple[str, ...] = ()
    arrives_at: datetime | None = None


Tellings = tuple[Message | Drop, ...]
_OFFERS = frozenset({Template.OFFER, Template.OFFER_AUTO, Template.OFFER_UNANSWERED})
_STEPS = {
    "en_route": Template.EN_ROUTE,
    "on_scene": Template.ON_SCENE,
    "transporting": Template.TRANSPORTING,
    "at_destination": Template.AT_DESTINATION,
    "cleared": Template.TRIP_OVER,
}
_OF_STEP = {
    "accepted": frozenset({Template.COMING, Template.COMING_TO_FACILITY}),
    **{state: frozenset({template}) for state, template in _STEPS.items()},
    "cleared": frozenset({Template.TRIP_OVER, Template.TRIP_OVER_FACILITY}),
}
_ENDS = {
    "completed": Template.ENDED_COMPLETED,
    "cancelled_by_requester": Template.ENDED_CANCELLED,
    "duplicate": Template.ENDED_DUPLICATE,
    "unfounded": Template.ENDED_UNFOUNDED,
}
_FAMILY = {"no_longer_needed": Template.FAMILY_NEEDS_NOTHING, "left": Template.FAMILY_LEFT}
_NOTICES = {"police": Template.POLICE_NOTICE, "owner": Template.OWNER_NOTICE, "operator": Template.OPERATOR_NOTICE}
# The end of a request overtakes what is asked of people for it; an end without a trip overtakes also the trip's steps.
_OVERTAKEN = frozenset(
    {
        *(Template.REPLACED, Template.VEHICLE_LOST, Template.PROMISE_OVERDUE, Template.ESCALATED),
        *(Template.APPROVAL_ASKED, Template.HELP_ASKED),
    }
)
_OVERTAKEN_STEPS = frozenset({Template.COMING, Template.COMING_TO_FACILITY, *_STEPS.values(), *_OFFERS})


def messages_for(seq: int, event: Event, known: Known) -> Tellings:
    """Who is told what of this event, and what need not be said any more; facts that are missing are left out."""
    tell = _TABLE.get(event.kind)
    return tell(_Happened(seq, event, known)) if tell else ()


@dataclass(frozen=True, slots=True)
class _Happened:
    seq: int
    event: Event
    known: Known

    def fact(self, name: str) -> str | None:
        value = self.event.facts.get(name)
        return value if isinstance(value, str) and value else None

    def time(self, name: str) -> datetime | None:
        text = self.fact(name)
        try:
            at = datetime.fromisoformat(text) if text else None
        except ValueError:
            return None
        return at if at is not None and at.tzinfo is not None else None

    def say(
        self,
        recipient: str | None,
        template: Template,
        *,
        wait: timedelta = timedelta(0),
        not_after: datetime | None = None,
        once: bool = False,
        **facts: object,
    ) -> tuple[Message, ...]:
        """One message, or none where there is nobody; `once` says it once for each vehicle's assignment."""
        event = self.event
        if recipient is None:
            return ()
        subject = f"{template}:{event.assignment_id}" if once and event.assignment_id else str(self.seq)
        said = {name: value for name, value in {"need": self.known.need, **facts}.items() if value is not None}
        message = Message(
            key=f"{subject}:{recipient}",
            seq=self.seq,
            made_at=event.at,
            recipient=recipient,
            template=template,
            request_id=event.request_id,
            assignment_id=event.assignment_id,
            vehicle_id=event.vehicle_id,
            facts=said,
            send_after=event.at + wait,
            drop_after=not_after,
        )
        return (message,)

    @property
    def contact(self) -> str | None:
        return f"contact:{self.event.request_id}" if self.event.request_id else None

    @property
    def facility(self) -> str | None:
        return f"facility:{self.known.facility}" if self.known.facility else None

    def of_vehicle(self, what: str) -> str | None:
        return f"{what}:{self.event.vehicle_id}" if self.event.vehicle_id else None

    def drop(self, templates: frozenset[Template]) -> tuple[Drop, ...]:
        """What this event's assignment, or without one its request, no longer needs said."""
        event = self.event
        if event.assignment_id is not None:
            return (Drop(templates=templates, assignment_id=event.assignment_id),)
        return (Drop(templates=templates, request_id=event.request_id),) if event.request_id else ()


def role_of(name: str | None, facility: str | None) -> str:
    """The recipient that an owner or approver is: a role, the staff of the facility, or a person's id."""
    if name == "staff":
        return f"facility:{facility}" if facility else "operator"
    if name in (None, "operator", "health_officer"):
        return name or "operator"
    return f"person:{name}"


def _received(it: _Happened) -> Tellings:
    return it.say(it.contact, Template.RECEIVED, need=it.fact("need") or it.known.need)


def _offered(it: _Happened) -> Tellings:
    expires_at = it.time("expires_at")
    if it.event.facts.get("auto"):
        return it.say(it.of_vehicle("driver"), Template.OFFER_AUTO)
    until = expires_at.isoformat() if expires_at else None
    driver = it.say(it.of_vehicle("driver"), Template.OFFER, not_after=expires_at, until=until)
    if expires_at is None or not it.known.has_base:
        return driver
    base, half = it.of_vehicle("base"), (expires_at - it.event.at) / 2
    return driver + it.say(base, Template.OFFER_UNANSWERED, wait=half, not_after=expires_at, until=until)


def _accepted(it: _Happened) -> Tellings:
    eta = it.time("eta") or it.known.arrives_at
    arrives = eta.isoformat() if eta else None
    return (
        *it.drop(_OFFERS),
        *it.say(it.contact, Template.COMING, eta=arrives),
        *it.say(it.facility, Template.COMING_TO_FACILITY, eta=arrives),
    )


def _offer_over(it: _Happened) -> Tellings:
    return it.drop(_OFFERS)


def _withdrawn(it: _Happened) -> Tellings:
    return it.drop(_OFFERS) + it.say(it.of_vehicle("driver"), Template.OFFER_WITHDRAWN)


def _stepped(it: _Happened) -> Tellings:
    template = _STEPS.get(it.fact("state") or "")
    if template is None:
        return ()
    told = it.say(it.contact, template, wait=UNDO)
    if template is Template.TRIP_OVER:
        told += it.say(it.facility, Template.TRIP_OVER_FACILITY, wait=UNDO)
    return told


def _undone(it: _Happened) -> Tellings:
    return it.drop(_OF_STEP.get(it.fact("undone") or "", frozenset()))


def _lost(it: _Happened) -> Tellings:
    told = it.say(it.contact, Template.REPLACED, wait=UNDO, once=True)
    told += it.say("operator", Template.VEHICLE_LOST, wait=UNDO, once=True)
    if it.event.kind is EventKind.STOOD_DOWN and not it.known.own_act:
        told += it.say(it.of_vehicle("driver"), Template.LET_GO)
    return told


def _approval_asked(it: _Happened) -> Tellings:
    approver, rule = it.fact("approver"), it.fact("rule")
    if approver == "own_operator":
        agency = f"agency:{it.known.agency}" if it.known.agency else "operator"
        return it.say(agency, Template.HELP_ASKED, rule=rule)
    return it.say(role_of(approver, it.known.facility), Template.APPROVAL_ASKED, rule=rule)


def _promised(it: _Happened) -> Tellings:
    document = it.fact("kind") == "document"
    template = Template.DOCUMENT_PROMISED if document else Template.PROMISE_MADE
    return it.say(it.contact, template, owner=it.fact("owner"), due=it.fact("due_at"))


def _overdue(it: _Happened) -> Tellings:
    return it.say(role_of(it.fact("to"), it.known.facility), Template.PROMISE_OVERDUE)


def _reminded(it: _Happened) -> Tellings:
    return it.say(role_of(it.fact("to"), it.known.facility), Template.PROMISE_REMINDED, due=it.fact("due_at"))


def _promise_closed(it: _Happened) -> Tellings:
    return it.drop(frozenset({Template.PROMISE_REMINDED, Template.PROMISE_OVERDUE}))


def _notice(it: _Happened) -> Tellings:
    whom, rule = it.fact("whom"), it.fact("rule")
    template = _NOTICES.get(whom or "", Template.OPERATOR_NOTICE)
    recipient = {"police": "police", "owner": it.of_vehicle("owner")}.get(whom or "", "operator")
    return it.say(recipient, template, rule=rule)


def _escalated(it: _Happened) -> Tellings:
    return it.say(role_of(it.fact("to"), it.known.facility), Template.ESCALATED, why=it.fact("why"))


def _family_said(it: _Happened) -> Tellings:
    template = _FAMILY.get(it.fact("said") or "", Template.FAMILY_SAID)
    drivers = [message for vehicle in it.known.going for message in it.say(f"driver:{vehicle}", template)]
    return (*it.say("operator", template), *it.say(it.facility, template), *drivers)


def _stock_came(it: _Happened) -> Tellings:
    listed = it.event.facts.get("request_ids")
    waiting = [str(name) for name in listed] if isinstance(listed, list) else []
    if it.event.request_id is not None and it.event.request_id not in waiting:
        waiting.append(it.event.request_id)
    return tuple(
        message for name in waiting for message in _of_request(it, name).say(f"contact:{name}", Template.STOCK_CAME)
    )


def _of_request(it: _Happened, request_id: str) -> _Happened:
    event = it.event
    return _Happened(it.seq, Event(kind=event.kind, at=event.at, request_id=request_id, facts=event.facts), it.known)


def _ended(it: _Happened) -> Tellings:
    state = it.fact("state") or ""
    end = _ENDS.get(state)
    if end is None or (end is Template.ENDED_COMPLETED and it.known.had_trip):
        return it.drop(_OVERTAKEN)  # the end of the trip was told already
    return (
        *it.drop(_OVERTAKEN | _OVERTAKEN_STEPS),
        *it.say(it.contact, end),
        *it.say(it.facility, Template.ENDED_FACILITY, end=state),
    )


_TABLE: Mapping[EventKind, Callable[[_Happened], Tellings]] = {
    EventKind.REQUEST_RECEIVED: _received,
    EventKind.OFFER_MADE: _offered,
    EventKind.OFFER_ACCEPTED: _accepted,
    EventKind.OFFER_DECLINED: _offer_over,
    EventKind.OFFER_EXPIRED: _offer_over,
    EventKind.OFFER_WITHDRAWN: _withdrawn,
    EventKind.STEP_TAKEN: _stepped,
    EventKind.STEP_UNDONE: _undone,
    EventKind.STOOD_DOWN: _lost,
    EventKind.PROBLEM_REPORTED: _lost,
    EventKind.APPROVAL_ASKED: _approval_asked,
    EventKind.PROMISE_MADE: _promised,
    EventKind.PROMISE_REMINDED: _reminded,
    EventKind.PROMISE_OVERDUE: _overdue,
    EventKind.PROMISE_CLOSED: _promise_closed,
    EventKind.NOTICE_ASKED: _notice,
    EventKind.ESCALATED: _escalated,
    EventKind.FAMILY_SAID: _family_said,
    EventKind.STOCK_CAME: _stock_came,
    EventKind.REQUEST_ENDED: _ended,
}
