"""Closing roads and opening them again: once, in every process, over a restart, and at its time by itself."""

import asyncio
from datetime import timedelta

import pytest
from dispatch.desk.desk import Desk

from dispatch.desk.command import DESK, Command
from dispatch.desk.ports import Books, DueKind, JournalEntry
from dispatch.domain.closure import MOST_OPEN, Closure
from dispatch.live.memory import MemoryLive
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from geo.point import Point
from geo.shape import Shape, ShapeKind
from tests.people import NOW, OPI, SITI, ZONE
from tests.unit.desk.town import GivenRoads, Town, town

pytestmark = pytest.mark.anyio
__all__ = ["town"]
CLOSINGS = (EventKind.ROAD_CLOSED, EventKind.ROAD_OPENED)


def line(at: float = 0.0) -> Shape:
    return Shape(kind=ShapeKind.LINE, points=(Point(lon=106.6 + at, lat=-6.2), Point(lon=106.61 + at, lat=-6.2)))


async def close(
    town: Town, shape: Shape | None = None, *, key: str | None = None, until: timedelta | None = None
) -> Closure | Refusal:
    by = Command(actor=OPI, key=key, fingerprint="close")
    at = town.clock.now() + until if until is not None else None
    return await town.desk.close_road(shape or line(), Cause.FLOOD, note="Setinggi lutut", until=at, by=by)


async def closed(town: Town, shape: Shape | None = None, *, until: timedelta | None = None) -> Closure:
    made = await close(town, shape, until=until)
    assert isinstance(made, Closure), made
    return made


async def journal(town: Town) -> list[JournalEntry]:
    entries = await town.store.read(lambda books: books.journal.list_after(0, 1000))
    return [entry for entry in entries if entry.event.kind in CLOSINGS]


async def test_the_roads_know_before_the_command_returns_and_the_journal_says_who(town: Town) -> None:
    town.roads.streets = 7
    made = await closed(town)
    assert town.roads.closed == [(line(),)]
    assert (made.streets, made.created_by, made.created_at, made.is_open) == (7, "opi", NOW, True)
    assert await town.desk.closures() == [made]
    [entry] = await journal(town)
    assert (entry.event.kind, entry.event.actor) == (EventKind.ROAD_CLOSED, "opi")
    assert entry.event.facts == {"closure": made.id, "cause": "flood", "streets": 7}


async def test_what_is_opened_again_is_closed_no_more_and_the_rest_still_is(town: Town) -> None:
    first = await closed(town)
    second = await closed(town, line(0.1))
    opened = await town.desk.open_road(first.id, by=Command(actor=OPI))
    assert isinstance(opened, Closure)
    assert (opened.ended_by, opened.ended_at) == ("opi", NOW)
    assert town.roads.closed[-1] == (second.shape,)
    again = await town.desk.open_road(first.id, by=Command(actor=OPI))
    assert isinstance(again, Refusal)
    assert again.code == "closure_over"
    assert [entry.event.kind for entry in await journal(town)] == [
        EventKind.ROAD_CLOSED,
        EventKind.ROAD_CLOSED,
        EventKind.ROAD_OPENED,
    ]


async def test_a_repeat_gets_the_first_closure_and_closes_nothing_twice(town: Town) -> None:
    made = await close(town, key="k", until=timedelta(minutes=5))
    town.clock.turn(600)  # its end would be refused by now
    by = Command(actor=OPI, key="k", fingerprint="close")
    until = NOW + timedelta(minutes=5)
    again = await town.desk.close_road(line(), Cause.FLOOD, note="Setinggi lutut", until=until, by=by)
    assert again == made
    assert len(await town.desk.closures()) == 1
    opening = Command(actor=OPI, key="o", fingerprint="open")
    assert isinstance(made, Closure)
    first = await town.desk.open_road(made.id, by=opening)
    assert await town.desk.open_road(made.id, by=opening) == first
    other = await town.desk.open_road(made.id, by=Command(actor=OPI, key="k", fingerprint="other"))
    assert isinstance(other, Refusal)
    assert other.code == "idempotency_key_reused"


async def test_what_meets_no_street_or_is_beyond_its_bounds_keeps_nothing(town: Town) -> None:
    town.roads.streets = 0
    nothing = await close(town)
    late = await close(town, until=timedelta(days=31))
    assert isinstance(nothing, Refusal)
    assert isinstance(late, Refusal)
    assert (nothing.code, late.code) == ("no_street_here", "closure_until")
    assert await town.desk.closures() == []
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
    refused = await close(town, line(0.5))
    assert isinstance(refused, Refusal)
    assert refused.code == "many_closures"
    await town.desk.open_road(first.id, by=Command(actor=OPI))
    await closed(town, line(0.5))
    assert len(town.roads.closed[-1]) == MOST_OPEN


async def test_it_opens_by_itself_at_its_time_not_before_and_once(town: Town) -> None:
    made = await closed(town, until=timedelta(minutes=30))
    await town.pass_time(30 * 60 - 1)
    assert await town.desk.closures() == [made]
    assert len(town.roads.closed) == 1
    await town.pass_time(1)
    assert await town.desk.closures() == []
    assert town.roads.closed[-1] == ()
    over = await town.store.read(lambda books: books.closures.get(made.id))
    assert (over.ended_at, over.ended_by) == (NOW + timedelta(minutes=30), DESK)
    await town.pass_time(3600)
    assert [entry.event.kind for entry in await journal(town)] == list(CLOSINGS)


async def test_opened_by_hand_it_does_not_open_again_at_its_time(town: Town) -> None:
    made = await closed(town, until=timedelta(minutes=30))
    await town.desk.open_road(made.id, by=Command(actor=OPI))
    assert await town.store.read(lambda books: books.timers.find(DueKind.CLOSURE_ENDS, made.id)) is None
    await town.pass_time(3600)
    over = await town.store.read(lambda books: books.closures.get(made.id))
    assert over.ended_by == "opi"


async def test_an_end_that_came_while_nothing_ran_is_made_up_for_after_the_restart(town: Town) -> None:
    stays = await closed(town, line(0.1))
    town.clock.turn(1)  # they are listed in the order in which they were closed
    ends = await closed(town, until=timedelta(minutes=30))
    await town.reopen()
    town.clock.turn(3600)
    roads = GivenRoads()
    desk = Desk(store=town.store, live=MemoryLive(), roads=roads, clock=town.clock, zone=ZONE)
    assert await desk.tell_roads()
    assert roads.closed == [(stays.shape, ends.shape)]
    await desk.run_due()
    assert roads.closed[-1] == (stays.shape,)
    over = await town.store.read(lambda books: books.closures.get(ends.id))
    assert over.ended_at == NOW + timedelta(hours=1, seconds=1)


async def test_another_process_follows_what_the_store_says_and_tells_its_roads_once(town: Town) -> None:
    roads = GivenRoads()
    other = Desk(store=town.store, live=MemoryLive(), roads=roads, clock=town.clock, zone=ZONE)
    await other.follow_closures()
    assert roads.closed == []
    made = await closed(town)
    await other.follow_closures()
    await other.follow_closures()
    assert roads.closed == [(made.shape,)]


async def test_two_who_open_at_once_open_it_once(town: Town) -> None:
    made = await closed(town)
    done = await asyncio.gather(*(town.desk.open_road(made.id, by=Command(actor=who)) for who in (OPI, SITI)))
    assert sorted(type(one).__name__ for one in done) == ["Closure", "Refusal"]
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
    view = await town.ask()
    assert view.request.state is RequestState.WAITING
    await town.desk.run_due()
    town.roads.minutes.update(minutes)
    await town.desk.run_due()
    assert await town.state(view) is RequestState.WAITING, "its next search is minutes away"
    await town.desk.open_road(made.id, by=Command(actor=OPI))
    await town.desk.run_due()
    assert await town.state(view) is not RequestState.WAITING
