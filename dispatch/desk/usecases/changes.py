"""What else is said about a request: the family's word, a hold of its destination, a note, its end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dispatch.desk.command import DESK, FAMILY, Command
from dispatch.desk.effects.noticing import judge_staying
from dispatch.desk.effects.series import end_along, series_with
from dispatch.desk.effects.standing import settle
from dispatch.desk.effects.steps import release
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit, command, transaction
from dispatch.domain.aboard import carrying, list_stranded, list_unserved, slot_behind, was_picked_up
from dispatch.domain.assignment import Assignment
from dispatch.domain.booking import next_ride
from dispatch.domain.death import count_living
from dispatch.domain.request import Request
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.events import FamilySaid, Held, Noted, PromiseCalled
from dispatch.vocabulary.promises import TOLD_FAMILY, TOLD_NOBODY, CallOutcome
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, FamilyWord, RequestState
from dispatch.vocabulary.roles import Permission, Role
from dispatch.vocabulary.trip_steps import StepCause


@command
def hold(_: Unit, books: Books, now: datetime, request_id: str, *, on: bool, reason: str, by: Command) -> str | Refusal:
    """The destination waits, or no longer does; the search for a vehicle never waits with it (R11)."""
    request = books.requests.get(request_id)
    if request.state in ENDS:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    books.requests.save(replace(request, held=on, version=request.version + 1))
    books.journal.add(Held(on=on, reason=reason, at=now, actor=by.actor.id).about(request_id))
    return request_id


@command
def add_note(_: Unit, books: Books, now: datetime, request_id: str, text: str, *, by: Command) -> str | Refusal:
    """Something that the driver must know; it is kept with the contact, and never in the journal."""
    request = books.requests.get(request_id)
    if request.state in ENDS:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    contact = books.requests.get_contact(request_id)
    note = "\n".join(filter(None, (contact.note, text)))
    books.requests.put_contact(request_id, replace(contact, note=note))
    books.journal.add(Noted(at=now, actor=by.actor.id).about(request_id))
    return request_id


@command
def end(
    unit: Unit,
    books: Books,
    now: datetime,
    request_id: str,
    state: RequestState,
    *,
    told: str,
    reason: str,
    of: str | None = None,
    rides: Rides = Rides.THIS,
    by: Command,
) -> str | Refusal:
    """End a request: its vehicles are released, and it is written down who was told and why. Who is not fetched needs
    no way back, and with a ride of a series all later ones may end.

    Unfounded is what somebody was told on the phone; where nobody could be reached it takes the permission for that.
    A duplicate is the same as another request, `of`, that is open or was served: the family's link follows that one.
    Who is aboard is brought to the end; who was aboard of a vehicle that broke down is taken over by another, or an
    operator's `reason` says of a completed request how they are cared for. Raises NotFoundError.
    """
    request = books.requests.get(request_id)
    if request.state in ENDS:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    if rides is Rides.FOLLOWING and request.series is None:
        return Refusal(RefusalCode.NO_SERIES)
    others = series_with(books, request, rides) if state is not RequestState.COMPLETED else ()
    live, policy = books.assignments.list_of(request_id), unit.policy(books, now)
    if state is RequestState.COMPLETED:
        refusal = _not_so(request, live, cared_for=by.actor.role is Role.OPERATOR and bool(reason))
    else:
        refusal = next(filter(None, (carrying(books.assignments.list_of(one.id)) for one in (request, *others))), None)
    if state is RequestState.UNFOUNDED:
        refusal = refusal or judge_staying(books, live, now, policy)
    if refusal is not None:
        return refusal
    if state is RequestState.UNFOUNDED and request.ask.needs_vehicle and not _reached(books, request):
        if not by.actor.may(Permission.END_UNREACHED):
            return Refusal(RefusalCode.CALL_FIRST, {"state": request.state})
        told = TOLD_NOBODY
    if state is RequestState.DUPLICATE:
        same = followed(books, books.requests.get(of)) if of is not None else None
        if same is None or same.id == request_id:
            return Refusal(RefusalCode.DUPLICATE_OF_WHAT, {"of": of})
        if same.state in ENDS and same.state is not RequestState.COMPLETED:
            return Refusal(RefusalCode.DUPLICATE_OF_UNSERVED, {"of": of, "state": same.state})
        request = replace(request, duplicate_of=of, version=request.version + 1)
        books.requests.save(request)
    release(books, [*live, *_trips(books, others)], actor=by.actor.id, reason=reason, now=now, policy=policy)
    settle(books, request, now, end=state, told=told, reason=reason, by=by.actor.id, rides=1 + len(others))
    end_along(books, request, others, now, told, by.actor.id)
    return request_id


def _trips(books: Books, rides: Sequence[Request]) -> list[Assignment]:
    return books.assignments.list_of(*(ride.id for ride in rides)) if rides else []


def followed(books: Books, request: Request) -> Request:
    """The request that the family follows: the one for the body where nobody lives, or the one that this one was a
    duplicate of, and so on; itself where there is none."""
    seen = {request.id}
    while (after := body_followed(books, request) or request.duplicate_of) is not None and after not in seen:
        request = books.requests.get(after)
        seen.add(request.id)
    return request


def onward_of(books: Books, request_id: str) -> str | None:
    """The request for the body of this one's patient, once the death is confirmed: of several the last."""
    released = (report.onward for report in books.deaths.list_of(request_id) if report.request_id == request_id)
    return next(filter(None, reversed(list(released))), None)


def body_followed(books: Books, request: Request) -> str | None:
    """The request for the body that the family follows: only where none of this one's patients lives."""
    living = count_living(request, books.deaths.list_of(request.id))
    return onward_of(books, request.id) if not living else None


def living_beside(books: Books, request: Request) -> int:
    """How many patients live of a request that goes on: of one for a body, of that from which it follows."""
    reports = books.deaths.list_of(request.id)
    first = next((one.request_id for one in reports if one.onward == request.id), request.id)
    if first != request.id:
        request, reports = books.requests.get(first), books.deaths.list_of(first)
    return count_living(request, reports) if request.state not in ENDS else 0


def shown_on_link(books: Books, request: Request) -> Request:
    """What the family's link of a request shows: what it is the same as, and of a series the next ride."""
    request = followed(books, request)
    rides = books.requests.list_series(request.series) if request.series is not None else []
    onward = next(filter(None, (body_followed(books, ride) for ride in rides)), None)
    if onward is not None:  # whoever was driven has died
        return followed(books, books.requests.get(onward))
    return next_ride(rides) if rides else request


def _not_so(request: Request, trips: Sequence[Assignment], *, cared_for: bool) -> Refusal | None:
    """Why a request is not completed: somebody is on the way, or of some place nobody was brought to the end. Who was
    aboard of a vehicle that broke down may be `cared_for`."""
    stranded = list_stranded(trips)
    refusal = carrying([a for a in trips if a.row.loaded] + ([] if cared_for else stranded))
    missing = list_unserved(request.wanted, trips)
    if cared_for:
        missing = [slot for slot in missing if all(slot_behind(a) != slot for a in stranded)]
    if refusal is None and request.ask.needs_vehicle and missing:
        return Refusal(RefusalCode.NOT_SERVED, {"missing": len(missing), "wanted": request.wanted})
    return refusal


def _reached(books: Books, request: Request) -> bool:
    """Whether somebody was told on the phone how it stands."""
    calls = (entry.event for entry in books.journal.list_of_kinds([request.id], [PromiseCalled]))
    return any(isinstance(call, PromiseCalled) and call.outcome is CallOutcome.TOLD for call in calls)


@transaction
def family_said(unit: Unit, books: Books, now: datetime, track_token: str, said: FamilyWord) -> str | Refusal:
    """The family answers on its link: nobody needs to come any more, or it has left by itself.

    A family that has left is still met on the way, so that only the operator ends the request; everybody is told. A
    button that is pressed twice counts once.

    Raises:
        NotFoundError: for an unknown link.
    """
    request = followed(books, books.requests.get_by_track(track_token))
    if request.state in ENDS:
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    if said in words_of_family(books, request.id):
        return request.id
    if not family_may_answer(books.assignments.list_of(request.id)):
        return Refusal(RefusalCode.PATIENT_ABOARD, {})
    books.journal.add(FamilySaid(said=said, at=now, actor=FAMILY).about(request.id))
    if said is FamilyWord.NO_LONGER_NEEDED:
        others, policy = series_with(books, request, Rides.THIS), unit.policy(books, now)
        live = [*books.assignments.list_of(request.id), *_trips(books, others)]
        release(books, live, actor=DESK, cause=StepCause.FAMILY_CANCELLED, now=now, policy=policy)
        settle(books, request, now, end=RequestState.CANCELLED_BY_REQUESTER, told=TOLD_FAMILY, rides=1 + len(others))
        end_along(books, request, others, now, TOLD_FAMILY, DESK)
    return request.id


def family_may_answer(trips: Sequence[Assignment]) -> bool:
    """Whether the family can still say that nobody needs to come: nobody was picked up yet."""
    return not list_stranded(trips) and not any(was_picked_up(a) for a in trips if a.fills_slot)


def words_of_family(books: Books, request_id: str) -> set[FamilyWord]:
    """What the family has said on its link."""
    events = (entry.event for entry in books.journal.list_of_kinds([request_id], [FamilySaid]))
    return {event.said for event in events if isinstance(event, FamilySaid)}
