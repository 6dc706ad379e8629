"""Nobody waits longer than ten minutes beside a crew that rests (R22): from when on it waits, and when that ends."""

import json
import zlib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dispatch.choosing.decision import Tried
from dispatch.choosing.later import may_change_at
from dispatch.desk.facts import facts_of, read_facts
from dispatch.desk.ports import Books
from dispatch.domain.vehicle import Vehicle
from dispatch.rules.moment import EDITION
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.people import NOW, ask, drowned_child
from tests.unit.desk.town import FLEET, Town

pytestmark = pytest.mark.anyio


async def rest(town: Town, ended_at: datetime) -> None:
    """Every crew ended its last trip then."""

    def put(books: Books) -> None:
        for vehicle_id in FLEET:
            books.vehicles.set_history(vehicle_id, on_duty_since=NOW - timedelta(hours=2), trip_ended_at=ended_at)

    await town.store.write(put)
    await town.report()


async def test_who_has_waited_ten_minutes_gets_a_crew_that_has_rested_for_ten(town: Town) -> None:
    await rest(town, NOW)
    request = await town.ask()
    for _ in range(2):
        await town.pass_time(299.5)
        assert await town.state(request) is RequestState.WAITING
    await town.pass_time(1)
    assert await town.state(request) is RequestState.SEARCHING
    facts = await town.read(lambda books: books.decisions.find_facts(request.id))
    assert facts is not None
    kept = read_facts(facts)
    assert (kept.tried.since, kept.moment.waited_s, kept.moment.edition) == (NOW, 600.0, EDITION)


@pytest.mark.parametrize(
    ("ended_min", "since_min", "changes_min"),
    [
        (5, None, 5),  # the crew has rested for ten, though the request waits for ten only later
        (15, None, 10),  # the request has waited for ten
        (15, 4, 6),
        (25, None, 5),  # the crew has rested for thirty
        (40, None, 915),  # nobody rests: the partner serves again at eight in the morning
    ],
)
async def test_the_search_goes_on_when_time_brings_somebody(
    town: Town, ended_min: float, since_min: float | None, changes_min: float
) -> None:
    await rest(town, NOW - timedelta(minutes=ended_min))
    since = None if since_min is None else NOW - timedelta(minutes=since_min)
    decision = await town.unit.search(drowned_child(), NOW, Tried(since=since))
    assert may_change_at(decision) == NOW + timedelta(minutes=changes_min)


async def test_the_search_goes_on_when_the_hours_of_a_rule_end(town: Town) -> None:
    """A partner who prays until one o'clock serves again then."""
    friday = NOW.replace(hour=5, minute=40)  # 12.40 in Tangerang
    partner = Vehicle(id="L9", name="Mitra", vehicle_class=VehicleClass.DUAL_USE, agency="laz")
    await town.add(partner, minutes=5)
    decision = await town.unit.search(ask(Need.TRANSPORT), friday, Tried())
    assert "R19-2" in decision.assess("L9").blocking
    assert may_change_at(decision) == friday.replace(hour=6, minute=0)


async def test_what_was_kept_before_there_was_waiting_is_read(town: Town) -> None:
    await rest(town, NOW - timedelta(minutes=15))
    decision = await town.unit.search(drowned_child(), NOW, Tried(since=NOW - timedelta(minutes=3)))
    facts = facts_of(decision)
    length = int.from_bytes(facts[4:8], "big")
    head = json.loads(zlib.decompress(facts[8 : 8 + length]))
    for younger in ("since", "edition"):
        del head[younger]
    old = zlib.compress(json.dumps(head).encode())
    kept = read_facts(facts[:4] + len(old).to_bytes(4, "big") + old + facts[8 + length :])
    assert (kept.tried.since, kept.moment.waited_s, kept.moment.edition) == (None, 0.0, 1)
    assert read_facts(facts).moment == decision.moment
    assert replace(read_facts(facts).tried, unfilled=None) == replace(decision.tried, unfilled=None)
