"""`jemput arrivals`: the share of kept drives between low and high, as text, as JSON and as a page."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from dispatch.cli.drives_page import drives_page
from dispatch.cli.main import app
from dispatch.desk.ports import Books
from dispatch.domain.arrival import Method
from dispatch.domain.driven import HOURS, Drive
from dispatch.reading.drives import shares_of
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.vehicle_classes import VehicleClass

DRIVE = Drive(
    month=date(2026, 3, 1),
    hour=7,
    vehicle_class=VehicleClass.HEARSE,
    metric="hearse",
    method=Method.ROADS,
    low_s=300,
    expected_s=400,
    high_s=560,
    turnout_s=90,
    true_s=440,
    distance_m=4_200,
)
LATE = replace(DRIVE, true_s=600, hour=5 * 24 + 3, month=date(2026, 4, 1))
CAR = replace(DRIVE, true_s=300, vehicle_class=VehicleClass.TRANSPORT_AMBULANCE, metric="car", distance_m=None)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, with these drives in its database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JEMPUT_DATABASE_URL", raising=False)
    monkeypatch.setenv("JEMPUT_DATA_DIR", str(tmp_path))
    return tmp_path


def keep(folder: Path, *drives: Drive) -> None:
    store = open_sqlite(folder / "jemput.sqlite3")
    for drive in drives:
        store.submit(partial(_add, drive)).result()
    asyncio.run(store.close())


def _add(drive: Drive, books: Books) -> None:
    books.drives.add(drive)


def arrivals(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["arrivals", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_share_is_told_of_the_whole_and_of_its_parts(folder: Path) -> None:
    keep(folder, DRIVE, DRIVE, LATE, CAR)
    code, text = arrivals()
    assert code == 0
    assert "inside low to high: 75.0% of 4 drives" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["hearse", "3", "66.7%", "1.10", "(1.10", "to", "1.42)", "few"] in rows
    assert ["workday", "morning", "3", "100.0%", "1.10", "(0.82", "to", "1.10)", "few"] in rows
    assert ["weekend", "1", "0.0%", "1.50", "(1.50", "to", "1.50)", "few"] in rows
    assert ["2-5", "km", "3", "66.7%", "1.10", "(1.10", "to", "1.42)", "few"] in rows


def test_drives_of_before_a_month_are_left_out(folder: Path) -> None:
    keep(folder, DRIVE, LATE)
    code, text = arrivals("--since", "2026-04", "--json")
    assert code == 0
    told = json.loads(text)
    assert (told["whole"]["drives"], told["whole"]["inside"]) == (1, 0.0)
    assert [row["name"] for row in told["by_hours"]] == ["weekend"]
    assert arrivals("--since", "April")[0] == 2


def test_where_nothing_was_kept_that_is_said(folder: Path) -> None:
    assert arrivals("--page", "page.html") == (0, "no drive has been kept yet\n")
    assert "No drive has been kept yet" in (folder / "page.html").read_text("utf-8")
    assert json.loads(arrivals("--json")[1])["whole"] is None


def test_the_page_is_written_with_its_plots_or_that_it_cannot_be_is_said(folder: Path) -> None:
    keep(folder, DRIVE, LATE, CAR)
    assert arrivals("--page", "page.html")[0] == 0
    page = (folder / "page.html").read_text("utf-8")
    plots = [ET.fromstring(part.split("</svg>")[0] + "</svg>") for part in _from(page, "<svg")]
    assert len(plots) == 3
    assert "66.7%" in page
    assert "http" not in page
    assert arrivals("--page", "nowhere/page.html")[0] == 1


def _from(page: str, mark: str) -> list[str]:
    return [mark + part for part in page.split(mark)[1:]]


_DRIVES = st.lists(
    st.builds(
        Drive,
        month=st.just(date(2026, 3, 1)),
        hour=st.integers(0, HOURS - 1),
        vehicle_class=st.sampled_from(VehicleClass),
        metric=st.sampled_from(["car", "siren", "hearse"]),
        method=st.sampled_from(Method),
        low_s=st.integers(0, 1_000),
        expected_s=st.integers(0, 2_000),
        high_s=st.integers(0, 4_000),
        turnout_s=st.just(90),
        true_s=st.integers(1, 9_000),
        distance_m=st.none() | st.integers(0, 90_000),
    ),
    max_size=30,
)


@given(_DRIVES)
def test_every_drive_is_in_one_part_of_each_kind_and_the_page_is_whole(found: list[Drive]) -> None:
    shares = shares_of(found)
    known = sum(drive.distance_m is not None for drive in found)
    for name, rows in (*shares.groups, ("hour", shares.by_hour)):
        counts = [row.drives for row in rows]
        assert sum(counts) == (known if name == "distance" else len(found))
        inside = sum(row.inside * row.drives for row in rows)
        assert name == "distance" or inside == pytest.approx(sum(drive.is_inside for drive in found))
    HTMLParser().feed(page := drives_page(shares, "A <page>"))
    assert "A &lt;page&gt;" in page
    assert "nan" not in page
