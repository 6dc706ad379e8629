"""Whatever is written is what is read: every field of everything that is kept, as it is and of its own type."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import Answer, Books, Due, Store
from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment
from dispatch.domain.closure import Closure
from dispatch.domain.death import DeathReport
from dispatch.domain.driven import Drive
from dispatch.domain.fix import Fix
from dispatch.domain.incident import Incident
from dispatch.domain.message import Message
from dispatch.domain.people import Facility, Person, Token
from dispatch.domain.promise import Call, Promise
from dispatch.domain.request import Contact, Request
from dispatch.domain.sop_draft import SopDraft
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import KINDS, Event
from dispatch.vocabulary.promises import PromiseState
from tests.contract.any_value import any_of, same
from tests.contract.conftest import offer, open_store, settle_town
from tests.people import CIKOKOL, NOW

_FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
_REQUEST, _VEHICLE = st.just("P-1"), st.just("V1")
_BARE_VEHICLE = any_of(Vehicle, id=_VEHICLE, base=st.none(), base_point=st.none())


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with the town in it, for the module."""
    store = open_store(tmp_path_factory.mktemp("town"))
    store.submit(settle_town).result()
    yield store
    asyncio.run(store.close())


class _EnoughError(Exception):
    """Ends a transaction, so that nothing of it is kept."""


def comes_back(town: Store, written: object, work: Callable[[Books], object]) -> None:
    """Write and read in one transaction that is given up, so that the next example finds the town as it was."""
    found: list[object] = []

    def tried(books: Books) -> None:
        found.append(work(books))
        raise _EnoughError

    with pytest.raises(_EnoughError):
        town.submit(tried).result()
    assert same(written, found[0]), (written, found[0])


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.kind.value)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_events(town: Store, kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(any_of(kind))

    def work(books: Books) -> Event:
        seq = books.journal.add(event)
        (entry,) = books.journal.list_after(seq - 1, 10).entries
        assert entry.seq == seq == books.journal.last_seq()
        return entry.event

    comes_back(town, event, work)


_NAMES = {
    "reserved": st.none() | _VEHICLE,
    "incident": st.none(),
    **dict.fromkeys(("duplicate_of", "series", "returns"), st.none() | _REQUEST),
}
_A_REQUEST = any_of(Request, id=st.just("P-2"), **_NAMES)


@_FEW
@given(_A_REQUEST, any_of(Contact), _A_REQUEST)
def test_requests(town: Store, request: Request, contact: Contact, later: Request) -> None:
    def work(books: Books) -> object:
        books.requests.add(request, contact, track_token="t")
        added = books.requests.get("P-2"), books.requests.get_contact("P-2"), books.requests.get_own_token("P-2")
        books.requests.save(replace(later, version=request.version + 1))
        return *added, books.requests.get_by_track("t")

    comes_back(town, (request, contact, "t", replace(later, version=request.version + 1)), work)


@_FEW
@given(any_of(DecisionRecord), any_of(DecisionRecord), st.binary())
def test_decisions(town: Store, first: DecisionRecord, last: DecisionRecord, facts: bytes) -> None:
    def work(books: Books) -> object:
        one, two = (books.decisions.add("P-1", NOW, decision, facts) for decision in (first, last))
        briefs = books.decisions.list_briefs("P-1")
        return books.decisions.find_last("P-1"), books.decisions.find_facts("P-1"), briefs[one], briefs[two]

    comes_back(town, (last, facts, first.brief(), last.brief()), work)


@_FEW
@given(any_of(Assignment, id=st.just("T-1"), request_id=_REQUEST, vehicle_id=_VEHICLE), any_of(Assignment))
def test_assignments(town: Store, first: Assignment, later: Assignment) -> None:
    saved = replace(later, id="T-1", request_id="P-1", vehicle_id="V1", version=first.version + 1)

    def work(books: Books) -> object:
        books.assignments.add(first)
        added = books.assignments.get("T-1")
        books.assignments.save(saved)
        live = saved if saved.is_live else None
        assert books.assignments.find_live("V1") == live
        assert books.assignments.list_live() == [live] * saved.is_live
        assert books.vehicles.get("V1").assignment_id == ("T-1" if live else None)
        return added, *books.assignments.list_of("P-1")

    comes_back(town, (first, saved), work)


@_FEW
@given(
    any_of(Vehicle, id=_VEHICLE, base=st.none(), base_point=st.none()), any_of(Fix, vehicle_id=_VEHICLE), st.booleans()
)
def test_vehicles(town: Store, vehicle: Vehicle, fix: Fix, based: bool) -> None:
    if based:
        vehicle = replace(vehicle, base="puskesmas-cikokol", base_point=CIKOKOL.point)

    def work(books: Books) -> object:
        books.vehicles.put(vehicle)
        books.vehicles.put_fixes([fix])
        held = books.vehicles.get("V1")
        return held.vehicle, held.fix, *books.vehicles.list_fixes()

    comes_back(town, (vehicle, fix, fix), work)


@_FEW
@given(any_of(Facility), any_of(Person, facility=st.none(), vehicle=st.none() | _VEHICLE), any_of(Token))
def test_people(town: Store, facility: Facility, person: Person, token: Token) -> None:
    person, token = replace(person, facility=facility.id), replace(token, person_id=person.id)

    def work(books: Books) -> object:
        books.facilities.put(facility)
        books.people.put(person)
        books.people.add_token(token)
        return books.facilities.find(facility.id), books.people.find(person.id), books.people.find_token(token.digest)

    comes_back(town, (facility, person, token), work)


@_FEW
@given(any_of(Promise, request_id=_REQUEST), any_of(Call), any_of(Promise))
def test_promises(town: Store, first: Promise, call: Call, later: Promise) -> None:
    call = replace(call, promise_id=first.id)
    saved = replace(later, id=first.id, request_id="P-1", version=first.version + 1)

    def work(books: Books) -> object:
        books.promises.add(first)
        added = books.promises.get(first.id)
        books.promises.save(saved)
        books.promises.add_call(call)
        assert books.promises.find_open("P-1") == (saved if saved.state is PromiseState.OPEN else None)
        return added, books.promises.get(first.id), *books.promises.list_calls(first.id)

    comes_back(town, (first, saved, call), work)


@_FEW
@given(any_of(Approval, request_id=_REQUEST, vehicle_id=_VEHICLE), any_of(Closure), any_of(SopDraft), any_of(Due))
def test_approvals_closures_drafts_and_timers(
    town: Store, approval: Approval, closure: Closure, draft: SopDraft, due: Due
) -> None:
    def work(books: Books) -> object:
        books.approvals.put(approval)
        books.closures.add(closure)
        books.sop.put_draft(draft)
        books.timers.set(due)
        found: list[Any] = [*books.approvals.list_of("P-1"), books.closures.get(closure.id)]
        return *found, books.sop.find_draft(draft.id), books.timers.find(due.kind, due.subject)

    comes_back(town, (approval, closure, draft, due), work)


@_FEW
@given(any_of(DeathReport, request_id=_REQUEST, assignment_id=st.just("T-1"), onward=st.none() | _REQUEST))
def test_reports_of_a_death(town: Store, report: DeathReport) -> None:
    def work(books: Books) -> object:
        books.assignments.add(offer("T-1", "V1"))
        books.deaths.add(report)
        return books.deaths.list_of("P-1")

    comes_back(town, [report], work)


@_FEW
@given(any_of(Drive))
def test_drives(town: Store, drive: Drive) -> None:
    def work(books: Books) -> object:
        books.drives.add(drive)
        return books.drives.list_since(date.min)

    comes_back(town, [drive], work)


@_FEW
@given(any_of(Incident), any_of(Incident), any_of(Request, id=st.just("P-2"), **_NAMES))
def test_incidents_and_the_request_that_comes_from_one(
    town: Store, incident: Incident, later: Incident, request: Request
) -> None:
    saved = replace(later, id=incident.id, version=incident.version + 1)
    named = replace(request, incident=incident.id)

    def work(books: Books) -> object:
        books.incidents.add(incident)
        books.requests.add(named, Contact(phone="0"), track_token="t")
        first = books.incidents.get(incident.id)
        books.incidents.save(saved)
        return first, books.incidents.get(incident.id), books.requests.get("P-2")

    comes_back(town, (incident, saved, named), work)


@_FEW
@given(any_of(Message), any_of(Answer))
def test_messages_and_answers(town: Store, message: Message, answer: Answer) -> None:
    def work(books: Books) -> object:
        books.outbox.add(message)
        books.answers.keep("key", answer, NOW)
        (kept,) = books.outbox.list_some()
        return replace(kept, id=message.id), books.outbox.get(kept.id).key, books.answers.find("key")

    comes_back(town, (message, message.key, answer), work)
