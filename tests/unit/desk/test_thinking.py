"""What takes processor time runs beside the event loop: told by the order of what happens, never by its time."""

import asyncio
import sys
import threading
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import FrameType

import pytest
from sqlalchemy import insert

from dispatch.desk.command import Command
from dispatch.desk.road_ports import Starts
from dispatch.desk.usecases import approving, promises, requests
from dispatch.domain.arrival import Arrival
from dispatch.domain.fix import Fix
from dispatch.store import tables
from dispatch.store.rows import row_of
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point
from tests.people import CIKOKOL, DINA, HOME, NOW, SITI, ask, drowned_child
from tests.unit.desk.test_promising import DOCUMENT
from tests.unit.desk.town import WAY, GivenRoads, Town, done

pytestmark = pytest.mark.anyio
MANY = 10_000
HELD_S = 20.0  # a search that is not let through by then has kept the loop from it
# Where a search spends its time; none of it runs in the thread of the event loop.
HEAVY = {
    *("dispatch.desk.search", "dispatch.desk.soon", "dispatch.desk.record", "dispatch.desk.facts"),
    *("dispatch.rules.judge_fleet", "dispatch.rules.judge_one", "dispatch.rules.conditions", "dispatch.rules.fleet"),
    *(
        "dispatch.rules.consequences",
        "dispatch.rules.pack.read",
        "dispatch.choosing.ranking",
        "dispatch.choosing.batch",
    ),
}


@dataclass
class HeldRoads(GivenRoads):
    """Roads that keep a search until it is let through, and count who is in them."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    through: threading.Event = field(default_factory=threading.Event)
    asked: list[int] = field(default_factory=list)  # about how many vehicles, a question each
    inside: int = 0
    most_inside: int = 0

    def arrivals(self, to: Point, starts: Starts, *, most: int | None) -> dict[str, Arrival]:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.asked.append(sum(len(some) for some in starts.values()))
        self.loop.call_soon_threadsafe(self.begun.set)
        assert self.through.wait(HELD_S), "the event loop waits for the search"
        self.inside -= 1
        return super().arrivals(to, starts, most=most)


async def hold(town: Town) -> HeldRoads:
    """From now on every search waits in the roads."""
    roads = HeldRoads(town.roads.minutes)
    town.roads = town.unit.roads = roads
    return roads


async def test_while_a_search_runs_drivers_are_answered(town: Town) -> None:
    first, happened = await town.ask(), list[str]()
    roads = await hold(town)

    async def search() -> None:
        await town.ask()
        happened.append("searched")

    searching = asyncio.create_task(search())
    await roads.begun.wait()
    for step in (Step.ACCEPT, Step.EN_ROUTE):
        await town.take(first.assignments[0], step)
        happened.append(step)
    roads.through.set()
    await searching
    assert happened == [Step.ACCEPT, Step.EN_ROUTE, "searched"]


async def test_over_ten_thousand_vehicles_the_loop_goes_on_ticking(town: Town) -> None:
    hearse = (await town.vehicle("H1")).vehicle
    fleet = [replace(hearse, id=f"V{number:05}") for number in range(MANY)]
    state = {"duty": Duty.AVAILABLE, "at_base": False, "auto_accept": False, "to_clean": False, "revision": 1_000}
    rows = [row_of(tables.vehicles, vehicle, **state) for vehicle in fleet]
    await asyncio.wrap_future(town.store._submit(lambda connection: connection.execute(insert(tables.vehicles), rows)))
    fixes = [Fix(vehicle_id=v.id, point=CIKOKOL.point, taken_at=NOW, received_at=NOW) for v in fleet]
    await town.unit.live.put_fixes(fixes)
    roads, ticks = await hold(town), 0

    async def tick() -> None:
        nonlocal ticks
        await roads.begun.wait()
        for _ in range(100):
            await asyncio.sleep(0)
            ticks += 1
        roads.through.set()

    ticking = asyncio.create_task(tick())
    record = done(await requests.suggest(town.unit, drowned_child()))
    assert ticks == 100
    await ticking
    assert record.considered == MANY + 5
    assert max(roads.asked) > MANY


async def test_two_requests_at_once_are_searched_for_one_after_the_other_and_get_different_vehicles(town: Town) -> None:
    roads = await hold(town)
    asking = asyncio.gather(town.ask(), town.ask())
    await roads.begun.wait()
    roads.through.set()
    made = await asking
    assert roads.most_inside == 1
    assert sorted(a.vehicle_id for one in made for a in one.live()) == ["H1", "H3"]


async def test_a_fleet_that_changes_while_it_is_searched_is_looked_at_again(town: Town) -> None:
    """What was kept for searches is the same afterwards as in a process that begins."""
    roads = await hold(town)
    asking = asyncio.create_task(town.ask())
    await roads.begun.wait()
    await town.duty("H3", Duty.OFF_DUTY)
    town.clock.turn(400)  # all positions but one are old now
    await town.report("H1", HOME.point)
    roads.through.set()
    made = await asking
    assert [(a.vehicle_id, a.state) for a in made.live()] == [("H1", AssignmentState.OFFERED)]
    assert await town.live(made) == [("H1", AssignmentState.OFFERED)]
    fresh = town.process(roads)
    await fresh.live.put_fixes(list(town.unit.live.last_fixes().values()))
    again = [replace(done(await requests.suggest(unit, drowned_child())), computed_in_ms=0) for unit in town.units]
    assert again[0] == again[1]
    assert {c.vehicle_id: c.blocking for c in again[0].candidates}["H3"] == ("DINAS",)


async def test_who_asks_while_another_search_runs_is_decided_on_what_is_there_then(town: Town) -> None:
    """The second search waits for its turn, and sees the driver who left meanwhile."""
    roads = await hold(town)
    first = asyncio.create_task(requests.suggest(town.unit, drowned_child()))
    await roads.begun.wait()
    second = asyncio.create_task(requests.suggest(town.unit, drowned_child()))
    await town.duty("H3", Duty.OFF_DUTY)
    roads.through.set()
    assert [done(found).chosen for found in await asyncio.gather(first, second)] == [("H3",), ("H1",)]


async def test_closing_lets_a_search_end_and_begins_no_other(town: Town) -> None:
    roads = await hold(town)
    searching = asyncio.create_task(requests.suggest(town.unit, drowned_child()))
    await roads.begun.wait()
    waits = asyncio.create_task(requests.suggest(town.unit, drowned_child()))
    closing = asyncio.create_task(asyncio.to_thread(town.unit.close))
    while not town.unit._thinking._shutdown:
        await asyncio.sleep(0)
    assert not any(task.done() for task in (searching, waits, closing))
    roads.through.set()
    await closing
    with pytest.raises(RuntimeError, match="shutdown"):
        await waits
    with pytest.raises(RuntimeError, match="shutdown"):
        await searching  # its search ended; what is kept of it is not written out any more
    assert roads.asked


async def run_here(work: Awaitable[None]) -> set[str]:
    """The modules of which something runs in this thread meanwhile."""
    seen: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            seen.add(frame.f_globals.get("__name__", ""))

    sys.setprofile(note)
    try:
        await work
    finally:
        sys.setprofile(None)
    return seen


async def live_through(town: Town) -> None:
    """Every use case that searches."""
    town.roads.minutes |= {"T1": 6.0, "H3": 40.0, "H1": 50.0}
    made = await town.ask()
    done(await requests.suggest(town.unit, drowned_child()))
    await requests.candidates(town.unit, made.id)
    dina = Command(actor=DINA)
    done(await approving.approve(town.unit, made.id, rule="R02", yes=True, reason="darurat", by=dina))
    done(await requests.assign(town.unit, made.id, "H3", override=None, by=dina))
    [trip] = (await town.look(made)).live()
    await town.take(trip, *WAY[:4])
    await town.take(trip, Step.PROBLEM)
    booked = await town.ask(asked=replace(ask(Need.TRANSPORT), schedule_at=NOW + timedelta(hours=2)))
    document = await town.ask(asked=DOCUMENT)
    done(await promises.deliver(town.unit, document.id, HOME, by=Command(actor=SITI)))
    await town.pass_time(101)  # offers expire
    await town.pass_time(3_600)  # booked trips begin, and those who wait are served together
    assert await town.state(booked) is not RequestState.SCHEDULED
    assert (await town.look(document)).owed.retries


async def test_no_use_case_searches_in_the_thread_of_the_loop(town: Town) -> None:
    here = await run_here(live_through(town))
    assert "dispatch.desk.usecases.serving" in here
    assert here & HEAVY == set()
