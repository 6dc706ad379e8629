"""How values are written into a column and read from it: codes, times and words as text, what is nested as JSON.

Times are text in ISO 8601, UTC, microseconds: one form that sorts as time does and that people can read in a shell.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Boolean, Dialect, Float, Integer, LargeBinary, String
from sqlalchemy.types import TypeEngine

from dispatch.choosing.record import DecisionRecord
from dispatch.domain.arrival import Arrival, Foreseen, Method
from dispatch.domain.assignment import Stamp
from dispatch.domain.request import Ask, Place
from dispatch.store.old_decisions import as_record
from dispatch.vocabulary.roles import Permission
from dispatch.vocabulary.trip_steps import AssignmentState, StepSource
from geo.point import Point
from geo.shape import Shape, ShapeKind

_ASK, _DECISION, _FORESEEN = TypeAdapter(Ask), TypeAdapter(DecisionRecord), TypeAdapter(Foreseen)
_PLACE = TypeAdapter(Place)


def time_text(at: datetime) -> str:
    """One form of a time that sorts as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def json_text(value: object) -> str:
    """Plain data as JSON text."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return time_text(value)
        case Mapping():
            return dict(value)
        case frozenset():
            return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


class Kept(String):
    """Text in the database, a value in the program: how it is written, and how it is read."""

    def __init__(self, write: Callable[[Any], str], read: Callable[[str], object]) -> None:
        super().__init__()
        self.write, self.read = write, read

    def coerce_compared_value(self, op: object, value: object) -> TypeEngine[Any]:  # noqa: ARG002 - SQLAlchemy's signature
        """What is compared with it is written as it is."""
        return self

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:  # noqa: ARG002
        """What writes a value."""
        write = self.write
        return lambda value: None if value is None else write(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:  # noqa: ARG002
        """What reads one."""
        read = self.read
        return lambda text: None if text is None else read(text)


@cache
def form_of(kind: object) -> TypeEngine[Any]:
    """The form in which values of a type are kept. Raises KeyError for one that has none."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Kept(attrgetter("value"), {member.value: member for member in kind}.__getitem__)
    return _FORMS[kind]


@lru_cache(4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _hours(text: str) -> tuple[time, ...]:
    return tuple(map(time.fromisoformat, text.split("-")))


def _ask(text: str) -> Ask:
    """What was asked; before 0.2 a place held its point's numbers itself."""
    data = json.loads(text)
    for place in filter(None, (data["pickup"], data["dropoff"])):
        if "point" not in place:
            place["point"] = {"lon": place.pop("lon"), "lat": place.pop("lat")}
    return _ASK.validate_python(data)


def _decision(text: str) -> DecisionRecord:
    return _DECISION.validate_python(as_record(json.loads(text)))


def _stamps_text(stamps: Mapping[AssignmentState, Stamp]) -> str:
    return json_text({state: [stamp.device_time, stamp.server_time, stamp.source] for state, stamp in stamps.items()})


def _stamps(text: str) -> Mapping[AssignmentState, Stamp]:
    at = datetime.fromisoformat
    return MappingProxyType(
        {
            AssignmentState(state): Stamp(at(device) if device else None, at(server), StepSource(source))
            for state, (device, server, source) in json.loads(text).items()
        }
    )


# What was added: nobody waited before 0.2, nor was it kept what the time was made of, and how far the crew walks.
_ARRIVAL_LATER = (0.0, 0.0, None, 0.0)


def _arrival_text(a: Arrival) -> str:
    found = [a.eta_s, a.eta_low_s, a.eta_high_s, a.distance_m, a.method, a.wait_s, a.turnout_s, a.metric, a.walk_m]
    return json_text(found)


def _arrival(text: str) -> Arrival:
    kept: list[Any] = json.loads(text)
    kept += _ARRIVAL_LATER[len(kept) - 5 :]
    eta_s, low_s, high_s, distance_m, method, wait_s, turnout_s, metric, walk_m = kept
    return Arrival(
        eta_s=eta_s,
        eta_low_s=low_s,
        eta_high_s=high_s,
        distance_m=distance_m,
        method=Method(method),
        wait_s=wait_s,
        turnout_s=turnout_s,
        metric=metric,
        walk_m=walk_m,
    )


def _shape_text(shape: Shape) -> str:
    return json_text({"kind": shape.kind, "points": [(point.lon, point.lat) for point in shape.points]})


def _shape(text: str) -> Shape:
    held = json.loads(text)
    return Shape(kind=ShapeKind(held["kind"]), points=tuple(Point(lon=lon, lat=lat) for lon, lat in held["points"]))


def _point_text(point: Point) -> str:
    return json_text((point.lon, point.lat))


def _point(text: str) -> Point:
    lon, lat = json.loads(text)
    return Point(lon=lon, lat=lat)


_FORMS: Mapping[object, TypeEngine[Any]] = {
    str: String(),
    int: Integer(),
    float: Float(),
    bool: Boolean(),
    bytes: LargeBinary(),
    datetime: Kept(time_text, datetime.fromisoformat),
    date: Kept(date.isoformat, date.fromisoformat),
    tuple[time, time]: Kept(lambda hours: "-".join(end.isoformat("minutes") for end in hours), _hours),
    frozenset[str]: Kept(lambda words: " ".join(sorted(words)), _words),
    frozenset[Permission]: Kept(
        lambda given: " ".join(sorted(given)), lambda text: frozenset(map(Permission, text.split()))
    ),
    Mapping[str, object]: Kept(json_text, json.loads),
    Mapping[AssignmentState, Stamp]: Kept(_stamps_text, _stamps),
    Arrival: Kept(_arrival_text, _arrival),
    Foreseen: Kept(lambda said: _FORESEEN.dump_json(said).decode(), _FORESEEN.validate_json),
    Point: Kept(_point_text, _point),
    Shape: Kept(_shape_text, _shape),
    Ask: Kept(lambda ask: _ASK.dump_json(ask).decode(), _ask),
    Place: Kept(lambda place: _PLACE.dump_json(place).decode(), _PLACE.validate_json),
    DecisionRecord: Kept(lambda made: _DECISION.dump_json(made, exclude_none=True).decode(), _decision),
}
