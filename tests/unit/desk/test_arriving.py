"""Arrivals of trips: calculated as positions come and roads change, at most so often, and told where they differ."""

import asyncio
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.road_ports import SpeedCaps
from dispatch.desk.usecases import changing, closures, following, transferring, vehicles
from dispatch.desk.usecases.arriving import EVERY, follow_arrivals
from dispatch.domain.arrival import Arrival, Method
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import Fix
from dispatch.domain.request import Place
from dispatch.reading import family
from dispatch.reading.requests import AssignmentOut, request_out, summaries_out
from dispatch.reading.vehicles import me_out
from dispatch.rules.pack.read import read_pack
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.events import ArrivalChanged
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.trip_steps import Leg, Step, steps_from
from dispatch.words.times import clock_text
from geo.point import Point, distance_m
from geo.shape import Shape, ShapeKind
from tests.people import BUDI, CIKOKOL, HOME, OPI, SITI, ZONE, packs
from tests.unit.desk.town import GivenRoads, Look, Town, done, found

pytestmark = pytest.mark.anyio
FAST_MPS = 10.0


@dataclass
class OpenRoads(GivenRoads):
    """Straight ones, at ten metres a second and slower where something is closed; they keep what they were asked."""

    asked: list[tuple[datetime, str, Point]] = field(default_factory=list)
    town: "Town | None" = None
    slowed: float = 1.0
    hour_slows: bool = False
    barred: bool = False  # nobody comes by any road

    def _arrivals(
        self, to: Point, vehicles: Mapping[str, Point], metric: Metric, most: int | None
    ) -> dict[str, Arrival]:
        if most == 1 and self.town is not None:
            self.asked += [(self.town.clock.now(), name, to) for name in vehicles]
        if self.barred:
            return {}
        factor = self.slowed * (2.0 if self.closed and self.closed[-1] else 1.0)
        times = {name: distance_m(point, to) / FAST_MPS * factor for name, point in vehicles.items()}
        order = sorted(times, key=lambda name: (times[name], name))[:most]
        return {
            name: Arrival(
                eta_s=times[name], eta_low_s=times[name], eta_high_s=times[name] * 1.5, method=Method.STRAIGHT_LINE
            )
            for name in order
        }

    def turn_to(self, local: datetime, caps: SpeedCaps) -> bool:
        before, self.slowed = self.slowed, 1.5 if self.hour_slows else 1.0
        return before != self.slowed


def north(metres: float) -> Point:
    """So far north of the pick-up."""
    return Point(lon=CIKOKOL.point.lon, lat=CIKOKOL.point.lat + metres / 111_195.0)


@pytest.fixture
def roads(town: Town) -> OpenRoads:
    opened = OpenRoads(town=town)
    town.unit.roads = opened
    return opened


async def report(town: Town, vehicle_id: str, metres: float) -> None:
    at = town.clock.now()
    await vehicles.put_fixes(town.unit, [Fix(vehicle_id=vehicle_id, point=north(metres), taken_at=at, received_at=at)])


async def set_out(town: Town, metres: float = 6_000.0) -> tuple[Look, Assignment]:
    """A request whose vehicle has just set out from so far away; its arrival has been calculated once since."""
    town.clock.turn(1)
    await town.report(point=north(metres))
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    town.clock.turn(60)
    await report(town, trip.vehicle_id, metres)
    trip = await town.take(trip, Step.EN_ROUTE)
    await follow_arrivals(town.unit)
    return made, trip


async def drive(town: Town, vehicle_id: str, seconds: int, metres: Callable[[int], float]) -> None:
    """Second by second the vehicle reports where it is, and trips that are due are calculated."""
    for second in range(1, seconds + 1):
        town.clock.turn(1)
        await report(town, vehicle_id, metres(second))
        await follow_arrivals(town.unit)


async def changes(town: Town, made: Look) -> list[ArrivalChanged]:
    return (await town.look(made)).of(ArrivalChanged)


async def now_of(town: Town, trip: Assignment) -> Assignment:
    return await town.read(lambda books: books.assignments.get(trip.id))


async def kept_seq(town: Town) -> int:
    return await town.read(lambda books: books.journal.last_seq())


async def test_a_vehicle_that_comes_as_was_said_costs_no_write_and_is_calculated_every_fifteen_seconds(
    town: Town, roads: OpenRoads
) -> None:
    made, trip = await set_out(town)
    before, asked = await kept_seq(town), len(roads.asked)
    # Ten metres a second, and thirty seconds of its time to set out are not used up: sooner by less than a minute.
    await drive(town, trip.vehicle_id, 150, lambda second: 6_000 - 10 * second)
    assert len(roads.asked) - asked == 10
    assert (await kept_seq(town), await changes(town, made)) == (before, [])
    assert await now_of(town, trip) == trip


async def test_a_vehicle_that_stands_is_later_by_the_minute_and_the_family_hears_of_each_five(
    town: Town, roads: OpenRoads
) -> None:
    made, trip = await set_out(town)
    await drive(town, trip.vehicle_id, 720, lambda _: 6_000)
    told = await changes(town, made)
    said = (await now_of(town, trip)).said
    assert said is not None
    assert said.later_min == told[-1].later_min == 11
    assert [event.later_min for event in told] == list(range(1, 12))
    assert [event.later_min for event in told if event.notable] == [5, 10]
    assert told[-1].arrives_at == said.arrives_at
    assert all(later.before == earlier.arrives_at for earlier, later in pairwise(told))
    assert told[0].before == trip.arrives_at


async def test_the_figure_of_the_sop_says_from_when_on_the_family_hears_of_it(town: Town, roads: OpenRoads) -> None:
    def publish(books: Books) -> None:
        text = packs()["national.toml"].replace('version = "2026-11-01"', 'version = "other"')
        text = text.replace("effective_from = 2026-11-01T", "effective_from = 2026-11-02T")
        text = re.sub(r"(?m)^\[policy\]$", "[policy]\nlater_told_s = 120", text)
        pack = read_pack(text)
        books.sop.add_pack(agency=pack.agency, version=pack.version, effective_from=pack.effective_from, text=text)

    await town.store.write(publish)
    made, trip = await set_out(town)
    await drive(town, trip.vehicle_id, 300, lambda _: 6_000)
    assert [event.later_min for event in await changes(town, made) if event.notable] == [2, 4]


async def test_a_road_that_is_closed_and_opened_is_felt_at_once(town: Town, roads: OpenRoads) -> None:
    made, _ = await set_out(town)
    town.clock.turn(1)
    here = Shape(kind=ShapeKind.POINT, points=(CIKOKOL.point,))
    by = Command(actor=OPI)
    closure = done(await closures.close_road(town.unit, here, Cause.FLOOD, note=None, until=None, by=by))
    await follow_arrivals(town.unit)
    [slower] = await changes(town, made)
    assert (slower.later_min, slower.notable) == (10, True)
    town.clock.turn(1)
    done(await closures.open_road(town.unit, closure, by=by))
    await follow_arrivals(town.unit)
    assert [event.later_min for event in await changes(town, made)] == [10, 0]


async def test_another_hour_is_felt_at_once(town: Town, roads: OpenRoads) -> None:
    made, _ = await set_out(town)
    roads.hour_slows = True
    town.clock.turn(1)
    await following.follow_hours(town.unit)
    await follow_arrivals(town.unit)
    assert [event.later_min for event in await changes(town, made)] == [5]


async def test_on_the_way_to_the_destination_the_time_there_is_said_and_measured_by_itself(
    town: Town, roads: OpenRoads
) -> None:
    made, trip = await set_out(town)
    await drive(town, trip.vehicle_id, 180, lambda _: 6_000)
    trip = await town.take(trip, Step.ON_SCENE)
    assert trip.said is None
    town.clock.turn(1)
    await report(town, trip.vehicle_id, 0)
    await follow_arrivals(town.unit)
    assert (await now_of(town, trip)).said is None
    trip = await town.take(trip, Step.TRANSPORTING)
    await follow_arrivals(town.unit)
    last = (await changes(town, made))[-1]
    way_s = distance_m(CIKOKOL.point, HOME.point) / FAST_MPS
    assert (last.leg, last.before, last.later_min, last.notable) == (Leg.DESTINATION, None, 0, False)
    assert abs((last.arrives_at - town.clock.now()).total_seconds() - way_s) < 1
    await drive(town, trip.vehicle_id, 90, lambda _: 0)
    assert (await changes(town, made))[-1].later_min == 1


async def test_for_another_destination_nothing_has_been_said_yet(town: Town, roads: OpenRoads) -> None:
    made, trip = await set_out(town)
    town.clock.turn(1)
    await report(town, trip.vehicle_id, 0)
    trip = await town.take(trip, Step.ON_SCENE, Step.TRANSPORTING)
    await follow_arrivals(town.unit)
    far = Place(point=north(-20_000), name="RSUD Contoh")
    done(await changing.change(town.unit, made.id, partial(replace, dropoff=far), by=Command(actor=SITI)))
    assert (await now_of(town, trip)).said is None
    await follow_arrivals(town.unit)
    last = (await changes(town, made))[-1]
    assert (last.before, last.later_min, last.notable) == (None, 0, False)
    assert abs((last.arrives_at - town.clock.now()).total_seconds() - 2_000) < 1


async def test_who_hands_over_whom_it_carries_is_told_to_arrive_where_they_meet(town: Town, roads: OpenRoads) -> None:
    made, trip = await set_out(town)
    town.clock.turn(1)
    await report(town, trip.vehicle_id, 0)
    trip = await town.take(trip, Step.ON_SCENE, Step.TRANSPORTING)
    await follow_arrivals(town.unit)
    meeting = Place(point=north(1_200), name="SPBU Contoh")
    move = partial(replace, pickup=meeting)
    done(await transferring.transfer(town.unit, made.id, move, reason="ban bocor", by=Command(actor=OPI)))
    assert (await now_of(town, trip)).said is None
    await follow_arrivals(town.unit)
    [last] = [one for one in await changes(town, made) if one.leg is Leg.MEETING]
    assert (last.vehicle_id, last.before) == (trip.vehicle_id, None)
    assert abs((last.arrives_at - town.clock.now()).total_seconds() - 120) < 1


async def test_a_position_that_is_old_and_a_way_that_is_barred_leave_what_was_said(
    town: Town, roads: OpenRoads
) -> None:
    made, trip = await set_out(town)
    asked = len(roads.asked)
    for _ in range(40):
        town.clock.turn(15)
        await follow_arrivals(town.unit)
    assert len(roads.asked) == asked  # nothing is known that was not known then
    here = Shape(kind=ShapeKind.POINT, points=(CIKOKOL.point,))
    done(await closures.close_road(town.unit, here, Cause.FLOOD, note=None, until=None, by=Command(actor=OPI)))
    await follow_arrivals(town.unit)
    assert len(roads.asked) == asked  # nor from a place where it was ten minutes ago
    roads.barred = True
    await report(town, trip.vehicle_id, 6_000)
    await follow_arrivals(town.unit)
    assert len(roads.asked) == asked + 1
    assert (await now_of(town, trip), await changes(town, made)) == (trip, [])


@pytest.mark.parametrize("looked_at", [True, False])
async def test_nobody_drives_before_being_asked_or_before_setting_out(
    town: Town, roads: OpenRoads, *, looked_at: bool
) -> None:
    town.clock.turn(1)
    await town.report(point=north(3_600))
    town.clock.turn(240)  # six minutes away, by a position that is four minutes old
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    if looked_at:
        await follow_arrivals(town.unit)
    first = (await now_of(town, trip)).arrives_at
    assert first is not None
    assert first - town.clock.now() >= timedelta(minutes=6)
    town.clock.turn(40)
    await town.take(trip, Step.EN_ROUTE)
    await follow_arrivals(town.unit)
    said = (await now_of(town, trip)).arrives_at
    assert said is not None
    assert said - town.clock.now() >= timedelta(minutes=5)


@pytest.mark.parametrize(("metres", "old_s"), [(0.0, 0), (3_600.0, 0), (3_600.0, 400)])
async def test_a_time_that_passes_before_the_vehicle_has_set_out_moves_on(
    town: Town, roads: OpenRoads, metres: float, old_s: int
) -> None:
    town.clock.turn(1)
    await town.report(point=north(metres))
    town.clock.turn(old_s)
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    for _ in range(600):
        town.clock.turn(1)
        await follow_arrivals(town.unit)
        said = (await now_of(town, trip)).arrives_at
        assert said is not None
        assert said > town.clock.now()
    told = await changes(town, made)
    assert 0 < len(told) <= 10


async def test_after_a_restart_the_next_position_is_calculated_and_what_was_said_is_told_on(
    town: Town, roads: OpenRoads
) -> None:
    made, trip = await set_out(town)
    await drive(town, trip.vehicle_id, 130, lambda _: 6_000)
    kept = await now_of(town, trip)
    town.roads = roads
    await town.reopen()
    town.clock.turn(600)
    await follow_arrivals(town.unit)
    assert await now_of(town, trip) == kept
    [out] = await read_assignments(town, made)
    assert (out.arrives_at, out.later_min) == (kept.arrives_at, 1)
    assert out.as_of is not None
    assert (town.clock.now() - out.as_of).total_seconds() >= 600  # the page says how old it is
    await report(town, trip.vehicle_id, 6_000)
    await follow_arrivals(town.unit)
    assert [event.later_min for event in await changes(town, made)] == [1, 12]


async def test_of_many_trips_each_is_calculated_once_and_those_that_differ_are_told_together(
    town: Town, roads: OpenRoads
) -> None:
    made = []
    await town.report(point=north(6_000))
    for _ in range(2):
        made.append(await town.ask())
        await town.take(made[-1].live()[0], Step.ACCEPT)
    trips = [one.live()[0] for one in made]
    assert len({trip.vehicle_id for trip in trips}) > 1
    town.clock.turn(240)
    await town.report(point=north(6_000))
    await follow_arrivals(town.unit)
    assert sorted(name for _, name, _ in roads.asked) == sorted(trip.vehicle_id for trip in trips)
    await follow_arrivals(town.unit)
    assert len(roads.asked) == len(trips)


async def read_assignments(town: Town, made: Look) -> list[AssignmentOut]:
    [summary] = await town.read(lambda books: summaries_out(town.unit, books, [books.requests.get(made.id)], Lang.ID))
    return summary.assignments


async def minutes_said(town: Town, made: Look, trip: Assignment) -> set[tuple[str, int]]:
    """What every reader is told of a trip: the minute, and how it differs from what was said first."""
    unit, found = town.unit, set()

    def look(books: Books) -> Iterator[AssignmentOut | None]:
        request = books.requests.get(made.id)
        yield from summaries_out(unit, books, [request], Lang.ID)[0].assignments
        yield from request_out(unit, books, OPI, made.id, "{token}", Lang.ID).assignments
        held = books.vehicles.get(trip.vehicle_id)
        yield me_out(unit, books, DRIVER, held, Lang.ID, demo=False, roads="none").assignment

    for out in await town.read(lambda books: [*look(books)]):
        if out is not None and out.id == trip.id and out.arrives_at is not None and out.stamps:
            found.add((clock_text(out.arrives_at, ZONE), out.later_min))
    token = await town.read(lambda books: books.requests.get_track_token(made.id))
    page = await family.view(unit, token, Lang.ID)
    assert page is not None
    for vehicle in page.vehicles:
        if vehicle.eta:
            change = re.match(r"(\d+) menit lebih (lambat|cepat) ", vehicle.change or "0 menit lebih lambat ")
            assert change is not None
            found.add((vehicle.eta[-5:], int(change[1]) * (1 if change[2] == "lambat" else -1)))
    events = [event for event in await changes(town, made) if event.assignment_id == trip.id]
    held = await now_of(town, trip)
    if events and held.said is not None and held.foreseen is held.said:
        found.add((clock_text(events[-1].arrives_at, ZONE), events[-1].later_min))
    return found


ACTS = st.one_of(
    st.tuples(st.just("drives"), st.integers(0, 20)),  # metres a second
    st.tuples(st.just("is silent"), st.integers(1, 400)),  # seconds
    st.tuples(st.sampled_from(("steps", "errs", "closes", "opens", "another hour", "another place")), st.just(0)),
)


@settings(max_examples=12)
@given(st.lists(ACTS, max_size=14))
def test_whatever_happens_all_read_the_same_minute_and_no_trip_is_calculated_too_often(
    acts: list[tuple[str, int]],
) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "town.sqlite3"
            town = Town(path, open_sqlite(path))
            try:
                await found(town.store)
                await Played(town).play(acts)
            finally:
                await town.close()

    asyncio.run(play())


@dataclass
class Played:
    """A trip to which things happen, and what must hold of it at every moment."""

    town: Town
    metres: float = 6_000.0
    closed: list[str] = field(default_factory=list)
    turns: list[tuple[int, int]] = field(default_factory=list)  # of each question: the roads' turn, how many taps
    taps: int = 0
    asked_before: int = 0

    async def play(self, acts: list[tuple[str, int]]) -> None:
        town = self.town
        self.roads = town.unit.roads = OpenRoads(town=town)
        self.made, self.trip = await set_out(town)
        self.turns += [(town.unit.roads_turn, 0)] * len(self.roads.asked)
        for name, much in acts:
            await self.act(name, much)
            for _ in range(5 if name == "drives" else 1):
                await self.moment(much if name == "drives" else None)
        self.judge_asked()
        await self.judge_told()

    async def act(self, name: str, much: int) -> None:
        unit, by = self.town.unit, Command(actor=OPI)
        trip = await now_of(self.town, self.trip)
        self.taps += name in ("steps", "errs")
        match name:
            case "is silent":
                self.town.clock.turn(much)
            case "steps" if nexts := [step for step in steps_from(trip.state) if step in ON]:
                await self.town.try_step(trip, nexts[0])
            case "errs":
                await self.town.try_step(trip, Step.UNDO)
            case "closes":
                here = Shape(kind=ShapeKind.POINT, points=(CIKOKOL.point,))
                shut = closures.close_road(unit, here, Cause.FLOOD, note=None, until=None, by=by)
                self.closed.append(done(await shut))
            case "opens" if self.closed:
                done(await closures.open_road(unit, self.closed.pop(), by=by))
            case "another hour":
                self.roads.hour_slows = not self.roads.hour_slows
                await following.follow_hours(unit)
            case "another place":
                far = Place(point=north(-self.town.clock.now().minute * 500.0 - 1_000), name="RSUD Contoh")
                await changing.change(unit, self.made.id, partial(replace, dropoff=far), by=by)

    async def moment(self, metres: int | None) -> None:
        """Some seconds: the vehicle reports, trips that are due are calculated, and everybody looks."""
        town = self.town
        town.clock.turn(4)
        if metres is not None:
            self.metres -= 4 * metres
            await report(town, self.trip.vehicle_id, self.metres)
        before, seq = await now_of(town, self.trip), await kept_seq(town)
        turn = town.unit.roads_turn
        asked = len(self.roads.asked)
        await follow_arrivals(town.unit)
        self.turns += [(turn, self.taps)] * (len(self.roads.asked) - asked)
        after = await now_of(town, self.trip)
        assert (await kept_seq(town) != seq) == (after != before)
        assert len(await minutes_said(town, self.made, self.trip)) <= 1

    def judge_asked(self) -> None:
        """A trip is calculated again after fifteen seconds, unless the roads or the place are others: a tap that is
        taken back leads to the same place anew."""
        for earlier, later in pairwise(zip(self.roads.asked, self.turns, strict=True)):
            ((at, _, to), turn), ((again_at, _, again_to), again_turn) = earlier, later
            assert again_at - at >= EVERY or turn != again_turn or to != again_to

    async def judge_told(self) -> None:
        events = await changes(self.town, self.made)
        for event in events:
            assert event.before is None or abs(event.arrives_at - event.before) >= timedelta(minutes=1)


ON = (Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION)
DRIVER = replace(BUDI, vehicle="H3")
