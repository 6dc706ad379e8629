"""A vehicle with nobody aboard goes from a lower request to a red: one act, and the lower one is searched for again."""

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import diverting
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import StoodDown
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepCause
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import OPI, ask
from tests.unit.desk.town import Look, Town, done, refused

pytestmark = pytest.mark.anyio
AMBULANCE = VehicleClass.EMERGENCY_AMBULANCE
BY = Command(actor=OPI)
RED, YELLOW = ask(Need.EMERGENCY, urgency=Urgency.RED), ask(Need.EMERGENCY, urgency=Urgency.YELLOW)


async def two(town: Town, *steps: Step) -> tuple[Look, Look]:
    """A yellow one whose only ambulance has come so far, and a red one that waits."""
    town.roads.minutes = {"A1": 5.0}
    lower = await town.ask(asked=YELLOW)
    await town.take(lower.assignments[0], *steps)
    return lower, await town.ask(asked=RED)


@pytest.mark.parametrize("steps", [(), (Step.EN_ROUTE,), (Step.EN_ROUTE, Step.ON_SCENE)], ids=len)
async def test_a_vehicle_with_nobody_aboard_is_offered_to_the_red(town: Town, steps: tuple[Step, ...]) -> None:
    lower, red = await two(town, Step.ACCEPT, *steps)
    assert red.state is RequestState.WAITING
    done(await diverting.divert(town.unit, red.id, of=lower.id, reason="henti napas", by=BY))
    assert await town.live(red) == [("A1", AssignmentState.OFFERED)]
    left = await town.look(lower)
    assert (left.assignments[0].state, left.state) == (AssignmentState.STOOD_DOWN, RequestState.WAITING)
    assert left.owed.why is Why.RED_FIRST
    stood_down = [(event.actor, event.reason, event.cause) for event in left.of(StoodDown)]
    assert stood_down == [(OPI.id, "henti napas", StepCause.RED_FIRST)]


async def test_the_lower_one_gets_the_next_vehicle_and_the_diverted_one_again_when_it_is_free(town: Town) -> None:
    lower, red = await two(town, Step.ACCEPT)
    done(await diverting.divert(town.unit, red.id, of=lower.id, reason="henti napas", by=BY))
    another = Vehicle(id="A2", name="Ambulans 2", vehicle_class=AMBULANCE, agency="kota-tangerang")
    await town.add(another, minutes=9.0)
    await town.run_due()
    assert await town.live(lower) == [("A2", AssignmentState.OFFERED)]
    await town.take((await town.look(lower)).live()[0], Step.DECLINE)
    trip = (await town.look(red)).live()[0]
    await town.take(trip, Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)
    await town.pass_time(10 * 60)  # no longer than that does anybody wait beside a resting crew (R22)
    assert await town.live(lower) == [("A1", AssignmentState.OFFERED)]


async def test_who_declines_the_red_is_asked_at_once_for_the_trip_that_it_was_on(town: Town) -> None:
    lower, red = await two(town, Step.ACCEPT, Step.EN_ROUTE)
    done(await diverting.divert(town.unit, red.id, of=lower.id, reason="henti napas", by=BY))
    await town.take((await town.look(red)).live()[0], Step.DECLINE)
    await town.pass_time(1)
    assert await town.live(lower) == [("A1", AssignmentState.OFFERED)]
    assert await town.live(red) == []


async def test_who_carries_somebody_is_never_diverted(town: Town) -> None:
    lower, red = await two(town, Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING)
    before = await town.look(lower)
    answer = await diverting.divert(town.unit, red.id, of=lower.id, reason="henti napas", by=BY)
    assert refused(answer) is RefusalCode.PATIENT_ABOARD
    assert await town.look(lower) == before


async def test_only_a_red_takes_and_only_from_another_that_is_none(town: Town) -> None:
    lower, red = await two(town, Step.ACCEPT)
    another = await town.ask(asked=YELLOW)
    for request, of in ((another, lower), (lower, red), (red, red)):
        before = await town.look(of)
        answer = await diverting.divert(town.unit, request.id, of=of.id, reason="lebih dekat", by=BY)
        assert refused(answer) is RefusalCode.NOT_LOWER
        assert await town.look(of) == before


async def test_a_request_without_a_vehicle_has_none_to_give(town: Town) -> None:
    town.roads.minutes = {}
    lower, red = await town.ask(asked=YELLOW), await town.ask(asked=RED)
    answer = await diverting.divert(town.unit, red.id, of=lower.id, reason="henti napas", by=BY)
    assert refused(answer) is RefusalCode.NOTHING_TO_DIVERT


async def test_a_vehicle_that_the_sop_keeps_from_the_red_stays_where_it_is(town: Town) -> None:
    town.roads.minutes = {"H3": 5.0}
    body = await town.ask(asked=ask(Need.BODY))
    await town.take(body.assignments[0], Step.ACCEPT)
    red = await town.ask(asked=RED)
    before = await town.look(body)
    answer = await diverting.divert(town.unit, red.id, of=body.id, reason="henti napas", by=BY)
    assert refused(answer) is RefusalCode.RULE_OBJECTS
    assert await town.look(body) == before
    assert (await town.vehicle("H3")).duty is Duty.COMMITTED


async def test_somebody_hears_when_a_lower_one_that_keeps_another_vehicle_waits_long(town: Town) -> None:
    town.roads.minutes = {"A1": 5.0, "T1": 8.0}
    lower = await town.ask(asked=ask(Need.TRANSPORT, count=2))
    for trip in lower.assignments:
        await town.take(trip, Step.ACCEPT)
    red = await town.ask(asked=RED)
    done(await diverting.divert(town.unit, red.id, of=lower.id, vehicle_id="A1", reason="henti napas", by=BY))
    assert await town.timer(DueKind.SEARCH_LONG, lower.id) is not None
    assert [(a.vehicle_id, a.state) for a in (await town.look(lower)).live()] == [("T1", AssignmentState.ACCEPTED)]
