"""Whether a vehicle may go: the sample rules one by one, and what holds for any of them."""

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.domain.request import judge_ask
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.judge_one import assess
from dispatch.rules.sop import Pack, SopInForce
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.vehicle_classes import CLASSES, Duty, VehicleClass
from tests.people import NOW, ZONE, ask, drowned_child, moment, sop, vehicle

AMBULANCES = (VehicleClass.EMERGENCY_AMBULANCE, VehicleClass.TRANSPORT_AMBULANCE, VehicleClass.MOBILE_CLINIC)
AGENCIES = ("kota-tangerang", "kabupaten-tangerang", "laz", "dkm")

vehicles = st.builds(
    vehicle,
    st.sampled_from(["A", "B", "C", "D"]),
    st.sampled_from(VehicleClass),
    agency=st.sampled_from(AGENCIES),
    duty=st.sampled_from(Duty),
    fix_age=st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=2)),
)
asks = st.builds(
    lambda need, urgency, can_sit, care: ask(need, urgency, can_sit=can_sit, special_care=care),
    st.sampled_from(Need),
    st.sampled_from(Urgency),
    st.booleans(),
    st.booleans(),
)
moments = st.builds(
    lambda hours, soonest_s: moment(NOW + timedelta(hours=hours), soonest_s=soonest_s),
    st.integers(0, 24 * 7),
    st.none() | st.floats(0, 7200),
)


@pytest.mark.parametrize("vehicle_class", AMBULANCES)
def test_r01_keeps_every_ambulance_from_carrying_a_body(vehicle_class: VehicleClass) -> None:
    verdict = assess(vehicle("A1", vehicle_class, agency="dkm"), drowned_child(), sop(), moment())
    assert not verdict.eligible
    assert verdict.blocking == ("R01",)


def test_a_hearse_carries_a_body_and_never_a_living_patient() -> None:
    hearse = vehicle("H3", VehicleClass.HEARSE)
    assert assess(hearse, drowned_child(), sop(), moment()).eligible
    for need in (Need.EMERGENCY, Need.REFERRAL, Need.TRANSPORT):
        verdict = assess(hearse, ask(need), sop(), moment())
        assert "R07" in verdict.blocking


def test_r02_lifts_r01_for_a_city_transport_ambulance_with_the_health_officers_yes() -> None:
    verdict = assess(vehicle("T1", AMBULANCES[1]), drowned_child(), sop(), moment(soonest_s=31 * 60))
    assert verdict.eligible
    assert [(need.rule, need.approver) for need in verdict.needs] == [("R02", "health_officer")]
    lifted = next(finding for finding in verdict.findings if finding.rule == "R01")
    assert lifted.lifted_by == "R02"


@pytest.mark.parametrize(
    ("vehicle_class", "agency", "soonest_s", "at"),
    [
        (AMBULANCES[1], "kota-tangerang", 30 * 60.0, NOW),  # somebody comes within thirty minutes
        (AMBULANCES[0], "kota-tangerang", None, NOW),  # never an emergency ambulance
        (AMBULANCES[1], "kabupaten-tangerang", None, NOW),  # the city's clause is not the district's
        (AMBULANCES[1], "kota-tangerang", None, datetime(2019, 8, 23, 16, 45, tzinfo=ZONE)),  # not yet in force
    ],
)
def test_r02_lifts_nothing_else(
    vehicle_class: VehicleClass, agency: str, soonest_s: float | None, at: datetime
) -> None:
    asked = vehicle("T1", vehicle_class, agency=agency, at=at)
    assert not assess(asked, drowned_child(), sop(at), moment(at, soonest_s=soonest_s)).eligible


def test_r02_never_hides_another_objection() -> None:
    parked = vehicle("T1", AMBULANCES[1], duty=Duty.OFF_DUTY)
    verdict = assess(parked, drowned_child(), sop(), moment(soonest_s=None))
    assert not verdict.eligible
    assert verdict.blocking == ("DINAS",)


def test_r04_wants_an_emergency_ambulance_for_red() -> None:
    assert assess(vehicle("A1", AMBULANCES[0]), ask(Need.EMERGENCY), sop(), moment()).eligible
    assert "R04" in assess(vehicle("T1", AMBULANCES[1]), ask(Need.EMERGENCY), sop(), moment()).blocking


def test_a_class_may_do_only_what_the_table_says_where_no_rule_objects() -> None:
    yellow = ask(Need.EMERGENCY, Urgency.YELLOW)
    assert assess(vehicle("L1", VehicleClass.DUAL_USE), yellow, sop(), moment()).blocking == ("KELAS",)
    bare = SopInForce({})
    for vehicle_class, row in CLASSES.items():
        for need in Need:
            verdict = assess(vehicle("X", vehicle_class), ask(need, can_sit=True), bare, moment())
            assert verdict.eligible is row.may(need).yes, (vehicle_class, need)


def test_r05_prefers_a_transport_ambulance_for_a_stable_patient() -> None:
    stable = ask(Need.TRANSPORT)
    assert assess(vehicle("T1", AMBULANCES[1]), stable, sop(), moment()).preferred_s == 15 * 60
    assert assess(vehicle("A1", AMBULANCES[0]), stable, sop(), moment()).preferred_s == 0


@pytest.mark.parametrize(
    ("local", "open_"),
    [
        ("2026-11-20T07:59:59", False),
        ("2026-11-20T08:00:00", True),
        ("2026-11-21T15:59:59", True),  # Saturday
        ("2026-11-20T16:00:00", False),
        ("2026-11-22T10:00:00", False),  # Sunday
    ],
)
def test_r19_keeps_partner_hours(local: str, open_: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    partner = vehicle("L1", VehicleClass.DUAL_USE, agency="laz", at=at)
    verdict = assess(partner, drowned_child(), sop(at), moment(at))
    assert verdict.eligible is open_
    assert ("R19" in verdict.blocking) is not open_


def test_r19_speaks_of_the_partners_vehicles_alone() -> None:
    other = vehicle("L2", VehicleClass.DUAL_USE, agency="dkm")
    assert assess(other, drowned_child(), sop(), moment()).eligible


@pytest.mark.parametrize(("minutes", "fits"), [(0, True), (30, True), (31, False)])
def test_r21_does_not_offer_to_a_vehicle_whose_position_is_older_than_thirty_minutes(minutes: int, fits: bool) -> None:
    seen = vehicle("H3", VehicleClass.HEARSE, fix_age=timedelta(minutes=minutes))
    assert assess(seen, drowned_child(), sop(), moment()).eligible is fits


def test_a_vehicle_that_was_never_seen_is_not_offered() -> None:
    unseen = vehicle("H3", VehicleClass.HEARSE, fix_age=None)
    assert assess(unseen, drowned_child(), sop(), moment()).blocking == ("R21",)


@given(vehicles, asks, moments)
def test_every_rule_answers_for_every_vehicle(seen: VehicleNow, asked: object, at: object) -> None:
    verdict = assess(seen, asked, sop(), at)  # type: ignore[arg-type]
    spoken = {finding.rule for finding in verdict.findings}
    national = {rule.id for rule in sop().packs["national"].rules}
    own = {
        "kota-tangerang": {"R02", "R17"},
        "kabupaten-tangerang": {"R18"},
        "laz": {"R19", "R19-2"},
        "dkm": {"D01"},
    }.get(seen.vehicle.agency, set())
    own |= {"R16"}  # the pick-up lies in the city: its pack speaks of the trip for every vehicle
    assert spoken == national | own | {"KELAS", "DINAS", "R23"}
    assert verdict.eligible is not bool(verdict.blocking)


@given(vehicles, asks, moments)
def test_who_may_not_go_is_told_a_rule_and_the_facts_it_saw(seen: VehicleNow, asked: object, at: object) -> None:
    verdict = assess(seen, asked, sop(), at)  # type: ignore[arg-type]
    for finding in verdict.findings:
        if finding.blocks:
            assert finding.facts


@given(vehicles, asks, moments, st.randoms())
def test_the_order_of_packs_and_rules_never_changes_the_outcome(
    seen: VehicleNow, asked: object, at: object, dice: Random
) -> None:
    given_order = sop()
    packs: list[Pack] = []
    for pack in given_order.packs.values():
        rules = list(pack.rules)
        dice.shuffle(rules)
        packs.append(
            Pack(
                agency=pack.agency,
                title=pack.title,
                version=pack.version,
                effective_from=pack.effective_from,
                rules=tuple(rules),
            )
        )
    dice.shuffle(packs)
    other_order = SopInForce({pack.agency: pack for pack in packs})
    first = assess(seen, asked, given_order, at)  # type: ignore[arg-type]
    assert assess(seen, asked, other_order, at) == first  # type: ignore[arg-type]


@given(vehicles, moments)
def test_r07_can_be_lifted_by_nobody(seen: VehicleNow, at: object) -> None:
    if seen.vehicle.vehicle_class is VehicleClass.HEARSE:
        for need in (Need.EMERGENCY, Need.REFERRAL, Need.TRANSPORT):
            assert not assess(seen, ask(need), sop(), at).eligible  # type: ignore[arg-type]


def test_a_request_that_contradicts_itself_is_refused() -> None:
    assert judge_ask(ask(Need.BODY, living=True)) is not None
    assert judge_ask(ask(Need.EMERGENCY, living=False)) is not None
    assert judge_ask(drowned_child()) is None
