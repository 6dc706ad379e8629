"""For a red the operator is proposed who would be there much sooner, with what it costs; or the desk diverts it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.effects.proposing import LOOK_EVERY, list_proposed
from dispatch.desk.ports import Books, DueKind
from dispatch.desk.usecases import changes, changing, diverting, requests
from dispatch.domain.request import Ask
from dispatch.domain.vehicle import Vehicle
from dispatch.rules.pack.read import read_pack
from dispatch.vocabulary.events import Diverted, ProposalOver, StoodDown, VehicleProposed
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.policy import Diverts
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepCause
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import OPI, SITI, ask, packs
from tests.unit.desk.town import Look, Town, done

pytestmark = pytest.mark.anyio
BY = Command(actor=OPI)
OFFERED, ACCEPTED, EN_ROUTE = AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE
RED, YELLOW = ask(Need.EMERGENCY, urgency=Urgency.RED), ask(Need.EMERGENCY, urgency=Urgency.YELLOW)


def to(urgency: Urgency) -> Callable[[Ask], Ask]:
    return lambda asked: replace(asked, urgency=urgency)


def ambulance(name: str) -> Vehicle:
    kind = VehicleClass.EMERGENCY_AMBULANCE
    return Vehicle(id=name, name=f"Ambulans {name}", vehicle_class=kind, agency="kota-tangerang")


async def proposed(town: Town, request: Look) -> tuple[object, ...] | None:
    """The vehicle, the request that it is taken from, and the minutes with it, without it and for the other one."""
    said = (await town.read(lambda books: list_proposed(books, [books.requests.get(request.id)]))).get(request.id)
    return None if said is None else (said.vehicle_id, said.taken_from, said.eta_s, said.without_s, said.waits_s)


async def going(town: Town, minutes: float, *steps: Step) -> Look:
    """The only ambulance goes to a yellow one."""
    town.roads.minutes = {"A1": minutes}
    lower = await town.ask(asked=YELLOW)
    await town.take(lower.assignments[0], Step.ACCEPT, *steps)
    return await town.look(lower)


async def live(town: Town, request: Look) -> dict[str, AssignmentState]:
    return dict(await town.live(request))


async def test_a_red_that_nobody_can_go_to_is_proposed_the_vehicle_of_a_lower_one(town: Town) -> None:
    lower = await going(town, 5.0, Step.EN_ROUTE)
    red = await town.ask(asked=RED)
    assert red.state is RequestState.WAITING
    assert await proposed(town, red) == ("A1", lower.id, 300, None, None)
    assert await live(town, lower) == {"A1": EN_ROUTE}


async def test_what_it_costs_the_other_is_how_much_later_its_next_best_comes(town: Town) -> None:
    lower = await going(town, 5.0)
    await town.add(ambulance("A2"), minutes=19.0)
    red = await town.ask(asked=RED)
    assert await live(town, red) == {"A2": OFFERED}
    # The next best for the other one is the one that the red has now, which is not free for it.
    assert await proposed(town, red) == ("A1", lower.id, 300, 1140, None)
    await town.add(ambulance("A3"), minutes=25.0)
    await town.pass_time(LOOK_EVERY.total_seconds())
    assert await proposed(town, red) is not None


async def test_minutes_that_are_few_are_not_worth_it(town: Town) -> None:
    await going(town, 5.0)
    await town.add(ambulance("A2"), minutes=9.9)
    red = await town.ask(asked=RED)
    assert await live(town, red) == {"A2": OFFERED}
    assert await proposed(town, red) is None


@pytest.mark.parametrize("steps", [(Step.EN_ROUTE, Step.ON_SCENE), (Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING)])
async def test_who_is_there_already_is_not_proposed(town: Town, steps: tuple[Step, ...]) -> None:
    await going(town, 5.0, *steps)
    assert await proposed(town, await town.ask(asked=RED)) is None


async def test_nobody_is_proposed_to_a_lower_request_or_from_another_red(town: Town) -> None:
    lower = await going(town, 5.0)
    assert (await town.ask(asked=YELLOW)).of(VehicleProposed) == []
    done(await diverting.divert(town.unit, (await town.ask(asked=RED)).id, of=lower.id, reason="henti napas", by=BY))
    assert await proposed(town, await town.ask(asked=RED)) is None


async def test_who_may_not_go_under_the_sop_is_not_proposed(town: Town) -> None:
    town.roads.minutes = {"H3": 5.0}
    body = await town.ask(asked=ask(Need.BODY))
    await town.take(body.assignments[0], Step.ACCEPT)
    assert await proposed(town, await town.ask(asked=RED)) is None


async def test_it_is_told_once_and_over_when_it_is_not_so_any_more(town: Town) -> None:
    lower = await going(town, 5.0, Step.EN_ROUTE)
    red = await town.ask(asked=RED)
    for _ in range(3):
        await town.pass_time(300)
    assert len((await town.look(red)).of(VehicleProposed)) == 1
    await town.take((await town.look(lower)).live()[0], Step.ON_SCENE)
    assert await proposed(town, red) is None
    await town.pass_time(300)
    assert len((await town.look(red)).of(ProposalOver)) == 1


async def test_what_is_carried_out_is_not_proposed_any_more(town: Town) -> None:
    lower = await going(town, 5.0, Step.EN_ROUTE)
    red = await town.ask(asked=RED)
    done(await diverting.divert(town.unit, red.id, of=lower.id, vehicle_id="A1", reason="henti napas", by=BY))
    assert await proposed(town, red) is None
    assert await live(town, red) == {"A1": OFFERED}


async def test_an_ended_red_has_no_proposal_and_no_timer(town: Town) -> None:
    await going(town, 5.0)
    await town.add(ambulance("A2"), minutes=19.0)
    red = await town.ask(asked=RED)
    await town.take(red.assignments[0], Step.ACCEPT)
    await town.run_due()
    assert await town.timer(DueKind.SOONER, red.id) is not None
    state = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, red.id, state, told="keluarga", reason="contoh", by=Command(actor=SITI)))
    assert await town.timer(DueKind.SOONER, red.id) is None
    assert await proposed(town, red) is None


async def coming(town: Town) -> Look:
    """The only ambulance is on its way to a red, twenty minutes off."""
    town.roads.minutes = {"A1": 20.0}
    red = await town.ask(asked=RED)
    await town.take(red.assignments[0], Step.ACCEPT, Step.EN_ROUTE)
    await town.run_due()
    assert await proposed(town, red) is None
    return red


async def test_a_vehicle_that_comes_on_duty_much_nearer_is_proposed_at_once(town: Town) -> None:
    red = await coming(town)
    await town.add(ambulance("A2"), minutes=14.0)
    await town.duty("A2", Duty.OFF_DUTY)
    await town.duty("A2", Duty.AVAILABLE)
    await town.run_due()
    assert await proposed(town, red) == ("A2", None, 840, 1200, None)
    done(await requests.assign(town.unit, red.id, "A2", override=None, by=BY))
    assert await live(town, red) == {"A1": EN_ROUTE, "A2": OFFERED}
    assert await proposed(town, red) is None
    trips = {a.vehicle_id: a for a in (await town.look(red)).live()}
    await town.take(trips["A2"], Step.ACCEPT)
    assert await live(town, red) == {"A2": ACCEPTED}


async def test_a_vehicle_a_little_nearer_is_not_proposed(town: Town) -> None:
    red = await coming(town)
    await town.add(ambulance("A2"), minutes=15.1)
    await town.pass_time(0)
    await town.pass_time(LOOK_EVERY.total_seconds())
    assert await proposed(town, red) is None


async def test_a_free_vehicle_goes_before_one_that_another_waits_for(town: Town) -> None:
    red = await coming(town)
    await town.add(ambulance("A3"), minutes=6.0)
    lower = await town.ask(asked=YELLOW)
    await town.take(lower.assignments[0], Step.ACCEPT)
    await town.add(ambulance("A2"), minutes=8.0)
    await town.pass_time(LOOK_EVERY.total_seconds())
    assert ((await proposed(town, red)) or [None])[0] == "A2"


async def test_nobody_is_looked_for_once_the_vehicle_is_there(town: Town) -> None:
    red = await coming(town)
    await town.take((await town.look(red)).live()[0], Step.ON_SCENE)
    await town.add(ambulance("A2"), minutes=1.0)
    await town.pass_time(LOOK_EVERY.total_seconds())
    assert await proposed(town, red) is None
    assert await town.timer(DueKind.SOONER, red.id) is None


async def test_only_a_red_is_compared(town: Town) -> None:
    lower = await going(town, 20.0)
    await town.add(ambulance("A2"), minutes=1.0)
    await town.pass_time(LOOK_EVERY.total_seconds())
    assert await town.timer(DueKind.SOONER, lower.id) is None
    assert (await town.look(lower)).of(VehicleProposed) == []


async def test_a_request_that_becomes_red_is_compared_and_one_that_is_none_any_more_not(town: Town) -> None:
    lower = await going(town, 20.0)
    await town.add(ambulance("A2"), minutes=1.0)
    done(await changing.change(town.unit, lower.id, to(Urgency.RED), by=BY))
    await town.pass_time(LOOK_EVERY.total_seconds())
    assert ((await proposed(town, lower)) or [None])[0] == "A2"
    done(await changing.change(town.unit, lower.id, to(Urgency.YELLOW), by=BY))
    assert await proposed(town, lower) is None
    assert await town.timer(DueKind.SOONER, lower.id) is None


async def automatic(town: Town) -> None:
    """The national SOP lets the desk divert by itself."""
    text = packs()["national.toml"]
    old = read_pack(text)
    text = text.replace("[policy]", '[policy]\nred_diverts = "auto"').replace(f'"{old.version}"', '"auto"', 1)
    text = text.replace("2026-11-01T00:00:00", "2026-11-02T00:00:00", 1)
    pack = read_pack(text)
    assert pack.policy.red_diverts is Diverts.AUTO

    def put(books: Books) -> None:
        books.sop.add_pack(agency=pack.agency, version=pack.version, effective_from=pack.effective_from, text=text)

    await town.store.write(put)


async def test_where_the_policy_says_so_the_desk_diverts_by_itself(town: Town) -> None:
    await automatic(town)
    lower = await going(town, 5.0, Step.EN_ROUTE)
    red = await town.ask(asked=RED)
    assert await live(town, red) == {"A1": OFFERED}
    assert (red.decided.chosen, red.promise) == (("A1",), None)
    assert [(one.vehicle_id, one.taken_from) for one in red.of(Diverted)] == [("A1", lower.id)]
    left = await town.look(lower)
    assert [(one.cause, one.reason) for one in left.of(StoodDown)] == [(StepCause.RED_DIVERTS, None)]
    assert (left.state, left.owed.why) == (RequestState.WAITING, Why.RED_FIRST)
    assert await proposed(town, red) is None


async def test_the_desk_diverts_instead_of_a_later_one_that_drives_on_until_then(town: Town) -> None:
    await automatic(town)
    red = await coming(town)
    await town.add(ambulance("A2"), minutes=5.0)
    lower = await town.ask(asked=YELLOW)
    await town.take(lower.assignments[0], Step.ACCEPT)
    await town.pass_time(LOOK_EVERY.total_seconds())
    assert await live(town, red) == {"A1": EN_ROUTE, "A2": OFFERED}
    assert await live(town, lower) == {}
    trips = {a.vehicle_id: a for a in (await town.look(red)).live()}
    await town.take(trips["A2"], Step.ACCEPT)
    await town.run_due()
    assert await live(town, red) == {"A2": ACCEPTED}
    assert await live(town, lower) == {"A1": OFFERED}  # who was on its way to the red is free for the other


async def test_who_declined_the_red_is_not_taken_from_the_other_one_again(town: Town) -> None:
    await automatic(town)
    lower = await going(town, 5.0)
    red = await town.ask(asked=RED)
    await town.take((await town.look(red)).live()[0], Step.DECLINE)
    await town.pass_time(600)
    assert await live(town, lower) == {"A1": OFFERED}
    await town.take((await town.look(lower)).live()[0], Step.ACCEPT)
    await town.pass_time(300)
    assert await live(town, lower) == {"A1": ACCEPTED}
    assert len((await town.look(red)).of(Diverted)) == 1


async def test_nobody_is_diverted_back_where_the_two_change_places(town: Town) -> None:
    await automatic(town)
    lower = await going(town, 5.0)
    red = await town.ask(asked=RED)
    await town.take((await town.look(red)).live()[0], Step.ACCEPT)
    done(await changing.change(town.unit, red.id, to(Urgency.YELLOW), by=BY))
    done(await changing.change(town.unit, lower.id, to(Urgency.RED), by=BY))
    await town.pass_time(300)
    assert await live(town, red) == {"A1": ACCEPTED}
    assert (await town.look(lower)).of(Diverted) == []


async def test_what_a_change_needs_is_diverted_and_who_may_not_go_any_more_drives_on_until_then(town: Town) -> None:
    await automatic(town)
    await town.add(replace(ambulance("O1"), equipment=frozenset({"incubator"})), minutes=5.0)
    town.roads.minutes = {"O1": 5.0}
    lower = await town.ask(asked=ask(Need.TRANSPORT))
    await town.take(lower.assignments[0], Step.ACCEPT)
    town.roads.minutes["T1"] = 6.0
    other = await town.ask(asked=ask(Need.TRANSPORT))
    await town.take(other.assignments[0], Step.ACCEPT)

    def worse(asked: Ask) -> Ask:
        return replace(asked, urgency=Urgency.RED, patient=replace(asked.patient, incubator=True))

    done(await changing.change(town.unit, other.id, worse, by=BY))
    assert await live(town, other) == {"T1": ACCEPTED, "O1": OFFERED}
    assert (await town.look(lower)).live() == []
    trips = {a.vehicle_id: a for a in (await town.look(other)).live()}
    await town.take(trips["O1"], Step.ACCEPT)
    assert await live(town, other) == {"O1": ACCEPTED}
