"""Speeds: whole milliseconds, the caps of the law and of the hearse, a limit as a bound and never the pace."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.osm.tags import ROAD_CLASSES, road_class
from geo.roads.speeds import METRICS, PACES, pace_kph, weights_ms
from geo.roads.table import LONGEST_M
from geo.source import FASTEST_KPH, SLOWEST_KPH

TOWN, OPEN = 0, 1


def pace(highway: str, share: float = 1.0, limit: float = np.inf, where: int = TOWN) -> float:
    index = np.array([ROAD_CLASSES.index(highway)], np.uint8)
    return float(pace_kph(index, np.array([where == TOWN]), np.array([share]), np.array([limit]))[0])


def weight(metric: str, metres: float, highway: str, kph: float, wait: int = 0, bend: int = 0) -> int:
    index = np.array([ROAD_CLASSES.index(highway)], np.uint8)
    extra = (np.array([ms], np.int64) for ms in (wait, bend))
    return int(weights_ms(metric, np.array([metres]), index, np.array([kph]), *extra)[0])


def test_every_class_has_a_pace_under_the_limit_of_its_kind_of_road() -> None:
    assert set(PACES) == set(ROAD_CLASSES)
    for name, (town, outside) in PACES.items():
        street = name in ("residential", "living_street")
        limits = (100.0, 100.0) if name.startswith("motorway") else (30.0, 30.0) if street else (60.0, 80.0)
        assert 0.0 < town <= limits[TOWN], name
        assert town <= outside <= limits[OPEN], name


def test_a_link_is_slower_than_its_road() -> None:
    for name in ROAD_CLASSES:
        if name.endswith("_link"):
            assert all(np.array(PACES[name]) < PACES[name.removesuffix("_link")])


SHARES, LIMITS = st.floats(0.05, 1.0), st.floats(SLOWEST_KPH, FASTEST_KPH)


@given(st.sampled_from(ROAD_CLASSES), SHARES, LIMITS, st.sampled_from((TOWN, OPEN)))
def test_a_limit_never_makes_a_road_faster_than_its_like_and_is_never_passed(
    highway: str, share: float, limit: float, where: int
) -> None:
    assert pace(highway, share, limit, where) <= pace(highway, share, where=where)
    assert pace(highway, share, limit, where) <= max(limit, SLOWEST_KPH)
    assert pace(highway, share, limit, where) >= SLOWEST_KPH


def test_a_hearse_keeps_to_40_in_town_and_80_outside() -> None:
    assert weight("hearse", 1_000.0, "primary", 60.0) == 90_000
    assert weight("hearse", 1_000.0, "motorway", 100.0) == 45_000
    assert weight("hearse", 1_000.0, "residential", 20.0) == weight("car", 1_000.0, "residential", 20.0)


def test_lights_hold_all_and_sirens_half_as_long_and_bends_all_alike() -> None:
    assert weight("car", 100.0, "primary", 36.0, wait=7_500, bend=1_000) == 10_000 + 8_500
    assert weight("hearse", 100.0, "primary", 36.0, wait=7_500, bend=1_000) == 10_000 + 8_500
    assert weight("siren", 100.0, "primary", 36.0, wait=7_500, bend=1_000) == 8_000 + 3_750 + 1_000


def test_an_unknown_class_counts_as_road_and_an_unknown_metric_is_an_error() -> None:
    assert road_class("corridor") == "road"
    assert road_class("trunk") == "trunk"
    with pytest.raises(ValueError, match="car, siren, hearse"):
        weight("bicycle", 1.0, "road", 20.0)


@given(
    st.floats(0.0, LONGEST_M),
    st.sampled_from(ROAD_CLASSES),
    st.floats(SLOWEST_KPH, FASTEST_KPH),
    st.integers(0, 100_000),
)
def test_a_siren_is_never_slower_nor_a_hearse_faster_than_a_car_and_no_edge_is_free(
    metres: float, highway: str, kph: float, wait: int
) -> None:
    car, siren, hearse = (weight(metric, metres, highway, kph, wait) for metric in METRICS)
    assert 1 <= siren <= car <= hearse
