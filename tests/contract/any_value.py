"""Any value of a type that is kept, every field of it, for tests that what is written is what is read."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from geo.point import Point
from geo.shape import FEWEST, Shape, ShapeKind

_SAID = st.text(max_size=12)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.floats(-1e6, 1e6) | _SAID,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_SAID, inner, max_size=2),
    max_leaves=4,
)
_POINT = st.builds(Point, lon=st.floats(-180, 180), lat=st.floats(-90, 90))
_MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))  # hours of service are said to the minute
_CODES = st.text("abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=9)
_ANY: dict[object, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    str: _SAID,
    int: st.integers(-(2**31), 2**31),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    bytes: st.binary(max_size=20),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    date: st.dates(),
    tuple[time, time]: st.tuples(_MINUTES, _MINUTES),
    frozenset[str]: st.frozensets(_CODES, max_size=3),
    object: _JSON,
    Point: _POINT,
    Shape: st.sampled_from(ShapeKind).flatmap(
        lambda kind: st.builds(
            Shape,
            kind=st.just(kind),
            points=st.lists(_POINT, min_size=FEWEST[kind], max_size=FEWEST[kind], unique=True).map(tuple),
        )
    ),
}


def any_of(kind: Any, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a type; for a dataclass with the fields that are `given`, and every other field as its type says."""
    if kind in _ANY:
        return _ANY[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{f.name: any_of(hints[f.name]) for f in fields(kind)} | given)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    inner = get_args(kind)
    match get_origin(kind):
        case origin if origin is tuple and inner[-1] is Ellipsis:
            return st.lists(any_of(inner[0]), max_size=2).map(tuple)
        case origin if origin is frozenset:
            return st.frozensets(any_of(inner[0]), max_size=2)
        case origin if origin is Mapping:
            return st.dictionaries(any_of(inner[0]), any_of(inner[1]), max_size=2)
    return st.one_of(*map(any_of, inner))


def same(one: object, other: object) -> bool:
    """Whether two values are equal and of the same types, all the way down; of mappings only what they hold counts."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        pairs = [(key, name) for key in one for name in other if key == name]
        return len(pairs) == len(one) == len(other) and all(same(*p) and same(one[p[0]], other[p[1]]) for p in pairs)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one == other and other.utcoffset() == one.utcoffset()
    if type(one) is not type(other):
        return False
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, frozenset) and isinstance(other, frozenset):
        return one == other and {type(each) for each in one} == {type(each) for each in other}
    return one == other
