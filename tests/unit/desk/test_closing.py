"""Closing roads and opening them again: once, in every process, over a restart, and at its time by itself."""

import asyncio
from datetime import timedelta

import pytest

from dispatch.desk.command import DESK, Command
from dispatch.desk.ports import Books, DueKind
from dispatch.desk.usecases import closures, timers
from dispatch.domain.closure import MOST_OPEN, Closure
from dispatch.vocabulary.events import Event, RoadClosed, RoadOpened, facts_of
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from geo.point import Point
from geo.shape import Shape, ShapeKind
from tests.people import NOW, OPI, SITI
from tests.unit.desk.town import GivenRoads, Town, done, refused

pytestmark = pytest.mark.anyio
BY = Command(actor=OPI)


def line(at: float = 0.0) -> Shape:
    return Shape(kind=ShapeKind.LINE, points=(Point(lon=106.6 + at, lat=-6.2), Point(lon=106.61 + at, lat=-6.2)))


async def close(
    town: Town, shape: Shape | None = None, *, key: str | None = None, until: timedelta | None = None
) -> str | Refusal:
    by = Command(actor=OPI, key=key, fingerprint="close")
    at = town.clock.now() + until if until is not None else None
    return await closures.close_road(town.unit, shape or line(), Cause.FLOOD, note="Setinggi lutut", until=at, by=by)


async def kept(town: Town, closure_id: str) -> Closure:
    return await town.read(lambda books: books.closures.get(closure_id))


async def closed(town: Town, shape: Shape | None = None, *, until: timedelta | None = None) -> Closure:
    return await kept(town, done(await close(town, shape, until=until)))


async def open_now(town: Town) -> list[Closure]:
    return await town.read(lambda books: books.closures.list_open())


async def journal(town: Town) -> list[Event]:
    entries = await town.read(lambda books: books.journal.list_after(0, 1000).entries)
    return [entry.event for entry in entries if isinstance(entry.event, RoadClosed | RoadOpened)]


async def test_the_roads_know_before_the_command_returns_and_the_journal_says_who(town: Town) -> None:
    town.roads.streets = 7
    made = await closed(town)
    assert town.roads.closed == [(line(),)]
    assert (made.streets, made.created_by, made.created_at, made.is_open) == (7, "opi", NOW, True)
    assert await open_now(town) == [made]
    [event] = await journal(town)
    assert (type(event), event.actor) == (RoadClosed, "opi")
    assert facts_of(event) == {"closure": made.id, "cause": Cause.FLOOD, "streets": 7}


async def test_what_is_opened_again_is_closed_no_more_and_the_rest_still_is(town: Town) -> None:
    first = await closed(town)
    second = await closed(town, line(0.1))
    opened = await kept(town, done(await closures.open_road(town.unit, first.id, by=BY)))
    assert (opened.id, opened.ended_by, opened.ended_at) == (first.id, "opi", NOW)
    assert town.roads.closed[-1] == (second.shape,)
    assert refused(await closures.open_road(town.unit, first.id, by=BY)) is RefusalCode.CLOSURE_OVER
    assert [type(event) for event in await journal(town)] == [RoadClosed, RoadClosed, RoadOpened]


async def test_a_repeat_gets_the_first_closure_and_closes_nothing_twice(town: Town) -> None:
    made = done(await close(town, key="k", until=timedelta(minutes=5)))
    town.clock.turn(600)  # its end would be refused by now
    assert await close(town, key="k", until=timedelta(minutes=-5)) == made
    assert [closure.id for closure in await open_now(town)] == [made]
    opening = Command(actor=OPI, key="o", fingerprint="open")
    for _ in range(2):
        assert await closures.open_road(town.unit, made, by=opening) == made
    other = await closures.open_road(town.unit, made, by=Command(actor=OPI, key="k", fingerprint="other"))
    assert refused(other) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_what_meets_no_street_or_is_beyond_its_bounds_keeps_nothing(town: Town) -> None:
    town.roads.streets = 0
    assert refused(await close(town)) is RefusalCode.NO_STREET_HERE
    assert refused(await close(town, until=timedelta(days=31))) is RefusalCode.CLOSURE_UNTIL
    assert await open_now(town) == []
    assert await journal(town) == []
    assert town.roads.closed == []


async def test_so_many_closures_and_no_more(town: Town) -> None:
    first = await closed(town)

    def fill(books: Books) -> None:
        for at in range(MOST_OPEN - 1):
            shape = line((at + 1) / 1000)
            books.closures.add(
                Closure(id=f"X-{at}", reason=Cause.WORKS, shape=shape, created_at=NOW, created_by="opi", streets=1)
            )

    await town.store.write(fill)
    assert refused(await close(town, line(0.5))) is RefusalCode.MANY_CLOSURES
    done(await closures.open_road(town.unit, first.id, by=BY))
    await closed(town, line(0.5))
    assert len(town.roads.closed[-1]) == MOST_OPEN


async def test_it_opens_by_itself_at_its_time_not_before_and_once(town: Town) -> None:
    made = await closed(town, until=timedelta(minutes=30))
    await town.pass_time(30 * 60 - 1)
    assert await open_now(town) == [made]
    assert len(town.roads.closed) == 1
    await town.pass_time(1)
    assert await open_now(town) == []
    assert town.roads.closed[-1] == ()
    over = await kept(town, made.id)
    assert (over.ended_at, over.ended_by) == (NOW + timedelta(minutes=30), DESK)
    await town.pass_time(3600)
    assert [type(event) for event in await journal(town)] == [RoadClosed, RoadOpened]


async def test_opened_by_hand_it_does_not_open_again_at_its_time(town: Town) -> None:
    made = await closed(town, until=timedelta(minutes=30))
    done(await closures.open_road(town.unit, made.id, by=BY))
    assert await town.timer(DueKind.CLOSURE_ENDS, made.id) is None
    await town.pass_time(3600)
    assert (await kept(town, made.id)).ended_by == "opi"


async def test_an_end_that_came_while_nothing_ran_is_made_up_for_after_the_restart(town: Town) -> None:
    stays = await closed(town, line(0.1))
    town.clock.turn(1)  # they are listed in the order in which they were closed
    ends = await closed(town, until=timedelta(minutes=30))
    await town.reopen()
    town.clock.turn(3600)
    roads = GivenRoads()
    unit = town.process(roads)
    assert await closures.tell_roads(unit)
    assert roads.closed == [(stays.shape, ends.shape)]
    await timers.run_due(unit)
    assert roads.closed[-1] == (stays.shape,)
    assert (await kept(town, ends.id)).ended_at == NOW + timedelta(hours=1, seconds=1)


async def test_another_process_follows_what_the_store_says_and_tells_its_roads_once(town: Town) -> None:
    roads = GivenRoads()
    other = town.process(roads)
    await closures.follow_closures(other)
    assert roads.closed == []
    made = await closed(town)
    for _ in range(2):
        await closures.follow_closures(other)
    assert roads.closed == [(made.shape,)]


async def test_two_who_open_at_once_open_it_once(town: Town) -> None:
    made = await closed(town)
    tried = await asyncio.gather(
        *(closures.open_road(town.unit, made.id, by=Command(actor=person)) for person in (OPI, SITI))
    )
    assert sorted(isinstance(one, Refusal) for one in tried) == [False, True]
    assert len(await journal(town)) == 2


async def test_closures_made_at_once_are_all_closed_when_each_returns(town: Town) -> None:
    async def one(at: float) -> None:
        made = await closed(town, line(at))
        assert made.shape in town.roads.closed[-1]

    await asyncio.gather(*(one(at / 100) for at in range(10)))
    assert len(town.roads.closed[-1]) == 10


async def test_who_waits_is_searched_for_again_once_a_road_is_open(town: Town) -> None:
    minutes = dict(town.roads.minutes)
    made = await closed(town)
    town.roads.minutes.clear()  # nobody comes through
    asked = await town.ask()
    assert asked.state is RequestState.WAITING
    await town.run_due()
    town.roads.minutes.update(minutes)
    await town.run_due()
    assert await town.state(asked) is RequestState.WAITING, "its next search is minutes away"
    done(await closures.open_road(town.unit, made.id, by=BY))
    await town.run_due()
    assert await town.state(asked) is not RequestState.WAITING
