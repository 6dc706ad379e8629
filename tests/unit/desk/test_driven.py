"""Of each drive to a pick-up what was foreseen is kept beside what it took, in the transaction of its step."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.usecases import changing, diverting, transferring, trips
from dispatch.domain.arrival import Method
from dispatch.domain.assignment import Assignment
from dispatch.domain.correction import Correction
from dispatch.domain.driven import Drive, judge_drive
from dispatch.domain.vehicle import Vehicle
from dispatch.store.sqlite import open_passing
from dispatch.vocabulary.events import Event, RequestChanged, TransferBegun
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.people import CIKOKOL, HOME, OPI, ZONE, ask
from tests.unit.desk.town import WAY, Look, Town, done, found

pytestmark = pytest.mark.anyio
BY = Command(actor=OPI)
YELLOW = ask(Need.EMERGENCY, urgency=Urgency.YELLOW)
RED = ask(Need.EMERGENCY, urgency=Urgency.RED)


async def kept(town: Town) -> list[Drive]:
    return await town.read(lambda books: books.drives.list_since(date.min))


async def started(town: Town, *, red: bool = False) -> tuple[Look, Assignment]:
    """A request to which A1 has set out, a minute after the yes."""
    town.roads.method, town.roads.minutes = Method.ROADS, {"A1": 5.0}
    made = await town.ask(asked=RED if red else YELLOW)
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    await town.pass_time(60)
    return made, await town.take(trip, Step.EN_ROUTE)


async def test_the_tap_on_the_scene_keeps_the_drive_and_the_rest_of_the_trip_keeps_no_other(town: Town) -> None:
    made, trip = await started(town, red=True)
    assert await kept(town) == []
    await town.pass_time(300)
    for step in WAY[2:]:
        trip = await town.take(trip, step)
        [drive] = await kept(town)
        await town.pass_time(60)
    assert (drive.vehicle_class, drive.metric, drive.method) == (
        VehicleClass.EMERGENCY_AMBULANCE,
        made.request.ask.metric,
        Method.ROADS,
    )
    # Five minutes of road, 50 s less to 100 s more, and what the SOP gives the crew, 45 s less to 90 s more.
    assert (drive.low_s, drive.expected_s, drive.high_s, drive.turnout_s) == (323, 390, 525, 90)
    assert (drive.true_s, drive.set_out_s, drive.distance_m, drive.is_inside) == (360, 60, 2_500, True)


async def test_a_tap_that_is_taken_back_is_forgotten_and_the_next_one_counts(town: Town) -> None:
    _, trip = await started(town)
    await town.pass_time(240)
    trip = await town.take(trip, Step.ON_SCENE)
    trip = await town.take(trip, Step.UNDO)
    assert await kept(town) == []
    await town.pass_time(60)
    await town.take(trip, Step.ON_SCENE)
    assert [drive.true_s for drive in await kept(town)] == [360]


async def test_an_arrival_that_is_put_right_is_learnt_from_no_more(town: Town) -> None:
    _, trip = await started(town)
    await town.pass_time(240)
    trip = await town.take(trip, Step.ON_SCENE)
    at = town.clock.at - timedelta(seconds=30)
    right = Correction(step=Step.ON_SCENE, at=at, actor=OPI.id, reason="telat menekan", only_time=True)
    done(await trips.correct(town.unit, trip.id, right, by=BY))
    assert await kept(town) == []


async def test_a_diverted_vehicle_counts_where_it_arrives_and_nowhere_else(town: Town) -> None:
    made, _ = await started(town)
    red = await town.ask(asked=RED)
    done(await diverting.divert(town.unit, red.id, of=made.id, reason="merah", by=BY))
    [trip] = (await town.look(red)).live()
    trip = await town.take(trip, Step.ACCEPT, Step.EN_ROUTE)
    await town.pass_time(200)
    await town.take(trip, Step.ON_SCENE)
    assert [(drive.true_s, drive.metric) for drive in await kept(town)] == [(200, red.request.ask.metric)]


async def test_a_drive_to_another_place_than_was_foreseen_is_not_kept_and_one_before_it_stays(town: Town) -> None:
    made, trip = await started(town)
    await town.pass_time(120)
    trip = await town.take(trip, Step.ON_SCENE)
    before = await kept(town)
    done(await changing.change(town.unit, made.id, lambda asked: replace(asked, pickup=HOME), by=BY))
    [trip] = (await town.look(made)).live()
    assert trip.state is AssignmentState.EN_ROUTE
    await town.pass_time(180)
    await town.take(trip, Step.ON_SCENE)
    assert len(before) == 1
    assert await kept(town) == before


async def test_who_is_sent_to_a_meeting_on_the_way_is_not_kept(town: Town) -> None:
    made, trip = await started(town)
    await town.pass_time(120)
    await town.take(trip, Step.ON_SCENE, Step.TRANSPORTING)
    second = Vehicle(id="A2", name="Kedua", vehicle_class=VehicleClass.EMERGENCY_AMBULANCE, agency="kota-tangerang")
    await town.add(second, minutes=9.0)

    def to(place: object) -> Callable[[object], object]:
        return lambda asked: replace(asked, pickup=place)  # type: ignore[type-var]

    done(await transferring.transfer(town.unit, made.id, to(HOME), reason="ban bocor", by=BY))  # type: ignore[arg-type]
    [taking] = [a for a in (await town.look(made)).live() if a.vehicle_id == "A2"]
    taking = await town.take(taking, Step.ACCEPT, Step.EN_ROUTE)
    await town.pass_time(60)
    done(await transferring.transfer(town.unit, made.id, to(made.request.ask.pickup), reason="macet", by=BY))  # type: ignore[arg-type]
    await town.take(taking, Step.ON_SCENE)
    assert [drive.true_s for drive in await kept(town)] == [180]


_ACTS = ("step", "step", "step", "step", "undo", "early", "time", "back", "stand down", "move", "red")


async def _act(town: Town, trip: Assignment, act: str) -> None:
    """Something that people do to a trip; what the trip does not allow is refused."""

    async def correct(step: Step, *, only_time: bool = False) -> None:
        right = Correction(step=step, at=town.clock.at, actor=OPI.id, reason="keliru", only_time=only_time)
        await trips.correct(town.unit, trip.id, right, by=BY)

    come = [state for state in AssignmentState if state in trip.stamps]
    match act:
        case "step":
            await town.try_step(trip, WAY[min(len(come), len(WAY) - 1)])
        case "undo":
            await town.try_step(trip, Step.UNDO)
        case "stand down":
            await town.try_step(trip, Step.STAND_DOWN)
        case "early":
            await correct(Step.EN_ROUTE)
        case "time":
            await correct(Step.ON_SCENE, only_time=True)
        case "back":
            await correct(Step.ACCEPT)
        case "move":
            to = HOME if len(come) % 2 else CIKOKOL
            await changing.change(town.unit, trip.request_id, lambda asked: replace(asked, pickup=to), by=BY)
        case "red":
            turned = lambda asked: replace(asked, urgency=Urgency.RED if len(come) % 2 else Urgency.YELLOW)  # noqa: E731
            await changing.change(town.unit, trip.request_id, turned, by=BY)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_ACTS), st.sampled_from([1, 5, 70, 400])), min_size=4, max_size=14))
def test_every_drive_that_ends_is_kept_once_or_says_why_not(acts: list[tuple[str, int]]) -> None:
    async def played(folder: Path) -> None:
        town = Town(folder / "jemput.sqlite3", open_passing(folder))
        try:
            await found(town.store)
            await town.report()
            town.roads.method = Method.ROADS
            made = await town.ask(asked=YELLOW)
            left: Counter[Drive] = Counter()  # of the vehicles that were there and were sent on to another place
            for act, seconds in acts:
                trip = (await town.look(made)).assignments[-1]
                was = await town.read(partial(_judged, request_id=made.id))
                await _act(town, trip, act)
                now = await town.read(partial(_judged, request_id=made.id))
                if act == "move":
                    left += was - now
                assert Counter(await kept(town)) == now + left
                await town.pass_time(seconds)
        finally:
            await town.close()

    with TemporaryDirectory() as folder:
        asyncio.run(played(Path(folder)))


def _judged(books: Books, request_id: str) -> Counter[Drive]:
    """What is learnt from the trips of a request as they stand."""
    entries = books.journal.list_of_kinds([request_id], [RequestChanged, TransferBegun])
    events: list[Event] = [entry.event for entry in entries]
    judged = [
        judge_drive(trip, books.vehicles.get(trip.vehicle_id).vehicle.vehicle_class, events, ZONE)
        for trip in books.assignments.list_of(request_id)
    ]
    return Counter(one for one in judged if isinstance(one, Drive))
