"""Tags of an OpenStreetMap object as text, also where a name in it is written in another encoding than UTF-8."""

from collections.abc import Iterable, Iterator
from typing import Any

from geo.osm import access, ground, limits, restrictions
from geo.osm.deleted import Object

# All keys that are looked at: an object with an unreadable tag is asked for them one by one.
_KEYS = (
    "highway", "name", "ref", "area", "route", "junction", "barrier", "bollard", "locked", "kerb", "bus", "psv",
    "emergency", "emergency:forward", "emergency:backward", "oneway:emergency", "except", "type", "surface",
    "smoothness", "tracktype", "service", "tunnel", "duration", "foot", "bicycle", "hgv", "crossing", "direction",
    "traffic_signals:direction", "admin_level", "maxspeed", "maxspeed:forward", "maxspeed:backward",
    "maxspeed:type", "zone:maxspeed", "source:maxspeed", "office", "entrance",
    *(f"{key}{way}" for key in access.ACCESS_KEYS for way in ("", ":forward", ":backward")),
    *access.ONE_WAY_KEYS, *access.HOURS_KEYS, *limits.KEYS, "opening_hours", *restrictions.KEYS,
    *restrictions.CONDITIONAL_KEYS, *restrictions.ONCE_KEYS, *ground.KEYS,
)  # fmt: skip


def each_of(objects: Iterable[Any], deleted: frozenset[Object] = frozenset()) -> Iterator[Any]:
    """The objects that osmium reads, but for those that are deleted. A text longer than OpenStreetMap allows is a
    RuntimeError as all else is that it does not take.
    """
    found = iter(objects)
    while True:
        try:
            one = next(found)
        except StopIteration:
            return
        except ValueError as error:
            raise RuntimeError(f"{error} (OpenStreetMap allows 255 letters): shorten it in an editor") from error
        if not one.deleted and not (deleted and _name_of(one) in deleted):
            yield one


def _name_of(one: Any) -> Object:  # noqa: ANN401 - osmium lends its own types
    """Its kind and number; of an area those of what it is made of."""
    if one.is_area():
        return ("w" if one.from_way() else "r"), one.orig_id()
    return ("n" if one.is_node() else "w" if one.is_way() else "r"), one.id


def tags_of(one: Any) -> dict[str, str]:  # noqa: ANN401 - osmium lends its own types
    """The tags of an object. What is no UTF-8 is read as Latin-1, which takes any bytes."""
    try:
        return dict(one.tags)
    except UnicodeDecodeError:
        return {key: value for key in _KEYS if (value := _value(one.tags, key)) is not None}


def members_of(one: Any) -> list[tuple[str, str, int]]:  # noqa: ANN401 - as above
    """The members of a relation as kind, role and number; none where a role is no text."""
    try:
        return [(member.type, member.role, member.ref) for member in one.members]
    except UnicodeDecodeError:
        return []


def _value(given: Any, key: str) -> str | None:  # noqa: ANN401 - as above
    try:
        found: str | None = given.get(key)
    except UnicodeDecodeError as error:
        found = error.object.decode("latin-1")
    return found
