"""What the sample packs of November 2026 say: preferences, rest, papers, and what a patient needs aboard."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.consequences import consequences
from dispatch.rules.judge_one import assess
from dispatch.rules.sop import OverridableBy
from dispatch.vocabulary.needs import Leaves, Need, Urgency
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.people import NOW, ZONE, ask, drowned_child, moment, sop, vehicle

A, T, P = VehicleClass.EMERGENCY_AMBULANCE, VehicleClass.TRANSPORT_AMBULANCE, VehicleClass.MOBILE_CLINIC
L, M = VehicleClass.DUAL_USE, VehicleClass.VILLAGE_CAR


def carrying(kind: VehicleClass, *equipment: str, crew: str = "driver escort", **more: Any) -> VehicleNow:
    ready = vehicle("V", kind, crew=frozenset(crew.split()))
    return replace(ready, vehicle=replace(ready.vehicle, equipment=frozenset(equipment), **more))


def blocking(now: VehicleNow, urgency: Urgency = Urgency.YELLOW, **patient: Any) -> set[str]:
    need = Need.EMERGENCY if urgency is Urgency.RED else Need.REFERRAL
    return set(assess(now, ask(need, urgency, **patient), sop(), moment()).blocking)


@pytest.mark.parametrize(("kind", "worth"), [(A, 0), (T, 900), (P, 900), (L, 900), (M, 900)])
def test_r05_keeps_emergency_ambulances_back_and_only_them(kind: VehicleClass, worth: float) -> None:
    stable = ask(Need.REFERRAL, can_sit=True)
    assert assess(vehicle("V", kind), stable, sop(), moment()).preferred_s == worth


def test_r12_is_not_for_reds() -> None:
    own = vehicle("V", A)
    assert assess(own, ask(Need.REFERRAL, resident_of="kota-tangerang"), sop(), moment()).preferred_s == 900
    red = assess(own, ask(Need.EMERGENCY, resident_of="kota-tangerang"), sop(), moment())
    assert red.preferred_s == 0
    assert not next(f for f in red.findings if f.rule == "R12").applies


@pytest.mark.parametrize(
    ("urgency", "special_care", "stays"),
    [
        (Urgency.GREEN, False, True),
        (Urgency.YELLOW, False, True),
        (Urgency.YELLOW, True, False),
        (Urgency.RED, False, False),
    ],
)
def test_r17_keeps_the_last_of_a_zone_from_the_stable_alone(
    urgency: Urgency, *, special_care: bool, stays: bool
) -> None:
    last = carrying(A, zone="timur")
    at = replace(moment(), free_in_zone={(A, "timur"): 1})
    found = assess(last, ask(Need.REFERRAL, urgency, special_care=special_care), sop(), at)
    assert ("R17" in found.blocking) is stays


@pytest.mark.parametrize(
    ("rested_min", "waited_min", "rests"),
    [
        (0, 0, True),
        (9.9, 60, True),
        (10, 9.9, True),
        (10, 10, False),
        (29.9, 9.9, True),
        (29.9, 10, False),
        (30, 0, False),
    ],
)
def test_r22_nobody_waits_longer_than_ten_minutes_beside_a_resting_crew(
    rested_min: float, waited_min: float, *, rests: bool
) -> None:
    hearse = replace(vehicle("H1", VehicleClass.HEARSE), trip_ended_at=NOW - timedelta(minutes=rested_min))
    at = replace(moment(), waited_s=waited_min * 60.0)
    assert ("R22" in assess(hearse, drowned_child(), sop(), at).blocking) is rests


def test_r22_never_holds_a_red() -> None:
    tired = replace(vehicle("A1", A), trip_ended_at=NOW, on_duty_since=NOW - timedelta(hours=14))
    assert assess(tired, ask(Need.EMERGENCY), sop(), moment()).eligible


@pytest.mark.parametrize("leaves", Leaves)
def test_papers_never_hold_the_search(leaves: Leaves) -> None:
    away = replace(drowned_child(), leaves=leaves)
    two = vehicle("H1", VehicleClass.HEARSE, crew=frozenset({"driver", "escort", "second_driver"}))
    assert assess(two, away, sop(), moment()).eligible
    assert assess(vehicle("H2", VehicleClass.HEARSE), away, sop(), moment()).blocking == ("R14",)
    told = consequences(away, sop(), moment(), two).checklist
    codes = {item.code for item in told}
    assert {"rt_rw", "R14-2"} <= codes
    assert ({"health_letter", "kkp_letter", "R15"} <= codes) is (leaves is Leaves.PROVINCE)
    assert any("bahan bakar" in (item.text or "") for item in told)


@pytest.mark.parametrize(
    ("local", "open_"),
    [
        ("2026-11-20T11:29:59", True),
        ("2026-11-20T11:30:00", False),  # a Friday
        ("2026-11-20T12:59:59", False),
        ("2026-11-20T13:00:00", True),
        ("2026-11-19T12:00:00", True),  # a Thursday
    ],
)
def test_a_pack_may_close_on_one_weekday(local: str, *, open_: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=ZONE)
    partner = vehicle("L1", L, agency="laz", at=at)
    assert (assess(partner, drowned_child(), sop(at), moment(at)).blocking == ()) is open_
    red = ask(Need.REFERRAL, Urgency.RED)
    assert "R19-2" not in assess(partner, red, sop(at), moment(at)).blocking


NEEDS = (
    ({"oxygen": True}, "R28", carrying(T, "oxygen"), carrying(T)),
    ({"ventilator": True}, "R29", carrying(A, "ventilator", crew="driver nurse"), carrying(A, crew="driver nurse")),
    ({"ventilator": True}, "R29-2", carrying(A, "ventilator", crew="driver paramedic"), carrying(A, "ventilator")),
    ({"incubator": True}, "R30", carrying(A, "incubator"), carrying(A, "ventilator")),
    ({"infectious": True}, "R31", carrying(T, "infectious", "ppe"), carrying(T, "ppe")),
    ({"labour": True}, "R32", carrying(T, crew="driver midwife"), carrying(T)),
    ({"guarded": True}, "R33", carrying(T, crew="driver security"), carrying(T, crew="driver nurse")),
)


@pytest.mark.parametrize(("patient", "rule", "fits", "lacks"), NEEDS)
def test_what_a_patient_needs_is_aboard(
    patient: dict[str, Any], rule: str, fits: VehicleNow, lacks: VehicleNow
) -> None:
    assert blocking(fits, **patient) == set()
    assert blocking(lacks, **patient) == {rule}
    assert blocking(lacks) == set()


@pytest.mark.parametrize(("patient", "rule", "fits", "lacks"), NEEDS)
def test_who_may_act_against_it(patient: dict[str, Any], rule: str, fits: VehicleNow, lacks: VehicleNow) -> None:
    del patient, fits, lacks
    found = sop().packs["national"].find_rule(rule)
    assert found is not None
    assert found.reason.would_help
    expected = OverridableBy.HEALTH_OFFICER if rule == "R31" else OverridableBy.OPERATOR
    assert found.overridable_by is expected


def test_for_a_red_nothing_counts_but_what_cannot_be_done_without() -> None:
    every = dict.fromkeys(("oxygen", "ventilator", "incubator", "infectious", "labour", "guarded"), True)
    assert blocking(carrying(A, crew="driver"), Urgency.RED, **every) == {"R29", "R30", "R31"}
    full = carrying(A, "ventilator", "incubator", "infectious", "ppe", crew="driver")
    assert blocking(full, Urgency.RED, **every) == set()
    assert blocking(carrying(A, crew="driver"), Urgency.RED, oxygen=True, labour=True, guarded=True) == set()
    # A nurse who is there sooner goes ahead without oxygen aboard.
    ahead = assess(carrying(T, crew="driver nurse"), ask(Need.EMERGENCY, oxygen=True), sop(), moment())
    assert ahead.first_contact == "R04-2"


def test_an_emergency_ambulance_carries_oxygen_by_its_class() -> None:
    assert blocking(carrying(A), oxygen=True) == set()
