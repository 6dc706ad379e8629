"""What OpenStreetMap's tags say of the class of a road and of its limit (the wiki's page Key:maxspeed).

How fast one drives is in geo.roads.speeds, who may drive where in geo.osm.access, which turns nobody may make in
geo.osm.restrictions.
"""

import re
from collections.abc import Mapping
from math import isnan, nan

from geo.source import FASTEST_KPH, SLOWEST_KPH

Tags = Mapping[str, str]
# The values of `highway` that are roads; how fast one drives on each is in geo.roads.speeds.
ROADS = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road",
)  # fmt: skip
FERRY = "ferry"
ROAD_CLASSES = (*ROADS, FERRY)
# No roads for cars, but driven where a word about motor vehicles or emergencies says so; they count as `service`.
BY_WORD = frozenset({"track", "pedestrian", "busway", "path", "footway", "cycleway", "bridleway"})
# What may slow a way down.
SLOWING_KEYS = ("surface", "smoothness", "tracktype", "service")
# What says a limit as a number.
SPEED_KEYS = ("maxspeed", "maxspeed:forward", "maxspeed:backward")
_AS_WRITTEN = frozenset({"name", "ref"})
# Houses stand over and beside these; what is `covered` is open to a side.
_NO_TUNNELS = frozenset({"no", "building_passage", "culvert"})

_KPH = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
# PP 79/2013 art. 23, PM 111/2015 art. 3: toll roads 100, between cities 80, in cities 50, where people live 30.
_ZONES = {"id:motorway": 100.0, "id:rural": 80.0, "id:urban": 50.0, "id:residential": 30.0, "id:living_street": 30.0}
_WALKING_KPH = 5.0
_NO_SPEEDS = frozenset({"", "none", "no", "signals", "variable", "unposted", "default", "unknown"})
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z/]*)")


def road_of(tags: Tags) -> str:
    """The value of `highway`, of several the first; FERRY for the way of one."""
    if tags.get("route") == "ferry":
        return FERRY
    return tags.get("highway", "").partition(";")[0].strip()


def road_class(highway: str) -> str:
    """The known class of an OSM `highway` value: ways that are no roads count as `service`, all others as `road`."""
    return highway if highway in ROAD_CLASSES else "service" if highway in BY_WORD else "road"


def limits_kph(tags: Tags) -> tuple[float, float]:
    """How fast one may drive along a way's nodes and against them; NaN where nothing is said."""
    both = _first_of(tags, ("maxspeed", "maxspeed:type", "zone:maxspeed", "source:maxspeed")) or ""
    return read_speed(tags.get("maxspeed:forward", both)), read_speed(tags.get("maxspeed:backward", both))


def is_speed(text: str) -> bool:
    """Whether a value says a limit, or that there is none of a number."""
    return text in _NO_SPEEDS or not isnan(read_speed(text))


def in_tunnel(tags: Tags) -> bool:
    """Whether a way runs where nobody's door can be."""
    return tags.get("tunnel", "no") not in _NO_TUNNELS


def light_of(tags: Tags) -> tuple[bool, bool]:
    """Whether a node has a traffic light for who drives along the nodes of its way, and against them."""
    is_light = tags.get("highway") == "traffic_signals" or tags.get("crossing") == "traffic_signals"
    way = tags.get("traffic_signals:direction", tags.get("direction"))
    return is_light and way != "backward", is_light and way != "forward"


def read_speed(text: str) -> float:
    """km/h of a value such as `40`, `30 mph`, `50; 40` (the lowest counts), `ID:urban` or `walk`; else NaN."""
    found = [_one_speed(part.strip()) for part in text.lower().replace("|", ";").split(";")]
    return min((kph for kph in found if SLOWEST_KPH <= kph <= FASTEST_KPH), default=nan)


def words_of(text: str) -> tuple[str, ...]:
    """The values of a list, parted by `;` as OpenStreetMap means it, or by commas."""
    return tuple(word for part in text.replace(",", ";").split(";") if (word := part.strip()))


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
