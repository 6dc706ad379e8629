"""A vehicle's hours as a built-in rule (JAM): outside of them for emergencies, unless its own pack speaks of hours."""

from dataclasses import replace
from datetime import datetime, time

import pytest
from hypothesis import given, settings

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.fleet import Fleet
from dispatch.rules.judge_fleet import judge_fleet
from dispatch.rules.judge_one import APART_RULE, HOURS_RULE, KEPT_RULE, assess, overridable_by
from dispatch.rules.moment import Moment
from dispatch.rules.pack.checks import judge_beside
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import OverridableBy, SopInForce
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.vehicle_classes import VehicleClass
from tests.people import NOW, ZONE, ask, moment, sop, vehicle
from tests.unit.rules.fleets import asks, fleets, moments, sops

DAY = (time(8), time(16))
NIGHT = (time(20), time(4))


OWN_YES = """
[pack]
agency = "dkm"
title = "SOP Contoh"
version = "uji"
effective_from = 2019-01-01T00:00:00+07:00

[[rule]]
id = "X1"
title = "Di luar jamnya setelah pengurus setuju"
effect = "approval"
vehicles = { agency = ["dkm"] }
unless = { hours = "own" }
overrides = ["JAM"]
approver = "own_operator"
clause = "Di luar jamnya kendaraan berangkat setelah pengurus setuju."
source = "Contoh"
[rule.reason]
met = "Di luar jamnya."
unmet = "Dalam jamnya."
"""


def serving(hours: tuple[time, time] | None, agency: str = "kota-tangerang") -> VehicleNow:
    ready = vehicle("T1", VehicleClass.TRANSPORT_AMBULANCE, agency=agency)
    return replace(ready, vehicle=replace(ready.vehicle, hours=hours))


@pytest.mark.parametrize(
    ("hours", "clock", "serves"),
    [
        (DAY, "07:59:59", False),
        (DAY, "08:00:00", True),
        (DAY, "15:59:59", True),
        (DAY, "16:00:00", False),
        (NIGHT, "19:59:59", False),
        (NIGHT, "20:00:00", True),
        (NIGHT, "03:59:59", True),
        (NIGHT, "04:00:00", False),
        (None, "03:00:00", True),
    ],
)
def test_a_vehicle_goes_within_its_hours(hours: tuple[time, time] | None, clock: str, *, serves: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-19T{clock}").replace(tzinfo=ZONE)
    found = assess(serving(hours), ask(Need.REFERRAL), sop(), replace(moment(), local=at))
    assert ("JAM" in found.blocking) is not serves
    assert any(f.rule == "JAM" for f in found.findings) is (hours is not None)


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("need", [Need.EMERGENCY, Need.REFERRAL, Need.TRANSPORT])
def test_outside_its_hours_it_goes_for_emergencies_of_any_colour_and_every_red(need: Need, urgency: Urgency) -> None:
    held_up = "JAM" in assess(serving(DAY), ask(need, urgency), sop(), moment()).blocking
    assert held_up is (need is not Need.EMERGENCY and urgency is not Urgency.RED)


def test_what_was_decided_when_only_reds_counted_as_emergencies_reads_as_it_did() -> None:
    yellow, then = ask(Need.EMERGENCY, Urgency.YELLOW), replace(moment(), edition=2)
    assert "JAM" in assess(serving(DAY), yellow, sop(), then).blocking
    assert "JAM" not in assess(serving(DAY), replace(yellow, urgency=Urgency.RED), sop(), then).blocking


def test_it_is_silent_where_the_vehicles_own_pack_speaks_of_hours() -> None:
    rules = {f.rule for f in assess(serving(DAY, "laz"), ask(Need.REFERRAL), sop(), moment()).findings}
    assert "JAM" not in rules
    assert "R19" in rules
    # The clause of one agency says nothing of another's vehicles.
    assert "JAM" in assess(serving(DAY, "dkm"), ask(Need.REFERRAL), sop(), moment()).blocking


def test_a_pack_may_let_somebody_say_yes_outside_of_the_hours() -> None:
    pack = read_pack(OWN_YES)
    assert list(judge_beside(pack, [])) == []
    found = assess(serving(DAY, "dkm"), ask(Need.REFERRAL), SopInForce({"dkm": pack}), moment())
    assert (found.eligible, [need.approver for need in found.needs]) == (True, ["own_operator"])
    noon = replace(moment(), local=NOW.astimezone(ZONE).replace(hour=12))
    within = assess(serving(DAY, "dkm"), ask(Need.REFERRAL), SopInForce({"dkm": pack}), noon)
    assert (within.eligible, within.needs) == (True, ())


def test_of_the_built_in_rules_an_operator_may_act_against_hours_a_reservation_and_the_lack_of_a_road() -> None:
    for rule_id in (HOURS_RULE, KEPT_RULE, APART_RULE):
        assert overridable_by(rule_id, None) is OverridableBy.OPERATOR
    for rule_id in ("KELAS", "DINAS", "R23"):
        assert overridable_by(rule_id, None) is OverridableBy.NOBODY
    national = sop().packs["national"]
    assert overridable_by("R10", national.find_rule("R10")) is OverridableBy.HEALTH_OFFICER


def test_what_was_decided_before_the_rule_was_there_reads_as_it_did() -> None:
    old = replace(moment(NOW), edition=1)
    assert "JAM" not in {f.rule for f in assess(serving(DAY), ask(Need.REFERRAL), sop(), old).findings}


@settings(max_examples=200, deadline=None)
@given(fleets, asks, sops, moments)
def test_no_hours_hold_an_emergency_up(vehicles: list[VehicleNow], asked: Ask, sop: SopInForce, moment: Moment) -> None:
    for emergency in (replace(asked, urgency=Urgency.RED), replace(asked, need=Need.EMERGENCY)):
        assert HOURS_RULE not in judge_fleet(Fleet(vehicles), emergency, sop, moment).blocks
