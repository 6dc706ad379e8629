"""Areas that are reached in time, over the API of a real server with the roads of a small town."""

from typing import Any

import httpx
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from tests.people import OPI, SITI
from tests.web.conftest import Service
from tests.web.test_closures import FLOOD, post

BASE_OF_H3 = "lon=106.658&lat=-6.2001"


def areas(answer: httpx.Response) -> list[tuple[tuple[float, float | None], BaseGeometry]]:
    """(from and to minutes, area) of each feature."""
    assert answer.status_code == 200, answer.text
    found = []
    for feature in answer.json()["features"]:
        facts = feature["properties"]
        area = shapely.from_geojson(httpx.Response(200, json=feature["geometry"]).text)
        assert area.is_valid
        found.append(((facts["from_minutes"], facts["to_minutes"]), area))
    return found


def test_the_ground_within_more_minutes_holds_that_within_fewer_and_lies_along_the_roads(town: Service) -> None:
    with town.client(SITI) as staff:
        found = areas(staff.get(f"/api/isochrone?{BASE_OF_H3}&minutes=2,5&minutes=10"))
    assert [minutes for minutes, _ in found] == [(0.0, 10.0), (0.0, 5.0), (0.0, 2.0)]
    large, middle, small = (area for _, area in found)
    assert 0.0 < small.area < middle.area < large.area
    assert small.difference(middle).area < 1e-9
    # At 36 km/h 5 minutes are 3 km: the road 2 km to the east is reached in that time, not in 2 minutes.
    east = shapely.Point(106.658 + 2_000 / 110_574, -6.2001)
    assert middle.contains(east)
    assert not small.contains(east)


def test_a_closed_street_cuts_off_what_lies_behind_it(town: Service) -> None:
    beyond = shapely.Point(106.64, -6.2001)
    with town.client(OPI) as operator:
        ask = f"/api/isochrone?{BASE_OF_H3}&minutes=5"
        assert areas(operator.get(ask))[0][1].contains(beyond)
        closed = post(operator, FLOOD).json()
        assert not areas(operator.get(ask))[0][1].contains(beyond)
        operator.post(f"/api/closures/{closed['id']}/open", json={})
        assert areas(operator.get(ask))[0][1].contains(beyond)


def test_coverage_counts_the_free_vehicles_of_the_classes_asked_about(town: Service) -> None:
    with town.client(OPI) as operator:
        everybody = operator.get("/api/coverage")
        hearses = operator.get("/api/coverage?class=hearse&minutes=5,60")
        nobody = operator.get("/api/coverage?class=mobile_clinic")
    assert everybody.json()["properties"]["vehicles"] == 3
    facts = hearses.json()["properties"]
    assert facts["vehicles"] == 2
    shares = {row["minutes"]: row["share"] for row in facts["within"]}
    assert 0.0 < shares[5] < shares[60] <= 1.0
    bands = areas(hearses)
    assert [minutes for minutes, _ in bands][:2] == [(0.0, 5.0), (5.0, 60.0)]
    assert bands[0][1].intersection(bands[1][1]).area < 1e-9
    facts = nobody.json()["properties"]
    assert (facts["vehicles"], facts["farthest_s"], [row["share"] for row in facts["within"]]) == (0, None, [0.0] * 6)


def test_coverage_counts_each_vehicle_as_it_drives_on_such_a_trip(town: Service) -> None:
    with town.client(OPI) as operator:
        found = {
            (kind, speeds): operator.get(f"/api/coverage?class={kind}&minutes=3,6&speeds={speeds}").json()["properties"]
            for kind in ("emergency_ambulance", "hearse")
            for speeds in ("car", "siren", "hearse")
        }
        both = operator.get("/api/coverage?minutes=3,6&speeds=siren").json()["properties"]

    def share(facts: dict[str, Any]) -> float:
        return sum(float(row["share"]) for row in facts["within"])

    assert found["hearse", "siren"] == found["hearse", "car"] == found["hearse", "hearse"]
    ambulance = {speeds: share(found["emergency_ambulance", speeds]) for speeds in ("car", "siren", "hearse")}
    assert ambulance["siren"] > ambulance["car"] >= ambulance["hearse"]
    assert both["vehicles"] == 3
    assert share(both) >= max(ambulance["siren"], share(found["hearse", "siren"]))


@pytest.mark.parametrize(
    "asked",
    ["minutes=0", "minutes=61", "minutes=5,", "minutes=1,2,3,4,5,6,7", "minutes=x", "", "minutes=5&speeds=bicycle"],
)
def test_what_is_out_of_bounds_is_refused(town: Service, asked: str) -> None:
    with town.client(SITI) as staff:
        answer = staff.get(f"/api/isochrone?{BASE_OF_H3}&{asked}")
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_point_far_from_every_road_says_so(town: Service) -> None:
    with town.client(SITI) as staff:
        answer = staff.get("/api/isochrone?lon=107.5&lat=-6.9&minutes=5")
    assert (answer.status_code, answer.json()["code"]) == (409, "far_from_roads")


def test_without_roads_the_answer_says_what_to_do(service: Service) -> None:
    with service.client(OPI) as operator:
        for path in (f"/api/isochrone?{BASE_OF_H3}&minutes=5", "/api/coverage"):
            answer = operator.get(path)
            assert (answer.status_code, answer.json()["code"]) == (409, "no_roads")
