"""Somebody's yes and somebody's override: who may say it, and what the journal keeps of it."""

from dataclasses import replace

import pytest
from dispatch.desk.views import RequestView

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.domain.people import Person
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from tests.people import DINA, OPI, SITI, ask, sop
from tests.unit.desk.town import CONTACT, FLEET, Town, town

pytestmark = pytest.mark.anyio
__all__ = ["town"]
ELSEWHERE = Person(id="oka", name="Operator Contoh Oka", role=Role.OPERATOR, agency="kabupaten-tangerang")
R02 = next(rule for rule in sop().packs["kota-tangerang"].rules if rule.id == "R02")


@pytest.fixture
async def stuck(town: Town) -> tuple[Town, RequestView]:
    """No hearse can come: the city's T1 waits for the health officer's yes."""
    town.roads.minutes = {"A1": 0.0, "T1": 6.0}
    view = await town.ask()
    assert view.request.state is RequestState.AWAITING_APPROVAL
    return town, view


def refused(result: object) -> str:
    assert isinstance(result, Refusal), result
    return result.code


async def test_only_whom_the_rule_names_may_say_yes(stuck: tuple[Town, RequestView]) -> None:
    town, view = stuck
    for person in (OPI, SITI):
        code = refused(
            await town.desk.approve(view.request.id, rule="R02", yes=True, reason="boleh", by=Command(actor=person))
        )
        assert code == "not_the_approver"
    assert await town.live(view) == []


async def test_a_yes_stands_in_the_journal_with_who_why_and_the_clause(stuck: tuple[Town, RequestView]) -> None:
    town, view = stuck
    done = await town.desk.approve(
        view.request.id, rule="R02", yes=True, reason="tidak ada mobil jenazah", by=Command(actor=DINA)
    )
    assert isinstance(done, RequestView)
    assert await town.live(view) == [("T1", AssignmentState.OFFERED)]
    event = next(entry.event for entry in done.entries if entry.event.kind is EventKind.APPROVAL_GIVEN)
    assert (event.actor, event.vehicle_id) == (DINA.id, "T1")
    assert event.facts == {
        "rule": "R02",
        "reason": "tidak ada mobil jenazah",
        "clause": R02.clause,
        "approver": "health_officer",
    }


async def test_a_no_stands_in_the_journal_and_the_search_goes_on(stuck: tuple[Town, RequestView]) -> None:
    town, view = stuck
    done = await town.desk.approve(view.request.id, rule="R02", yes=False, reason="belum perlu", by=Command(actor=DINA))
    assert isinstance(done, RequestView)
    event = next(entry.event for entry in done.entries if entry.event.kind is EventKind.APPROVAL_REFUSED)
    assert (event.actor, event.facts["clause"]) == (DINA.id, R02.clause)
    assert await town.live(view) == []
    assert await town.state(view) is RequestState.WAITING


async def test_an_operator_does_not_send_who_waits_for_anothers_yes(stuck: tuple[Town, RequestView]) -> None:
    town, view = stuck
    code = refused(await town.desk.assign(view.request.id, "T1", override=None, by=Command(actor=OPI)))
    assert code == "approval_needed"
    assert await town.live(view) == []
    for override in (("R02", "mendesak"), ("R01", "mendesak")):
        code = refused(await town.desk.assign(view.request.id, "T1", override=override, by=Command(actor=OPI)))
        assert code in ("approval_needed", "not_overridable")


async def test_another_governments_vehicle_goes_only_after_its_own_operators_yes(town: Town) -> None:
    def add(books: Books) -> None:
        other = Vehicle(
            id="H4",
            name="Kendaraan H4",
            vehicle_class=VehicleClass.HEARSE,
            agency="kabupaten-tangerang",
            crew=frozenset({"driver", "escort"}),
            shares=Shares.ON_REQUEST,
            area=frozenset({"kabupaten-tangerang"}),
        )
        books.vehicles.put(other)
        books.vehicles.set_duty("H4", Duty.AVAILABLE, at_base=False, now=town.clock.now())
        for vehicle_id in FLEET:
            if vehicle_id != "A1":
                books.vehicles.set_duty(vehicle_id, Duty.OFF_DUTY, at_base=False, now=town.clock.now())

    await town.store.write(add)
    town.roads.minutes["H4"] = 20.0
    fix = replace(town.desk.live.last_fixes()["H1"], vehicle_id="H4")
    await town.desk.live.put_fixes([fix])
    view = await town.ask()
    assert await town.live(view) == []
    assert refused(await town.desk.assign(view.request.id, "H4", override=None, by=Command(actor=OPI))) == (
        "approval_needed"
    )
    for person, code in ((OPI, "not_your_agency"), (DINA, "not_the_approver")):
        answer = await town.desk.approve(view.request.id, rule="R26", yes=True, reason="ya", by=Command(actor=person))
        assert refused(answer) == code
    done = await town.desk.approve(view.request.id, rule="R26", yes=True, reason="silakan", by=Command(actor=ELSEWHERE))
    assert isinstance(done, RequestView)
    assert await town.live(view) == [("H4", AssignmentState.OFFERED)]


async def test_an_override_stands_in_the_journal_with_the_clause(town: Town) -> None:
    view = await town.ask()
    done = await town.desk.assign(
        view.request.id, "L1", override=("R19", "pengurus mengizinkan"), by=Command(actor=OPI)
    )
    assert isinstance(done, RequestView)
    event = next(entry.event for entry in done.entries if entry.event.kind is EventKind.OVERRIDDEN)
    clause = next(rule.clause for rule in sop().packs["laz"].rules if rule.id == "R19")
    assert (event.actor, event.vehicle_id) == (OPI.id, "L1")
    assert event.facts == {"rule": "R19", "reason": "pengurus mengizinkan", "clause": clause}


@pytest.mark.parametrize("role", list(Role))
async def test_r07_is_overridden_by_nobody(town: Town, role: Role) -> None:
    made = await town.desk.receive(ask(Need.EMERGENCY), CONTACT, choose=None, by=Command(actor=SITI))
    assert isinstance(made, RequestView)
    person = Person(id="x", name="Orang Contoh", role=role, agency="dkm")
    for vehicle_id in ("H3", "H1"):
        answer = await town.desk.assign(
            made.request.id, vehicle_id, override=("R07", "mendesak sekali"), by=Command(actor=person)
        )
        assert refused(answer) in ("not_overridable", "rule_objects")
    kinds = [entry.event.kind for entry in (await town.desk.view(made.request.id)).entries]
    assert EventKind.OVERRIDDEN not in kinds


async def test_a_rule_of_the_health_officers_is_overridden_by_her_alone(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0}
    asked = ask(Need.REFERRAL, special_care=True)
    made = await town.desk.receive(asked, CONTACT, choose=None, by=Command(actor=SITI))
    assert isinstance(made, RequestView)
    override = ("R06", "perawat menyusul di jalan")
    code = refused(await town.desk.assign(made.request.id, "T1", override=override, by=Command(actor=OPI)))
    assert code == "not_overridable"
    done = await town.desk.assign(made.request.id, "T1", override=override, by=Command(actor=DINA))
    assert isinstance(done, RequestView)
    assert await town.live(made) == [("T1", AssignmentState.OFFERED)]


async def test_a_yes_for_a_sooner_vehicle_is_asked_beside_a_late_offer_and_sends_it_instead(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0, "H3": 40.0, "H1": 50.0}
    view = await town.ask()
    assert await town.live(view) == [("H3", AssignmentState.OFFERED)]
    assert [(a.vehicle_id, a.rule, a.state) for a in view.approvals] == [("T1", "R02", "asked")]
    assert view.request.state is RequestState.SEARCHING
    done = await town.desk.approve(view.request.id, rule="R02", yes=True, reason="darurat", by=Command(actor=DINA))
    assert isinstance(done, RequestView)
    assert await town.live(view) == [("T1", AssignmentState.OFFERED)]


async def test_a_yes_that_comes_after_the_late_one_said_yes_moves_nobody(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0, "H3": 40.0, "H1": 50.0}
    view = await town.ask()
    await town.take(view.assignments[0][0], Step.ACCEPT)
    late = await town.desk.approve(view.request.id, rule="R02", yes=True, reason="darurat", by=Command(actor=DINA))
    assert refused(late) == "no_such_approval"
    assert await town.live(view) == [("H3", AssignmentState.ACCEPTED)]


async def test_an_override_of_a_rule_that_says_nothing_is_no_override(town: Town) -> None:
    view = await town.ask()
    done = await town.desk.assign(view.request.id, "H1", override=("R19", "supaya cepat"), by=Command(actor=OPI))
    assert isinstance(done, RequestView)
    assert EventKind.OVERRIDDEN not in [entry.event.kind for entry in done.entries]
