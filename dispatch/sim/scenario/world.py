"""The world of a scenario: the real desk over the real store and rules, under a clock that goes from timer to timer."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from dispatch.desk.command import Command
from dispatch.desk.effects.steps import judge_anew
from dispatch.desk.ports import Books
from dispatch.desk.road_ports import Roads
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import arriving, timers, trips, vehicles
from dispatch.domain.approval import waited_for
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.fix import Fix, LinkHealth, link_health
from dispatch.domain.people import Person
from dispatch.domain.trip import target_of
from dispatch.live.memory import MemoryLive
from dispatch.roads.network import NetworkRoads
from dispatch.rules.pack.read import read_pack
from dispatch.sim.scenario.model import Scenario, VehicleAct
from dispatch.sim.scenario.roads import GivenRoads
from dispatch.sim.scenario.said import Said, said
from dispatch.sim.scenario.seed import Seed
from dispatch.store.sqlite import open_passing
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Phase, Step, StepSource
from geo.point import Point
from geo.roads.network import open_network

ZONE = ZoneInfo("Asia/Jakarta")
# A phone's last report lies a moment back, so that what a step says of a position is always newer.
_REPORTED_AGO = timedelta(seconds=1)


class UnplayableError(ValueError):
    """A scenario asks for something that is not there: a sound pack, a person, a request that was taken."""


@dataclass(slots=True)
class VirtualClock:
    """A clock that stands still until it is moved."""

    at: datetime

    def now(self) -> datetime:
        """The scenario's moment."""
        return self.at


@dataclass(slots=True, kw_only=True)
class World:
    """The desk with its clock, and what the desk does not know: where vehicles are and which phones have signal."""

    scenario: Scenario
    unit: Unit
    clock: VirtualClock
    seed: Seed
    given: GivenRoads | None
    stands_at: dict[str, Point]
    silent: set[str]  # vehicles whose phones do not report: off line, or with a fix of a given age
    busy: dict[str, tuple[datetime, str]]  # by vehicle: until when it is on another request's trip, and which
    requests: dict[str, str] = field(default_factory=dict)  # the desk's id by the file's
    tapped: dict[str, str] = field(default_factory=dict)  # the last assignment by vehicle
    seqs: dict[str, int] = field(default_factory=dict)  # the last tap's number of each vehicle's phone
    watch: list[Said] = field(default_factory=list)  # what was wrong at some moment between the steps

    def instant(self, at_s: float) -> datetime:
        """The moment of so many seconds since the beginning."""
        return self.scenario.at.astimezone(UTC) + timedelta(seconds=at_s)

    def point_of(self, place: str | Point) -> Point:
        """Where a place lies."""
        return self.scenario.places[place] if isinstance(place, str) else place

    def file_id(self, request_id: str) -> str | None:
        """The file's id of a request of the desk."""
        return next((name for name, kept in self.requests.items() if kept == request_id), None)

    def driver(self, vehicle_id: str) -> Person:
        """Who drives a vehicle."""
        return self.seed.people[f"driver-{vehicle_id}"]

    def health(self, vehicle_id: str) -> LinkHealth:
        """How fresh a vehicle's last position is."""
        return link_health(self.unit.live.last_fixes().get(vehicle_id), self.clock.at, self.unit.limits)

    def number(self, vehicle_id: str, said: int | None) -> int:
        """The number of a tap, as the phone counts them: the one that is said, or the next."""
        last = self.seqs.get(vehicle_id, 0)
        number = last + 1 if said is None else said
        self.seqs[vehicle_id] = max(number, last)
        return number

    async def put_position(self, vehicle_id: str, *, ago: timedelta = timedelta(0)) -> None:
        """The phone of a vehicle reports where it stands, as the file says it: however fast it must have driven."""
        at = self.clock.at - ago
        fix = Fix(vehicle_id=vehicle_id, point=self.stands_at[vehicle_id], taken_at=at, received_at=at)
        await vehicles.put_fixes(self.unit, [fix])

    async def move_to(self, at_s: float, act: object = None) -> None:
        """Let time pass until so many seconds since the beginning, from timer to timer, each at its very time.

        A vehicle whose new position is the `act` of that moment drives there meanwhile; its new times hold on arrival.
        """
        driven = act if isinstance(act, VehicleAct) and act.does == "position" else None
        began, target = self.clock.at, self.instant(at_s)
        origin = self.stands_at[driven.id] if driven else None
        while (due_at := await self._next_at()) is not None and due_at <= target:
            if driven and driven.at and origin and due_at < target:
                self.stands_at[driven.id] = _between(
                    origin, self.point_of(driven.at), (due_at - began) / (target - began)
                )
            await self._turn(due_at)
        self.clock.at = max(self.clock.at, target)
        if driven and driven.at:
            self.stands_at[driven.id] = self.point_of(driven.at)
        if driven and self.given:
            self.given.change(driven.id, driven.travel_min)
        await self._turn(target)

    async def _next_at(self) -> datetime | None:
        times = [until for until, _ in self.busy.values()]
        timer = await self.unit.store.read(lambda books: books.timers.next_at())
        return min([*times, timer] if timer is not None else times, default=None)

    async def _turn(self, at: datetime) -> None:
        self.clock.at = max(self.clock.at, at)
        for vehicle_id in self.stands_at.keys() - self.silent:
            await self.put_position(vehicle_id, ago=_REPORTED_AGO)
        for vehicle_id, (until, assignment_id) in sorted(self.busy.items()):
            if until <= self.clock.at:
                del self.busy[vehicle_id]
                await self._clear(vehicle_id, assignment_id)
        await timers.run_due(self.unit)
        await self.settle()

    async def _clear(self, vehicle_id: str, assignment_id: str) -> None:
        """The other request's trip ends, through the desk as any other."""
        driver = self.driver(vehicle_id)
        for step in (Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR):
            command = StepCommand(step=step, actor=driver.id, source=StepSource.TAP)
            refusal = await trips.step(self.unit, assignment_id, command, by=Command(actor=driver))
            assert not isinstance(refusal, Refusal), refusal

    async def acknowledge(self, offer: Assignment) -> None:
        """The offer is on the driver's screen."""
        await trips.deliver_offer(self.unit, offer.id, by=Command(actor=self.driver(offer.vehicle_id)))

    async def settle(self) -> None:
        """What follows at once: phones with signal acknowledge their offers, arrivals are calculated again; then the
        world is looked at."""
        live = await self.unit.store.read(lambda books: books.assignments.list_live())
        if self.given is not None:
            self.given.drive(await self.unit.store.read(lambda books: _driving(books, live)))
        for assignment in live:
            self.tapped[assignment.vehicle_id] = assignment.id
            if assignment.state is AssignmentState.OFFERED and assignment.vehicle_id not in self.silent:
                await self.acknowledge(assignment)
        await arriving.follow_arrivals(self.unit)
        await self._look()

    async def _look(self) -> None:
        always, clock = self.scenario.always, f"{self.clock.at.astimezone(ZONE):%H.%M.%S}"

        def work(books: Books) -> list[Said]:
            found: list[Said] = []
            for name, request_id in self.requests.items():
                assignments = books.assignments.list_of(request_id)
                offered = {a.vehicle_id for a in assignments} & always.never_offered
                about = {"clock": clock, "request": name}
                found += [said("was_offered", **about, vehicle=vehicle) for vehicle in sorted(offered)]
                if always.solution_or_promise and (lack := _lack(books, request_id, assignments)):
                    found.append(said("lacks", **about, lack=lack))
            return found

        self.watch += [line for line in await self.unit.store.read(work) if line not in self.watch]


def _driving(books: Books, live: Sequence[Assignment]) -> dict[str, Point]:
    """Where each vehicle that has set out drives to."""
    found: dict[str, Point] = {}
    for trip in live:
        place = target_of(trip, books.requests.get(trip.request_id).ask)
        if trip.leg is not None and trip.row.phase is Phase.UNDER_WAY and place is not None:
            found[trip.vehicle_id] = place.point
    return found


def _between(a: Point, b: Point, share: float) -> Point:
    """So far of the way from one to the other; a timer that was due before counts from the beginning."""
    lon, lat = (one + max(0.0, share) * (other - one) for one, other in ((a.lon, b.lon), (a.lat, b.lat)))
    return Point(lon=lon, lat=lat)


def _lack(books: Books, request_id: str, assignments: Sequence[Assignment]) -> Said | None:
    """What a request lacks that is neither solved nor promised, by what it has and not by its state."""
    request = books.requests.get(request_id)
    solved = request.ended_at is not None or any(a.fills_slot for a in assignments)
    if solved or request.state is RequestState.SCHEDULED:
        return None
    if waited_for(approval for approval in books.approvals.list_of(request_id) if approval.is_asked):
        return None
    if books.promises.find_open(request_id) is None:
        return said("nothing_stands", state=request.state)
    return None if books.timers.next_at() is not None else said("no_timer")


@contextlib.asynccontextmanager
async def open_world(scenario: Scenario, pack_texts: Sequence[str]) -> AsyncIterator[World]:
    """Everything that a scenario needs, in a folder that is gone afterwards.

    Raises:
        UnplayableError: if a pack cannot be published.
        NetworkFileError: if the road network cannot be opened.
    """
    start = scenario.at.astimezone(UTC)
    clock = VirtualClock(start)
    given = GivenRoads(scenario.places, scenario.vehicles, clock.now) if scenario.roads is None else None
    roads: Roads = given or NetworkRoads(open_network(scenario.path.parent / (scenario.roads or "")))
    seed = Seed(scenario)
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="jemput-scenario-"))
        store = open_passing(Path(folder))
        stack.push_async_callback(store.close)
        await store.write(lambda books: publish(books, pack_texts, start))
        busy = await store.write(seed.write)
        live = MemoryLive()
        await live.start(seed.old_fixes())
        unit = Unit(store=store, live=live, roads=roads, clock=clock, zone=ZONE)
        stack.callback(unit.close)
        yield World(
            scenario=scenario,
            unit=unit,
            clock=clock,
            seed=seed,
            given=given,
            stands_at=dict(seed.stands_at),
            silent={vehicle.id for vehicle in scenario.vehicles if vehicle.fix_age_min is not None},
            busy=busy,
        )


def publish(books: Books, texts: Sequence[str], now: datetime) -> None:
    """Publish packs, by which everybody is judged then. Raises UnplayableError."""
    for text in texts:
        try:
            pack = read_pack(text)
            since = pack.effective_from
            if books.sop.add_pack(agency=pack.agency, version=pack.version, effective_from=since, text=text):
                judge_anew(books, now, since=since)
        except ValueError as error:
            raise UnplayableError(f"a pack cannot be published: {error}") from error
