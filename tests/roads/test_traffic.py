"""Hours of the week and what they do to travel times."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.osm.tags import ROAD_CLASSES
from geo.roads.graph import CLOSED_MS
from geo.roads.traffic import MOST_SLICES, SLICES, Slice, TrafficFileError, read_slices, slice_at, under
from tests.roads import tiny

PEAK = Slice(name="pagi", days=frozenset(range(5)), since=time(6), until=time(9), main=2.0, side=1.5)
ROW = '[[slice]]\nname = "pagi"\ndays = "workdays"\nfrom = "06:00"\nuntil = "09:00"\nmain = 2.0\nside = 1.5\n'
MONDAY = datetime(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "hour", "minute", "holds"),
    [(0, 6, 0, True), (0, 5, 59, False), (0, 8, 59, True), (0, 9, 0, False), (4, 7, 0, True), (5, 7, 0, False)],
)
def test_a_slice_holds_from_its_beginning_to_before_its_end_on_its_days(
    day: int, hour: int, minute: int, holds: bool
) -> None:
    assert PEAK.holds(MONDAY + timedelta(days=day, hours=hour, minutes=minute)) == holds


def test_midnight_as_the_end_is_the_end_of_the_day() -> None:
    late = replace(PEAK, since=time(22), until=time(0))
    assert late.holds(MONDAY.replace(hour=23, minute=59))
    assert not late.holds(MONDAY.replace(hour=0))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_of_the_project_s_own_slices_at_most_one_holds_at_a_time(local: datetime) -> None:
    assert len(SLICES) <= MOST_SLICES
    holding = [one for one in SLICES if one.holds(local)]
    assert len(holding) <= 1
    assert slice_at(SLICES, local) == (holding[0] if holding else None)


def test_a_peak_slows_cars_fully_sirens_by_half_and_hearses_where_traffic_is_slower_than_they_are() -> None:
    net = tiny.one_way()
    kind = np.array([ROAD_CLASSES.index("primary"), *[ROAD_CLASSES.index("residential")] * 3], np.uint8)
    hearse = np.array([30_000, 10_000, 18_000, 10_000], np.int32)
    net = replace(net, edge_class=kind, metrics={**net.metrics, "siren": net.metrics["car"], "hearse": hearse})
    slow = under(net, PEAK, None)
    assert net.metrics["car"].tolist() == [10_000] * 4
    assert slow.metrics["car"].tolist() == [20_000, 15_000, 15_000, 15_000]
    assert slow.metrics["siren"].tolist() == [15_000, 12_500, 12_500, 12_500]
    assert slow.metrics["hearse"].tolist() == [30_000, 15_000, 18_000, 15_000]


def test_what_is_shut_is_closed_at_every_hour_and_nothing_else_changes() -> None:
    net = tiny.one_way()
    shut = np.array([False, True, False, False])
    assert under(net, None, shut).metrics["car"].tolist() == [10_000, CLOSED_MS, 10_000, 10_000]
    assert under(net, PEAK, shut).metrics["siren"][1] == CLOSED_MS
    assert under(net, None, None).metrics["car"] is net.metrics["car"]


def test_a_file_of_slices_is_read(tmp_path: Path) -> None:
    path = tmp_path / "jam.toml"
    path.write_text(ROW)
    assert read_slices(path) == (PEAK,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "takes 1 to 8 tables"),
        (ROW * 9, "takes 1 to 8 tables"),
        ("slice = 3", "takes 1 to 8 tables"),
        ("[[slice]\n", "cannot be read as TOML"),
        (ROW.replace('name = "pagi"\n', ""), "slice 1: a slice has name, days, from, until, main and side"),
        (ROW + "extra = 1\n", "slice 1: a slice has"),
        (ROW.replace("workdays", "senin"), "slice 1: days is one of workdays, weekend, all"),
        (ROW.replace('"09:00"', '"05:00"'), "slice 1: until comes after from"),
        (ROW.replace('"06:00"', '"6 pagi"'), "slice 1: from and until are times such as 06:00"),
        (ROW + ROW.replace("2.0", "9.0"), "slice 2: main is a number from 0.5 to 5.0"),
        (ROW.replace("1.5", "true"), "slice 1: side is a number"),
        (ROW.replace("1.5", "nan"), "slice 1: side is a number"),
    ],
)
def test_a_file_that_is_wrong_says_which_slice_and_what_it_takes(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "jam.toml"
    path.write_text(text)
    with pytest.raises(TrafficFileError, match=says):
        read_slices(path)


def test_a_file_that_is_missing_or_no_text_says_so(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("nothing", "bytes"):
        with pytest.raises(TrafficFileError, match="cannot be read"):
            read_slices(tmp_path / name)
