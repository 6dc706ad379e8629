"""What OpenStreetMap's tags mean for how fast a vehicle drives (the wiki's page Key:maxspeed).

Who may drive where is read in geo.osm.access, which turns nobody may make in geo.osm.restrictions.
"""

import re
from collections.abc import Mapping
from math import inf, isnan, nan
from types import MappingProxyType

from geo.source import FASTEST_KPH, SLOWEST_KPH

Tags = Mapping[str, str]
# The classes of roads, and how fast one drives there in km/h where the data does not say.
SPEED_KPH: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 80.0,
        "motorway_link": 45.0,
        "trunk": 50.0,
        "trunk_link": 35.0,
        "primary": 40.0,
        "primary_link": 30.0,
        "secondary": 35.0,
        "secondary_link": 25.0,
        "tertiary": 30.0,
        "tertiary_link": 25.0,
        "unclassified": 25.0,
        "residential": 20.0,
        "living_street": 12.0,
        "service": 12.0,
        "road": 20.0,
    }
)
ROAD_CLASSES = tuple(SPEED_KPH)
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
_AS_WRITTEN = frozenset({"name", "ref"})

_KPH = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
# PP 79/2013 art. 23: toll roads 100, between cities 80, in cities 50, where people live 30.
_ZONES = {"id:motorway": 100.0, "id:rural": 80.0, "id:urban": 50.0, "id:residential": 30.0, "id:living_street": 30.0}
_WALKING_KPH = 5.0
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z/]*)")


def road_of(tags: Tags) -> str:
    """The value of `highway`, of several the first."""
    return tags.get("highway", "").partition(";")[0].strip()


def road_class(highway: str) -> str:
    """The known class of an OSM `highway` value: ways that are no roads count as `service`, all others as `road`."""
    return highway if highway in ROAD_CLASSES else "service" if highway in BY_WORD_KPH else "road"


def speeds_kph(tags: Tags) -> tuple[float, float]:
    """How fast a way is driven along its nodes and against them; NaN where the pace of its class holds.

    A limit is driven as it is; a bad surface and a narrow alley slow a way down, limited or not.
    """
    both = _first_of(tags, ("maxspeed", "maxspeed:type", "zone:maxspeed", "source:maxspeed")) or ""
    along, against = read_speed(tags.get("maxspeed:forward", both)), read_speed(tags.get("maxspeed:backward", both))
    highway = road_of(tags)
    by_word = BY_WORD_KPH.get(highway, inf)
    slow = [steps[tags[key]] for key, steps in _SLOW.items() if tags.get(key) in steps]
    if not slow and by_word == inf:
        return along, against
    most, share = min((kph for kph, _ in slow), default=inf), min((part for _, part in slow), default=1.0)
    pace = by_word if by_word < inf else SPEED_KPH[road_class(highway)]
    return _slowed(along, pace, by_word, most, share), _slowed(against, pace, by_word, most, share)


def _slowed(limit: float, pace: float, by_word: float, most: float, share: float) -> float:
    """The km/h of a way whose limit (or NaN) and class, and what is bad about it, are known."""
    at_best = min(pace if isnan(limit) else limit, by_word)
    return max(SLOWEST_KPH, min(at_best * share, most))


def read_speed(text: str) -> float:
    """km/h of a value such as `40`, `30 mph`, `50; 40` (the lowest counts), `ID:urban` or `walk`; else NaN."""
    found = [_one_speed(part.strip()) for part in text.lower().replace("|", ";").split(";")]
    return min((kph for kph in found if SLOWEST_KPH <= kph <= FASTEST_KPH), default=nan)


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
