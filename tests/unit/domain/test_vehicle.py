"""How each class of vehicle drives on each kind of trip: with sirens where it has them, a hearse within its caps."""

from dataclasses import replace

import pytest

from dispatch.domain.vehicle import by_metric
from dispatch.vocabulary.needs import Metric, Need, Urgency
from dispatch.vocabulary.vehicle_classes import SIREN, VehicleClass
from geo.roads.speeds import METRICS
from tests.people import ask, vehicle

C, S, H = Metric.CAR, Metric.SIREN, Metric.HEARSE
TRIPS = (
    (Need.EMERGENCY, Urgency.RED),
    (Need.REFERRAL, Urgency.RED),
    (Need.EMERGENCY, Urgency.YELLOW),
    (Need.TRANSPORT, Urgency.GREEN),
    (Need.DOCUMENT, Urgency.GREEN),
    (Need.BODY, Urgency.GREEN),
    (Need.BODY, Urgency.RED),
)
DRIVES = {
    VehicleClass.EMERGENCY_AMBULANCE: (S, S, C, C, C, H, H),
    VehicleClass.TRANSPORT_AMBULANCE: (S, S, C, C, C, H, H),
    VehicleClass.MOBILE_CLINIC: (S, S, C, C, C, H, H),
    VehicleClass.HEARSE: (H, H, H, H, H, H, H),
    VehicleClass.DUAL_USE: (C, C, C, C, C, H, H),
    VehicleClass.VILLAGE_CAR: (C, C, C, C, C, H, H),
    VehicleClass.OFFICIAL_CAR: (C, C, C, C, C, H, H),
}


@pytest.mark.parametrize("kind", VehicleClass)
def test_each_class_drives_on_each_trip_as_it_can_and_as_the_trip_wants(kind: VehicleClass) -> None:
    driven = vehicle("V1", kind).vehicle
    trips = [replace(ask(need), urgency=urgency).metric for need, urgency in TRIPS]
    assert tuple(driven.metric_for(trip) for trip in trips) == DRIVES[kind]


@pytest.mark.parametrize("kind", VehicleClass)
def test_a_siren_as_equipment_helps_who_has_none_by_class_and_no_hearse(kind: VehicleClass) -> None:
    plain = vehicle("V1", kind).vehicle
    fitted = replace(plain, equipment=frozenset({SIREN}))
    assert fitted.metric_for(S) is (H if kind is VehicleClass.HEARSE else S)
    assert [fitted.metric_for(trip) for trip in (C, H)] == [plain.metric_for(trip) for trip in (C, H)]


def test_vehicles_are_asked_about_by_how_they_drive() -> None:
    kinds = (VehicleClass.EMERGENCY_AMBULANCE, VehicleClass.VILLAGE_CAR, VehicleClass.HEARSE, VehicleClass.DUAL_USE)
    fleet = [vehicle(f"V{number}", kind).vehicle for number, kind in enumerate(kinds)]
    here = ask(Need.EMERGENCY).pickup.point
    found = by_metric(((one, here) for one in fleet), S)
    assert {metric: set(some) for metric, some in found.items()} == {S: {"V0"}, C: {"V1", "V3"}, H: {"V2"}}


def test_the_desk_and_the_roads_know_the_same_speeds() -> None:
    assert set(Metric) == set(METRICS)
