"""Speeds: whole milliseconds, the caps of the law and of the hearse, the data's own speed first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.osm.tags import ROAD_CLASSES, SPEED_KPH, road_class
from geo.roads.speeds import METRICS, weights_ms
from geo.roads.table import LONGEST_M
from geo.source import FASTEST_KPH, SLOWEST_KPH


def weight(metric: str, metres: float, highway: str, kph: float = np.nan) -> int:
    index = np.array([ROAD_CLASSES.index(highway)], np.uint8)
    return int(weights_ms(metric, np.array([metres]), index, np.array([kph]))[0])


def test_every_class_has_a_speed_under_the_limit_of_its_kind_of_road() -> None:
    assert set(SPEED_KPH) == set(ROAD_CLASSES)
    for name, kph in SPEED_KPH.items():
        limit = 100.0 if name.startswith("motorway") else 30.0 if name in ("residential", "living_street") else 50.0
        assert 0.0 < kph <= limit, name


def test_a_link_is_slower_than_its_road() -> None:
    for name in ROAD_CLASSES:
        if name.endswith("_link"):
            assert SPEED_KPH[name] < SPEED_KPH[name.removesuffix("_link")]


def test_the_speed_of_the_data_goes_before_the_table() -> None:
    assert weight("car", 1_000.0, "residential", 36.0) == 100_000
    assert weight("car", 1_000.0, "residential") == 180_000


def test_a_hearse_keeps_to_40_in_town_and_80_outside() -> None:
    assert weight("hearse", 1_000.0, "primary", 60.0) == 90_000
    assert weight("hearse", 1_000.0, "motorway", 100.0) == 45_000
    assert weight("hearse", 1_000.0, "residential", 20.0) == weight("car", 1_000.0, "residential", 20.0)


def test_an_unknown_class_counts_as_road_and_an_unknown_metric_is_an_error() -> None:
    assert road_class("corridor") == "road"
    assert road_class("trunk") == "trunk"
    with pytest.raises(ValueError, match="car, siren, hearse"):
        weight("bicycle", 1.0, "road")


@given(
    st.floats(0.0, LONGEST_M),
    st.sampled_from(ROAD_CLASSES),
    st.one_of(st.just(float("nan")), st.floats(SLOWEST_KPH, FASTEST_KPH)),
)
def test_a_siren_is_never_slower_nor_a_hearse_faster_than_a_car_and_no_edge_is_free(
    metres: float, highway: str, kph: float
) -> None:
    car, siren, hearse = (weight(metric, metres, highway, kph) for metric in METRICS)
    assert 1 <= siren <= car <= hearse
