"""The hours of conditional tags: which minutes of the week they hold, and what is no hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.osm.hours import DAY_MIN, Hours, between, clauses, read_hours, settled

EVERY = frozenset(range(7))


def holds(hours: Hours, day: int, minute: int) -> bool:
    return hours.cover(frozenset({day}), minute, minute + 1)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("Mo-Fr 07:00-09:00", [(0, 7 * 60), (4, 8 * 60 + 59)], [(5, 8 * 60), (0, 9 * 60), (0, 6 * 60 + 59)]),
        ("mo-fr 07:00-09:00, 16:00-18:00", [(2, 8 * 60), (2, 17 * 60)], [(2, 12 * 60)]),
        ("06:00-22:00", [(6, 12 * 60)], [(6, 23 * 60)]),
        ("22:00-05:00", [(0, 23 * 60), (1, 4 * 60), (0, 0)], [(0, 6 * 60)]),
        ("Fr 22:00-29:00", [(4, 23 * 60), (5, 4 * 60)], [(4, 4 * 60), (5, 23 * 60)]),
        ("Sa,Su", [(5, 0), (6, DAY_MIN - 1)], [(4, 60)]),
        ("Sa-Mo 10:00-12:00", [(5, 600), (6, 600), (0, 600)], [(1, 600)]),
        ("Mo-Fr 07:00-09:00; Sa 10:00-12:00", [(0, 480), (5, 660)], [(5, 480)]),
        ("24/7", [(0, 0), (6, DAY_MIN - 1)], []),
        ("Mo-Fr 24/7", [(0, 0), (4, DAY_MIN - 1)], [(5, 0)]),
        ("Mo-Su 00:00-24:00", [(0, 0), (6, DAY_MIN - 1)], []),
        ("Mo 07:00\u201309:00", [(0, 480)], [(1, 480)]),
        ("Mo 07:00-09:00, Sa 10:00-12:00", [(0, 480), (5, 660)], [(0, 660)]),
    ],
)
def test_hours_hold_in_their_minutes_alone(
    text: str, inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    hours = read_hours(text)
    assert hours is not None
    assert all(holds(hours, *at) for at in inside)
    assert not any(holds(hours, *at) for at in outside)


@pytest.mark.parametrize(
    "text",
    ["", "wet", "PH", "Mo-Fr 07:00-09:00; PH off", "sunrise-sunset", "weight>7.5", "Jun-Aug", "25:00-99:00", "7-9"],
)
def test_what_says_more_than_days_and_times_is_no_hours(text: str) -> None:
    assert read_hours(text) is None


@given(
    st.integers(0, 6),
    st.integers(0, DAY_MIN - 1),
    st.integers(1, DAY_MIN),
    st.integers(0, 6),
    st.integers(0, DAY_MIN - 1),
)
def test_a_span_on_a_day_holds_from_its_beginning_for_as_long_as_it_is(
    day: int, since: int, length: int, other: int, minute: int
) -> None:
    name = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")[day]
    until = since + length
    hours = read_hours(f"{name} {since // 60:02}:{since % 60:02}-{until // 60:02}:{until % 60:02}")
    assert hours is not None
    ago = (other * DAY_MIN + minute - day * DAY_MIN - since) % (7 * DAY_MIN)
    assert holds(hours, other, minute) == (ago < length)


def test_what_is_said_of_all_hours_is_said_without_a_condition() -> None:
    keys = ("access:conditional", "oneway:conditional")
    for text, rest in (
        ("no @ (24/7)", None),
        ("no @ (Mo-Su 00:00-24:00)", None),
        ("yes @ (00:00-24:00); no @ 24/7; destination @ (06:00-09:00)", "destination @ (06:00-09:00)"),
    ):
        found = settled({"access:conditional": text, "maxspeed:conditional": "30 @ (24/7)"}, keys)
        assert (found["access"], found.get("access:conditional")) == ("no", rest)
        assert "maxspeed" not in found
    assert settled({keys[0]: "no @ (06:00-09:00)"}, keys) == {keys[0]: "no @ (06:00-09:00)"}
    assert settled({keys[0]: "no"}, keys) == {keys[0]: "no"}


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (("Monday", "Friday", "7", "9:30"), "Mo-Fr 7:00-9:30"),
        (("", "", "07:00", "09:00"), "07:00-09:00"),
        (("sa", "", "", ""), "sa 0:00-24:00"),
        (("", "", "22", "5"), "22:00-5:00"),
    ],
)
def test_hours_in_four_tags_are_hours(said: tuple[str, str, str, str], text: str) -> None:
    assert between(*said) == text
    assert read_hours(between(*said)) is not None


def test_the_values_of_a_conditional_tag_are_taken_apart() -> None:
    assert clauses("no @ (Mo-Fr 07:00-09:00; Sa 10:00-12:00)") == (("no", "Mo-Fr 07:00-09:00; Sa 10:00-12:00"),)
    assert clauses("destination @ (06:00-09:00); no @ 22:00-05:00") == (
        ("destination", "06:00-09:00"),
        ("no", "22:00-05:00"),
    )
    for wrong in ("", "no", "@ (06:00-09:00)", "no @ (06:00-09:00) yes"):
        assert clauses(wrong) is None


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    read_hours(text)
    clauses(text)
