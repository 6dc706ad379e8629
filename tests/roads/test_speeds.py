"""Speeds: whole milliseconds, the caps of the law and of the hearse, the data's own speed first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.osm.tags import BY_WORD, ROAD_CLASSES, SLOWING_KEYS, road_class
from geo.roads.speeds import METRICS, PACES, SLOWINGS, pace_kph, weights_ms
from geo.roads.table import LONGEST_M
from geo.source import FASTEST_KPH, SLOWEST_KPH


def weight(metric: str, metres: float, highway: str, kph: float, wait: int = 0, bend: int = 0) -> int:
    index = np.array([ROAD_CLASSES.index(highway)], np.uint8)
    wait_ms, bend_ms = (np.array([ms], np.int64) for ms in (wait, bend))
    found = weights_ms(metric, np.array([metres]), index, np.array([kph]), wait_ms=wait_ms, bend_ms=bend_ms)
    return int(found[0])


def test_every_class_has_a_speed_under_the_limit_of_its_kind_of_road() -> None:
    assert set(PACES) == set(ROAD_CLASSES) | BY_WORD
    assert set(SLOWINGS) == set(SLOWING_KEYS)
    for name in ROAD_CLASSES:
        motorway, street = name.startswith("motorway"), name in ("residential", "living_street")
        town, outside = (100.0, 100.0) if motorway else (30.0, 30.0) if street else (60.0, 80.0)
        assert 0.0 < PACES[name].town_kph <= town, name
        assert PACES[name].town_kph <= PACES[name].open_kph <= outside, name


def test_a_link_is_slower_than_its_road() -> None:
    for name in ROAD_CLASSES:
        if name.endswith("_link"):
            link, road = PACES[name], PACES[name.removesuffix("_link")]
            assert link.town_kph < road.town_kph
            assert link.open_kph < road.open_kph


def test_lights_hold_all_and_sirens_half_as_long_and_bends_all_alike() -> None:
    assert weight("car", 100.0, "primary", 36.0, wait=7_500, bend=1_000) == 10_000 + 8_500
    assert weight("hearse", 100.0, "primary", 36.0, wait=7_500, bend=1_000) == 10_000 + 8_500
    assert weight("siren", 100.0, "primary", 36.0, wait=7_500, bend=1_000) == 8_000 + 3_750 + 1_000


def test_a_hearse_keeps_to_40_in_town_and_80_outside() -> None:
    assert weight("hearse", 1_000.0, "primary", 60.0) == 90_000
    assert weight("hearse", 1_000.0, "motorway", 100.0) == 45_000
    assert weight("hearse", 1_000.0, "residential", 20.0) == weight("car", 1_000.0, "residential", 20.0)


def test_an_unknown_class_counts_as_road_and_an_unknown_metric_is_an_error() -> None:
    assert road_class("corridor") == "road"
    assert road_class("trunk") == "trunk"
    with pytest.raises(ValueError, match="car, siren, hearse"):
        weight("bicycle", 1.0, "road", 20.0)


@given(
    st.floats(0.0, LONGEST_M),
    st.sampled_from(ROAD_CLASSES),
    st.floats(SLOWEST_KPH, FASTEST_KPH),
)
def test_a_siren_is_never_slower_nor_a_hearse_faster_than_a_car_and_no_edge_is_free(
    metres: float, highway: str, kph: float
) -> None:
    car, siren, hearse = (weight(metric, metres, highway, kph) for metric in METRICS)
    assert 1 <= siren <= car <= hearse


@pytest.mark.parametrize(
    ("highway", "limit", "slowing", "kph"),
    [
        ("residential", np.nan, {}, 30.0),
        ("residential", np.nan, {"surface": "asphalt", "smoothness": "good"}, 30.0),
        ("residential", 60.0, {}, 30.0),
        ("residential", 15.0, {}, 15.0),
        ("primary", 90.0, {}, 50.0),
        ("track", np.nan, {}, 12.0),
        ("track", np.nan, {"tracktype": "grade5"}, 6.0),
        ("track", 50.0, {}, 12.0),
        ("pedestrian", 4.0, {}, 4.0),
        ("residential", np.nan, {"surface": "gravel"}, 21.0),
        ("residential", np.nan, {"surface": "asphalt;gravel"}, 21.0),
        ("residential", np.nan, {"surface": "mud, asphalt"}, 10.0),
        ("primary", np.nan, {"surface": "unhewn_cobblestone"}, 30.0),
        ("primary", np.nan, {"surface": "asphalt"}, 50.0),
        ("residential", np.nan, {"surface": "gravel", "smoothness": "horrible"}, 9.0),
        ("primary", 60.0, {"surface": "cobblestone"}, 30.0),
        ("residential", 5.0, {"surface": "sand"}, 5.0),
        ("service", np.nan, {"service": "alley"}, 10.5),
        ("service", np.nan, {"service": "alley", "smoothness": "impassable"}, 1.5),
        ("service", np.nan, {"service": "bus"}, 15.0),
        ("corridor", np.nan, {}, 25.0),
    ],
)
def test_a_limit_a_bad_surface_and_an_alley_slow_a_way_down(
    highway: str, limit: float, slowing: dict[str, str], kph: float
) -> None:
    assert pace_kph(highway, limit, slowing.items(), in_town=True) == pytest.approx(kph)


HIGHWAYS = st.sampled_from([*PACES, "corridor"])
SAID = st.fixed_dictionaries({}, optional={key: st.sampled_from([*words, "good"]) for key, words in SLOWINGS.items()})


@given(HIGHWAYS, SAID, st.floats(SLOWEST_KPH, FASTEST_KPH), st.sampled_from(METRICS), st.booleans())
def test_a_limit_never_makes_a_street_faster_than_its_like_and_is_kept_but_with_sirens(
    highway: str, said: dict[str, str], limit: float, metric: str, town: bool
) -> None:
    plain, limited = (pace_kph(highway, kph, said.items(), in_town=town) for kph in (np.nan, limit))
    assert SLOWEST_KPH <= limited <= min(plain, limit)
    name = road_class(highway)
    assert weight(metric, 1_000.0, name, limited) >= weight(metric, 1_000.0, name, plain)


@given(HIGHWAYS, SAID, SAID, st.one_of(st.just(np.nan), st.floats(SLOWEST_KPH, FASTEST_KPH)), st.booleans())
def test_more_that_is_said_of_a_way_never_makes_it_faster_nor_does_a_town(
    highway: str, said: dict[str, str], more: dict[str, str], limit: float, town: bool
) -> None:
    kph = pace_kph(highway, limit, said.items(), in_town=town)
    assert pace_kph(highway, limit, {**more, **said}.items(), in_town=town) <= kph
    assert pace_kph(highway, limit, said.items(), in_town=True) <= kph
