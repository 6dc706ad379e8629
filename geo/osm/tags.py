"""What OpenStreetMap's tags mean for an emergency vehicle: where it may drive, which way, how fast, what stops it.

The rules follow the OpenStreetMap wiki's pages Key:access, Key:oneway, Key:maxspeed, Key:barrier and
Relation:restriction. One network serves ambulances and hearses, so it holds what an emergency vehicle may use: a road
for destinations, customers or deliveries is kept, a private or forbidden one is not, unless `emergency=yes` opens it.
Conditional tags (`access:conditional` and the like) are not looked at.
"""

import re
from collections.abc import Mapping
from math import nan
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
RESTRICTION_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")

# From the most special to the most general: the first that is there decides.
_ACCESS_KEYS = ("emergency", "motorcar", "motor_vehicle", "vehicle", "access")
_SHUT = frozenset(
    {"no", "private", "agricultural", "forestry", "military", "psv", "bus", "bicycle", "foot", "use_sidepath"}
)
_OPEN_TO_EMERGENCIES = frozenset({"yes", "designated", "official"})
# Not roads for cars, but driven where `emergency` says so.
_EMERGENCY_ONLY = frozenset({"pedestrian", "track", "busway", "path", "footway"})
# Barriers through which a car passes, or that are opened for an ambulance.
_PASSABLE = frozenset(
    {
        "border_control", "bump_gate", "cattle_grid", "coupure", "entrance", "gate", "hampshire_gate",
        "height_restrictor", "kerb", "lift_gate", "no", "rope", "sally_port", "sliding_beam",
        "sliding_gate", "spikes", "swing_gate", "toll_booth", "wicket_gate",
    }
)  # fmt: skip
_KPH = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
# PP 79/2013 art. 23: toll roads 100, between cities 80, in cities 50, where people live 30.
_ZONES = {"id:motorway": 100.0, "id:rural": 80.0, "id:urban": 50.0, "id:residential": 30.0, "id:living_street": 30.0}
_WALKING_KPH = 5.0
_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z/]*)")
_ONE_WAY = (
    dict.fromkeys(("yes", "true", "1"), (True, False))
    | dict.fromkeys(("-1", "reverse"), (False, True))
    | {"reversible": (False, False)}
)
_EXEMPT = frozenset({"motorcar", "motor_vehicle", "emergency"})


def may_drive(tags: Tags) -> bool:
    """Whether a way is a road that an emergency vehicle may use."""
    highway = road_of(tags)
    if tags.get("area") == "yes" or tags.get("route") == "ferry":
        return False
    if tags.get("emergency") in _OPEN_TO_EMERGENCIES:
        return highway in ROAD_CLASSES or highway in _EMERGENCY_ONLY
    said = _access(tags)
    return highway in ROAD_CLASSES and (said is None or not _is_shut(said))


def road_of(tags: Tags) -> str:
    """The value of `highway`, of several the first."""
    return tags.get("highway", "").partition(";")[0].strip()


def road_class(highway: str) -> str:
    """The known class of an OSM `highway` value; anything else counts as `road`."""
    return highway if highway in ROAD_CLASSES else "road"


def passes(tags: Tags) -> bool:
    """Whether a car passes a node with these tags."""
    barrier = tags.get("barrier")
    if barrier is None:
        return True
    said = _access(tags)
    if barrier in _PASSABLE:
        # Somebody opens a private gate for an ambulance.
        return said is None or said == "private" or not _is_shut(said)
    return said is not None and not _is_shut(said)


def directions(tags: Tags) -> tuple[bool, bool]:
    """Whether a way may be driven in the order of its nodes, and against it."""
    if "oneway" in tags:
        return _ONE_WAY.get(tags["oneway"], (True, True))
    return True, not (tags.get("junction") in ("roundabout", "circular") or road_of(tags) == "motorway")


def speeds_kph(tags: Tags) -> tuple[float, float]:
    """The speed limits of a way along its nodes and against them; NaN where the tags name none."""
    both = _first_of(tags, ("maxspeed", "maxspeed:type", "zone:maxspeed", "source:maxspeed")) or ""
    return read_speed(tags.get("maxspeed:forward", both)), read_speed(tags.get("maxspeed:backward", both))


def read_speed(text: str) -> float:
    """km/h of a value such as `40`, `30 mph`, `50; 40` (the lowest counts), `ID:urban` or `walk`; else NaN."""
    found = [_one_speed(part.strip()) for part in text.lower().replace("|", ";").split(";")]
    return min((kph for kph in found if SLOWEST_KPH <= kph <= FASTEST_KPH), default=nan)


def restriction_of(tags: Tags) -> str | None:
    """The kind of a turn restriction, such as `no_left_turn`, or None where it says nothing to an emergency vehicle."""
    kind = _first_of(tags, RESTRICTION_KEYS) or ""
    exempt = {word.strip() for word in tags.get("except", "").split(";")}
    return kind if kind.startswith(("no_", "only_")) and not exempt & _EXEMPT else None


def _one_speed(text: str) -> float:
    if text == "walk":
        return _WALKING_KPH
    if text in _ZONES:
        return _ZONES[text]
    match = _SPEED.fullmatch(text.removeprefix("id:"))
    return float(match[1]) * _KPH.get(match[2], nan) if match else nan


def _first_of(tags: Tags, keys: tuple[str, ...]) -> str | None:
    return next((tags[key] for key in keys if key in tags), None)


def _access(tags: Tags) -> str | None:
    return _first_of(tags, _ACCESS_KEYS)


def _is_shut(access: str) -> bool:
    """Whether a value such as `private` or `agricultural;forestry` lets no car in."""
    return all(word.strip() in _SHUT for word in access.split(";"))
