"""When a vehicle that is on a trip could be at the next pick-up: its stays, its ways, and not too far ahead."""

from dataclasses import dataclass

import pytest

from dispatch.desk.road_ports import Way
from dispatch.domain.arrival import Method
from dispatch.vocabulary.needs import Metric, Need
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point
from tests.people import HOME, ask
from tests.unit.desk.town import WAY, GivenRoads, Town

pytestmark = pytest.mark.anyio
FAR_S, NEAR_S = 300.0, 120.0


@dataclass
class Ways(GivenRoads):
    """It is far from the pick-up to the hospital, and near from where the vehicle reports itself."""

    far_s: float = FAR_S

    def way(self, origin: Point, to: Point, *, speeds: Metric) -> Way | None:
        travel_s = NEAR_S if origin == HOME.point else self.far_s
        return Way(points=(origin, to), travel_s=travel_s, distance_m=1.0, streets=(), method=Method.GIVEN)


@pytest.mark.parametrize(
    ("steps", "since_s", "far_s", "soon_s"),
    [
        (2, 0, FAR_S, None),  # it has not come yet
        (3, 0, FAR_S, 600 + FAR_S + 900),
        (3, 0, FAR_S + 1, None),  # more than half an hour ahead
        (3, 200, FAR_S, 400 + FAR_S + 900),
        (3, 1_000, FAR_S, 60 + FAR_S + 900),
        (4, 200, FAR_S, NEAR_S + 900),
        (5, 200, FAR_S, 700),
        (5, 5_000, FAR_S, 60),
    ],
)
async def test_a_trip_ends_after_its_stays_and_its_way(
    town: Town, steps: int, since_s: float, far_s: float, soon_s: float | None
) -> None:
    town.roads = town.unit.roads = Ways(town.roads.minutes | {"A1": 1.0}, far_s=far_s)
    await town.duty("T1", Duty.OUT_OF_SERVICE)
    first = await town.ask(asked=ask(Need.EMERGENCY))
    await town.take(first.assignments[0], *WAY[:steps])
    town.clock.turn(since_s)
    await town.report("A1", HOME.point)
    second = await town.ask(asked=ask(Need.EMERGENCY))
    assert second.decided.soon == ({} if soon_s is None else {"A1": soon_s + 60})
