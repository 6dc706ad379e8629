"""Ways back of trips that are made now: added to a kept request, and the vehicle that waits there for it."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import Books, DueKind
from dispatch.desk.usecases import changes, changing, requests, returning
from dispatch.domain.arrival import Arrival
from dispatch.domain.booking import BACK_WITHIN, CALL_AFTER, LOOK_EVERY, Repeat
from dispatch.domain.request import MOST_AHEAD, Ask, Patient
from dispatch.domain.trip import way_back
from dispatch.vocabulary.bookings import Weekday
from dispatch.vocabulary.events import RequestReceived, ReservationLost, Reserved, ReturnAdded
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.request_states import OPEN, RequestState
from dispatch.vocabulary.trip_steps import Step
from dispatch.vocabulary.vehicle_classes import Duty
from geo.sample.areas import sample_areas
from tests.people import CIKOKOL, HOME, OPI, SITI, ZONE, ask, drowned_child
from tests.unit.desk.test_booked import until
from tests.unit.desk.town import CONTACT, WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
BY = Command(actor=SITI)
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=ZONE)  # a Thursday
IN_3_H = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
async def _morning(town: Town) -> None:
    town.clock.at = NOW
    await town.report()


def turned(at: datetime, *, on_call: bool = False, waits: bool = False) -> partial[Ask]:
    return partial(way_back, areas=sample_areas(), at=at, on_call=on_call, waits=waits)


def check_up(**more: object) -> Ask:
    return replace(ask(Need.TRANSPORT), dropoff=HOME, **more)  # type: ignore[arg-type]  # the fields' own types


def _token(books: Books, request_id: str) -> str:
    return books.requests.get_track_token(request_id)


async def both(town: Town, there: Look | str) -> tuple[Look, Look]:
    there = await town.look(there)
    listed = await town.read(lambda books: books.requests.list_series(there.request.series or ""))
    (back,) = [ride for ride in listed if ride.returns == there.id and ride.state is not RequestState.COMPLETED]
    return there, await town.look(back.id)


async def asked(town: Town, at: datetime = IN_3_H, **how: bool) -> tuple[Look, Look]:
    """A check-up now, with a way back."""
    there, turn = check_up(), turned(at, **how)
    return await both(town, done(await requests.receive(town.unit, there, CONTACT, turn=turn, by=BY)))


async def brought(town: Town, at: datetime = IN_3_H, *steps: Step, **how: bool) -> tuple[Look, Look]:
    """The patient is there, and the vehicle has cleared its trip; or has taken these steps."""
    there, _ = await asked(town, at, waits=True, **how)
    (trip,) = there.live()
    await town.take(trip, *(steps or WAY))
    return await both(town, there)


async def test_a_trip_that_is_asked_for_now_is_searched_for_and_its_way_back_is_booked(town: Town) -> None:
    there, back = await asked(town)
    assert (there.state, back.state) == (RequestState.SEARCHING, RequestState.SCHEDULED)
    assert (there.request.series, back.request.series, back.request.returns) == (there.id, there.id, there.id)
    assert (back.request.ask.pickup, back.request.ask.dropoff) == (HOME, CIKOKOL)
    assert back.request.reserved == "T1"
    assert [event.rides for event in there.of(RequestReceived)] == [2]


async def test_a_way_back_within_the_hour_asks_another_vehicle_than_the_one_that_brings(town: Town) -> None:
    there, back = await asked(town, NOW + timedelta(minutes=40))
    assert [a.vehicle_id for a in there.live()] == ["T1"]
    assert (back.state, back.live()) == (RequestState.SCHEDULED, [])
    await town.take(there.live()[0], *WAY[:5])
    await town.run_due()
    assert [a.vehicle_id for a in (await town.look(back)).live()] == ["L1"]


async def test_whoever_is_brought_home_from_an_emergency_is_none(town: Town) -> None:
    there = replace(ask(Need.EMERGENCY), dropoff=HOME)
    made = done(await requests.receive(town.unit, there, CONTACT, turn=turned(IN_3_H), by=BY))
    there_, back = await both(town, made)
    assert (there_.request.ask.need, there_.request.ask.urgency) == (Need.EMERGENCY, Urgency.RED)
    assert (back.request.ask.need, back.request.ask.urgency) == (Need.TRANSPORT, Urgency.GREEN)


async def test_who_gets_worse_on_the_way_is_not_brought_home_as_an_emergency(town: Town) -> None:
    there, _ = await asked(town)
    done(await changing.change(town.unit, there.id, partial(replace, urgency=Urgency.RED), by=BY))
    there, back = await both(town, there)
    assert (there.request.ask.urgency, back.request.ask.urgency) == (Urgency.RED, Urgency.GREEN)


async def test_a_kept_request_gets_one_way_back_that_is_told_of_itself(town: Town) -> None:
    there = await town.ask(asked=check_up())
    before = there.live()
    key = Command(actor=SITI, key="pulang", fingerprint="return")
    for _ in range(2):
        assert done(await returning.add_back(town.unit, there.id, turned(IN_3_H), by=key)) == there.id
    there, back = await both(town, there)
    assert there.live() == before
    assert [event.along for event in back.of(RequestReceived)] == [there.id]
    assert [(event.schedule_at, event.on_call) for event in there.of(ReturnAdded)] == [(IN_3_H, False)]
    assert back.contact == there.contact
    tokens = [await town.read(partial(_token, request_id=ride.id)) for ride in (there, back)]
    assert tokens[0] == tokens[1]
    again = await returning.add_back(town.unit, there.id, turned(IN_3_H), by=BY)
    of_back = await returning.add_back(town.unit, back.id, turned(IN_3_H + timedelta(hours=2)), by=BY)
    assert [refused(one) for one in (again, of_back)] == [RefusalCode.HAS_RETURN] * 2
    state = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, back.id, state, told="keluarga", reason="dijemput", by=BY))
    done(await returning.add_back(town.unit, there.id, turned(IN_3_H), by=BY))


async def test_a_second_way_back_is_refused_before_anybody_else_is_looked_after(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = await town.ask(asked=check_up())
    done(await returning.add_back(town.unit, there.id, turned(IN_3_H), by=BY))

    def search(*_: object, **__: object) -> dict[str, Arrival]:
        pytest.fail("somebody was searched for")

    monkeypatch.setattr(type(town.roads), "arrivals", search)
    again = await returning.add_back(town.unit, there.id, turned(IN_3_H), by=BY)
    assert refused(again) is RefusalCode.HAS_RETURN


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW, RefusalCode.SCHEDULE_BOUNDS),
        (NOW + timedelta(seconds=1), None),
        (NOW + BACK_WITHIN, None),
        (NOW + BACK_WITHIN + timedelta(seconds=1), RefusalCode.RETURN_BOUNDS),
        (NOW + MOST_AHEAD + timedelta(days=1), RefusalCode.SCHEDULE_BOUNDS),
    ],
)
async def test_the_bounds_of_a_way_back_that_is_added(town: Town, at: datetime, code: RefusalCode | None) -> None:
    there = await town.ask(asked=check_up())
    said = await returning.add_back(town.unit, there.id, turned(at, on_call=True), by=BY)
    assert (None if said == there.id else refused(said)) is code


async def test_nobody_is_brought_back_from_nowhere_or_after_the_end(town: Town) -> None:
    there = await town.ask(asked=replace(check_up(), dropoff=None))
    assert (
        refused(await returning.add_back(town.unit, there.id, turned(IN_3_H), by=BY)) is RefusalCode.RETURN_FROM_WHERE
    )
    state = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, there.id, state, told="keluarga", reason="sembuh", by=BY))
    assert refused(await returning.add_back(town.unit, there.id, turned(IN_3_H), by=BY)) is RefusalCode.REQUEST_ENDED


async def test_a_body_is_brought_once_and_not_back_again(town: Town) -> None:
    body, daily = drowned_child(), Repeat(days=frozenset(Weekday), until=IN_3_H.date() + timedelta(days=3))
    booked = replace(body, dropoff=HOME, schedule_at=IN_3_H - timedelta(hours=1))
    for made in (
        await requests.receive(town.unit, booked, CONTACT, turn=turned(IN_3_H), by=BY),
        await requests.receive(town.unit, booked, CONTACT, repeat=daily, by=BY),
    ):
        assert refused(made) is RefusalCode.ONLY_PATIENTS
    there = await town.ask(asked=body)
    assert refused(await returning.add_back(town.unit, there.id, turned(IN_3_H), by=BY)) is RefusalCode.ONLY_PATIENTS
    assert (await town.look(there.id)).request.series is None


@pytest.mark.parametrize("on_call", [False, True])
async def test_the_vehicle_that_brought_the_patient_is_kept_from_others_until_the_way_back(
    town: Town, on_call: bool
) -> None:
    _, back = await brought(town, on_call=on_call)
    assert back.request.reserved == "T1"
    assert [(event.vehicle_id, event.waits) for event in back.of(Reserved)] == [("T1", True)]
    assert (await town.vehicle("T1")).duty is Duty.AVAILABLE
    for minutes in (1, 170, *([600] if on_call else [])):
        await until(town, NOW + timedelta(minutes=minutes))
        if not on_call and minutes > 1:
            break
        other = await town.ask(asked=check_up())
        assert [a.vehicle_id for a in other.live()] != ["T1"]
        assert next(c for c in other.decided.candidates if c.vehicle_id == "T1").blocking[-1:] == ("PESANAN",)
        await town.take(other.live()[0], *WAY)
        town.clock.turn(60 * 40)
        await town.report()


async def test_nobody_else_is_kept_or_sought_while_the_vehicle_is_still_to_come(town: Town) -> None:
    _, back = await asked(town, waits=True)
    await until(town, NOW + timedelta(hours=2))
    _, back = await both(town, back.request.returns or "")
    assert (back.state, back.request.reserved, back.promise) == (RequestState.SCHEDULED, None, None)
    looked = await town.timer(DueKind.BOOKING, back.id)
    assert looked is not None
    assert looked.at <= town.clock.at + LOOK_EVERY


@pytest.mark.parametrize("waits", [False, True])
async def test_who_waits_there_is_not_said_to_be_free_soon(town: Town, waits: bool) -> None:
    town.roads.minutes = {"T1": 6.0}
    there, _ = await asked(town, waits=waits)
    await town.take(there.live()[0], *WAY[:-1])
    other = await town.ask(asked=check_up())
    assert set(other.decided.soon) == (set() if waits else {"T1"})


async def test_who_is_ready_is_brought_home_by_the_vehicle_that_waits_however_short_it_rested(town: Town) -> None:
    _, back = await brought(town, NOW + timedelta(minutes=1), on_call=True)
    town.roads.minutes = {"L1": 1.0, "T1": 6.0}
    town.clock.turn(5 * 60)
    await town.report()
    done(await returning.call_back(town.unit, back.id, by=BY))
    (offered,) = (await town.look(back)).live()
    assert offered.vehicle_id == "T1"
    await town.take(offered, *WAY)
    assert (await town.look(back)).state is RequestState.COMPLETED


async def test_at_its_time_the_vehicle_that_waits_is_asked_and_not_before(town: Town) -> None:
    _, back = await brought(town)
    await until(town, IN_3_H - timedelta(seconds=1))
    assert (await town.look(back)).live() == []
    await until(town, IN_3_H)
    assert [a.vehicle_id for a in (await town.look(back)).live()] == ["T1"]


async def test_a_red_takes_the_vehicle_that_waits_and_another_is_sought(town: Town) -> None:
    town.roads.minutes = {"A1": 1.0}
    _, back = await brought(town)
    assert back.request.reserved == "A1"
    town.roads.minutes = {"A1": 1.0, "L1": 9.0}
    red = await town.ask(asked=ask(Need.EMERGENCY))
    assert "A1" in [a.vehicle_id for a in red.live()]
    await town.run_due()
    back = await town.look(back)
    assert (back.state, back.request.reserved, back.request.ask.waits) == (RequestState.SCHEDULED, "L1", False)
    assert [(event.vehicle_id, event.waited) for event in back.of(ReservationLost)] == [("A1", True)]
    begins = await town.timer(DueKind.SCHEDULED, back.id)
    assert begins is not None
    assert begins.at == IN_3_H - timedelta(hours=1)


@pytest.mark.parametrize("duty", [Duty.OFF_DUTY, Duty.OUT_OF_SERVICE])
@pytest.mark.parametrize("on_call", [False, True])
async def test_a_vehicle_that_goes_home_or_breaks_waits_no_longer_and_the_way_back_stays(
    town: Town, duty: Duty, on_call: bool
) -> None:
    _, back = await brought(town, on_call=on_call)
    await town.duty("T1", duty)
    await town.run_due()
    back = await town.look(back)
    assert (back.state, back.request.ask.waits) == (RequestState.SCHEDULED, False)
    assert back.request.reserved == (None if on_call else ("T1" if duty is Duty.OFF_DUTY else "L1"))
    if on_call:
        done(await returning.call_back(town.unit, back.id, by=BY))
        assert [a.vehicle_id for a in (await town.look(back)).live()] == ["L1"]


async def test_a_shift_that_is_over_ends_the_waiting(town: Town) -> None:
    await town.duty("T1", Duty.AVAILABLE)
    _, back = await brought(town, NOW + timedelta(hours=20), on_call=True)
    await until(town, NOW + timedelta(hours=19))
    back = await town.look(back)
    assert (await town.vehicle("T1")).duty is Duty.OFF_DUTY
    assert (back.state, back.request.reserved) == (RequestState.SCHEDULED, None)


async def test_a_way_back_that_nobody_calls_for_is_asked_about_while_the_vehicle_waits(town: Town) -> None:
    _, back = await brought(town, on_call=True)
    await until(town, IN_3_H + CALL_AFTER)
    back = await town.look(back)
    assert (back.owed.why, back.request.reserved) == (Why.RETURN_UNSAID, "T1")


async def test_who_is_cancelled_is_waited_for_no_longer_and_the_crew_rests_from_then_on(town: Town) -> None:
    _, back = await brought(town)
    town.clock.turn(3600)
    await town.report()
    state = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, back.id, state, told="keluarga", reason="dijemput", by=BY))
    back = await town.look(back)
    assert [event.waited for event in back.of(ReservationLost)] == [True]
    assert (await town.vehicle("T1")).trip_ended_at == town.clock.at
    assert await town.timer(DueKind.SCHEDULED, back.id) is None
    other = await town.ask(asked=check_up())
    assert next(c for c in other.decided.candidates if c.vehicle_id == "T1").blocking == ("R22",)


async def test_an_end_that_was_an_error_is_no_waiting_until_it_ends_again(town: Town) -> None:
    there, back = await brought(town)
    await town.take(there.assignments[0], Step.UNDO)
    assert (await town.look(back)).request.reserved is None
    await town.take(there.assignments[0], Step.PROBLEM, reason="mogok")
    back = await town.look(back)
    assert (back.request.reserved, back.request.ask.waits) == (None, True)


async def test_who_leaves_with_nobody_aboard_does_not_wait_and_whoever_brings_them_does(town: Town) -> None:
    there, back = await brought(town, IN_3_H, *WAY[:3], Step.STAND_DOWN)
    assert (there.state in OPEN, back.request.reserved, back.request.ask.waits) == (True, None, True)
    (other,) = there.live()
    await town.take(other, *WAY)
    there, back = await both(town, there)
    assert (there.state, back.request.reserved) == (RequestState.COMPLETED, other.vehicle_id)


async def test_a_vehicle_that_is_booked_meanwhile_does_not_wait(town: Town) -> None:
    there, _ = await asked(town, waits=True)
    other = await town.ask(asked=check_up(schedule_at=NOW + timedelta(hours=2)))
    done(await requests.assign(town.unit, other.id, "T1", override=None, by=Command(actor=OPI)))
    await town.take(there.live()[0], *WAY)
    await town.run_due()
    _, back = await both(town, there)
    assert (back.request.ask.waits, back.request.reserved) == (False, "L1")
    assert (await town.look(other)).request.reserved == "T1"


async def test_an_operator_keeps_another_vehicle_than_the_one_that_waits(town: Town) -> None:
    _, back = await brought(town)
    done(await requests.assign(town.unit, back.id, "L1", override=None, by=Command(actor=OPI)))
    await town.run_due()
    back = await town.look(back)
    assert (back.request.reserved, back.request.ask.waits) == ("L1", False)
    assert [event.vehicle_id for event in back.of(ReservationLost)] == ["T1"]


async def test_another_time_of_the_way_back_lets_the_vehicle_wait_on_unless_it_is_booked_then(town: Town) -> None:
    _, back = await brought(town)
    new = partial(replace, schedule_at=IN_3_H + timedelta(hours=2))
    done(await changing.change(town.unit, back.id, new, by=BY))
    await town.run_due()
    assert (await town.look(back)).request.reserved == "T1"
    other = await town.ask(asked=check_up(schedule_at=IN_3_H + timedelta(hours=5)))
    done(await requests.assign(town.unit, other.id, "T1", override=None, by=Command(actor=OPI)))
    new = partial(replace, schedule_at=IN_3_H + timedelta(hours=4))
    done(await changing.change(town.unit, back.id, new, by=BY))
    await town.run_due()
    back = await town.look(back)
    assert (back.request.reserved, back.request.ask.waits) == ("A1", False)


@pytest.mark.parametrize("cleaned", [True, False])
async def test_a_vehicle_that_waits_after_an_infectious_patient_is_cleaned_before_anybody_has_it(
    town: Town, *, cleaned: bool
) -> None:
    def equip(books: Books) -> None:
        for name in ("T1", "L1"):
            held = books.vehicles.get(name).vehicle
            books.vehicles.put(replace(held, equipment=frozenset({"infectious", "ppe"})))

    await town.store.write(equip)
    there = check_up(patient=Patient(infectious=True))
    turn = turned(IN_3_H, waits=True)
    made, _ = await both(town, done(await requests.receive(town.unit, there, CONTACT, turn=turn, by=BY)))
    await town.take(made.live()[0], *WAY)
    _, waits = await both(town, made)
    vehicle = await town.vehicle("T1")
    assert (vehicle.duty, vehicle.to_clean, waits.request.reserved) == (Duty.CLEANING, True, "T1")
    other = await town.ask(asked=check_up())
    assert [a.vehicle_id for a in other.live()] != ["T1"]
    done(
        await changes.end(
            town.unit, other.id, RequestState.CANCELLED_BY_REQUESTER, told="keluarga", reason="sembuh", by=BY
        )
    )
    if cleaned:
        await town.duty("T1", Duty.AVAILABLE)
        vehicle = await town.vehicle("T1")
        assert (vehicle.duty, vehicle.to_clean) == (Duty.AVAILABLE, False)
        assert (await town.look(waits)).request.reserved == "T1"
    await until(town, IN_3_H)
    # Where that is not done in time another vehicle brings the patient home.
    (offered,) = (await town.look(waits)).live()
    assert offered.vehicle_id == ("T1" if cleaned else "L1")
    await town.take(offered, *WAY)
    assert (await town.vehicle(offered.vehicle_id)).to_clean
    assert (await town.vehicle("T1")).to_clean
