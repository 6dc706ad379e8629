"""Whose area a point lies in."""

import json
from pathlib import Path

import pytest

from geo.areas.area import AreaFileError, read_areas
from geo.point import Point
from geo.sample.areas import sample_areas
from geo.sample.facts import list_facilities
from geo.territory import Area


def test_the_sample_regions_facilities_lie_in_their_own_area() -> None:
    areas = sample_areas()
    places = [
        p for p in list_facilities() if p.agency in ("kota-tangerang", "kabupaten-tangerang", "tangerang-selatan")
    ]
    right = sum(areas.area_of(place.point) == place.agency for place in places)
    assert right / len(places) > 0.9  # borders run between villages, and some places stand on them
    assert areas.area_of(Point(lon=106.6280, lat=-6.2001)) == "kota-tangerang"


def test_far_away_is_nobodys_area() -> None:
    assert sample_areas().area_of(Point(lon=110.4, lat=-7.0)) is None


def _collection(path: Path, *features: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _square(name: str, lon: float, **belongs: object) -> dict[str, object]:
    ring = [[lon, 0], [lon + 1, 0], [lon + 1, 1], [lon, 1], [lon, 0]]
    return {
        "type": "Feature",
        "properties": {"area": name, **belongs},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_polygons_of_a_file_name_what_lies_in_them(tmp_path: Path) -> None:
    areas = read_areas(_collection(tmp_path / "a.geojson", _square("barat", 0), _square("timur", 0.5)))
    assert areas.area_of(Point(lon=0.2, lat=0.5)) == "barat"
    assert areas.area_of(Point(lon=0.7, lat=0.5)) == "barat"
    assert areas.area_of(Point(lon=1.2, lat=0.5)) == "timur"
    assert areas.area_of(Point(lon=3, lat=0.5)) is None


def test_an_area_says_its_region_and_province_or_is_a_region_by_itself(tmp_path: Path) -> None:
    told = _square("barat", 0, region="raya", province="banten")
    areas = read_areas(_collection(tmp_path / "a.geojson", told, _square("timur", 2, region=None)))
    assert areas.find("barat") == Area("barat", "raya", "banten")
    assert areas.find("timur") == Area("timur", "timur")
    assert areas.find("utara") is None


def test_two_features_of_one_area_say_the_same_of_it(tmp_path: Path) -> None:
    both = _collection(tmp_path / "a.geojson", _square("barat", 0, region="raya"), _square("barat", 2))
    with pytest.raises(AreaFileError, match="barat take the same region"):
        read_areas(both)


def test_the_agencies_of_the_sample_are_one_region() -> None:
    for name in ("kota-tangerang", "kabupaten-tangerang", "tangerang-selatan"):
        assert sample_areas().find(name) == Area(name, "tangerang-raya", "banten")


@pytest.mark.parametrize("text", ["", "[]", '{"features": []}', '{"features": [{"properties": {}}]}'])
def test_a_wrong_file_says_what_is_wanted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wrong.geojson"
    path.write_text(text)
    with pytest.raises(AreaFileError, match=r"wrong\.geojson"):
        read_areas(path)
