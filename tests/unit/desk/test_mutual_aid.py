"""R26: another government is asked beside any offer that it would beat, and who gave way for it counts as not asked."""

import pytest

from dispatch.desk.command import Command
from dispatch.desk.usecases import approving
from dispatch.domain.approval import ApprovalState
from dispatch.domain.people import Person
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import ApprovalAsked, OfferMade, VehicleProposed
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepCause
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from tests.people import ask
from tests.unit.desk.town import Look, Town, done

pytestmark = pytest.mark.anyio
COUNTY = "kabupaten-tangerang"
OKA = Person(id="oka", name="Operator Contoh Oka", role=Role.OPERATOR, agency=COUNTY)
OFFERED = AssignmentState.OFFERED


async def lend(town: Town, minutes: float, name: str = "K1", kind: VehicleClass = VehicleClass.HEARSE) -> None:
    """A vehicle of the county, which goes to the city only with its own operator's yes."""
    own = Vehicle(
        id=name,
        name=f"Kendaraan {name}",
        vehicle_class=kind,
        agency=COUNTY,
        shares=Shares.ON_REQUEST,
        area=frozenset({COUNTY}),
        crew=frozenset({"driver", "escort", "nurse"}),
    )
    await town.add(own, minutes=minutes)


async def asked(town: Town, made: Look) -> list[str]:
    return [a.vehicle_id for a in (await town.look(made)).approvals if a.state is ApprovalState.ASKED]


async def yes(town: Town, made: Look, vehicle_id: str = "K1") -> None:
    by = Command(actor=OKA)
    done(await approving.answer_for_own(town.unit, made.id, yes=True, vehicle_id=vehicle_id, reason="silakan", by=by))


@pytest.mark.parametrize(("minutes", "is_asked"), [(10.0, True), (30.0, False)])
async def test_it_is_asked_beside_an_offer_exactly_where_it_would_beat_it(
    town: Town, minutes: float, is_asked: bool
) -> None:
    town.roads.minutes = {"H3": 20.0}
    await lend(town, minutes)
    made = await town.ask(asked=ask(Need.BODY))
    assert await town.live(made) == [("H3", OFFERED)]
    assert (await asked(town, made) == ["K1"]) is is_asked


@pytest.mark.parametrize("urgency", [Urgency.RED, Urgency.YELLOW])
@pytest.mark.parametrize("leaves", ["declines", "is silent"])
async def test_who_is_withdrawn_for_it_is_offered_again_the_moment_it_leaves(
    town: Town, urgency: Urgency, leaves: str
) -> None:
    town.roads.minutes = {"A1": 25.0}
    await lend(town, 4.0, kind=VehicleClass.EMERGENCY_AMBULANCE)
    made = await town.ask(asked=ask(Need.EMERGENCY, urgency=urgency))
    assert await town.live(made) == [("A1", OFFERED)]
    await yes(town, made)
    look = await town.look(made)
    assert await town.live(made) == [("K1", OFFERED)]
    [withdrawn] = [a for a in look.assignments if a.vehicle_id == "A1"]
    assert withdrawn.state is AssignmentState.WITHDRAWN
    assert next(e.cause for e in look.events if e.assignment_id == withdrawn.id and e.kind == "offer_withdrawn") is (  # type: ignore[attr-defined]
        StepCause.SOONER_APPROVED
    )
    left_at = town.clock.now()
    if leaves == "declines":
        await town.take(look.live()[0], Step.DECLINE)
    else:
        left_at = look.live()[0].expires_at
        await town.pass_time((left_at - town.clock.now()).total_seconds())
    live = [(a.vehicle_id, a.offered_at) for a in (await town.look(made)).live()]
    assert live == [("A1", left_at)]


async def test_of_several_that_are_asked_the_latest_gives_way(town: Town) -> None:
    town.roads.minutes = {"H3": 14.0, "H1": 40.0}
    await lend(town, 20.0)
    made = await town.ask(asked=ask(Need.BODY, count=2))
    assert sorted(await town.live(made)) == [("H1", OFFERED), ("H3", OFFERED)]
    assert await asked(town, made) == ["K1"]
    await yes(town, made)
    assert sorted(await town.live(made)) == [("H3", OFFERED), ("K1", OFFERED)]
    [k1] = [a for a in (await town.look(made)).live() if a.vehicle_id == "K1"]
    await town.take(k1, Step.DECLINE)
    assert sorted(await town.live(made)) == [("H1", OFFERED), ("H3", OFFERED)]


async def test_a_yes_for_one_that_is_later_than_all_that_are_asked_moves_nobody(town: Town) -> None:
    town.roads.minutes = {"H3": 20.0}
    await lend(town, 10.0)
    made = await town.ask(asked=ask(Need.BODY))
    town.roads.minutes["K1"] = 30.0
    await yes(town, made)
    assert await town.live(made) == [("H3", OFFERED)]
    await town.take((await town.look(made)).live()[0], Step.DECLINE)
    assert await town.live(made) == [("K1", OFFERED)]  # it has its yes


async def test_a_driver_who_has_said_yes_is_not_beaten_by_a_little(town: Town) -> None:
    town.roads.minutes = {"H3": 14.0}
    await lend(town, 10.0)
    made = await town.ask(asked=ask(Need.BODY))
    assert await asked(town, made) == ["K1"]
    await town.take(made.assignments[0], Step.ACCEPT)
    assert await asked(town, made) == []
    assert await town.live(made) == [("H3", AssignmentState.ACCEPTED)]


async def test_who_would_be_there_much_sooner_may_answer_while_the_first_one_drives(town: Town) -> None:
    town.roads.minutes = {"H3": 20.0}
    await lend(town, 10.0)
    made = await town.ask(asked=ask(Need.BODY))
    await town.take(made.assignments[0], Step.ACCEPT)
    assert await asked(town, made) == ["K1"]
    await yes(town, made)
    assert sorted(await town.live(made)) == [("H3", AssignmentState.ACCEPTED), ("K1", OFFERED)]
    [k1] = [a for a in (await town.look(made)).live() if a.vehicle_id == "K1"]
    await town.take(k1, Step.ACCEPT)
    assert await town.live(made) == [("K1", AssignmentState.ACCEPTED)]


async def test_a_yes_that_has_become_too_late_moves_nobody(town: Town) -> None:
    town.roads.minutes = {"H3": 20.0}
    await lend(town, 10.0)
    made = await town.ask(asked=ask(Need.BODY))
    await town.take(made.assignments[0], Step.ACCEPT)
    town.clock.turn(400)
    await town.report()
    await yes(town, made)
    assert await town.live(made) == [("H3", AssignmentState.ACCEPTED)]


async def test_for_a_red_the_yes_makes_it_a_proposal(town: Town) -> None:
    town.roads.minutes = {"A1": 25.0}
    await lend(town, 4.0, kind=VehicleClass.EMERGENCY_AMBULANCE)
    made = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.RED))
    await town.take(made.assignments[0], Step.ACCEPT)
    await yes(town, made)
    look = await town.look(made)
    assert await town.live(made) == [("A1", AssignmentState.ACCEPTED)]
    assert [(event.vehicle_id, event.instead_of) for event in look.of(VehicleProposed)] == [("K1", "A1")]


async def test_nobody_is_asked_any_more_once_the_first_one_is_there(town: Town) -> None:
    town.roads.minutes = {"H3": 20.0}
    await lend(town, 10.0)
    made = await town.ask(asked=ask(Need.BODY))
    await town.take(made.assignments[0], Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE)
    assert await asked(town, made) == []


async def test_nobody_is_asked_for_help_where_a_driver_takes_every_offer(town: Town) -> None:
    town.roads.minutes = {"H3": 14.0}
    await town.duty("H3", Duty.AVAILABLE, auto_accept=True)
    await lend(town, 10.0)
    made = await town.ask(asked=ask(Need.BODY))
    assert await town.live(made) == [("H3", AssignmentState.ACCEPTED)]
    assert made.of(ApprovalAsked) == []


async def test_it_is_asked_once_however_often_an_offer_is_renewed_beside(town: Town) -> None:
    town.roads.minutes = {"A1": 25.0}
    await lend(town, 4.0, kind=VehicleClass.EMERGENCY_AMBULANCE)
    made = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.RED))
    for _ in range(5):
        await town.pass_time(40)
    look = await town.look(made)
    assert [event.vehicle_id for event in look.of(OfferMade)] == ["A1"] * 6
    assert [event.vehicle_id for event in look.of(ApprovalAsked)] == ["K1"]


async def test_it_is_asked_beside_a_promise_too(town: Town) -> None:
    town.roads.minutes = {"H3": 20.0}
    await lend(town, 10.0)
    made = await town.ask(asked=ask(Need.BODY))
    await town.take(made.assignments[0], Step.DECLINE)
    look = await town.look(made)
    assert look.promise is not None
    assert await asked(town, made) == ["K1"]
