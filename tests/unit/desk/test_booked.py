"""Booked trips: what is kept for them, series and ways back, and what is known the evening before."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import changes, changing, promises, requests, returning
from dispatch.domain.booking import CALL_AFTER, CALL_WITHIN, SEEK_EVERY, SPAN, Repeat
from dispatch.domain.promise import CALL_BACK_WITHIN
from dispatch.domain.request import Ask, Contact
from dispatch.importing import take_sheet
from dispatch.reading import family
from dispatch.vocabulary.bookings import Rides, Weekday
from dispatch.vocabulary.events import (
    BookingUncertain,
    RequestChanged,
    RequestEnded,
    RequestReceived,
    ReservationLost,
    Reserved,
    TripNoticed,
)
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.promises import CallOutcome, PromiseState, Why
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.request_states import FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import Step
from dispatch.vocabulary.vehicle_classes import Duty
from tests.people import CIKOKOL, HOME, OPI, SITI, ZONE, ask
from tests.unit.desk.test_sop import publish_night
from tests.unit.desk.town import CONTACT, FLEET, WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
TOMORROW = datetime(2026, 11, 21, 10, 0, tzinfo=ZONE)  # a Saturday
EVENING = datetime(2026, 11, 20, 18, 0, tzinfo=ZONE)
ALL_DAYS = frozenset(Weekday)


def later(**by: float) -> datetime:
    return TOMORROW + timedelta(**by)


def transport(at: datetime | None = TOMORROW) -> Ask:
    return replace(ask(Need.TRANSPORT), dropoff=HOME, schedule_at=at)


async def book(
    town: Town,
    at: datetime = TOMORROW,
    *,
    days: int = 0,
    on: frozenset[Weekday] = ALL_DAYS,
    back: datetime | None = None,
    on_call: bool = False,
) -> list[Look]:
    """Book a trip, on so many days after the first one too; every ride of it, by its time."""
    repeat = Repeat(days=on, until=(at + timedelta(days=days)).date()) if days else None
    asked = transport(at)
    home = replace(asked, pickup=HOME, dropoff=asked.pickup, schedule_at=back, on_call=on_call)
    turn, by = (lambda _: home) if back else None, Command(actor=SITI)
    made = done(await requests.receive(town.unit, asked, CONTACT, repeat=repeat, turn=turn, by=by))
    return await rides(town, made)


async def rides(town: Town, series: str) -> list[Look]:
    listed = await town.read(lambda books: books.requests.list_series(series))
    return [await town.look(ride.id) for ride in listed] or [await town.look(series)]


async def until(town: Town, at: datetime) -> None:
    """Time passes to this moment, and every timer runs at its own."""
    while True:
        next_at = await town.read(lambda books: books.timers.next_at())
        if next_at is None or next_at > at:
            break
        town.clock.at = max(town.clock.at, next_at)
        await town.report()
        await town.run_due()
    town.clock.at = at
    await town.report()
    await town.run_due()


def only(town: Town, **minutes: float) -> None:
    """No other vehicle can come."""
    town.roads.minutes = minutes


async def test_a_booked_trip_has_a_vehicle_kept_at_once_which_is_committed_to_nothing(town: Town) -> None:
    (made,) = await book(town)
    assert made.state is RequestState.SCHEDULED
    assert (made.request.reserved, made.request.series) == ("T1", None)
    assert made.of(Reserved)[0].vehicle_id == "T1"
    assert made.live() == []
    held = await town.vehicle("T1")
    assert (held.duty, held.assignment_id) == (Duty.AVAILABLE, None)


async def test_two_bookings_at_overlapping_times_keep_two_vehicles_and_at_other_times_one(town: Town) -> None:
    (one,) = await book(town)
    (two,) = await book(town, later(minutes=89))
    (three,) = await book(town, TOMORROW + SPAN)
    assert one.request.reserved == three.request.reserved == "T1"
    assert two.request.reserved == "L1"


async def test_a_booking_without_a_vehicle_gets_the_one_that_another_booking_needs_no_more(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0}
    for name in FLEET.keys() - {"T1"}:
        await town.duty(name, Duty.OUT_OF_SERVICE)
    (one,) = await book(town, TOMORROW + timedelta(days=3))
    (two,) = await book(town, TOMORROW + timedelta(days=3, minutes=20))
    assert (one.request.reserved, two.request.reserved) == ("T1", None)
    cancelled, by = RequestState.CANCELLED_BY_REQUESTER, Command(actor=OPI)
    done(await changes.end(town.unit, one.id, cancelled, told="keluarga", reason="sembuh", by=by))
    await town.run_due()
    assert (await town.look(two)).request.reserved == "T1"


async def test_the_vehicle_that_is_kept_is_asked_first_when_the_search_begins(town: Town) -> None:
    (made,) = await book(town)
    done(await requests.assign(town.unit, made.id, "L1", override=None, by=Command(actor=OPI)))
    await until(town, later(hours=-1))
    (offered,) = (await town.look(made)).live()
    assert offered.vehicle_id == "L1"


async def test_who_is_asked_for_a_booked_trip_is_expected_at_its_time_and_need_not_set_out_before(town: Town) -> None:
    (made,) = await book(town)
    await until(town, later(hours=-1))
    (offered,) = (await town.look(made)).live()
    assert offered.arrives_at == TOMORROW
    await town.take(offered, Step.ACCEPT)
    await until(town, later(minutes=-7))
    assert (await town.look(made)).of(TripNoticed) == []
    await until(town, later(minutes=1))
    assert [event.what.value for event in (await town.look(made)).of(TripNoticed)] == ["not_departed"]


async def test_who_asks_just_before_a_booked_time_gets_another_vehicle_and_a_red_the_nearest(town: Town) -> None:
    await book(town)
    town.clock.at = later(minutes=-80)
    await town.report()
    other = await town.ask(asked=transport(None))
    assert [a.vehicle_id for a in other.live()] == ["L1"]
    kept = next(c for c in other.decided.candidates if c.vehicle_id == "T1")
    assert kept.blocking == ("PESANAN",)


async def test_an_operator_may_take_the_kept_vehicle_with_a_reason_and_another_one_is_sought(town: Town) -> None:
    (made,) = await book(town)
    await until(town, later(minutes=-80))
    other = await town.ask(asked=transport(None))
    assert refused(await requests.assign(town.unit, other.id, "T1", override=None, by=Command(actor=OPI))) is (
        RefusalCode.RULE_OBJECTS
    )
    await town.take(other.live()[0], Step.DECLINE)
    why = ("PESANAN", "pasien menunggu")
    done(await requests.assign(town.unit, other.id, "T1", override=why, by=Command(actor=OPI)))
    await town.run_due()
    assert (await town.look(made)).request.reserved == "L1"
    assert [event.vehicle_id for event in (await town.look(made)).of(ReservationLost)] == ["T1"]


async def test_a_red_takes_the_kept_vehicle_and_the_desk_seeks_anew(town: Town) -> None:
    only(town, A1=1.0)
    (made,) = await book(town)
    assert made.request.reserved == "A1"
    await until(town, later(minutes=-80))
    only(town, A1=1.0, L1=9.0)
    red = await town.ask(asked=replace(ask(Need.EMERGENCY), urgency=Urgency.RED))
    assert "A1" in [a.vehicle_id for a in red.live()]
    await town.run_due()
    assert (await town.look(made)).request.reserved == "L1"


async def test_where_a_red_has_taken_the_only_vehicle_that_is_told_at_once(town: Town) -> None:
    only(town, A1=1.0)
    (made,) = await book(town)
    await until(town, later(minutes=-80))
    await town.ask(asked=replace(ask(Need.EMERGENCY), urgency=Urgency.RED))
    await town.run_due()
    assert (await town.look(made)).owed.why is Why.BOOKING_UNCERTAIN


async def test_a_way_back_and_a_series_are_requests_of_their_own_and_told_once(town: Town) -> None:
    made = await book(town, days=2, back=later(hours=5))
    assert [(ride.request.returns is not None) for ride in made] == [False, True] * 3
    assert {ride.request.series for ride in made} == {made[0].id}
    assert [ride.request.returns for ride in made[1::2]] == [ride.id for ride in made[::2]]
    assert all(ride.request.reserved == "T1" for ride in made)
    assert [(ride.of(RequestReceived)[0].along, ride.of(RequestReceived)[0].rides) for ride in made[:2]] == [
        (None, 6),
        (made[0].id, 1),
    ]
    home = made[1].request.ask
    assert (home.pickup, home.dropoff) == (HOME, CIKOKOL)
    tokens = {await town.read(lambda books, ride=ride: books.requests.get_track_token(ride.id)) for ride in made}  # type: ignore[misc]
    assert len(tokens) == 1


async def test_what_cannot_be_kept_is_said_and_told_the_evening_before_once(town: Town) -> None:
    only(town, T1=6.0)
    (taken,) = await book(town, later(days=1))
    made = await book(town, later(hours=1), days=1)
    assert [ride.request.reserved for ride in made] == ["T1", None]
    await until(town, EVENING + timedelta(days=1, seconds=-1))
    second = await town.look(made[1])
    assert (second.promise, second.of(BookingUncertain)) == (None, [])
    await until(town, EVENING + timedelta(days=1))
    second = await town.look(made[1])
    assert second.state is RequestState.SCHEDULED
    assert (second.owed.why, second.owed.due_at) == (Why.BOOKING_UNCERTAIN, EVENING + timedelta(days=1) + CALL_WITHIN)
    await until(town, EVENING + timedelta(days=1, hours=1, minutes=50))
    assert [event.no_vehicle for event in (await town.look(made[1])).of(BookingUncertain)] == [True]
    assert (await town.look(taken)).promise is None

    cancelled = RequestState.CANCELLED_BY_REQUESTER
    by = Command(actor=SITI)
    done(await changes.end(town.unit, taken.id, cancelled, told="keluarga", reason="sembuh", by=by))
    await until(town, EVENING + timedelta(days=1, hours=2, minutes=10))
    again = await town.look(made[1])
    assert (again.request.reserved, again.promise) == ("T1", None)
    assert [event.again for event in again.of(Reserved)] == [True]
    closed = await town.promise(second.owed)
    assert closed.state is PromiseState.SOLVED


async def test_who_was_told_that_a_booking_is_uncertain_hears_again_when_its_search_begins(town: Town) -> None:
    only(town)
    (made,) = await book(town)
    await until(town, EVENING)
    owed = (await town.look(made)).owed
    by = Command(actor=OPI)
    done(await promises.log_call(town.unit, owed.id, CallOutcome.TOLD, told="ibunya", text="", by=by))
    assert (await town.promise(owed)).due_at == later(hours=-1)


async def test_a_vehicle_that_breaks_in_the_evening_is_replaced_or_its_booking_uncertain(town: Town) -> None:
    (made,) = await book(town)
    await until(town, EVENING + timedelta(minutes=5))
    await town.duty("T1", Duty.OUT_OF_SERVICE)
    await until(town, EVENING + timedelta(hours=1, minutes=5))
    assert (await town.look(made)).request.reserved == "L1"
    await town.duty("L1", Duty.OUT_OF_SERVICE)
    await town.duty("A1", Duty.OUT_OF_SERVICE)
    await until(town, EVENING + timedelta(hours=2, minutes=5))
    made = await town.look(made)
    assert (made.request.reserved, made.owed.why) == (None, Why.BOOKING_UNCERTAIN)


async def test_a_kept_vehicle_that_an_import_makes_another_one_has_its_booking_looked_at_at_once(town: Town) -> None:
    (made,) = await book(town)
    await until(town, EVENING + timedelta(minutes=5))
    assert (await town.look(made)).request.reserved == "T1"
    as_it_was = {"id": "T1", "name": "Kendaraan T1", "class": "transport_ambulance", "agency": "kota-tangerang"}
    for kind, reserved in (("transport_ambulance", "T1"), ("hearse", "L1")):
        rows = [(2, as_it_was | {"class": kind, "crew": "driver escort"})]
        taken = partial(take_sheet, kind="vehicles", rows=rows, now=town.clock.now(), skip_bad=False)
        assert await town.store.write(taken) == (1, ())
        await town.run_due()
        assert (await town.look(made)).request.reserved == reserved


async def test_a_booking_is_looked_at_at_once_when_a_sop_is_published(town: Town) -> None:
    (made,) = await book(town)
    await until(town, EVENING + timedelta(minutes=5))
    await publish_night(town)
    looked = await town.timer(DueKind.BOOKING, made.id)
    assert looked is not None
    assert looked.at == town.clock.now()


async def test_a_clock_that_is_set_back_before_the_search_begins_leaves_no_booking_unwatched(town: Town) -> None:
    (made,) = await book(town)
    await until(town, later(minutes=-75))  # the last look of every hour is over
    town.clock.turn(-3600 * 2)
    await town.run_due()
    await town.duty("T1", Duty.OUT_OF_SERVICE)
    await until(town, later(minutes=-90))
    assert (await town.look(made)).request.reserved == "L1"


async def test_a_booking_of_the_same_evening_that_finds_nobody_is_told_at_once(town: Town) -> None:
    only(town)
    town.clock.at = EVENING + timedelta(hours=3)
    (made,) = await book(town)
    await town.run_due()
    assert (await town.look(made)).owed.due_at == EVENING + timedelta(hours=3) + CALL_WITHIN


async def test_a_call_about_an_uncertain_booking_is_owed_before_its_search_begins(town: Town) -> None:
    only(town)
    town.clock.at = later(minutes=-70)
    (made,) = await book(town)
    await town.run_due()
    assert (await town.look(made)).owed.due_at == later(minutes=-70) + CALL_BACK_WITHIN


async def test_another_time_keeps_another_vehicle_where_the_first_is_taken_then(town: Town) -> None:
    (other,) = await book(town, later(hours=4))
    (made,) = await book(town)
    new = partial(replace, schedule_at=later(hours=4, minutes=10))
    done(await changing.change(town.unit, made.id, new, by=Command(actor=SITI)))
    assert (await town.look(made)).request.reserved is None
    await town.run_due()
    assert (await town.look(made)).request.reserved == "L1"
    assert (await town.look(other)).request.reserved == "T1"


@pytest.mark.parametrize(("which", "ended"), [(Rides.THIS, [2, 3]), (Rides.FOLLOWING, [2, 3, 4, 5])])
async def test_one_ride_is_cancelled_with_its_way_back_or_with_all_later_ones(
    town: Town, which: Rides, ended: list[int]
) -> None:
    made = await book(town, days=2, back=later(hours=5))
    state, by = RequestState.CANCELLED_BY_REQUESTER, Command(actor=SITI)
    done(await changes.end(town.unit, made[2].id, state, told="keluarga", reason="sembuh", rides=which, by=by))
    now = await rides(town, made[0].id)
    assert [number for number, ride in enumerate(now) if ride.state is state] == ended
    ends = [ride.of(RequestEnded)[0] for ride in now if ride.state is state]
    assert [(event.rides, event.along) for event in ends] == [(len(ended), None)] + [(1, made[2].id)] * (len(ended) - 1)
    for number in ended:
        for kind in (DueKind.SCHEDULED, DueKind.BOOKING):
            assert await town.timer(kind, made[number].id) is None


async def test_the_way_back_alone_is_cancelled_alone(town: Town) -> None:
    made = await book(town, back=later(hours=5))
    state, by = RequestState.CANCELLED_BY_REQUESTER, Command(actor=SITI)
    done(await changes.end(town.unit, made[1].id, state, told="keluarga", reason="dijemput", by=by))
    assert [ride.state for ride in await rides(town, made[0].id)] == [RequestState.SCHEDULED, state]


async def test_what_the_family_does_not_need_any_more_needs_no_way_back(town: Town) -> None:
    made = await book(town, days=1, back=later(hours=5))
    token = await town.read(lambda books: books.requests.get_own_token(made[0].id))
    done(await changes.family_said(town.unit, token, FamilyWord.NO_LONGER_NEEDED))
    ended = [ride.state is RequestState.CANCELLED_BY_REQUESTER for ride in await rides(town, made[0].id)]
    assert ended == [True, True, False, False]


async def test_this_and_all_later_rides_change_likewise_and_are_told_once(town: Town) -> None:
    made = await book(town, days=2, back=later(hours=5))
    other = replace(HOME, name="Rumah anak")
    new = partial(replace, pickup=other, schedule_at=later(days=1, hours=2))
    contact = Contact(phone="+62 811-0000-0077")
    by = Command(actor=SITI)
    done(await changing.change(town.unit, made[2].id, new, contact=contact, rides=Rides.FOLLOWING, by=by))
    now = await rides(town, made[0].id)
    assert [ride.request.ask for ride in now[:2]] == [ride.request.ask for ride in made[:2]]
    assert [ride.request.ask.schedule_at for ride in now[2:]] == [
        later(days=day, hours=hours) for day in (1, 2) for hours in (2, 7)
    ]
    assert [ride.request.ask.pickup.name for ride in now[2:]] == ["Rumah anak", HOME.name] * 2
    assert [ride.request.ask.dropoff for ride in now[3::2]] == [other, other]
    assert [ride.contact.phone for ride in now] == [CONTACT.phone] * 2 + [contact.phone] * 4
    told = [ride.of(RequestChanged)[0] for ride in now[2:]]
    assert [(event.rides, event.along) for event in told] == [(4, None)] + [(1, made[2].id)] * 3
    await town.run_due()
    assert all(ride.request.reserved for ride in await rides(town, made[0].id))


async def test_a_way_back_is_not_moved_before_its_way_there(town: Town) -> None:
    made = await book(town, back=later(hours=5))
    new = partial(replace, schedule_at=later(hours=-1))
    assert refused(await changing.change(town.unit, made[1].id, new, by=Command(actor=SITI))) is (
        RefusalCode.RETURN_BOUNDS
    )
    assert (await rides(town, made[0].id))[1].request == made[1].request


async def test_all_later_rides_of_a_single_trip_are_none(town: Town) -> None:
    (made,) = await book(town)
    by, which = Command(actor=SITI), Rides.FOLLOWING
    state = RequestState.CANCELLED_BY_REQUESTER
    assert refused(await changes.end(town.unit, made.id, state, told="x", reason="y", rides=which, by=by)) is (
        RefusalCode.NO_SERIES
    )
    new = partial(replace, schedule_at=later(hours=1))
    assert refused(await changing.change(town.unit, made.id, new, rides=which, by=by)) is RefusalCode.NO_SERIES


async def drive(town: Town, ride: Look) -> None:
    """The way there is driven to its end."""
    await until(town, later(hours=-1))
    (offered,) = (await town.look(ride)).live()
    await town.take(offered, *WAY)


async def test_a_way_back_without_a_time_waits_for_word_and_is_then_searched_for_at_once(town: Town) -> None:
    made = await book(town, back=later(hours=4), on_call=True)
    assert (made[1].state, made[1].request.reserved) == (RequestState.SCHEDULED, None)
    await drive(town, made[0])
    await until(town, later(hours=5))
    assert (await town.look(made[1])).state is RequestState.SCHEDULED
    done(await returning.call_back(town.unit, made[1].id, by=None))
    called = await town.look(made[1])
    (offered,) = called.live()
    assert called.state is RequestState.SEARCHING
    assert (called.request.ask.booked_at, called.request.ask.schedule_at) == (None, later(hours=5))
    link = await town.read(lambda books: books.requests.get_own_token(called.id))
    page = await family.view(town.unit, link, Lang.ID)
    assert page is not None
    assert not any("Dijadwalkan" in line for line in page.lines)
    assert offered.expires_at - offered.offered_at == timedelta(seconds=100)
    assert refused(await returning.call_back(town.unit, made[1].id, by=Command(actor=SITI))) is RefusalCode.NOT_ON_CALL


async def test_a_way_back_that_nobody_calls_for_is_asked_about(town: Town) -> None:
    made = await book(town, back=later(hours=4), on_call=True)
    await drive(town, made[0])
    await until(town, later(hours=4) + CALL_AFTER)
    asked = await town.look(made[1])
    assert (asked.state, asked.owed.why) == (RequestState.SCHEDULED, Why.RETURN_UNSAID)
    await until(town, later(hours=4) + 2 * CALL_AFTER)
    assert (await town.look(made[1])).owed.id == asked.owed.id


@pytest.mark.parametrize(("how", "before"), [("broken", 240), ("on a trip", 240), ("off duty", 85)])
async def test_a_vehicle_that_cannot_go_is_replaced_at_once_for_a_booked_trip_that_is_near(
    town: Town, how: str, before: int
) -> None:
    town.clock.at = later(minutes=-before)
    await town.report()
    (near,) = await book(town)
    (far,) = await book(town, later(days=3))
    assert [(await town.look(one)).request.reserved for one in (near, far)] == ["T1", "T1"]
    await town.run_due()
    town.clock.turn(60)
    if how == "on a trip":
        made = await town.ask(asked=transport(None))
        await town.take(made.assignments[0], Step.ACCEPT, Step.PROBLEM)
    else:
        await town.duty("T1", Duty.OUT_OF_SERVICE if how == "broken" else Duty.OFF_DUTY)
    await town.run_due()
    assert (await town.look(near)).request.reserved == "L1"
    assert (await town.look(far)).request.reserved == "T1"


async def test_nobody_is_ready_for_the_way_back_before_having_been_brought_there(town: Town) -> None:
    made = await book(town, back=later(hours=4), on_call=True)
    await until(town, later(hours=-1))
    (offered,) = (await town.look(made[0])).live()
    for step in WAY[:-1]:
        assert refused(await returning.call_back(town.unit, made[1].id, by=None)) is RefusalCode.NOT_THERE_YET
        await town.take(offered, step)
    done(await returning.call_back(town.unit, made[1].id, by=None))


@pytest.mark.parametrize("is_driven", [True, False])
async def test_a_way_back_waits_for_its_way_there_and_somebody_rings_where_that_has_not_begun(
    town: Town, *, is_driven: bool
) -> None:
    made = await book(town, back=later(hours=1))
    await until(town, later(hours=-1))
    (offered,) = (await town.look(made[0])).live()
    if is_driven:
        await town.take(offered, *WAY[:4])
    await until(town, later(hours=1, minutes=1))
    waits = await town.look(made[1])
    assert (waits.state, waits.assignments, waits.promise is None) == (RequestState.SCHEDULED, [], is_driven)
    if is_driven:
        trip = await town.read(lambda books: books.assignments.get(offered.id))
        await town.take(trip, Step.AT_DESTINATION)
        await town.run_due()
        assert (await town.look(made[1])).live()
    else:
        assert waits.owed.why is Why.BOOKING_UNCERTAIN


async def test_a_clock_that_is_set_back_makes_no_way_back_wait_longer_for_its_way_there(town: Town) -> None:
    made = await book(town, back=later(hours=1))
    await until(town, later(hours=-1))
    (offered,) = (await town.look(made[0])).live()
    await town.take(offered, *WAY[:4])
    await until(town, later(hours=1))
    town.clock.turn(-3_000)
    await town.run_due()
    due = await town.timer(DueKind.SCHEDULED, made[1].id)
    assert due is not None
    assert due.at <= town.clock.now() + SEEK_EVERY


async def test_a_vehicle_that_is_kept_for_the_way_back_may_drive_the_way_there(town: Town) -> None:
    only(town, T1=6.0)
    made = await book(town, back=later(minutes=80))
    assert [ride.request.reserved for ride in made] == ["T1", "T1"]
    await until(town, later(hours=-1))
    (offered,) = (await town.look(made[0])).live()
    assert offered.vehicle_id == "T1"
    assert (await town.look(made[1])).request.reserved == "T1"


async def test_who_is_carried_by_a_ride_of_the_series_keeps_all_later_ones_from_being_cancelled_with_it(
    town: Town,
) -> None:
    made = await book(town, days=1)
    await until(town, later(hours=-1))
    (offered,) = (await town.look(made[0])).live()
    await town.take(offered, *WAY[:4])
    state, said = RequestState.CANCELLED_BY_REQUESTER, partial(changes.end, told="keluarga", reason="sembuh")
    by, which = Command(actor=SITI), Rides.FOLLOWING
    assert refused(await said(town.unit, made[0].id, state, rides=which, by=by)) is RefusalCode.PATIENT_ABOARD
    assert (await town.look(made[1])).state is RequestState.SCHEDULED
