"""What OpenStreetMap's tags mean for an emergency vehicle: how fast it drives, and which turns it may not make.

The rules follow the OpenStreetMap wiki's pages Key:maxspeed and Relation:restriction; who may drive where is read in
geo.osm.access.
"""

import re
from collections.abc import Mapping
from math import inf, isnan, nan
from types import MappingProxyType

from geo.source import FASTEST_KPH, SLOWEST_KPH

Tags = Mapping[str, str]
ROAD_CLASSES = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road",
)  # fmt: skip
# No roads for cars, but driven where a word about motor vehicles or emergencies says so; they count as `service`. How
# fast is this project's estimate: among walkers at little more than their pace.
BY_WORD_KPH: Mapping[str, float] = MappingProxyType(
    {"track": 12.0, "pedestrian": 6.0, "busway": 30.0, "path": 6.0, "footway": 6.0, "cycleway": 6.0, "bridleway": 6.0}
)
# What slows a way down: at most so many km/h (OSRM, profiles/car.lua, BSD-2-Clause), and so much of the pace of its
# class, which lies below most of these (this project's estimate).
_SLOW: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "surface": dict.fromkeys(("unpaved", "gravel", "ground", "dirt", "grass", "pebblestone", "wood"), (40.0, 0.7))
    | {"paving_stones": (60.0, 1.0), "sett": (40.0, 0.8), "cobblestone": (30.0, 0.7), "clay": (30.0, 0.7)}
    | {"earth": (20.0, 0.7), "stone": (20.0, 0.5), "rocky": (20.0, 0.5), "sand": (20.0, 0.5), "mud": (10.0, 0.5)},
    "smoothness": {
        "bad": (40.0, 0.7), "very_bad": (20.0, 0.5), "horrible": (10.0, 0.3), "very_horrible": (5.0, 0.2),
        "impassable": (5.0, 0.1),
    },
    "tracktype": {
        "grade1": (60.0, 1.0), "grade2": (40.0, 0.9), "grade3": (30.0, 0.7), "grade4": (25.0, 0.6),
        "grade5": (20.0, 0.5),
    },
    "service": dict.fromkeys(("alley", "driveway", "parking_aisle", "drive-through"), (15.0, 0.7)),
}  # fmt: skip
# What a relation may be of, to say something to an ambulance.
RESTRICTION_TYPES = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")
RESTRICTION_KINDS = frozenset(
    {
        "no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit",
        "only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn",
    }
)  # fmt: skip
_AS_WRITTEN = frozenset({"name", "ref"})
RESTRICTION_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")

_KPH = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
# PP 79/2013 art. 23: toll roads 100, between cities 80, in cities 50, where people live 30.
_ZONES = {"id:motorway": 100.0, "id:rural": 80.0, "id:urban": 50.0, "id:residential": 30.0, "id:living_street": 30.0}
_WALKING_KPH = 5.0
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z/]*)")
_EXEMPT = frozenset({"motorcar", "motor_vehicle", "emergency"})


def road_of(tags: Tags) -> str:
    """The value of `highway`, of several the first."""
    return tags.get("highway", "").partition(";")[0].strip()


def road_class(highway: str) -> str:
    """The known class of an OSM `highway` value: ways that are no roads count as `service`, all others as `road`."""
    return highway if highway in ROAD_CLASSES else "service" if highway in BY_WORD_KPH else "road"


def limits_kph(tags: Tags) -> tuple[float, float]:
    """How fast a way may be driven at most along its nodes and against them, by law or by what it is; infinite where
    nothing says so. It is no pace: geo.roads.speeds has that.
    """
    both = _first_of(tags, ("maxspeed", "maxspeed:type", "zone:maxspeed", "source:maxspeed")) or ""
    most = min((kph for kph, _ in _slow(tags)), default=inf)
    most = min(most, BY_WORD_KPH.get(road_of(tags), inf))
    along, against = (tags.get(f"maxspeed:{way}", both) for way in ("forward", "backward"))
    return _at_most(most, read_speed(along)), _at_most(most, read_speed(against))


def share_of_pace(tags: Tags) -> float:
    """Which share of the pace of its class a way is driven at, for what is bad about it: 1 where nothing is."""
    return min((share for _, share in _slow(tags)), default=1.0)


def _slow(tags: Tags) -> list[tuple[float, float]]:
    return [steps[tags[key]] for key, steps in _SLOW.items() if tags.get(key) in steps]


def _at_most(most: float, limit: float) -> float:
    return max(SLOWEST_KPH, most if isnan(limit) else min(most, limit))


def read_speed(text: str) -> float:
    """km/h of a value such as `40`, `30 mph`, `50; 40` (the lowest counts), `ID:urban` or `walk`; else NaN."""
    found = [_one_speed(part.strip()) for part in text.lower().replace("|", ";").split(";")]
    return min((kph for kph in found if SLOWEST_KPH <= kph <= FASTEST_KPH), default=nan)


def light_of(tags: Tags) -> tuple[bool, bool]:
    """Whether a node has a traffic light for who drives along the nodes of its way, and against them."""
    is_light = tags.get("highway") == "traffic_signals" or tags.get("crossing") == "traffic_signals"
    way = tags.get("traffic_signals:direction", tags.get("direction"))
    return is_light and way != "backward", is_light and way != "forward"


def restriction_of(tags: Tags) -> str | None:
    """The kind of a turn restriction such as `no_left_turn`, or None where it says nothing to an emergency vehicle; a
    kind that is not one of RESTRICTION_KINDS forbids nothing.
    """
    kind = _first_of(tags, RESTRICTION_KEYS)
    exempt = {word.strip() for word in tags.get("except", "").split(";")}
    return None if kind is None or kind == "none" or exempt & _EXEMPT else kind


def read_tags(given: Tags) -> dict[str, str]:
    """Tags as they are meant: values in small letters without spaces around them, but for names."""
    return {key: value if key in _AS_WRITTEN else value.strip().lower() for key, value in given.items()}


def _one_speed(text: str) -> float:
    if text == "walk":
        return _WALKING_KPH
    if text in _ZONES:
        return _ZONES[text]
    match = _SPEED.fullmatch(text.removeprefix("id:"))
    return float(match[1]) * _KPH.get(match[2], nan) if match else nan


def _first_of(tags: Tags, keys: tuple[str, ...]) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)
