"""The ledger of promises as those who owe the calls see it."""

from datetime import datetime

from dispatch.desk.ports import Books, NotFoundError
from dispatch.domain.people import Person, heirs_of
from dispatch.domain.promise import Promise
from dispatch.reading.base import Names, Out, PointOut, place_out
from dispatch.reading.requests import PromiseOut, retry_at
from dispatch.reading.scope import Scope, facility_of, of_request
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import CallOutcome, Whom
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Permission, may


class CallOut(Out):
    """A call-back that was made."""

    at: datetime
    by: str
    whom: Whom
    outcome: CallOutcome
    told: str
    note: str


class OwedOut(PromiseOut):
    """A promise as its owner sees it: for which request, whom to call with which number next, and the calls so far."""

    need: Need
    subject: str | None
    pickup: PointOut
    request_state: RequestState
    call_whom: Whom
    call_phone: str | None
    owner_name: str | None
    call_log: list[CallOut]


class KeptOut(Out):
    """How call-backs were kept; `share` of all that fell due."""

    since: datetime
    until: datetime
    kept: int
    late: int
    overdue: int
    share: float | None


class HeirOut(Out):
    """A colleague who can take promises over."""

    id: str
    name: str


def get_promise(books: Books, person: Person, promise_id: str) -> Promise:
    """A promise that this person sees. Raises NotFoundError for any other, as if it were not there."""
    promise = books.promises.get(promise_id)
    if of_request(person, books.requests.get(promise.request_id)) is not Scope.FULL:
        raise NotFoundError(f"no promise {promise_id}")
    return promise


def list_owed(
    books: Books, person: Person, *, owner: str | None, overdue_at: datetime | None, lang: Lang
) -> list[OwedOut]:
    """The open promises that this person sees, the most urgent first."""
    listed = books.promises.list_open(owner=owner, overdue_at=overdue_at)
    facility = facility_of(person)
    mine = [p for p in listed if facility in (None, books.requests.get(p.request_id).ask.requester)]
    return owed_out(books, mine, lang)


def owed_out(books: Books, promises: list[Promise], lang: Lang) -> list[OwedOut]:
    """Promises as their owners see them."""
    people = {
        person.id: person.name for person in books.people.list_all() if may(person.role, Permission.KEEP_PROMISES)
    }
    return [_owed_out(books, promise, people, lang) for promise in promises]


def _owed_out(books: Books, promise: Promise, people: Names, lang: Lang) -> OwedOut:
    request = books.requests.get(promise.request_id)
    ask = request.ask
    if promise.whom is Whom.FACILITY:
        facility = books.facilities.find(ask.requester) if ask.requester else None
        phone = facility.phone if facility else None
    else:
        phone = books.requests.get_contact(request.id).phone
    return OwedOut.of(
        promise,
        ask,
        retry_at=retry_at(books, promise),
        pickup=place_out(ask.pickup, lang),
        request_state=request.state,
        call_whom=promise.whom,
        call_phone=phone,
        owner_name=people.get(promise.owner),
        call_log=books.promises.list_calls(promise.id),
    )


def heirs_out(books: Books, person: Person) -> list[HeirOut]:
    """The colleagues to whom one's promises can be handed over."""
    return [HeirOut.of(heir) for heir in heirs_of(person, books.people.list_all())]
