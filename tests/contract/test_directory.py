"""Vehicles, people, places, timers, packs and closures, as every backend must keep them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from dispatch.desk.ports import Books, Due, DueKind, LostRaceError, NotFoundError, Store
from dispatch.domain.closure import Closure
from dispatch.domain.fix import Fix
from dispatch.domain.people import Facility, FacilityKind, Person, Token
from dispatch.domain.request import Contact, Request, RequestFilter
from dispatch.domain.sop_draft import DraftState, SopDraft
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from geo.shape import Shape, ShapeKind
from tests.contract.conftest import VEHICLES, offer, request
from tests.people import BUDI, CIKOKOL, NOW, OPI, SITI, vehicle

pytestmark = pytest.mark.anyio
CONTACT = Contact(phone="+62 811-0000-0001")


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


async def test_requests_are_listed_by_state_facility_and_time_the_newest_first(store: Store) -> None:
    waiting = replace(request("P-2"), state=RequestState.WAITING, created_at=at(1))
    private = replace(request("P-3"), ask=replace(request("P-3").ask, requester=None), created_at=at(2))

    def listed(books: Books, **which: object) -> list[str]:
        return [found.id for found in books.requests.list_some(RequestFilter(**which))]  # type: ignore[arg-type]

    def work(books: Books) -> None:
        for number, each in enumerate((waiting, private)):
            books.requests.add(each, CONTACT, track_token=f"other-{number}")
        assert listed(books) == ["P-3", "P-2", "P-1"]
        assert listed(books, states=frozenset({RequestState.WAITING})) == ["P-2"]
        assert listed(books, states=frozenset()) == []
        assert listed(books, facility="puskesmas-cikokol") == ["P-2", "P-1"]
        assert listed(books, since=at(1)) == ["P-3", "P-2"]
        assert listed(books, before=(at(2), "P-3"), limit=1) == ["P-2"]
        other = Contact(phone="+62 811-0000-0002", name="Ibu Contoh", note="rumah hijau")
        books.requests.put_contact("P-2", other)
        assert books.requests.get_contact("P-2") == other
        assert books.requests.get_track_token("P-3") == "other-1"

    await store.write(work)


async def test_whoever_follows_the_fleet_sees_every_change_of_a_vehicle_and_no_other(store: Store) -> None:
    def changes(books: Books) -> list[str]:
        puskesmas = Facility(id="f", kind=FacilityKind.BASE, name="Pangkalan", point=CIKOKOL.point)
        books.facilities.put(puskesmas)
        based = replace(books.vehicles.get("V3").vehicle, base="f")
        asked = offer("T-1", "V2")
        ended = replace(asked, state=AssignmentState.DECLINED, version=2)
        vehicles = books.vehicles
        seen, everybody = vehicles.list_since(-1)
        assert [found.id for found in everybody] == VEHICLES == [found.id for found in vehicles.list_all()]
        told = []
        acts: tuple[Callable[[], None], ...] = (
            lambda: vehicles.set_duty("V1", Duty.OFF_DUTY, at_base=False, now=at(5)),
            lambda: vehicles.set_history("V1", on_duty_since=at(1), trip_ended_at=at(2)),
            lambda: vehicles.leave_alone("V1", at(3)),
            lambda: vehicles.set_auto_accept("V1", on=True),
            lambda: vehicles.set_to_clean("V1", on=True),
            lambda: vehicles.set_broke_at("V1", at(4)),
            lambda: vehicles.put(based),
            lambda: books.facilities.put(puskesmas),
            lambda: books.assignments.add(asked),
            lambda: books.assignments.save(ended),
            lambda: books.people.put(OPI),
        )
        for change in acts:
            change()
            newest, changed = vehicles.list_since(seen)
            assert newest > seen or not changed
            told.append(" ".join(found.id for found in changed))
            seen = newest
        held = vehicles.get("V1")
        assert (held.duty, held.duty_since, held.at_base) == (Duty.OFF_DUTY, at(5), False)
        assert (held.on_duty_since, held.trip_ended_at) == (at(1), at(2))
        assert (held.left_alone_until, held.auto_accept) == (at(3), True)
        assert (held.to_clean, held.broke_at) == (True, at(4))
        return told

    assert await store.write(changes) == [*["V1"] * 6, "V3", "V3", "V2", "V2", ""]
    with pytest.raises(NotFoundError):
        await store.write(lambda books: books.vehicles.set_auto_accept("?", on=True))


async def test_timers_are_found_and_hastened_by_their_kind(store: Store) -> None:
    def timer(kind: DueKind, subject: str, minute: int) -> Due:
        return Due(kind=kind, subject=subject, at=at(minute))

    def work(books: Books) -> None:
        book = books.timers
        assert book.next_at() is None
        for each in (
            timer(DueKind.PROMISE_RETRY, "P-1", 5),
            timer(DueKind.PROMISE_RETRY, "P-2", -1),
            timer(DueKind.SEARCH_LONG, "P-1", 6),
        ):
            book.set(each)
        assert book.find(DueKind.SEARCH_LONG, "P-1") == timer(DueKind.SEARCH_LONG, "P-1", 6)
        assert book.find(DueKind.SEARCH_LONG, "P-2") is None
        book.hasten(DueKind.PROMISE_RETRY, NOW)
        wanted = [timer(DueKind.PROMISE_RETRY, "P-2", -1), timer(DueKind.PROMISE_RETRY, "P-1", 0)]
        assert book.list_due(at(5), 9) == wanted
        assert book.list_due(at(5), 1) == wanted[:1]

    await store.write(work)


async def test_people_places_and_drafts_are_put_found_listed_and_dropped(store: Store) -> None:
    token = Token(digest="d", person_id="opi", kind="api", created_at=NOW)
    budi: Person = replace(BUDI, vehicle="V1")
    mosque = Facility(id="a", kind=FacilityKind.MOSQUE, name="Al-Contoh", point=CIKOKOL.point)
    draft = SopDraft(
        id="D-1",
        agency="a",
        state=DraftState.OPEN,
        text="x",
        edit=1,
        base_version=None,
        created_by="opi",
        updated_by="opi",
        updated_at=NOW,
    )
    newer = replace(draft, id="D-2", updated_at=at(1))

    def work(books: Books) -> None:
        for person in (SITI, OPI, budi, replace(OPI, name="Operator Contoh Lain")):
            books.people.put(person)
        assert books.people.list_all() == [budi, replace(OPI, name="Operator Contoh Lain"), SITI]
        assert books.people.find("?") is None
        books.people.add_token(token)
        assert books.people.find_token("d") == token
        books.people.drop_token("d")
        assert books.people.find_token("d") is None
        books.facilities.put(mosque)
        assert [found.name for found in books.facilities.list_all()] == ["Al-Contoh", "Puskesmas Cikokol"]
        assert books.facilities.find("a") == mosque
        assert books.facilities.find("?") is None
        for each in (draft, newer):
            books.sop.put_draft(each)
        assert books.sop.list_drafts() == [newer, draft]
        edited = replace(draft, edit=2, updated_at=at(2))
        books.sop.put_draft(edited)
        assert books.sop.list_drafts() == [edited, newer]
        books.sop.drop_draft("D-2")
        assert books.sop.find_draft("D-2") is None
        assert books.sop.list_packs() == []
        books.sop.add_pack(agency="a", version="1", effective_from=NOW, text="x")
        assert books.sop.list_packs() == ["x"]

    await store.write(work)


async def test_a_closure_comes_out_as_it_was_put_in_and_is_listed_while_it_stands(store: Store) -> None:
    corners = tuple(
        replace(CIKOKOL.point, lon=lon, lat=lat) for lon, lat in ((106.6, -6.2), (106.7, -6.2), (106.7, -6.1))
    )
    flood = Closure(
        id="X-1",
        reason=Cause.FLOOD,
        shape=Shape(kind=ShapeKind.AREA, points=corners),
        created_at=NOW,
        created_by="opi",
        streets=12,
        note="setinggi lutut – jangan lewat",
        until=NOW + timedelta(hours=3),
    )
    works = Closure(
        id="X-0",
        reason=Cause.WORKS,
        shape=Shape(kind=ShapeKind.POINT, points=corners[:1]),
        created_at=NOW + timedelta(seconds=1),
        created_by="opi",
        streets=None,
    )

    def put(books: Books) -> None:
        books.closures.add(works)
        books.closures.add(flood)

    await store.write(put)
    assert await store.read(lambda books: books.closures.list_open()) == [flood, works]
    over = replace(flood, ended_at=NOW + timedelta(hours=1), ended_by="opi", version=2)
    await store.write(lambda books: books.closures.save(over))
    assert await store.read(lambda books: books.closures.get("X-1")) == over
    assert await store.read(lambda books: books.closures.list_open()) == [works]
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.closures.save(over))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.closures.add(works))


async def test_timers_come_in_the_order_of_their_time(store: Store) -> None:
    def put(books: Books) -> None:
        for minutes in (5, 1, 3):
            books.timers.set(
                Due(kind=DueKind.PROMISE_RETRY, subject=f"P-{minutes}", at=NOW + timedelta(minutes=minutes))
            )
        books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject="P-5", at=NOW))
        books.timers.drop(DueKind.PROMISE_RETRY, "P-3")

    await store.write(put)
    due = await store.read(lambda books: books.timers.list_due(NOW + timedelta(minutes=1), 10))
    assert [timer.subject for timer in due] == ["P-5", "P-1"]
    assert await store.read(lambda books: books.timers.next_at()) == NOW


def _page(books: Books, *, which: RequestFilter) -> list[Request]:
    return books.requests.list_some(which)


async def test_pages_of_requests_miss_and_repeat_nothing(store: Store) -> None:
    def put(books: Books) -> None:
        for n in range(25):
            made = replace(request(f"P-x{n:02}"), created_at=NOW + timedelta(seconds=n // 3))
            books.requests.add(made, Contact(phone="+62 811-0000-0001"), track_token=f"t{n}")

    await store.write(put)
    seen: list[str] = []
    which = RequestFilter(limit=4)
    while page := await store.read(partial(_page, which=which)):
        seen += [found.id for found in page]
        which = replace(which, before=(page[-1].created_at, page[-1].id))
    assert len(seen) == len(set(seen)) == 26


async def test_master_data_put_again_keeps_the_duty(store: Store) -> None:
    again = vehicle("V1", VehicleClass.DUAL_USE).vehicle
    await store.write(lambda books: books.vehicles.put(again))
    held = await store.read(lambda books: books.vehicles.get("V1"))
    assert held.duty is Duty.AVAILABLE
    assert held.vehicle.vehicle_class is VehicleClass.DUAL_USE


async def test_a_published_pack_is_immutable(store: Store) -> None:
    one = await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="x"))
    again = await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="x"))
    assert (one, again) == (True, False)
    with pytest.raises(ValueError, match="new version"):
        await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="y"))


async def test_a_second_version_for_the_same_instant_is_refused_in_a_sentence(store: Store) -> None:
    await store.write(lambda b: b.sop.add_pack(agency="a", version="1", effective_from=NOW, text="x"))
    with pytest.raises(ValueError, match="another time"):
        await store.write(lambda b: b.sop.add_pack(agency="a", version="2", effective_from=NOW, text="y"))


async def test_kept_positions_never_go_back_and_a_stranger_spoils_none(store: Store) -> None:
    def fix(vehicle_id: str, second: int) -> Fix:
        return Fix(
            vehicle_id=vehicle_id, point=CIKOKOL.point, taken_at=NOW + timedelta(seconds=second), received_at=NOW
        )

    await store.write(lambda books: books.vehicles.put_fixes([fix("V1", 10), fix("V2", 1)]))
    await store.write(lambda books: books.vehicles.put_fixes([fix("V1", 9), fix("stranger", 1), fix("V2", 2)]))
    held = await store.read(lambda books: books.vehicles.list_fixes())
    assert {found.vehicle_id: found for found in held} == {"V1": fix("V1", 10), "V2": fix("V2", 2)}
