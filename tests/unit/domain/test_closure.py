"""What may be closed: shapes and times within their bounds, and opened once."""

from dataclasses import replace
from datetime import timedelta
from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.closure import LONGEST, MOST_EXTENT_M, MOST_POINTS, NOTE_LENGTH, Closure, judge_closure, opened
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.refusals import Refusal
from geo.point import Point, distance_m
from geo.shape import FEWEST, Shape, ShapeKind
from tests.people import NOW

M_PER_DEGREE = 111_195.0
HERE = Point(lon=106.63, lat=-6.2)


def line(*points: Point) -> Shape:
    return Shape(kind=ShapeKind.LINE, points=points)


def code(shape: Shape, note: str | None = None, until: timedelta | None = None) -> str | None:
    judged = judge_closure(shape, note, NOW + until if until is not None else None, NOW)
    return judged.code if judged else None


@given(st.floats(0.0, 180.0), st.floats(-60.0, 60.0), st.floats(0.001, 0.5), st.floats(0.0, 0.5))
def test_what_reaches_farther_than_fifty_kilometres_is_too_wide(
    lon: float, lat: float, east: float, north: float
) -> None:
    one, other = Point(lon=lon - 90.0, lat=lat), Point(lon=lon - 90.0 + east / cos(radians(lat)), lat=lat + north)
    far_m = distance_m(one, other)
    if abs(far_m - MOST_EXTENT_M) > 1.0:
        assert code(line(one, other)) == ("closure_too_wide" if far_m > MOST_EXTENT_M else None)
        assert code(line(other, one)) == code(line(one, other))


@pytest.mark.parametrize(("west", "east"), [(-179.99, 179.99), (-90.0, 90.1), (0.0, 180.0)])
def test_a_shape_round_the_earth_is_too_wide(west: float, east: float) -> None:
    assert code(line(Point(lon=west, lat=0.0), Point(lon=east, lat=0.0))) == "closure_too_wide"


@given(st.integers(MOST_POINTS - 2, MOST_POINTS + 2))
def test_two_hundred_points_are_enough(count: int) -> None:
    points = [Point(lon=106.6 + at / 10_000, lat=-6.2) for at in range(count)]
    assert code(line(*points)) == ("closure_many_points" if count > MOST_POINTS else None)


@given(st.timedeltas(-timedelta(days=40), timedelta(days=40)))
def test_it_ends_in_the_future_and_within_thirty_days(until: timedelta) -> None:
    right = timedelta(0) < until <= LONGEST
    assert code(line(HERE, Point(lon=106.64, lat=-6.2)), until=until) == (None if right else "closure_until")


def test_a_note_is_short() -> None:
    shape = Shape(kind=ShapeKind.POINT, points=(HERE,))
    assert code(shape, "x" * NOTE_LENGTH) is None
    assert code(shape, "x" * (NOTE_LENGTH + 1)) == "closure_long_note"


@given(st.sampled_from(ShapeKind), st.lists(st.integers(0, 3), max_size=6))
def test_a_shape_has_as_many_different_points_as_its_kind_takes(kind: ShapeKind, steps: list[int]) -> None:
    points = tuple(Point(lon=106.6 + step / 1000, lat=-6.2) for step in steps)
    if len(set(points)) < FEWEST[kind] or (kind is ShapeKind.POINT and len(points) != 1):
        with pytest.raises(ValueError, match="different points"):
            Shape(kind=kind, points=points)
    else:
        assert Shape(kind=kind, points=points).points == points


def test_it_is_opened_once() -> None:
    shape = Shape(kind=ShapeKind.POINT, points=(HERE,))
    closure = Closure(id="X-1", reason=Cause.FLOOD, shape=shape, created_at=NOW, created_by="opi", streets=1)
    later = NOW + timedelta(minutes=5)
    done = opened(closure, "opi", later)
    assert done == replace(closure, ended_at=later, ended_by="opi", version=2)
    assert isinstance(done, Closure)
    assert not done.is_open
    again = opened(done, "adi", later)
    assert isinstance(again, Refusal)
    assert again.code == "closure_over"
