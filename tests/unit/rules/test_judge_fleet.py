"""The compiled packs say of a whole fleet what `assess` says of each vehicle, whatever the rules and the case."""

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given, settings

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.fleet import Fleet, count_free, is_puskesmas_busy
from dispatch.rules.judge_fleet import judge_fleet
from dispatch.rules.judge_one import Heard, Verdict, assess
from dispatch.rules.moment import Moment
from dispatch.rules.sop import Effect, SopInForce
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.promises import OWN_OPERATOR
from tests.people import drowned_child
from tests.people import moment as a_moment
from tests.people import sop as sample_sop
from tests.unit.rules.fleets import asks, fleets, moments, sops


def judged(vehicles: list[VehicleNow], ask: Ask, sop: SopInForce, moment: Moment) -> list[tuple[object, ...]]:
    return judged_fleet(Fleet(vehicles), ask, sop, moment)


def judged_fleet(fleet: Fleet, ask: Ask, sop: SopInForce, moment: Moment) -> list[tuple[object, ...]]:
    found = judge_fleet(fleet, ask, sop, moment)
    return [
        (
            bool(found.eligible[n]),
            bool(found.needs_yes[n]),
            bool(found.needs_own_yes[n]),
            tuple(need for need, mask in found.needs if mask[n]),
            float(found.preferred_s[n]),
            float(found.most_preferred_s[n]),
            float(found.penalty_s[n]),
            float(found.sooner_by_s[n]) if found.first_contact[n] else None,
            frozenset(rule for rule, mask in found.blocks.items() if mask[n]),
        )
        for n in range(len(fleet))
    ]


def told(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.eligible,
        any(need.approver != OWN_OPERATOR for need in verdict.needs),
        any(need.approver == OWN_OPERATOR for need in verdict.needs),
        verdict.needs,
        verdict.preferred_s,
        verdict.most_preferred_s,
        verdict.penalty_s,
        verdict.sooner_by_s if verdict.first_contact is not None else None,
        frozenset(verdict.blocking),
    )


@settings(max_examples=400, deadline=None)
@given(fleets, asks, sops, moments)
def test_any_rules_give_the_same_verdicts(
    vehicles: list[VehicleNow], ask: Ask, sop: SopInForce, moment: Moment
) -> None:
    assert judged(vehicles, ask, sop, moment) == [told(assess(now, ask, sop, moment)) for now in vehicles]


@settings(max_examples=100, deadline=None)
@given(fleets, fleets, asks, moments)
def test_a_fleet_that_follows_another_is_judged_as_if_it_were_new(
    before: list[VehicleNow], changed: list[VehicleNow], ask: Ask, moment: Moment
) -> None:
    after = {now.id: now for now in before} | {now.id: now for now in changed if now.id in {b.id for b in before}}
    many = [replace(now, vehicle=replace(now.vehicle, id=f"{now.id}-{n}")) for n in range(8) for now in before]
    later = [
        replace(after[now.id.rsplit("-", 1)[0]], vehicle=now.vehicle) if n == 0 else now for n, now in enumerate(many)
    ]
    first = Fleet(many)
    judge_fleet(first, ask, sample_sop(), moment)
    assert judged_fleet(first.follow(later), ask, sample_sop(), moment) == judged(later, ask, sample_sop(), moment)


@settings(max_examples=200, deadline=None)
@given(fleets, asks, moments)
def test_the_sample_packs_give_the_same_verdicts(vehicles: list[VehicleNow], ask: Ask, moment: Moment) -> None:
    sop = sample_sop()
    assert judged(vehicles, ask, sop, moment) == [told(assess(now, ask, sop, moment)) for now in vehicles]


@settings(max_examples=200, deadline=None)
@given(fleets, asks, sops, moments)
def test_what_a_rule_said_of_one_vehicle_it_says_of_those_that_look_alike_to_it(
    vehicles: list[VehicleNow], ask: Ask, sop: SopInForce, moment: Moment
) -> None:
    heard: Heard = {}
    assert [assess(now, ask, sop, moment, heard) for now in vehicles] == [
        assess(now, ask, sop, moment) for now in vehicles
    ]


@settings(max_examples=100, deadline=None)
@given(fleets, asks, sops, moments)
def test_the_order_of_packs_rules_and_vehicles_changes_nothing(
    vehicles: list[VehicleNow], ask: Ask, sop: SopInForce, moment: Moment
) -> None:
    dice = Random(7)
    packs = [replace(pack, rules=tuple(dice.sample(pack.rules, len(pack.rules)))) for pack in sop.packs.values()]
    other = SopInForce({pack.agency: pack for pack in dice.sample(packs, len(packs))})
    order = dice.sample(range(len(vehicles)), len(vehicles))
    straight = judged(vehicles, ask, sop, moment)
    assert judged([vehicles[n] for n in order], ask, other, moment) == [straight[n] for n in order]


@settings(max_examples=100, deadline=None)
@given(fleets, asks, sops, moments)
def test_a_clause_never_leaks_to_another_agencys_vehicles(
    vehicles: list[VehicleNow], ask: Ask, sop: SopInForce, moment: Moment
) -> None:
    """Taking an agency's rules about vehicles away changes nothing for the vehicles of the others."""
    for agency in sop.packs:
        if agency == "national":
            continue
        pack = sop.packs[agency]
        without = sop.with_pack(replace(pack, rules=tuple(rule for rule in pack.rules if not rule.is_about_vehicle)))
        before, after = judged(vehicles, ask, sop, moment), judged(vehicles, ask, without, moment)
        others = [n for n, now in enumerate(vehicles) if now.vehicle.agency != agency]
        assert [before[n] for n in others] == [after[n] for n in others]


@settings(max_examples=200, deadline=None)
@given(fleets, asks, sops, moments)
def test_no_preference_outweighs_a_minute_of_a_red(
    vehicles: list[VehicleNow], ask: Ask, sop: SopInForce, moment: Moment
) -> None:
    """Whatever packs say, in both ways of judging."""
    red = replace(ask, urgency=Urgency.RED)
    assert not judge_fleet(Fleet(vehicles), red, sop, moment).preferred_s.any()
    for now in vehicles:
        found = assess(now, red, sop, moment)
        assert found.preferred_s == 0.0
        assert not any(f.met or f.applies for f in found.findings if f.effect is Effect.PREFER)


@given(fleets, asks, moments)
def test_what_a_moment_says_of_the_fleet_is_counted(vehicles: list[VehicleNow], ask: Ask, moment: Moment) -> None:
    free = [now for now in vehicles if now.is_free and now.vehicle.zone]
    assert sum(count_free(Fleet(vehicles)).values()) == len(free)
    if ask.requester is None:
        assert is_puskesmas_busy(Fleet(vehicles), ask)


def test_an_empty_fleet_is_judged() -> None:
    found = judge_fleet(Fleet([]), drowned_child(), sample_sop(), a_moment())
    assert found.eligible.shape == (0,)
    assert found.eligible.dtype == np.bool_
