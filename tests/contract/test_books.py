"""What each book lists, finds and changes: what every backend must keep."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from dispatch.choosing.record import DecisionRecord
from dispatch.desk.ports import Books, JournalPart, LostRaceError, NotFoundError, Store
from dispatch.domain.approval import Approval, ApprovalState
from dispatch.domain.arrival import Method
from dispatch.domain.driven import Drive
from dispatch.domain.incident import Incident
from dispatch.domain.promise import Call, Promise, make_promise
from dispatch.domain.request import Contact, Request, RequestFilter
from dispatch.vocabulary.events import Escalated, Event, Noted, RequestReceived
from dispatch.vocabulary.promises import CallOutcome, PromiseState, Whom, Why
from dispatch.vocabulary.request_states import Outcome, RequestState
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.vocabulary.vehicle_classes import VehicleClass
from geo.point import Point
from tests.contract.conftest import offer, request
from tests.later import add_later
from tests.people import CIKOKOL, NOW, drowned_child

pytestmark = pytest.mark.anyio
CONTACT = Contact(phone="+62 811-0000-0001")


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def more_requests(books: Books) -> None:
    """Two more than the town's own."""
    books.requests.add(request("P-2"), CONTACT, track_token="track-2")
    books.requests.add(request("P-3"), CONTACT, track_token="track-3")


async def test_the_journal_is_read_from_a_place_by_request_and_by_kind(store: Store) -> None:
    written: list[Event] = [
        RequestReceived(at=NOW, request_id="P-1"),
        Noted(at=NOW, request_id="P-1"),
        RequestReceived(at=at(1), request_id="P-2"),
        Escalated(at=NOW, request_id="P-2", to="operator", why=Why.SEARCHING_LONG),
        RequestReceived(at=at(-1), request_id="P-3"),
        Noted(at=NOW),
    ]

    def work(books: Books) -> None:
        seqs = [books.journal.add(event) for event in written]
        journal = books.journal
        assert [entry.event for entry in journal.list_after(seqs[0], 3).entries] == written[1:4]
        assert [entry.seq for entry in journal.list_after(seqs[3], 9).entries] == seqs[4:]
        assert [entry.event for entry in journal.list_of("P-2")] == written[2:4]
        found = journal.list_of_kinds(["P-1", "P-2"], [RequestReceived, Escalated])
        assert [(entry.seq, entry.event) for entry in found] == [(seqs[n], written[n]) for n in (0, 2, 3)]
        assert journal.list_of_kinds([], [Noted]) == journal.list_of_kinds(["P-1"], []) == []

    await store.write(work)


async def test_the_journal_says_how_far_it_was_read_over_what_nobody_can_read(store: Store) -> None:
    def work(books: Books) -> None:
        journal = books.journal
        before = journal.last_seq()
        assert journal.list_after(before, 5) == JournalPart(entries=(), last=before)
        strange = add_later(books, 7)
        seq = journal.add(Noted(at=NOW))
        part = journal.list_after(before, 5)
        assert (part.entries, part.last) == ((), strange - 2)
        part = journal.list_after(part.last, 5)
        assert ([entry.seq for entry in part.entries], part.last) == ([seq], seq)
        add_later(books, 2)
        assert journal.list_after(seq, 5) == JournalPart(entries=(), last=journal.last_seq())

    await store.write(work)


async def test_requests_are_found_by_where_they_begin_while_they_are_open_and_shortly_after(store: Store) -> None:
    def placed(number: int, lat: float, lon: float = 106.628, **changes: object) -> Request:
        made = request(f"P-{number}")
        pickup = replace(made.ask.pickup, point=Point(lon=lon, lat=lat))
        return replace(made, ask=replace(made.ask, pickup=pickup), created_at=at(number), **changes)  # type: ignore[arg-type]

    done = RequestState.COMPLETED

    def work(books: Books) -> None:
        book, box = books.requests, (106.62, -6.26, 106.64, -6.24)
        for one in (
            placed(2, -6.25),
            placed(3, -6.25, ended_at=at(8), state=done),
            placed(4, -6.25, ended_at=at(4), state=done),
            placed(5, -6.27),
            placed(6, -6.25, 106.65),
            placed(7, -6.2401),
        ):
            book.add(one, Contact(phone=f"0811-0000-000{one.id[-1]}"), track_token=one.id)
        found = book.list_near(box, since=at(5), limit=9)
        assert [(one.id, phone) for one, phone in found] == [(f"P-{n}", f"0811-0000-000{n}") for n in (7, 3, 2)]
        assert found[0][0] == book.get("P-7")
        assert [one.id for one, _ in book.list_near(box, since=at(9), limit=9)] == ["P-7", "P-2"]
        assert [one.id for one, _ in book.list_near(box, since=at(5), limit=1)] == ["P-7"]
        moved = placed(5, -6.25, version=2)
        book.save(moved)
        assert [one for one, _ in book.list_near(box, since=at(9), limit=9)][1] == moved

    await store.write(work)


DRIVE = Drive(
    month=date(2026, 3, 1),
    hour=31,
    vehicle_class=VehicleClass.HEARSE,
    metric="hearse",
    method=Method.ROADS,
    low_s=300,
    expected_s=400,
    high_s=560,
    turnout_s=90,
    true_s=450,
)


async def test_drives_are_listed_from_a_month_on_and_one_that_is_equal_is_forgotten_once(store: Store) -> None:
    later, known = replace(DRIVE, month=date(2026, 4, 1)), replace(DRIVE, set_out_s=80, distance_m=4_200)

    def work(books: Books) -> None:
        book = books.drives
        for one in (later, DRIVE, known, DRIVE):
            book.add(one)
        assert book.list_since(date(2026, 4, 1)) == [later]
        assert book.list_since(date(2026, 4, 2)) == []
        book.drop(DRIVE)
        assert sorted(book.list_since(date.min), key=repr) == sorted([DRIVE, known, later], key=repr)
        book.drop(replace(DRIVE, true_s=451))
        book.drop(DRIVE)
        book.drop(DRIVE)
        assert sorted(book.list_since(date.min), key=repr) == sorted([known, later], key=repr)

    await store.write(work)


async def test_nothing_tells_in_which_order_drives_came(store: Store) -> None:
    drives = [replace(DRIVE, true_s=number) for number in range(40)]

    def work(books: Books) -> list[Drive]:
        for drive in drives:
            books.drives.add(drive)
        return books.drives.list_since(date.min)

    found = await store.write(work)
    assert found != drives
    assert sorted(found, key=lambda drive: drive.true_s) == drives


async def test_incidents_are_listed_until_they_are_over_and_each_with_its_requests(store: Store) -> None:
    def incident(number: int) -> Incident:
        return Incident(id=f"K-{number}", name="Banjir", place=CIKOKOL, created_at=at(number), created_by="opi")

    def work(books: Books) -> None:
        book = books.incidents
        for number in (1, 2, 3):
            book.add(incident(number))
        assert [one.id for one in book.list_open(9)] == ["K-3", "K-2", "K-1"]
        assert [one.id for one in book.list_open(2)] == ["K-3", "K-2"]
        over = replace(incident(2), closed_at=at(9), closed_by="opi", version=2)
        book.save(over)
        assert [one.id for one in book.list_open(9)] == ["K-3", "K-1"]
        assert book.get("K-2") == over
        with pytest.raises(NotFoundError):
            book.get("K-9")
        with pytest.raises(LostRaceError):
            book.save(replace(incident(1), version=3))
        more_requests(books)
        for name in ("P-3", "P-1"):
            held = books.requests.get(name)
            books.requests.save(replace(held, incident="K-1", version=held.version + 1))
        found = books.requests.list_some(RequestFilter(incident="K-1"))
        assert sorted(one.id for one in found) == ["P-1", "P-3"]
        with pytest.raises(LostRaceError):
            books.requests.save(replace(books.requests.get("P-2"), incident="K-9", version=2))

    await store.write(work)


async def test_promises_are_listed_by_what_is_owed_and_when_they_were_made(store: Store) -> None:
    def promise(number: int, **changes: object) -> Promise:
        made = make_promise(
            promise_id=f"J-{number}", request_id=f"P-{number}", owner="operator", why=Why.ALL_TRIED, now=at(number)
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    one, two, three = promise(1, due_at=at(9)), promise(2, due_at=at(7), owner="opi"), promise(3, due_at=at(8))

    def work(books: Books) -> None:
        more_requests(books)
        book = books.promises
        for each in (one, two, three):
            book.add(each)
        assert book.list_open() == [two, three, one]
        assert book.list_open(owner="operator") == [three, one]
        assert book.list_open(overdue_at=at(8)) == [two]
        assert sorted(found.id for found in book.list_open_of(["P-1", "P-3", "P-9"])) == ["J-1", "J-3"]
        kept = replace(three, state=PromiseState.KEPT, version=2)
        book.save(kept)
        assert [found.id for found in book.list_open_of(["P-1", "P-3"])] == ["J-1"]
        assert book.find_open("P-3") is None
        assert book.list_made(since=at(2), until=at(3)) == [two]
        assert book.list_made(since=at(1), until=at(3.5)) == [one, two, kept]

    await store.write(work)


async def test_calls_are_kept_in_their_order(store: Store) -> None:
    made = make_promise(promise_id="J-1", request_id="P-1", owner="operator", why=Why.ALL_TRIED, now=NOW)
    calls = [
        Call(promise_id="J-1", at=at(minute), by="opi", whom=Whom.CONTACT, outcome=CallOutcome.NO_ANSWER)
        for minute in (2, 1)
    ]

    def work(books: Books) -> None:
        books.promises.add(made)
        for call in calls:
            books.promises.add_call(call)
        assert books.promises.list_calls("J-1") == calls
        assert books.promises.list_calls("J-2") == []

    await store.write(work)


async def test_assignments_of_several_requests_come_in_the_order_of_their_offers(store: Store) -> None:
    first = replace(offer("T-9", "V1"), state=AssignmentState.DECLINED)
    others = [
        replace(offer(name, vehicle, request_id=of), offered_at=at(minute))
        for name, vehicle, of, minute in (("T-2", "V2", "P-2", 1), ("T-1", "V3", "P-1", 2), ("T-3", "V4", "P-3", 3))
    ]

    def work(books: Books) -> None:
        more_requests(books)
        book = books.assignments
        for each in (others[1], first, *others[::2]):
            book.add(each)
        assert book.list_of("P-1", "P-2") == [first, *others[:2]]
        assert book.list_of("P-3") == others[2:]
        assert book.list_of() == []
        assert sorted(found.id for found in book.list_live()) == ["T-1", "T-2", "T-3"]
        assert book.find_live("V1") is None
        assert book.find_live("V2") == others[0]

    await store.write(work)


async def test_bookings_for_which_nobody_is_kept_are_found_by_their_time(store: Store) -> None:
    def booked(name: str, minute: int | None, kept: str | None, state: RequestState) -> Request:
        ask = replace(drowned_child(), schedule_at=None if minute is None else at(minute))
        return replace(request(name), ask=ask, reserved=kept, state=state)

    scheduled = RequestState.SCHEDULED
    some = [
        booked("P-2", 60, None, scheduled),
        booked("P-3", 30, None, scheduled),
        booked("P-4", 40, "V1", scheduled),
        booked("P-5", 40, None, RequestState.SEARCHING),
        booked("P-6", 90, None, scheduled),
        booked("P-7", None, None, scheduled),
    ]

    def work(books: Books) -> None:
        for number, each in enumerate(some):
            books.requests.add(each, CONTACT, track_token=f"track-{number + 2}")
        assert books.requests.list_unkept(at(0), at(90)) == ["P-3", "P-2"]
        assert books.requests.list_unkept(at(30), at(60)) == []

    await store.write(work)


async def test_approvals_of_several_requests_come_in_the_order_of_their_asking(store: Store) -> None:
    def asked(name: str, of: str, minute: int) -> Approval:
        state = ApprovalState.ASKED
        return Approval(
            id=name, request_id=of, vehicle_id="V1", rule="R02", approver="dina", state=state, asked_at=at(minute)
        )

    one, two, three = asked("S-2", "P-1", 2), asked("S-1", "P-2", 1), asked("S-3", "P-3", 0)

    def work(books: Books) -> None:
        more_requests(books)
        for each in (one, two, three):
            books.approvals.put(each)
        given = replace(two, state=ApprovalState.GIVEN, reason="boleh")
        books.approvals.put(given)
        assert books.approvals.list_of("P-1", "P-2") == [given, one]
        assert books.approvals.list_of() == []
        assert books.approvals.list_asked("V1") == [three, one]
        assert books.approvals.list_asked("V2") == []

    await store.write(work)


async def test_decisions_are_found_by_the_newest_and_their_facts_by_the_first(store: Store) -> None:
    made = [
        DecisionRecord(outcome=outcome, at=at(n), sop={}, chosen=(f"V{n}",))
        for n, outcome in enumerate((Outcome.PROMISE, Outcome.OFFER, Outcome.APPROVAL))
    ]

    def work(books: Books) -> None:
        more_requests(books)
        book = books.decisions
        numbers = [
            book.add(of, decision.at, decision, facts)
            for of, decision, facts in zip(("P-1", "P-2", "P-1"), made, (b"a", b"b", b"c"), strict=True)
        ]
        assert book.find_last("P-1") == made[2]
        assert book.find_facts("P-1") == b"c"
        assert (book.last_number("P-1"), book.last_number("P-3")) == (numbers[2], None)
        assert (book.find_last("P-3"), book.find_facts("P-3")) == (None, None)
        assert book.list_briefs("P-1") == {numbers[n]: made[n].brief() for n in (0, 2)}
        assert book.list_briefs("P-1", "P-2").keys() == set(numbers)
        assert book.list_briefs() == {}
        assert book.list_first_facts(since=at(0), until=at(3), limit=9) == [("P-2", b"b"), ("P-1", b"a")]
        assert book.list_first_facts(since=at(0), until=at(3), limit=1) == [("P-2", b"b")]
        assert book.list_first_facts(since=at(0), until=at(1), limit=9) == [("P-1", b"a")]

    await store.write(work)


async def test_what_a_vehicle_was_asked_for_lately_is_found_by_the_vehicle(store: Store) -> None:
    def work(books: Books) -> None:
        more_requests(books)
        for number in (1, 2, 3):
            ended = AssignmentState.DECLINED if number < 3 else AssignmentState.OFFERED
            made = replace(offer(f"T-{number}", "V1", request_id=f"P-{number}"), state=ended, offered_at=at(number))
            books.assignments.add(made)
        assert [one.id for one in books.assignments.list_of_vehicle("V1", since=at(2))] == ["T-2", "T-3"]
        assert books.assignments.list_of_vehicle("V2", since=at(0)) == []

    await store.write(work)
