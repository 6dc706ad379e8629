"""Somebody's yes and somebody's override: who may say it, and what the journal keeps of it."""

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.usecases import approving, requests
from dispatch.domain.approval import ApprovalState
from dispatch.domain.people import Person
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import ApprovalGiven, ApprovalRefused, Overridden, facts_of
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from tests.people import DINA, OPI, SITI, ask, sop
from tests.unit.desk.town import FLEET, Look, Town, done, refused

pytestmark = pytest.mark.anyio
OFFERED = AssignmentState.OFFERED
ELSEWHERE = Person(id="oka", name="Operator Contoh Oka", role=Role.OPERATOR, agency="kabupaten-tangerang")
R02 = next(rule for rule in sop().packs["kota-tangerang"].rules if rule.id == "R02")


async def answer(
    town: Town, made: Look, by: Person, *, rule: str = "R02", yes: bool = True, reason: str = "darurat"
) -> str | Refusal:
    return await approving.approve(town.unit, made.id, rule=rule, yes=yes, reason=reason, by=Command(actor=by))


async def send(
    town: Town, made: Look, vehicle_id: str, *, override: tuple[str, str] | None = None, by: Person = OPI
) -> str | Refusal:
    return await requests.assign(town.unit, made.id, vehicle_id, override=override, by=Command(actor=by))


@pytest.fixture
async def stuck(town: Town) -> tuple[Town, Look]:
    """No hearse can come: the city's T1 waits for the health officer's yes."""
    town.roads.minutes = {"A1": 0.0, "T1": 6.0}
    made = await town.ask()
    assert made.state is RequestState.AWAITING_APPROVAL
    return town, made


async def test_only_whom_the_rule_names_may_say_yes(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    for person in (OPI, SITI):
        assert refused(await answer(town, made, person)) is RefusalCode.NOT_THE_APPROVER
    assert await town.live(made) == []


async def test_a_yes_stands_in_the_journal_with_who_why_and_the_clause(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    done(await answer(town, made, DINA, reason="tidak ada mobil jenazah"))
    assert await town.live(made) == [("T1", OFFERED)]
    [event] = (await town.look(made)).of(ApprovalGiven)
    assert (event.actor, event.vehicle_id) == (DINA.id, "T1")
    assert facts_of(event) == {
        "rule": "R02",
        "reason": "tidak ada mobil jenazah",
        "clause": R02.clause,
        "approver": "health_officer",
        "agency": None,
        "heard_at": None,
    }


async def test_a_no_stands_in_the_journal_and_the_search_goes_on(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    done(await answer(town, made, DINA, yes=False, reason="belum perlu"))
    [event] = (await town.look(made)).of(ApprovalRefused)
    assert (event.actor, event.clause) == (DINA.id, R02.clause)
    assert await town.live(made) == []
    assert await town.state(made) is RequestState.WAITING


async def test_an_operator_does_not_send_who_waits_for_anothers_yes(stuck: tuple[Town, Look]) -> None:
    town, made = stuck
    assert refused(await send(town, made, "T1")) is RefusalCode.APPROVAL_NEEDED
    assert await town.live(made) == []
    for override in (("R02", "mendesak"), ("R01", "mendesak")):
        code = refused(await send(town, made, "T1", override=override))
        assert code in (RefusalCode.APPROVAL_NEEDED, RefusalCode.NOT_OVERRIDABLE)


async def test_another_governments_vehicle_goes_only_after_its_own_operators_yes(town: Town) -> None:
    def off_duty(books: Books) -> None:
        for vehicle_id in FLEET.keys() - {"A1"}:
            books.vehicles.set_duty(vehicle_id, Duty.OFF_DUTY, at_base=False, now=town.clock.now())

    await town.store.write(off_duty)
    other = Vehicle(
        id="H4",
        name="Kendaraan H4",
        vehicle_class=VehicleClass.HEARSE,
        agency="kabupaten-tangerang",
        shares=Shares.ON_REQUEST,
        area=frozenset({"kabupaten-tangerang"}),
    )
    await town.add(other, minutes=20.0)
    made = await town.ask()
    assert await town.live(made) == []
    assert refused(await send(town, made, "H4")) is RefusalCode.APPROVAL_NEEDED
    for person, code in ((OPI, RefusalCode.NOT_YOUR_AGENCY), (DINA, RefusalCode.NOT_THE_APPROVER)):
        assert refused(await answer(town, made, person, rule="R26")) is code
    done(await answer(town, made, ELSEWHERE, rule="R26", reason="silakan"))
    assert await town.live(made) == [("H4", OFFERED)]


async def test_an_override_stands_in_the_journal_with_the_clause(town: Town) -> None:
    made = await town.ask()
    done(await send(town, made, "L1", override=("R19", "pengurus mengizinkan")))
    [event] = (await town.look(made)).of(Overridden)
    clause = next(rule.clause for rule in sop().packs["laz"].rules if rule.id == "R19")
    assert (event.actor, event.vehicle_id) == (OPI.id, "L1")
    assert facts_of(event) == {"rule": "R19", "reason": "pengurus mengizinkan", "clause": clause}


@pytest.mark.parametrize("role", list(Role))
async def test_r07_is_overridden_by_nobody(town: Town, role: Role) -> None:
    made = await town.ask(asked=ask(Need.EMERGENCY))
    person = Person(id="x", name="Orang Contoh", role=role, agency="dkm")
    for vehicle_id in ("H3", "H1"):
        code = refused(await send(town, made, vehicle_id, override=("R07", "mendesak sekali"), by=person))
        assert code in (RefusalCode.NOT_OVERRIDABLE, RefusalCode.RULE_OBJECTS)
    assert (await town.look(made)).of(Overridden) == []


async def test_a_rule_of_the_health_officers_is_overridden_by_her_alone(town: Town) -> None:
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask(asked=ask(Need.REFERRAL, special_care=True))
    override = ("R06", "perawat menyusul di jalan")
    assert refused(await send(town, made, "T1", override=override)) is RefusalCode.NOT_OVERRIDABLE
    done(await send(town, made, "T1", override=override, by=DINA))
    assert await town.live(made) == [("T1", OFFERED)]


@pytest.fixture
async def late(town: Town) -> tuple[Town, Look]:
    """The hearse comes late, and T1, which needs a yes, would be there sooner."""
    town.roads.minutes = {"T1": 6.0, "H3": 40.0, "H1": 50.0}
    return town, await town.ask()


async def test_a_yes_for_a_sooner_vehicle_is_asked_beside_a_late_offer_and_sends_it_instead(
    late: tuple[Town, Look],
) -> None:
    town, made = late
    assert await town.live(made) == [("H3", OFFERED)]
    assert [(a.vehicle_id, a.rule, a.state) for a in made.approvals] == [("T1", "R02", ApprovalState.ASKED)]
    assert made.state is RequestState.SEARCHING
    done(await answer(town, made, DINA))
    assert await town.live(made) == [("T1", OFFERED)]


async def test_a_yes_that_comes_after_the_late_one_said_yes_moves_nobody(late: tuple[Town, Look]) -> None:
    town, made = late
    await town.take(made.assignments[0], Step.ACCEPT)
    assert refused(await answer(town, made, DINA)) is RefusalCode.NO_SUCH_APPROVAL
    assert await town.live(made) == [("H3", AssignmentState.ACCEPTED)]


async def test_an_override_of_a_rule_that_says_nothing_is_no_override(town: Town) -> None:
    made = await town.ask()
    done(await send(town, made, "H1", override=("R19", "supaya cepat")))
    assert (await town.look(made)).of(Overridden) == []
