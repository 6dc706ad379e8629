"""Whose yes is asked for: all that a vehicle lacks at once, and nobody's any longer that would let nobody go."""

from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.effects.steps import judge_anew
from dispatch.desk.ports import Books
from dispatch.desk.usecases import approving
from dispatch.domain.approval import Heard
from dispatch.domain.people import Person
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import ApprovalAsked, ApprovalReminded
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import DINA, OPI, ask, packs
from tests.unit.desk.test_mutual_aid import COUNTY, OKA, lend
from tests.unit.desk.town import Look, Town, done

pytestmark = pytest.mark.anyio
OFFERED, SILENT_S = AssignmentState.OFFERED, 180.0
CITY, AMBULANCE = "kota-tangerang", VehicleClass.TRANSPORT_AMBULANCE
# A rule beside R02 by which the operator too has to agree, and as the county writes R02.
BOTH = """
[[rule]]
id = "K01"
title = "Operator menyetujui"
effect = "approval"
vehicles = { class = ["transport_ambulance"] }
when = { need = ["body"] }
overrides = ["R01"]
approver = "operator"
clause = "Operator ikut menyetujui."
source = "contoh"
overridable_by = "nobody"
[rule.reason]
met = "Operator ikut menyetujui."
unmet = "Tidak perlu."
would_help = "Operator menyetujuinya."
"""


async def publish(town: Town, agency: str = "kota-tangerang", *, more: str = "", without: str = "") -> None:
    """A newer pack of an agency: the city's, with a rule more or one less."""
    head, *rules = packs()["kota-tangerang.toml"].split("[[rule]]")
    head = head.replace("kota-tangerang", agency).replace('version = "2026-11-01"', 'version = "newer"')
    kept = [rule for rule in rules if not without or f'id = "{without}"' not in rule]
    at = town.clock.now()
    head = head.replace("2026-11-01T00:00:00+07:00", at.isoformat(timespec="seconds"))
    text = "[[rule]]".join([head, *kept]) + more

    def put(books: Books) -> None:
        books.sop.add_pack(agency=agency, version="newer", effective_from=at, text=text)
        judge_anew(books, at, since=at)

    await town.store.write(put)


async def asked(town: Town, made: Look) -> list[tuple[str, str]]:
    return [(a.vehicle_id, a.approver) for a in (await town.look(made)).approvals if a.is_asked]


async def answer(town: Town, made: Look, by: Person, rule: str, *, yes: bool = True) -> None:
    said = {"rule": rule, "yes": yes, "reason": "magrib dekat"}
    done(await approving.approve(town.unit, made.id, by=Command(actor=by), **said))  # type: ignore[arg-type]


async def test_all_yeses_that_a_vehicle_lacks_are_asked_at_once(town: Town) -> None:
    await publish(town, more=BOTH)
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask()
    assert made.state is RequestState.AWAITING_APPROVAL
    assert sorted(await asked(town, made)) == [("T1", "health_officer"), ("T1", "operator")]
    await answer(town, made, OPI, "K01")
    assert await asked(town, made) == [("T1", "health_officer")]
    assert await town.state(made) is RequestState.AWAITING_APPROVAL
    await answer(town, made, DINA, "R02")
    assert await town.live(made) == [("T1", OFFERED)]


async def test_after_one_no_nobody_else_is_asked_for_that_vehicle(town: Town) -> None:
    await publish(town, more=BOTH)
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask()
    await answer(town, made, OPI, "K01", yes=False)
    assert await asked(town, made) == []
    assert (await town.look(made)).promise is not None


async def test_who_lends_a_vehicle_and_whose_rule_it_needs_are_asked_together_and_nobody_waits_for_either(
    town: Town,
) -> None:
    await publish(town, COUNTY)
    town.roads.minutes = {}
    await lend(town, 20.0, kind=AMBULANCE)
    made = await town.ask()
    assert sorted(await asked(town, made)) == [("K1", "health_officer"), ("K1", "own_operator")]
    assert (await town.look(made)).promise is not None
    await answer(town, made, OKA, "R26")
    assert await asked(town, made) == [("K1", "health_officer")]
    await answer(town, made, DINA, "R02")
    assert await town.live(made) == [("K1", OFFERED)]


async def test_a_vehicle_that_goes_for_another_is_asked_for_no_longer_and_again_once_it_is_free(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask()
    assert await asked(town, made) == [("T1", "health_officer")]
    other = await town.ask(asked=ask(Need.TRANSPORT))
    assert await town.live(other) == [("T1", OFFERED)]
    assert await asked(town, made) == [("T1", "health_officer")]  # its driver may decline the other one
    await town.take(other.assignments[0], Step.ACCEPT)
    await town.run_due()
    assert await asked(town, made) == []
    assert (await town.look(made)).promise is not None
    await town.take((await town.look(other)).live()[0], *(Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING))
    await town.take((await town.look(other)).live()[0], *(Step.AT_DESTINATION, Step.CLEAR))
    await town.pass_time(3600)
    assert await asked(town, made) == [("T1", "health_officer")]


@pytest.mark.parametrize("how", ["off duty", "goes"])
async def test_who_is_lent_beside_one_on_its_way_is_asked_for_no_longer_once_it_is_gone(town: Town, how: str) -> None:
    town.roads.minutes = {"H3": 20.0}
    await lend(town, 10.0)
    made = await town.ask()
    await town.take(made.assignments[0], Step.ACCEPT)
    assert await asked(town, made) == [("K1", "own_operator")]
    if how == "off duty":
        await town.duty("K1", Duty.OFF_DUTY)
    else:
        town.roads.minutes = {"K1": 10.0}
        other = await town.ask()
        by = Command(actor=OKA)
        done(await approving.answer_for_own(town.unit, other.id, yes=True, vehicle_id="K1", reason="ya", by=by))
        await town.take((await town.look(other)).live()[0], Step.ACCEPT)
    assert await asked(town, made) == []


async def test_a_rule_that_is_dropped_asks_nobody_any_longer(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask()
    assert await asked(town, made) == [("T1", "health_officer")]
    town.clock.turn(60)
    await publish(town, without="R02")
    await town.pass_time(60)
    assert await asked(town, made) == []
    look = await town.look(made)
    assert look.promise is not None
    assert len(look.of(ApprovalAsked)) == 1


async def test_an_office_that_nobody_holds_is_not_waited_for(town: Town) -> None:
    where = "kota-serang", "kota-tangerang"
    one, other = (f'{{ who = "health_officer", agency = "{name}" }}' for name in where)
    order = f"approvers = [{one}, {other}]"
    of_the_city = replace(DINA, agency="kota-tangerang")
    await town.store.write(lambda books: books.people.put(of_the_city))
    await publish(town, more=BOTH.replace('approver = "operator"', order), without="R02")
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask()
    await town.run_due()
    look = await town.look(made)
    assert [(e.agency, e.nobody) for e in look.of(ApprovalReminded)] == [("kota-serang", True)]
    assert [a.agency for a in look.approvals if a.is_asked] == list(where)
    await answer(town, made, of_the_city, "K01")
    assert await town.live(made) == [("T1", OFFERED)]


async def test_an_agency_without_an_operator_is_known_at_once_as_one_to_be_rung(town: Town) -> None:
    town.roads.minutes = {}
    await lend(town, 20.0)
    made = await town.ask()
    await town.run_due()
    assert [(e.approver, e.nobody) for e in (await town.look(made)).of(ApprovalReminded)] == [("own_operator", True)]
    by = Command(actor=OPI)
    heard = Heard(name="Contoh Oka", at=town.clock.now())
    done(await approving.approve(town.unit, made.id, rule="R26", yes=True, reason="ya", heard=heard, by=by))
    assert await town.live(made) == [("K1", OFFERED)]


async def test_for_the_next_vehicle_everybody_is_asked_whose_turn_had_come_for_the_one_before(town: Town) -> None:
    order = 'approvers = [{ who = "health_officer" }, { who = "operator" }]'
    await publish(town, more=BOTH.replace('approver = "operator"', order), without="R02")
    await town.add(Vehicle(id="T2", name="Kendaraan T2", vehicle_class=AMBULANCE, agency=CITY), minutes=9.0)
    town.roads.minutes = {"T1": 6.0, "T2": 9.0}
    made = await town.ask()
    assert await asked(town, made) == [("T1", "health_officer")]
    await town.pass_time(SILENT_S)
    assert await asked(town, made) == [("T1", "health_officer"), ("T1", "operator")]
    await answer(town, made, OPI, "K01", yes=False)
    assert await asked(town, made) == [("T2", "health_officer"), ("T2", "operator")]
