"""Travel times without roads, against geopy's great circle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.point import Point, distance_m
from geo.roads.speeds import METRICS
from geo.search.straight import DETOUR, SPEED_KPH, straight_distance_m, straight_travel_s

lons, lats = st.floats(-180.0, 180.0), st.floats(-90.0, 90.0)


@given(lons, lats, lons, lats)
def test_the_distance_is_the_great_circle_lengthened_by_the_detour(a: float, b: float, c: float, d: float) -> None:
    metres = straight_distance_m(a, b, np.array([c, a]), np.array([d, b]))
    assert metres[0] == pytest.approx(distance_m(Point(lon=a, lat=b), Point(lon=c, lat=d)) * DETOUR, rel=1e-6, abs=0.5)
    assert metres[1] == pytest.approx(0.0, abs=1e-3)


def test_every_metric_of_the_road_networks_has_a_speed_without_roads() -> None:
    assert set(SPEED_KPH) == set(METRICS)
    assert straight_travel_s(np.array([0.0, 25_000.0]), "car").tolist() == pytest.approx([0.0, 3_600.0])
    assert SPEED_KPH["siren"] > SPEED_KPH["car"] >= SPEED_KPH["hearse"]


def test_an_unknown_metric_is_an_error() -> None:
    with pytest.raises(KeyError):
        straight_travel_s(np.array([1.0]), "bicycle")
