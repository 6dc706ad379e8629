"""Compiles the loops of the road search by asking over a few streets, so that the first question waits for nothing.

Compiled code is kept beside the code. Without this, servers and tests that start together each compile the same.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from dispatch.vocabulary.needs import Metric

sys.path.insert(0, str(Path(__file__).parents[1]))
from dispatch.desk.road_ports import SpeedCaps
from dispatch.roads.network import NetworkRoads
from geo.point import Point
from geo.roads.build import build_network
from geo.roads.table import Origin, RoadTable

WIDE, STEP = 4, 0.002  # a square of streets; degrees
HERE = Point(lon=106.6, lat=-6.2)


def streets() -> RoadTable:
    """A grid of two-way streets."""
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(WIDE), np.arange(WIDE)))
    lon, lat = HERE.lon + STEP * column, HERE.lat + STEP * row
    node = np.arange(WIDE * WIDE)
    one_way = [(node[column + 1 < WIDE], 1), (node[row + 1 < WIDE], WIDE)]
    u = np.concatenate([start for start, _ in one_way])
    v = np.concatenate([start + ahead for start, ahead in one_way])
    u, v = np.concatenate((u, v)), np.concatenate((v, u))
    return RoadTable(
        lon=lon,
        lat=lat,
        u=u,
        v=v,
        length_m=np.full(len(u), 220.0),
        highway=["residential"] * len(u),
        name=["Jalan Contoh"] * len(u),
        speed_kph=np.full(len(u), np.nan),
        shapes=[np.column_stack((lon[[a, b]], lat[[a, b]])) for a, b in zip(u, v, strict=True)],
    )


def ask(roads: NetworkRoads) -> None:
    """Every kind of question that the desk asks."""
    roads.warm_up(lambda _: None)
    roads.turn_to(datetime(2026, 11, 23, 7, tzinfo=UTC), SpeedCaps())
    there = Point(lon=HERE.lon + STEP, lat=HERE.lat + STEP)
    fleet = {f"V{number}": Point(lon=HERE.lon + STEP * number, lat=HERE.lat) for number in range(WIDE)}
    roads.follow(fleet)
    for speeds in Metric:
        for most in (None, 1):
            roads.arrivals(there, {speeds: fleet}, most=most)
            roads.aside().arrivals(there, {speeds: fleet}, most=most)
        roads.way(HERE, there, speeds=speeds)
        roads.metres(there, {speeds: fleet})
        roads.apart(there, {speeds: fleet})
        roads.isochrone(HERE, minutes=[1.0], speeds=speeds)
        roads.coverage({speeds: fleet}, minutes=[1.0])


for turn_costs in ("none", "osm"):
    origin = Origin(region="Contoh", source="made by hand", source_date="2026-01-01", sample=True)
    ask(NetworkRoads(build_network(streets(), origin, lambda _: None, turn_costs=turn_costs)))
