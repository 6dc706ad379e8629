"""How much of one thing one person may see; whether their role may ask at all is `dispatch.vocabulary.roles`."""

from collections.abc import Collection, Iterable
from enum import StrEnum, auto

from dispatch.domain.assignment import Assignment
from dispatch.domain.message import Message, Template
from dispatch.domain.people import Person
from dispatch.domain.request import Request
from dispatch.vocabulary.events import DeathAnswered, Event, ProposalEvent, TransferBegun, TripEvent, TripNoticed
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.roles import Permission, Role, may

# What is said of a death before it is confirmed, or where it is not.
_OF_DEATH = frozenset({Template.PATIENT_DIED, Template.PATIENT_DIED_ON_SCENE, Template.DEATH_NOT_CONFIRMED})
# Staff ring families, places and offices; the numbers of drivers and colleagues are the operators' to see.
_STAFF_RING = frozenset({"contact", "facility", "base", "police", "agency", "operator", "health_officer"})


class Scope(StrEnum):
    """All of it; what a driver needs on the way, without who asked and why; how many there are; nothing."""

    FULL = auto()
    REDACTED = auto()
    COUNTS = auto()
    NONE = auto()


def of_requests(person: Person) -> Scope:
    """How much of requests in general: staff see their own facility's, operators and health officers all."""
    if may(person.role, Permission.SEE_REQUESTS):
        return Scope.FULL
    if may(person.role, Permission.DRIVE):
        return Scope.REDACTED
    return Scope.COUNTS if may(person.role, Permission.SEE_FLEET) else Scope.NONE


def facility_of(person: Person) -> str | None:
    """The facility whose requests alone this person sees; None for those who see every facility's."""
    return person.facility if person.role is Role.STAFF else None


def of_request(person: Person, request: Request, assignments: Iterable[Assignment] = ()) -> Scope:
    """How much of one request; a driver sees the one that the own vehicle is offered or on."""
    scope = of_requests(person)
    if scope is Scope.FULL and facility_of(person) not in (None, request.ask.requester):
        return Scope.NONE
    if scope is Scope.REDACTED and not any(a.is_live and a.vehicle_id == person.vehicle for a in assignments):
        return Scope.NONE
    return scope


def of_assignment(person: Person, assignment: Assignment, request: Request) -> Scope:
    """How much of a trip: its driver and those who see its request in full."""
    if may(person.role, Permission.DRIVE):
        return Scope.FULL if assignment.vehicle_id == person.vehicle else Scope.NONE
    return of_request(person, request)


def of_vehicle(person: Person, vehicle_id: str) -> Scope:
    """How much of a vehicle on the map and in its events: a driver the own one alone, staff none while it moves."""
    if person.vehicle is not None:
        return Scope.FULL if vehicle_id == person.vehicle and may(person.role, Permission.DRIVE) else Scope.NONE
    return of_fleet(person)


def of_fleet(person: Person) -> Scope:
    """Whether this person follows every vehicle on the live map."""
    watches = may(person.role, Permission.SEE_FLEET) and person.role is not Role.STAFF
    return Scope.FULL if watches else Scope.NONE


def of_listed(person: Person, request: Request | None) -> Scope:
    """How much of a vehicle in a list of the fleet; `request` is what it is on.

    Whoever follows no vehicle on the map reads where it is, and on what, while that request is theirs to see.
    """
    if of_fleet(person) is Scope.FULL:
        return Scope.FULL
    if request is not None and of_request(person, request) is Scope.FULL:
        return Scope.FULL
    return Scope.REDACTED if may(person.role, Permission.SEE_FLEET) else Scope.NONE


def of_event(person: Person, event: Event, request: Request | None, on_it: Collection[str]) -> Scope:
    """How much of something that happened reaches this person's live connection; `on_it`: the vehicles that were on the
    request when it did.
    """
    if not may(person.role, Permission.FOLLOW):
        return Scope.NONE
    if isinstance(event, ProposalEvent):
        return Scope.FULL if hears_proposals(person) else Scope.NONE
    if may(person.role, Permission.DRIVE):
        # Whether somebody else comes, follows or takes the patient over stands on the page of each who is on it.
        of_all = event.vehicle_id is None or isinstance(event, TransferBegun | TripEvent)
        concerned = {event.vehicle_id, *(on_it if of_all else ())}  # its own trip may be over by this
        return Scope.REDACTED if person.vehicle in concerned else Scope.NONE
    if request is not None:
        if is_of_death(event):
            return _of_death(person, event, request)
        return of_request(person, request)
    return Scope.NONE if person.role is Role.STAFF else Scope.FULL


def hears_proposals(person: Person) -> bool:
    """Whether this person hears what the desk proposes to operators, and what that costs whom."""
    return may(person.role, Permission.DIVERT)


def is_of_death(event: Event) -> bool:
    """Whether this is a crew's report that its patient has died, or the answer to it."""
    return isinstance(event, DeathAnswered) or (isinstance(event, TripNoticed) and event.what is Notice.PATIENT_DIED)


def hears_of_death(person: Person, request: Request) -> bool:
    """Whether this person hears of such a report before it is confirmed: operators, and the facility that receives."""
    if not may(person.role, Permission.SEE_REQUESTS):
        return False
    to = request.ask.dropoff.facility if request.ask.dropoff is not None else None
    return facility_of(person) in (None, to)


def is_hidden(person: Person, event: Event, request: Request) -> bool:
    """Whether a line of a request's timeline is kept from who sees the request: what is proposed to operators, and what
    is no finding; that may be read aloud to the family, and never is where it was not confirmed."""
    if isinstance(event, ProposalEvent) and not hears_proposals(person):
        return True
    confirmed = isinstance(event, DeathAnswered) and event.confirmed
    return is_of_death(event) and not confirmed and not hears_of_death(person, request)


def _of_death(person: Person, event: Event, request: Request) -> Scope:
    """The receiving facility learns that there is something about a trip to it, whoever asked for that."""
    scope = of_request(person, request)
    if scope is Scope.NONE and hears_of_death(person, request):
        return Scope.REDACTED
    return Scope.NONE if scope is Scope.FULL and is_hidden(person, event, request) else scope


def is_on(trip: Assignment, event: Event) -> bool:
    """Whether a vehicle is on the request that something happened to, and was before that."""
    return trip.is_live and trip.request_id == event.request_id and trip.offered_at < event.at


def sees_number(person: Person, recipient: str) -> bool:
    """Whether this person may see the phone number of a message's recipient (kind or kind:id)."""
    return may(person.role, Permission.SEE_ALL_MESSAGES) or recipient.partition(":")[0] in _STAFF_RING


def reads(person: Person, message: Message, request: Request) -> bool:
    """Whether a message about a request is shown to who sees the request: not where it tells of a death that is not
    confirmed, nor of what is proposed to operators."""
    if message.template in (Template.VEHICLE_PROPOSED, Template.DIVERTED) and not hears_proposals(person):
        return False
    noticed = message.template == Template.TRIP_NOTICED and message.facts.get("notice") == Notice.PATIENT_DIED
    of_death = noticed or message.template in _OF_DEATH
    return not of_death or hears_of_death(person, request)


def sees_incidents(person: Person) -> bool:
    """Whether this person sees incidents by name, with their counts; others only that a request of theirs is in one."""
    return may(person.role, Permission.KEEP_INCIDENTS)


def keeps_sop(person: Person, agency: str) -> bool:
    """Whether this person keeps the agency's SOP: a health officer her own agency's, or every one if she has none."""
    if person.role is Role.ADMIN:
        return True
    return may(person.role, Permission.KEEP_SOP) and person.agency in (None, agency)
