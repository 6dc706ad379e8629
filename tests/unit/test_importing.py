"""Master data from CSV: every bad row is told with its line, and what is left out means what a user expects."""

import asyncio
import contextlib
from datetime import date, time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.people import Facility, FacilityKind
from dispatch.domain.vehicle import Vehicle
from dispatch.importing import KINDS, SheetError, facility_of, person_of, read_rows, take_sheet, vehicle_of
from dispatch.rules.judge_one import assess
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.roles import Permission, Role
from dispatch.vocabulary.vehicle_classes import Shares, VehicleClass
from geo.point import Point
from tests.people import NOW, drowned_child, moment, sop, vehicle

BASE = Facility(id="b1", kind=FacilityKind.BASE, name="Pangkalan Contoh", point=Point(lon=106.8, lat=-6.2))
ROW = {"id": "H1", "name": "Mobil Contoh", "class": "hearse", "agency": "dkm"}


def test_a_hearse_without_a_word_about_its_crew_may_carry_a_body() -> None:
    made = vehicle_of({**ROW, "crew": ""}, {})
    ready = vehicle("H1", VehicleClass.HEARSE, agency="dkm", crew=made.crew)
    assert assess(ready, drowned_child(), sop(), moment()).eligible


def test_every_column_is_taken() -> None:
    row = {
        **ROW,
        "plate": "B 1 XXX",
        "base": "b1",
        "crew": "driver nurse",
        "equipment": "ppe; infectious",
        "seats": "4",
        "shares": "on_request",
        "zone": "timur",
        "hours": "22:00-05:00",
        "area": "kota-tangerang, tangerang-selatan",
        "papers_valid_until": "2027-01-31",
        "phone": "+628110000001",
    }
    assert set(row) == KINDS["vehicles"][0] | KINDS["vehicles"][1]
    assert vehicle_of(row, {"b1": BASE}) == Vehicle(
        id="H1",
        name="Mobil Contoh",
        vehicle_class=VehicleClass.HEARSE,
        agency="dkm",
        plate="B 1 XXX",
        base="b1",
        base_point=BASE.point,
        crew=frozenset({"driver", "nurse"}),
        equipment=frozenset({"ppe", "infectious"}),
        seats=4,
        shares=Shares.ON_REQUEST,
        zone="timur",
        hours=(time(22), time(5)),
        area=frozenset({"kota-tangerang", "tangerang-selatan"}),
        papers_valid_until=date(2027, 1, 31),
        phone="+628110000001",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "a b"),
        ("id", "ä"),
        ("id", "x" * 81),
        ("name", ""),
        ("class", "boat"),
        ("base", "nowhere"),
        ("crew", "driver cook"),
        ("equipment", "rocket"),
        ("seats", "many"),
        ("seats", "inf"),
        ("seats", "-1"),
        ("seats", "2.5"),
        ("shares", "never"),
        ("hours", "own"),
        ("hours", "8-16 Uhr"),
        ("hours", "08:00-08:00"),
        ("papers_valid_until", "31/01/2027"),
    ],
)
def test_a_wrong_field_of_a_vehicle_is_named(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=field):
        vehicle_of({**ROW, field: value}, {"b1": BASE})


@pytest.mark.parametrize(
    ("lon", "lat"), [("nan", "0"), ("inf", "0"), ("x", "0"), ("", "0"), ("181", "0"), ("0", "-91")]
)
def test_a_facility_stands_on_the_earth(lon: str, lat: str) -> None:
    with pytest.raises(ValueError, match=r"lon|lat|longitude|latitude"):
        facility_of({"id": "f", "kind": "base", "name": "Contoh", "lon": lon, "lat": lat})


FACILITY = {"id": "f", "kind": "puskesmas", "name": "Contoh", "lon": "106.63", "lat": "-6.2"}


@pytest.mark.parametrize("given", [{}, {"entrance_lon": "", "entrance_lat": ""}])
def test_a_facility_without_an_entrance_is_driven_to_at_its_own_point(given: dict[str, str]) -> None:
    made = facility_of({**FACILITY, **given})
    assert (made.entrance, made.door) == (None, made.point)


def test_the_entrance_of_a_facility_is_where_a_vehicle_comes_to() -> None:
    made = facility_of({**FACILITY, "entrance_lon": "106.631", "entrance_lat": "-6.2005"})
    assert made.point == Point(lon=106.63, lat=-6.2)
    assert made.door == made.entrance == Point(lon=106.631, lat=-6.2005)


@pytest.mark.parametrize(
    ("lon", "lat", "why"),
    [
        ("106.631", "", "entrance_lon and entrance_lat stand together"),
        ("", "-6.2", "entrance_lon and entrance_lat stand together"),
        ("x", "-6.2", "entrance_lon takes a number"),
        ("106.63", "nan", "entrance_lat takes a number"),
        ("190", "-6.2", "entrance_lon and entrance_lat: lon 190"),
        ("106.63", "-6.22", r"the entrance is 2\.2 km from the facility, at most 2 km"),
        ("-6.2", "106.63", "entrance_lon and entrance_lat: lat 106"),
    ],
)
def test_an_entrance_that_is_none_or_far_off_is_told(lon: str, lat: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        facility_of({**FACILITY, "entrance_lon": lon, "entrance_lat": lat})


def test_an_entrance_of_a_sheet_is_kept_and_goes_when_a_later_sheet_says_none(tmp_path: Path) -> None:
    sheet = tmp_path / "f.csv"
    store = open_sqlite(tmp_path / "kept.sqlite3")
    try:
        for line, entrance in (("106.631,-6.2005", Point(lon=106.631, lat=-6.2005)), (",", None)):
            sheet.write_text(f"id,kind,name,lon,lat,entrance_lon,entrance_lat\nf,puskesmas,Contoh,106.63,-6.2,{line}\n")
            take = partial(take_sheet, kind="facilities", rows=read_rows(sheet, "facilities"), now=NOW, skip_bad=False)
            assert store.submit(take).result() == (1, ())
            kept = store.submit(lambda books: books.facilities.find("f")).result()
            assert kept is not None
            assert (kept.point, kept.entrance) == (Point(lon=106.63, lat=-6.2), entrance)
    finally:
        asyncio.run(store.close())


@given(st.dictionaries(st.sampled_from(sorted(KINDS["vehicles"][0] | KINDS["vehicles"][1])), st.text(max_size=20)))
def test_whatever_stands_in_a_row_is_taken_or_refused_as_a_value(row: dict[str, str]) -> None:
    with contextlib.suppress(ValueError):
        assert vehicle_of(row, {"b1": BASE}).id == row["id"].strip()


def test_a_person_has_what_the_role_needs() -> None:
    for role, needs in ((Role.STAFF, "facility"), (Role.DRIVER, "vehicle"), (Role.DEVICE, "vehicle")):
        with pytest.raises(ValueError, match=needs):
            person_of({"id": "p", "name": "Orang Contoh", "role": role.value}, {"b1": BASE}, ["H1"])


def test_a_permission_is_given_by_name_to_people_of_its_role() -> None:
    row = {"id": "p", "name": "Orang Contoh", "role": "operator", "permissions": " end_unreached "}
    assert person_of(row, {}, []).permissions == {Permission.END_UNREACHED}
    assert person_of({**row, "permissions": ""}, {}, []).permissions == set()
    for wrong, why in (("assign", "permissions"), ("all", "permissions")):
        with pytest.raises(ValueError, match=why):
            person_of({**row, "permissions": wrong}, {}, [])
    with pytest.raises(ValueError, match="end_unreached is given to operator, not to health_officer"):
        person_of({**row, "role": "health_officer"}, {}, [])


def test_one_bad_row_keeps_the_whole_sheet_out_unless_bad_rows_are_skipped(tmp_path: Path) -> None:
    sheet = tmp_path / "v.csv"
    sheet.write_text("id,name,class,agency\nH1,Satu,hearse,dkm\nH2,Dua,boat,dkm\nH1,Lagi,hearse,dkm\n")
    rows = read_rows(sheet, "vehicles")
    store = open_sqlite(tmp_path / "db.sqlite3")
    try:
        taken, bad = store.submit(lambda books: take_sheet(books, "vehicles", rows, now=NOW, skip_bad=False)).result()
        assert (taken, [row.line for row in bad]) == (0, [3, 4])
        assert store.submit(lambda books: books.vehicles.list_all()).result() == []
        taken, bad = store.submit(lambda books: take_sheet(books, "vehicles", rows, now=NOW, skip_bad=True)).result()
        assert (taken, len(bad)) == (1, 2)
        assert [now.id for now in store.submit(lambda books: books.vehicles.list_all()).result()] == ["H1"]
    finally:
        asyncio.run(store.close())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id,name\n1,2\n",
        "id,name,class,agency,colour\n",
        "id,name,class,agency\nH1,Satu\n",
        "id,name,class,agency\nH1,Satu,hearse,dkm,more\n",
        'id,name,class,agency\nH1,"Satu,hearse,dkm\n',
        "\x00",
    ],
)
def test_what_is_no_such_table_is_refused_as_a_whole(tmp_path: Path, text: str) -> None:
    sheet = tmp_path / "v.csv"
    sheet.write_text(text)
    with pytest.raises(SheetError, match=r"v\.csv"):
        read_rows(sheet, "vehicles")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    sheet = tmp_path / "v.csv"
    sheet.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SheetError, match="CSV"):
        read_rows(sheet, "vehicles")
