"""The roads follow the world: where vehicles are, the hour, and the speed caps of the policy in force."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from dispatch.desk.road_ports import SpeedCaps
from dispatch.desk.usecases import following
from geo.point import Point
from tests.people import CIKOKOL, HOME, NOW, ZONE, packs
from tests.unit.desk.town import FLEET, GivenRoads, Town

pytestmark = pytest.mark.anyio


@dataclass
class FollowingRoads(GivenRoads):
    """Roads that keep what they are told."""

    positions: dict[str, Point] = field(default_factory=dict)
    turned: list[tuple[datetime, SpeedCaps]] = field(default_factory=list)

    def follow(self, positions: dict[str, Point]) -> None:  # type: ignore[override]
        self.positions.update(positions)

    def turn_to(self, local: datetime, caps: SpeedCaps) -> bool:
        self.turned.append((local, caps))
        return True


async def test_the_roads_hear_where_everybody_is_what_hour_it_is_and_how_fast_a_hearse_drives(town: Town) -> None:
    roads = town.unit.roads = FollowingRoads()
    town.clock.turn(10)
    await town.report("H3", HOME.point)
    await following.follow_fleet(town.unit)
    assert roads.positions == {**dict.fromkeys(FLEET, CIKOKOL.point), "H3": HOME.point}
    [(local, caps)] = roads.turned
    assert (local, local.utcoffset()) == (NOW + timedelta(seconds=10), timedelta(hours=7))
    assert caps == SpeedCaps(town_kph=40.0, open_kph=80.0)


async def test_a_published_speed_cap_reaches_the_roads_at_its_time(town: Town) -> None:
    """R25: a figure that somebody edits and publishes is one that somebody reads."""
    roads = town.unit.roads = FollowingRoads()
    at, text = NOW + timedelta(hours=1), packs()["national.toml"]
    for name, now, then in (
        ("version", '"2026-11-01"', '"other"'),
        ("effective_from", "2026-11-01T00:00:00+07:00", at.astimezone(ZONE).isoformat()),
        ("hearse_town_kph", "40", "30"),
        ("hearse_open_kph", "80", "60"),
    ):
        assert text.count(f"{name} = {now}\n") == 1
        text = text.replace(f"{name} = {now}\n", f"{name} = {then}\n")
    await town.store.write(
        lambda books: books.sop.add_pack(agency="national", version="other", effective_from=at, text=text)
    )
    for _ in range(2):
        await following.follow_hours(town.unit)
        town.clock.turn(3_600)
    assert [caps for _, caps in roads.turned] == [SpeedCaps(), SpeedCaps(town_kph=30.0, open_kph=60.0)]
