"""The times of a series over any days, zone and end, and what a change of one ride means for another."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dispatch.domain.booking import (
    BACK_WITHIN,
    MOST_RIDES,
    Repeat,
    carried_over,
    evening_before,
    moved,
    rides_of,
    times_of,
)
from dispatch.domain.request import MOST_AHEAD, Ask
from dispatch.vocabulary.bookings import Weekday
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from tests.people import HOME, NOW, ZONE, ask

# Jakarta has no summer time; the others change their clocks within the days that are booked, to both sides.
ZONES = st.sampled_from([ZONE, *map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"))])
DAYS = st.frozensets(st.sampled_from(Weekday), min_size=1)
FIRSTS = st.datetimes(datetime(2026, 9, 1), datetime(2027, 4, 30), timezones=st.just(UTC))


def trip(at: datetime | None = None) -> Ask:
    return replace(ask(Need.TRANSPORT), dropoff=HOME, schedule_at=at)


@given(first=FIRSTS, days=DAYS, length=st.integers(-3, 120), zone=ZONES)
def test_a_series_has_every_chosen_day_up_to_its_end_once_at_the_same_time_of_day(
    first: datetime, days: frozenset[Weekday], length: int, zone: ZoneInfo
) -> None:
    start = first.astimezone(zone)
    until = start.date() + timedelta(days=length)
    times = times_of(first, Repeat(days=days, until=until), zone)
    local = [at.astimezone(zone) for at in times]
    last = min(until, start.date() + MOST_AHEAD + timedelta(days=7))
    wanted = [start.date() + timedelta(days=n) for n in range(max(0, (last - start.date()).days + 1))]
    names = list(Weekday)
    assert [at.date() for at in local] == [day for day in wanted if names[day.weekday()] in days]
    assert list(times) == sorted(set(times))
    for at in local:
        # Where clocks are put forward over this time it is shown an hour (or half of one) later.
        assert at.time() == start.time() or at.time() > start.time()
    shifted = [at for at in local if at.time() != start.time()]
    assert len(shifted) <= 2


@given(at=FIRSTS, before=FIRSTS, minutes=st.integers(-100_000, 100_000), zone=ZONES)
def test_a_time_is_moved_as_clocks_show_it(at: datetime, before: datetime, minutes: int, zone: ZoneInfo) -> None:
    after = before + timedelta(minutes=minutes)
    shown = [one.astimezone(zone).replace(tzinfo=None) for one in (at, before, after)]
    found = moved(at, before, after, zone).astimezone(zone).replace(tzinfo=None)
    # Unless clocks are put forward over it, exactly.
    assert timedelta(0) <= found - (shown[0] + (shown[2] - shown[1])) <= timedelta(hours=1)
    assert moved(at, before, before, zone) == at or at.astimezone(zone).fold


@given(at=FIRSTS, zone=ZONES, hour=st.floats(0, 23))
def test_the_evening_before_is_on_the_day_before(at: datetime, zone: ZoneInfo, hour: float) -> None:
    found = evening_before(at, hour, zone)
    assert found < at
    assert found.astimezone(zone).date() == at.astimezone(zone).date() - timedelta(days=1)


def test_three_times_a_week_until_an_end() -> None:
    first = datetime(2026, 11, 23, 8, 0, tzinfo=ZONE)  # a Monday
    days = frozenset({Weekday.MON, Weekday.WED, Weekday.FRI})
    rides = rides_of(trip(first), Repeat(days=days, until=date(2026, 12, 4)), None, NOW, ZONE)
    assert not isinstance(rides, Refusal)
    at = [ride.ask.schedule_at.astimezone(ZONE) for ride in rides if ride.ask.schedule_at]
    assert [(one.day, one.hour) for one in at] == [(23, 8), (25, 8), (27, 8), (30, 8), (2, 8), (4, 8)]


def test_a_way_back_follows_every_ride_as_far_after_it_as_the_first() -> None:
    first, days = datetime(2026, 11, 23, 20, 0, tzinfo=ZONE), frozenset({Weekday.MON, Weekday.THU})
    back = replace(trip(first + timedelta(hours=5)), on_call=True)
    rides = rides_of(trip(first), Repeat(days=days, until=date(2026, 11, 30)), back, NOW, ZONE)
    assert not isinstance(rides, Refusal)
    assert [ride.back_of for ride in rides] == [None, 0, None, 2, None, 4]
    assert {b.ask.schedule_at - a.ask.schedule_at for a, b in zip(rides[::2], rides[1::2], strict=True)} == {  # type: ignore[operator]
        timedelta(hours=5)
    }
    assert [ride.ask.on_call for ride in rides] == [False, True] * 3


FAR = NOW + MOST_AHEAD


@pytest.mark.parametrize(
    ("at", "repeat", "back", "code"),
    [
        (None, (Weekday.MON, 9), None, RefusalCode.BOOKED_WHEN),
        (None, None, timedelta(hours=1), None),
        (None, None, timedelta(0), RefusalCode.RETURN_BOUNDS),
        (None, None, BACK_WITHIN, None),
        (None, None, timedelta(seconds=1) + BACK_WITHIN, RefusalCode.RETURN_BOUNDS),
        (timedelta(days=3), (Weekday.MON, 2), None, RefusalCode.REPEAT_NO_DAY),
        (timedelta(days=3), (Weekday.MON, 3), None, None),
        (timedelta(days=1), (Weekday.MON, 120), None, RefusalCode.SCHEDULE_BOUNDS),
        (timedelta(days=-1), (Weekday.THU, 0), None, RefusalCode.SCHEDULE_BOUNDS),
        (timedelta(hours=3), None, timedelta(hours=3), RefusalCode.RETURN_BOUNDS),
        (timedelta(hours=3), None, timedelta(hours=3) + BACK_WITHIN, None),
        (timedelta(hours=3), None, timedelta(hours=3, seconds=1) + BACK_WITHIN, RefusalCode.RETURN_BOUNDS),
        (MOST_AHEAD, None, None, None),
        (MOST_AHEAD + timedelta(seconds=1), None, None, RefusalCode.SCHEDULE_BOUNDS),
        (timedelta(0), None, None, RefusalCode.SCHEDULE_BOUNDS),
    ],
)
def test_the_bounds_of_a_booking(
    at: timedelta | None, repeat: tuple[Weekday, int] | None, back: timedelta | None, code: RefusalCode | None
) -> None:
    """NOW is a Friday."""
    asked = trip(NOW + at if at is not None else None)
    again = Repeat(days=frozenset({repeat[0]}), until=(NOW + timedelta(days=repeat[1])).date()) if repeat else None
    found = rides_of(asked, again, trip(NOW + back) if back is not None else None, NOW, ZONE)
    assert (found.code if isinstance(found, Refusal) else None) is code


def test_not_more_rides_than_sixty() -> None:
    first, every = NOW + timedelta(hours=1), frozenset(Weekday)
    until = first.astimezone(ZONE).date() + timedelta(days=MOST_RIDES - 1)
    whole = rides_of(trip(first), Repeat(days=every, until=until), trip(first + timedelta(hours=2)), NOW, ZONE)
    assert not isinstance(whole, Refusal)
    assert len(whole) == 2 * MOST_RIDES
    more = rides_of(trip(first), Repeat(days=every, until=until + timedelta(days=1)), None, NOW, ZONE)
    assert isinstance(more, Refusal)
    assert more.code is RefusalCode.REPEAT_MANY


@given(minutes=st.integers(-600, 600), days=st.integers(1, 80))
def test_a_change_of_one_ride_is_the_same_of_another(minutes: int, days: int) -> None:
    assume(minutes)
    before = trip(NOW)
    after = replace(before, schedule_at=NOW + timedelta(minutes=minutes), pickup=HOME, dropoff=before.pickup)
    other = replace(before, schedule_at=NOW + timedelta(days=days))
    assert carried_over(before, after, other, turned=False, zone=ZONE) == replace(
        after, schedule_at=NOW + timedelta(days=days, minutes=minutes)
    )
    back = replace(other, pickup=HOME, dropoff=other.pickup)
    found = carried_over(before, after, back, turned=True, zone=ZONE)
    assert (found.pickup, found.dropoff) == (before.pickup, HOME)
    unchanged = carried_over(before, before, back, turned=True, zone=ZONE)
    assert unchanged == back
