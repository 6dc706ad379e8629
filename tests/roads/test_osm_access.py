"""Who may drive where by the tags of a way: an ambulance, one with sirens and a hearse, along and against its nodes."""

import pytest

from geo.osm.access import NOWHERE, Access, passage_of

SHUT, LOCAL, OPEN = Access.SHUT, Access.LOCAL, Access.OPEN
ALL, SIREN = (OPEN, OPEN, OPEN), (SHUT, OPEN, SHUT)
NOT_THROUGH, NOT_THROUGH_BUT_SIRENS = (LOCAL, LOCAL, LOCAL), (LOCAL, OPEN, LOCAL)


@pytest.mark.parametrize(
    ("tags", "passage"),
    [
        ({}, ALL),
        ({"access": "no"}, NOWHERE),
        ({"access": "private"}, NOT_THROUGH),
        ({"access": "destination"}, NOT_THROUGH_BUT_SIRENS),
        ({"access": "no", "vehicle": "private"}, NOT_THROUGH),
        ({"access": "yes", "vehicle": "no"}, NOWHERE),
        ({"vehicle": "no", "motor_vehicle": "delivery"}, NOT_THROUGH_BUT_SIRENS),
        ({"motor_vehicle": "no", "motorcar": "yes"}, ALL),
        ({"motor_vehicle": "agricultural;forestry"}, NOWHERE),
        ({"motor_vehicle": "agricultural; destination"}, NOT_THROUGH_BUT_SIRENS),
        ({"motor_vehicle": "agricultural, destination"}, NOT_THROUGH_BUT_SIRENS),
        *(({"access": word}, NOT_THROUGH) for word in ("resident", "residents", "members", "restricted", "no;staff")),
        *(({"access": word}, NOT_THROUGH_BUT_SIRENS) for word in ("local", "visitor", "customer", "loading")),
        *(({"access": word}, ALL) for word in ("official", "public", "allowed", "discouraged", "unknown")),
        ({"access": "no", "emergency": "yes"}, SIREN),
        ({"access": "private", "emergency": "designated"}, NOT_THROUGH_BUT_SIRENS),
        ({"emergency": "no"}, NOWHERE),
        ({"emergency": "ambulance_station"}, ALL),
        ({"access": "emergency"}, SIREN),
        ({"highway": "service", "service": "emergency_access"}, SIREN),
        ({"highway": "service", "service": "emergency_access", "access": "destination"}, NOT_THROUGH_BUT_SIRENS),
        ({"motor_vehicle": "no", "bus": "yes"}, SIREN),
        ({"motor_vehicle": "bus"}, SIREN),
        ({"motor_vehicle": "no", "bus": "no"}, NOWHERE),
        ({"highway": "busway"}, SIREN),
        ({"highway": "busway", "access": "no", "bus": "designated"}, SIREN),
        ({"highway": "track"}, NOWHERE),
        ({"highway": "track", "access": "yes"}, NOWHERE),
        ({"highway": "track", "motor_vehicle": "yes"}, ALL),
        ({"highway": "track", "vehicle": "private"}, NOT_THROUGH),
        ({"highway": "pedestrian", "motor_vehicle": "destination"}, NOT_THROUGH_BUT_SIRENS),
        ({"highway": "pedestrian", "emergency": "yes"}, SIREN),
        ({"highway": "path", "vehicle": "yes"}, NOWHERE),
        ({"highway": "path", "motorcar": "yes"}, ALL),
        ({"highway": "steps", "motor_vehicle": "yes"}, NOWHERE),
        ({"highway": "construction", "motor_vehicle": "yes"}, NOWHERE),
        ({"area": "yes"}, NOWHERE),
    ],
)
def test_the_most_special_word_says_who_may_use_a_way(tags: dict[str, str], passage: tuple[Access, ...]) -> None:
    assert passage_of({"highway": "residential", **tags}) == (passage, passage)


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ({"oneway": "yes"}, ALL, NOWHERE),
        ({"oneway": "-1"}, NOWHERE, ALL),
        ({"oneway": "reversible"}, NOWHERE, NOWHERE),
        ({"oneway:motor_vehicle": "yes"}, ALL, NOWHERE),
        ({"oneway:vehicle": "yes"}, ALL, NOWHERE),
        ({"oneway:motorcar": "-1"}, NOWHERE, ALL),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, ALL, ALL),
        ({"oneway": "yes", "oneway:bicycle": "no"}, ALL, NOWHERE),
        ({"oneway:vehicle": "yes", "oneway:motorcar": "no"}, ALL, ALL),
        ({"oneway": "yes", "oneway:emergency": "no"}, ALL, SIREN),
        ({"oneway": "yes", "emergency": "yes"}, ALL, NOWHERE),
        ({"oneway": "yes", "emergency:backward": "yes"}, ALL, SIREN),
        ({"motor_vehicle:backward": "no"}, ALL, NOWHERE),
        ({"access:forward": "no"}, NOWHERE, ALL),
        ({"vehicle:backward": "destination"}, ALL, NOT_THROUGH_BUT_SIRENS),
        ({"vehicle:backward": "no", "motorcar": "yes"}, ALL, ALL),
        ({"motor_vehicle": "no", "motor_vehicle:forward": "yes"}, ALL, NOWHERE),
        ({"motor_vehicle:backward": "no", "emergency:backward": "yes"}, ALL, SIREN),
        ({"junction": "roundabout"}, ALL, NOWHERE),
        ({"junction": "roundabout", "oneway": "no"}, ALL, ALL),
        ({"oneway": "yes", "motor_vehicle:backward": "yes"}, ALL, NOWHERE),
    ],
)
def test_a_way_may_be_open_in_one_direction_alone(
    tags: dict[str, str], along: tuple[Access, ...], against: tuple[Access, ...]
) -> None:
    assert passage_of({"highway": "residential", **tags}) == (along, against)
