"""Speeds as OpenStreetMap writes them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.osm.access import MODES, Access, passage_of, passes
from geo.osm.limits import Size, fits, read_metres, read_tonnes
from geo.osm.restrictions import restriction_of
from geo.osm.tags import light_of, limits_kph, read_speed, read_tags
from geo.source import FASTEST_KPH, SLOWEST_KPH


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50.0),
        (" 50 ", 50.0),
        ("50 km/h", 50.0),
        ("50kmh", 50.0),
        ("30 mph", 48.28032),
        ("10 knots", 18.52),
        ("7.5", 7.5),
        ("50; 40", 40.0),
        ("60|80", 60.0),
        ("walk", 5.0),
        ("ID:urban", 50.0),
        ("id:rural", 80.0),
        ("ID:motorway", 100.0),
        ("ID:living_street", 30.0),
        ("ID:30", 30.0),
    ],
)
def test_a_speed_is_read_with_its_unit_or_its_zone(text: str, kph: float) -> None:
    assert read_speed(text) == pytest.approx(kph)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("2", 2.0), ("2.5 m", 2.5), ("2,5", 2.5), ("250cm", 2.5), ("8'6\"", 2.5908), ("7'", 2.1336), ("10 ft", 3.048),
        ("8' 6\"", 2.5908), ("8 ft 6 in", 2.5908), ("8ft6in", 2.5908), ("8 feet 6 inches", 2.5908), ("8-6", math.inf),
        ("1.5 metres", 1.5), ("2500 mm", 2.5), ("100 in", 2.54), ("2.5;2.3 m", 2.3), ("0 miles", math.inf),
        ("below_default", math.inf), ("none", math.inf), ("", math.inf), ("-2", math.inf),
    ],
)  # fmt: skip
def test_a_length_is_read_with_its_unit(text: str, metres: float) -> None:
    assert read_metres(text) == pytest.approx(metres)


@pytest.mark.parametrize(
    ("text", "tonnes"),
    [
        ("3.5", 3.5), ("3,5 t", 3.5), ("3500 kg", 3.5), ("2 tonnes", 2.0), ("8000 lbs", 3.6287), ("3 st", 2.7216),
        ("8;3.5", 3.5), ("none", math.inf), ("3 axles", math.inf), ("", math.inf),
    ],
)  # fmt: skip
def test_a_weight_is_read_with_its_unit(text: str, tonnes: float) -> None:
    assert read_tonnes(text) == pytest.approx(tonnes, rel=1e-4)


def test_what_is_narrower_lower_or_weaker_than_a_vehicle_is_shut_to_it() -> None:
    van = Size(width_m=1.9, height_m=2.5)
    for tags, goes in (
        ({}, True),
        ({"maxwidth": "1.2"}, False),
        ({"maxwidth": "1.9"}, True),
        ({"width": "1.5 m"}, False),
        ({"width": "0"}, True),
        ({"maxheight": "2.4"}, False),
        ({"maxheight": "default", "width": "3"}, True),
        ({"maxheight": "3", "maxheight:physical": "2.2"}, False),
        ({"maxweight": "3.5"}, True),
        ({"maxweight": "3 t"}, False),
        ({"maxweight": "8", "maxweightrating": "2500 kg"}, False),
        ({"maxweight": "none", "maxaxleload": "2.1"}, True),
        ({"maxaxleload": "2"}, False),
        ({"maxweight:hgv": "1"}, True),
    ):
        assert fits(tags, van) == goes


@pytest.mark.parametrize(
    "text", ["", "none", "signals", "fast", "PT:urban", "0", "-5", "1000", "50 parsec", "nan", "inf"]
)
def test_what_is_no_speed_leaves_it_to_the_class_of_road(text: str) -> None:
    assert math.isnan(read_speed(text))


@pytest.mark.parametrize(
    ("tags", "light"),
    [
        ({"highway": "traffic_signals"}, (True, True)),
        ({"highway": "traffic_signals", "traffic_signals:direction": "forward"}, (True, False)),
        ({"highway": "crossing", "crossing": "traffic_signals", "direction": "backward"}, (False, True)),
        ({"highway": "crossing", "crossing": "uncontrolled"}, (False, False)),
    ],
)
def test_a_traffic_light_is_known_with_its_direction(tags: dict[str, str], light: tuple[bool, bool]) -> None:
    assert light_of(tags) == light


def test_the_zone_is_looked_at_where_no_number_is_given() -> None:
    assert limits_kph({"maxspeed:type": "ID:urban"}) == (50.0, 50.0)
    assert limits_kph({"maxspeed": "60", "maxspeed:type": "ID:urban"}) == (60.0, 60.0)
    assert limits_kph({"maxspeed": "60", "maxspeed:forward": "30"}) == (30.0, 60.0)


def test_values_are_read_in_small_letters_without_spaces_and_names_as_they_are() -> None:
    given = {"highway": " Residential", "oneway": "YES ", "name": "Jalan Haji Mas'ud", "ref": "N 1"}
    assert read_tags(given) == {
        "highway": "residential",
        "oneway": "yes",
        "name": "Jalan Haji Mas'ud",
        "ref": "N 1",
    }


KEYS = st.sampled_from(
    ["highway", "access", "emergency", "oneway", "junction", "barrier", "maxspeed", "restriction", "except", "area"]
)


@given(st.dictionaries(KEYS, st.text(max_size=12)))
def test_any_tags_at_all_are_understood_in_some_way(tags: dict[str, str]) -> None:
    for plain, siren, hearse in passage_of(tags):
        assert {plain, siren, hearse} <= set(Access)
        assert siren >= plain >= hearse
    may = dict(zip(MODES, passes(tags), strict=True))
    assert may["siren"] >= may["car"]
    assert all(math.isnan(kph) or SLOWEST_KPH <= kph <= FASTEST_KPH for kph in limits_kph(tags))
    assert restriction_of(tags) in (None, tags.get("restriction"))
