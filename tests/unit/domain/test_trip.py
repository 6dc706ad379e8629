"""How far a trip goes: within the region, out of it, out of the province, and where nobody can know."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.domain.people import Facility, FacilityKind
from dispatch.domain.request import Place
from dispatch.domain.trip import leaves_of, place_at, way_back, with_trip
from dispatch.vocabulary.needs import Leaves, Need
from geo.point import Point
from geo.sample.areas import sample_areas
from geo.territory import Area
from tests.people import CIKOKOL, HOME, NOW, ask

PUSKESMAS = Facility(id="f", kind=FacilityKind.PUSKESMAS, name="Puskesmas Contoh", point=CIKOKOL.point)


class Drawn:
    """Six areas: two of one region, two of another in the same province, and two of which less is known."""

    AREAS = (
        Area("kota", "raya", "banten"),
        Area("kabupaten", "raya", "banten"),
        Area("serang", "serang", "banten"),
        Area("jakarta", "jakarta", "dki"),
        Area("desa", "desa"),
        Area("dusun", "dusun"),
    )

    def area_of(self, point: Point) -> str | None:
        raise AssertionError(f"the places here say in which area they lie: {point}")

    def find(self, name: str) -> Area | None:
        return next((area for area in self.AREAS if area.name == name), None)


def at(area: str | None) -> Place:
    return Place(point=Point(lon=106.6, lat=-6.2), name="…", agency=area)


def test_a_trip_to_a_facility_goes_to_its_entrance_and_in_the_area_of_its_own_point() -> None:
    own, entrance = CIKOKOL.point, Point(lon=CIKOKOL.point.lon + 0.002, lat=CIKOKOL.point.lat)
    place = place_at(replace(PUSKESMAS, entrance=entrance), sample_areas())
    assert (place.point, place.facility) == (entrance, PUSKESMAS.id)
    assert place.agency == sample_areas().area_of(own)
    assert place_at(PUSKESMAS, sample_areas()).point == own


@pytest.mark.parametrize(
    ("pickup", "dropoff", "leaves"),
    [
        ("kota", "kota", None),
        ("kota", "kabupaten", None),  # another district of the same region
        ("kota", "serang", Leaves.CITY),
        ("kota", "jakarta", Leaves.PROVINCE),
        ("kota", None, Leaves.PROVINCE),  # outside of every known area
        ("kota", "entah", Leaves.PROVINCE),  # an agency that has no area
        ("kota", "desa", Leaves.PROVINCE),  # nobody said which province that is
        ("desa", "dusun", Leaves.CITY),  # a file that says nothing of provinces
        ("desa", None, Leaves.PROVINCE),
        (None, "kota", None),  # where the pick-up lies in no known area nothing is known
        ("entah", "kota", None),
        (None, None, None),
    ],
)
def test_how_far_out_a_trip_goes(pickup: str | None, dropoff: str | None, leaves: Leaves | None) -> None:
    assert leaves_of(at(pickup), at(dropoff), Drawn()) is leaves


def test_what_was_said_of_a_trip_wins() -> None:
    far = Place(point=Point(lon=107.9, lat=-7.22), name="Garut")
    asked = replace(ask(Need.BODY), pickup=CIKOKOL, dropoff=far)
    derived = with_trip(asked, sample_areas())
    assert derived.leaves is Leaves.PROVINCE
    assert derived.distance_km == pytest.approx(180.8, abs=1.0)
    said = with_trip(replace(asked, leaves=Leaves.CITY, distance_km=210.0), sample_areas())
    assert (said.leaves, said.distance_km) == (Leaves.CITY, 210.0)


def test_without_a_drop_off_nothing_is_derived() -> None:
    asked = replace(ask(Need.BODY), dropoff=None)
    assert with_trip(asked, sample_areas()) == asked
    home = replace(HOME, agency="kota-tangerang")
    assert with_trip(replace(asked, dropoff=home), sample_areas()).leaves is None


def test_a_way_back_begins_where_the_trip_ends_and_goes_as_far() -> None:
    far = Place(point=Point(lon=107.9, lat=-7.22), name="Garut")
    there = with_trip(replace(ask(Need.TRANSPORT), pickup=far, dropoff=CIKOKOL, schedule_at=NOW), sample_areas())
    back = way_back(there, sample_areas(), at=NOW + timedelta(hours=4), on_call=True)
    assert (back.pickup, back.dropoff, back.on_call) == (CIKOKOL, far, True)
    assert (back.schedule_at, back.leaves) == (NOW + timedelta(hours=4), Leaves.PROVINCE)
    assert back.distance_km == pytest.approx(there.distance_km)
