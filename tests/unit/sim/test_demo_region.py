"""The demonstration's fleet can be imported as it is, is plainly made up, and tells the Cikokol story."""

from collections import Counter

import numpy as np

from dispatch.domain.vehicle import Vehicle
from dispatch.importing import KINDS, facility_of, person_of, vehicle_of
from dispatch.sim.demo.region import list_facilities, list_people, list_vehicles
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.vehicle_classes import Shares, VehicleClass
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper
from tests.sample_region import sample

FACILITIES = {row["id"]: facility_of(row) for row in list_facilities()}
VEHICLES = {row["id"]: vehicle_of(row, FACILITIES) for row in list_vehicles()}
PEOPLE = {row["id"]: person_of(row, FACILITIES, VEHICLES) for row in list_people()}


def travel_min(to: str, vehicles: list[Vehicle]) -> dict[str, float]:
    """Minutes by the sample roads, at the speed of a hearse."""
    network = sample()
    snapper, search = Snapper(network), NearestSearch(network)
    bases = [vehicle.base_point for vehicle in vehicles]
    here = snapper.snap(np.array([p.lon for p in bases if p]), np.array([p.lat for p in bases if p]))
    target = FACILITIES[to].point
    there = snapper.snap(np.array([target.lon]), np.array([target.lat]))
    found = search.nearest(there, here, None, most=None, metric="hearse")
    return {vehicles[i].id: ms / 60_000 for i, ms in zip(found.index.tolist(), found.travel_ms.tolist(), strict=True)}


def test_every_row_can_be_imported_and_has_an_id_of_its_own() -> None:
    for rows, kind in ((list_facilities(), "facilities"), (list_vehicles(), "vehicles"), (list_people(), "people")):
        assert len({row["id"] for row in rows}) == len(rows)
        needed, known = KINDS[kind]
        assert all(needed <= set(row) <= needed | known for row in rows)


def test_the_fleet_has_the_size_and_the_mixture_of_a_region() -> None:
    assert 120 <= len(VEHICLES) <= 150
    classes = Counter(vehicle.vehicle_class for vehicle in VEHICLES.values())
    assert set(classes) == set(VehicleClass) - {VehicleClass.OFFICIAL_CAR}
    assert classes[VehicleClass.HEARSE] + classes[VehicleClass.DUAL_USE] < 0.2 * len(VEHICLES)
    agencies = {vehicle.agency for vehicle in VEHICLES.values()}
    assert agencies == {"kota-tangerang", "kabupaten-tangerang", "tangerang-selatan", "dkm", "laz", "rs"}


def test_every_vehicle_has_a_base_and_one_driver_of_its_own() -> None:
    assert all(vehicle.base_point for vehicle in VEHICLES.values())
    drivers = Counter(person.vehicle for person in PEOPLE.values() if person.role is Role.DRIVER)
    assert drivers == dict.fromkeys(VEHICLES, 1)


def test_a_government_or_hospital_vehicle_goes_for_others_on_request_a_partner_by_itself() -> None:
    for vehicle in VEHICLES.values():
        assert (vehicle.shares is Shares.FULL) == (vehicle.agency in ("dkm", "laz")), vehicle.id


def test_plates_are_impossible_and_people_and_vehicles_are_called_contoh() -> None:
    plates = {vehicle.plate for vehicle in VEHICLES.values()}
    assert len(plates) == len(VEHICLES)
    assert all(plate.startswith("B 0") and plate.endswith(" XX") for plate in plates)
    assert all("Contoh" in vehicle.name for vehicle in VEHICLES.values())
    assert all("Contoh" in person.name for person in PEOPLE.values())
    phones = [row["phone"] for row in (*list_vehicles(), *list_people()) if row["phone"]]
    assert all(phone.startswith("+628110000") for phone in phones)


def test_the_people_of_every_role_are_there() -> None:
    roles = Counter(person.role for person in PEOPLE.values())
    assert roles[Role.OPERATOR] == roles[Role.ADMIN] == 1
    assert roles[Role.HEALTH_OFFICER] == 2  # one drafts, the other approves
    assert PEOPLE["staf-puskesmas-cikokol"].facility == "puskesmas-cikokol"


def test_an_emergency_ambulance_stands_at_puskesmas_cikokol() -> None:
    ambulance = VEHICLES["A-CIKOKOL"]
    assert ambulance.vehicle_class is VehicleClass.EMERGENCY_AMBULANCE
    assert ambulance.base == "puskesmas-cikokol"


def test_the_mosques_hearse_is_clearly_the_soonest_that_may_carry_a_body_to_cikokol() -> None:
    may = [v for v in VEHICLES.values() if v.vehicle_class in (VehicleClass.HEARSE, VehicleClass.DUAL_USE)]
    minutes = travel_min("puskesmas-cikokol", may)
    assert 5 <= minutes["H3"] <= 15
    assert VEHICLES["H3"].agency == "dkm"
    assert min(value for vehicle, value in minutes.items() if vehicle != "H3") > 1.25 * minutes["H3"]
    assert minutes["H3"] < minutes["L1"] < minutes["H2"] < minutes["H1"] < minutes["H4"]
