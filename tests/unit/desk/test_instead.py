"""Who is chosen while another vehicle is on its way: that one drives on until the chosen one's driver has said yes."""

from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import changing, requests
from dispatch.domain.request import Ask
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import Escalated, StoodDown
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import INSTEAD, AssignmentState, Step, StepCause
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import OPI, ask
from tests.unit.desk.town import Look, Town, done, refused

pytestmark = pytest.mark.anyio
OFFERED, ACCEPTED, EN_ROUTE = AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE
ON_SCENE, WITHDRAWN = AssignmentState.ON_SCENE, AssignmentState.WITHDRAWN
BY = Command(actor=OPI)


async def going(town: Town, request: Look) -> dict[str, AssignmentState]:
    return dict(await town.live(request))


async def take(town: Town, request: Look, vehicle_id: str, *steps: Step) -> None:
    live = (await town.look(request)).live()
    await town.take(next(a for a in live if a.vehicle_id == vehicle_id), *steps)


async def assign(town: Town, request: Look, vehicle_id: str) -> None:
    done(await requests.assign(town.unit, request.id, vehicle_id, override=None, by=BY))


async def chosen(town: Town, *steps: Step) -> Look:
    """H3 is on its way, and an operator sends H1 instead."""
    made = await town.ask()
    await town.take(made.assignments[0], Step.ACCEPT, *steps)
    await assign(town, made, "H1")
    return await town.look(made)


async def test_who_is_on_its_way_drives_on_until_the_other_has_said_yes(town: Town) -> None:
    made = await chosen(town, Step.EN_ROUTE)
    assert await going(town, made) == {"H3": EN_ROUTE, "H1": OFFERED}
    assert made.state is RequestState.IN_PROGRESS
    await take(town, made, "H1", Step.ACCEPT)
    now = await town.look(made)
    assert [(a.vehicle_id, a.state, a.slot) for a in now.live()] == [("H1", ACCEPTED, 0)]
    assert [event.cause for event in now.of(StoodDown)] == [StepCause.BETTER_ACCEPTED]
    assert (await town.vehicle("H3")).duty is Duty.AVAILABLE


async def test_where_the_other_declines_nothing_is_lost(town: Town) -> None:
    made = await chosen(town, Step.EN_ROUTE)
    await take(town, made, "H1", Step.DECLINE)
    now = await town.look(made)
    assert [(a.vehicle_id, a.state) for a in now.live()] == [("H3", EN_ROUTE)]
    assert (now.state, now.promise) == (RequestState.IN_PROGRESS, None)


async def test_where_the_other_is_silent_nobody_is_told_that_nobody_goes(town: Town) -> None:
    town.roads.minutes = {"A1": 5.0, "T1": 8.0}
    red = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.RED))
    await town.take(red.assignments[0], Step.ACCEPT)
    another = Vehicle(id="A2", name="A2", vehicle_class=VehicleClass.EMERGENCY_AMBULANCE, agency="kota-tangerang")
    await town.add(another, minutes=4.0)
    await assign(town, red, "A2")
    await town.pass_time(60)
    now = await town.look(red)
    assert await going(town, red) == {"A1": ACCEPTED}
    assert now.of(Escalated) == []
    assert await town.timer(DueKind.SEARCH_LONG, red.id) is None


async def test_who_is_lost_meanwhile_is_not_searched_for_beside_the_other(town: Town) -> None:
    made = await chosen(town, Step.EN_ROUTE)
    await take(town, made, "H3", Step.PROBLEM)
    assert await going(town, made) == {"H1": OFFERED}
    assert await town.state(made) is RequestState.SEARCHING
    assert await town.timer(DueKind.SEARCH_LONG, made.id) is not None
    await take(town, made, "H1", Step.ACCEPT)
    assert [(a.vehicle_id, a.slot) for a in (await town.look(made)).live()] == [("H1", 0)]


async def test_where_both_are_lost_the_search_goes_on(town: Town) -> None:
    made = await chosen(town)
    await take(town, made, "H3", Step.PROBLEM)
    await take(town, made, "H1", Step.DECLINE)
    now = await town.look(made)
    assert now.state is RequestState.AWAITING_APPROVAL
    assert await town.timer(DueKind.PROMISE_RETRY, made.id) is not None


async def test_who_arrives_first_is_not_replaced_any_more(town: Town) -> None:
    made = await chosen(town, Step.EN_ROUTE)
    await take(town, made, "H3", Step.ON_SCENE)
    now = await town.look(made)
    assert await going(town, made) == {"H3": ON_SCENE}
    assert {a.vehicle_id: a.state for a in now.assignments}["H1"] is WITHDRAWN


async def test_who_is_sent_instead_of_one_on_the_scene_takes_its_place_unless_it_sets_out(town: Town) -> None:
    made = await chosen(town, Step.EN_ROUTE, Step.ON_SCENE)
    assert await going(town, made) == {"H3": ON_SCENE, "H1": OFFERED}
    await take(town, made, "H3", Step.TRANSPORTING)
    assert (await town.look(made)).state is RequestState.IN_PROGRESS
    assert (await town.vehicle("H1")).duty is Duty.AVAILABLE


async def test_a_late_yes_does_not_take_the_place_of_one_on_its_way(town: Town) -> None:
    made = await chosen(town)
    late = next(a for a in made.live() if a.vehicle_id == "H1")
    await town.pass_time(200)
    assert await going(town, made) == {"H3": ACCEPTED}
    assert refused(await town.try_step(late, Step.ACCEPT)) is RefusalCode.OFFER_EXPIRED


async def test_of_two_who_are_chosen_the_second_is_asked_and_the_first_withdrawn(town: Town) -> None:
    made = await chosen(town)
    await town.add(replace((await town.vehicle("H1")).vehicle, id="H2"), minutes=3.0)
    await assign(town, made, "H2")
    assert {a.vehicle_id: a.slot for a in (await town.look(made)).live()} == {"H3": 0, "H2": INSTEAD}


async def test_who_takes_every_offer_takes_the_place_at_once(town: Town) -> None:
    made = await town.ask()
    await town.take(made.assignments[0], Step.ACCEPT)
    await town.duty("H1", Duty.AVAILABLE, auto_accept=True)
    await town.report()
    await assign(town, made, "H1")
    assert [(a.vehicle_id, a.state, a.slot) for a in (await town.look(made)).live()] == [("H1", ACCEPTED, 0)]


def oxygen(asked: Ask) -> Ask:
    return replace(asked, patient=replace(asked.patient, oxygen=True))


def with_oxygen(name: str) -> Vehicle:
    kind, agency = VehicleClass.TRANSPORT_AMBULANCE, "kota-tangerang"
    return Vehicle(id=name, name=name, vehicle_class=kind, agency=agency, equipment=frozenset({"oxygen"}))


async def test_who_drives_on_after_a_change_is_called_back_when_the_better_one_takes_every_offer(town: Town) -> None:
    town.roads.minutes = {"T1": 5.0}
    made = await town.ask(asked=ask(Need.TRANSPORT))
    await town.take(made.assignments[0], Step.ACCEPT)
    await town.add(with_oxygen("O1"), minutes=9.0)
    await town.duty("O1", Duty.AVAILABLE, auto_accept=True)
    done(await changing.change(town.unit, made.id, oxygen, by=BY))
    assert await going(town, made) == {"O1": ACCEPTED}


async def test_who_may_not_go_after_a_change_is_not_asked_any_more(town: Town) -> None:
    await town.add(with_oxygen("O1"), minutes=5.0)
    town.roads.minutes = {"O1": 5.0, "T1": 6.0}
    made = await town.ask(asked=ask(Need.TRANSPORT))
    await town.take(made.assignments[0], Step.ACCEPT)
    await assign(town, made, "T1")
    assert await going(town, made) == {"O1": ACCEPTED, "T1": OFFERED}
    done(await changing.change(town.unit, made.id, oxygen, by=BY))
    assert await going(town, made) == {"O1": ACCEPTED}
