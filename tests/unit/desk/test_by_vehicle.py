"""The search asks the roads of each vehicle as it drives itself, and says of whom no road leads to the pick-up."""

from dataclasses import replace

import numpy as np
import pytest

from dispatch.choosing.decision import Decision, Tried
from dispatch.choosing.unlocks import Lack, unlocks_of
from dispatch.desk.facts import facts_of, read_facts
from dispatch.desk.record import record_of
from dispatch.desk.road_ports import Roads
from dispatch.desk.search import LISTED, SHOWN, search
from dispatch.domain.vehicle import VehicleNow
from dispatch.roads.network import NetworkRoads
from dispatch.roads.straight import StraightRoads
from dispatch.rules.fleet import Fleet
from dispatch.rules.judge_one import APART_RULE, assess
from dispatch.vocabulary.needs import Metric, Need, Urgency
from dispatch.vocabulary.notices import Mender
from dispatch.vocabulary.vehicle_classes import SIREN, VehicleClass
from geo.point import Point
from tests.people import CIKOKOL, HOME, NOW, ZONE, ask, sop, vehicle
from tests.roads import tiny

KINDS = {
    "A1": VehicleClass.EMERGENCY_AMBULANCE,
    "D1": VehicleClass.DUAL_USE,
    "H1": VehicleClass.HEARSE,
    "M1": VehicleClass.VILLAGE_CAR,
    "T1": VehicleClass.TRANSPORT_AMBULANCE,
}


def decide(fleet: list[VehicleNow], roads: Roads, need: Need, pickup: Point = CIKOKOL.point) -> Decision:
    asked = ask(need)
    asked = replace(asked, pickup=replace(asked.pickup, point=pickup))
    return search(asked, Fleet(fleet), sop(), roads, now=NOW, zone=ZONE, tried=Tried())


def test_every_vehicle_of_one_search_has_the_arrival_of_its_own_speed() -> None:
    fleet = [vehicle(name, kind, point=HOME.point) for name, kind in KINDS.items()]
    fitted = vehicle("M2", VehicleClass.VILLAGE_CAR, point=HOME.point)
    fleet.append(replace(fitted, vehicle=replace(fitted.vehicle, equipment=frozenset({SIREN}))))
    for need, trip in ((Need.EMERGENCY, Metric.SIREN), (Need.TRANSPORT, Metric.CAR), (Need.BODY, Metric.HEARSE)):
        roads = StraightRoads()
        found = decide(fleet, roads, need).arrivals
        for one in fleet:
            alone = {one.vehicle.metric_for(trip): {one.id: HOME.point}}
            eta_s = roads.arrivals(CIKOKOL.point, alone, most=1)[one.id].eta_s + sop().policy.turnout_s
            assert found[one.id].eta_s == pytest.approx(eta_s)
    red = decide(fleet, StraightRoads(), Need.EMERGENCY).arrivals
    assert red["A1"].eta_s == red["T1"].eta_s == red["M2"].eta_s < red["M1"].eta_s == red["D1"].eta_s


def at(x: float, y: float = 0.0) -> Point:
    return Point(lon=tiny.WEST + tiny.STEP * x, lat=tiny.SOUTH + tiny.STEP * y)


def islands() -> NetworkRoads:
    """Two streets of 5 km without a bridge, half a kilometre apart."""
    nodes = [(0, 0), (50, 0), (0, 5), (50, 5)]
    return NetworkRoads(tiny.network(nodes, tiny.both((0, 1, 5_000.0), (2, 3, 5_000.0)), turn_costs="osm"))


def test_who_is_over_the_water_is_passed_over_by_name_and_reads_so_from_the_kept_facts() -> None:
    near = vehicle("A0", VehicleClass.EMERGENCY_AMBULANCE, point=at(20, 5))
    far = vehicle("A1", VehicleClass.EMERGENCY_AMBULANCE, point=at(45))
    unknown = vehicle("A2", VehicleClass.EMERGENCY_AMBULANCE, fix_age=None)
    decision = decide([near, far, unknown], islands(), Need.EMERGENCY, at(20))
    assert [offer.vehicle_id for offer in decision.step.offers] == ["A1"]
    said = {candidate.vehicle_id: candidate for candidate in record_of(decision).candidates}
    assert (said["A0"].eligible, said["A0"].blocking, said["A0"].eta_s) == (False, (APART_RULE,), None)
    assert APART_RULE not in {*said["A1"].blocking, *said["A2"].blocking}
    assert decision.assess("A0").blocking == (APART_RULE,)
    kept = read_facts(facts_of(decision))
    assert kept.moment == decision.moment
    assert assess(kept.fleet.vehicles[0], decision.ask, decision.sop, kept.moment).blocking == (APART_RULE,)
    assert record_of(decision).passed is None  # it was no rule of the SOP


def test_where_all_are_over_the_water_the_way_out_is_one_that_an_operator_knows() -> None:
    over = [vehicle(f"W{number}", VehicleClass.EMERGENCY_AMBULANCE, point=at(20 + number, 5)) for number in range(3)]
    [unlock] = unlocks_of(decide(over, islands(), Need.EMERGENCY, at(20)))
    assert (unlock.rule, unlock.count, unlock.who, unlock.at) == (APART_RULE, 3, Mender.OPERATOR, None)
    assert unlock.lacks == (Lack(key="apart"),)


def test_who_is_later_than_the_soonest_that_are_looked_for_is_not_over_the_water() -> None:
    fleet = [
        vehicle(f"A{number:02}", VehicleClass.EMERGENCY_AMBULANCE, point=at(number)) for number in range(SHOWN + 20)
    ]
    fleet.append(vehicle("W", VehicleClass.EMERGENCY_AMBULANCE, point=at(20, 5)))
    decision = decide(fleet, islands(), Need.EMERGENCY, at(0))
    assert len(decision.arrivals) == SHOWN
    assert decision.moment.apart == {"W"}
    blocked = decision.verdict.blocks[APART_RULE]
    assert np.flatnonzero(blocked).tolist() == [len(fleet) - 1]


def test_of_a_fleet_that_is_not_listed_whole_the_nearest_over_the_water_are_named_where_few_can_come() -> None:
    over = [
        vehicle(f"W{number:03}", VehicleClass.EMERGENCY_AMBULANCE, point=at(number / 10, 5)) for number in range(LISTED)
    ]
    here = [vehicle(f"A{number}", VehicleClass.EMERGENCY_AMBULANCE, point=at(40 + number)) for number in range(3)]
    decision = decide([*over, *here], islands(), Need.EMERGENCY, at(0))
    assert decision.moment.apart == {f"W{number:03}" for number in range(SHOWN)}
    assert {c.vehicle_id for c in decision.candidates} == decision.moment.apart | {"A0", "A1", "A2"}


def test_without_roads_nobody_is_said_to_be_over_the_water() -> None:
    decision = decide([vehicle("A1", VehicleClass.EMERGENCY_AMBULANCE)], StraightRoads(), Need.EMERGENCY)
    assert decision.moment.apart == frozenset()
    assert decision.ask.urgency is Urgency.RED
