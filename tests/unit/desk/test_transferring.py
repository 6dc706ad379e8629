"""A patient is handed over at a place: the first vehicle keeps them until the second has them aboard."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import changes, transferring, trips
from dispatch.domain.assignment import Assignment
from dispatch.domain.correction import Correction
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import HandedOver, TransferBegun
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import CIKOKOL, HOME, OPI, ask
from tests.unit.desk.town import WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
BY = Command(actor=OPI)
S = AssignmentState
YELLOW = replace(ask(Need.EMERGENCY, urgency=Urgency.YELLOW), dropoff=CIKOKOL)
RED = replace(ask(Need.EMERGENCY, urgency=Urgency.RED), dropoff=CIKOKOL)
SECOND = Vehicle(id="A2", name="Ambulans 2", vehicle_class=VehicleClass.EMERGENCY_AMBULANCE, agency="kota-tangerang")


async def try_it(town: Town, request: Look, **more: Any) -> str | Refusal:
    """At the home, unless it is somewhere else."""
    to = more.pop("pickup", HOME)
    move = partial(replace, pickup=to)
    return await transferring.transfer(town.unit, request.id, move, reason="ban bocor", by=BY, **more)


async def carried(town: Town, *, others: Sequence[Vehicle] = (SECOND,), red: bool = False) -> tuple[Look, Assignment]:
    """A1 has the patient aboard; these others are free."""
    town.roads.minutes = {"A1": 5.0}
    made = await town.ask(asked=RED if red else YELLOW)
    trip = await town.take(made.assignments[0], *WAY[:4])
    await town.add(*others, minutes=9.0)
    await town.pass_time(30)
    return made, trip


async def begun(town: Town, **more: Any) -> tuple[Look, Assignment, Assignment]:
    """A2 has said yes and comes to where they meet."""
    made, giving = await carried(town, **more)
    done(await try_it(town, made))
    taking = (await town.look(made)).live()[-1]
    return made, giving, await town.take(taking, Step.ACCEPT, Step.EN_ROUTE)


async def test_another_vehicle_is_asked_for_the_rest_of_the_way_and_the_first_keeps_the_patient(town: Town) -> None:
    made, giving = await carried(town)
    done(await try_it(town, made))
    look = await town.look(made)
    assert await town.live(made) == [("A1", S.TRANSPORTING), ("A2", S.OFFERED)]
    assert (look.state, look.request.ask.pickup, look.request.ask.dropoff) == (RequestState.IN_PROGRESS, HOME, CIKOKOL)
    assert [(event.vehicle_id, event.actor, event.reason) for event in look.of(TransferBegun)] == [
        ("A1", OPI.id, "ban bocor")
    ]
    assert refused(await town.try_step(giving, Step.STAND_DOWN)) is RefusalCode.STEP_OUT_OF_ORDER
    ends = RequestState.CANCELLED_BY_REQUESTER
    end = await changes.end(town.unit, made.id, ends, told="keluarga", reason="salah", by=BY)
    assert refused(end) is RefusalCode.PATIENT_ABOARD


async def test_the_first_is_free_when_the_patient_is_aboard_of_the_second_and_the_tap_stands(town: Town) -> None:
    made, _, taking = await begun(town)
    await town.take(taking, Step.ON_SCENE)
    await town.pass_time(60)
    await town.take(taking, Step.TRANSPORTING)
    await town.pass_time(9)
    assert ((await town.look(made)).live()[0].state, (await town.vehicle("A1")).duty) == (
        S.TRANSPORTING,
        Duty.COMMITTED,
    )
    await town.pass_time(1)
    assert await town.live(made) == [("A2", S.TRANSPORTING)]
    assert (await town.vehicle("A1")).duty is Duty.AVAILABLE
    assert [event.vehicle_id for event in (await town.look(made)).of(HandedOver)] == ["A1"]
    await town.take(taking, Step.AT_DESTINATION, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_tap_that_is_taken_back_leaves_the_patient_where_they_were(town: Town) -> None:
    made, giving, taking = await begun(town)
    await town.take(taking, Step.ON_SCENE, Step.TRANSPORTING, Step.UNDO)
    await town.pass_time(60)
    assert await town.live(made) == [("A1", S.TRANSPORTING), ("A2", S.ON_SCENE)]
    assert await town.timer(DueKind.HAND_OVER, giving.id) is None


async def test_the_end_of_the_first_is_no_tap_that_its_driver_takes_back(town: Town) -> None:
    _, giving, taking = await begun(town)
    await town.take(taking, Step.ON_SCENE, Step.TRANSPORTING)
    await town.pass_time(10)
    assert refused(await town.try_step(giving, Step.UNDO)) is RefusalCode.UNDO_TOO_LATE


async def test_whoever_declines_is_followed_by_the_next(town: Town) -> None:
    third = replace(SECOND, id="A3", name="Ambulans 3")
    made, _ = await carried(town, others=(SECOND, third))
    done(await try_it(town, made))
    await town.take((await town.look(made)).live()[1], Step.DECLINE)
    assert await town.live(made) == [("A1", S.TRANSPORTING), ("A3", S.OFFERED)]


async def test_while_nobody_comes_a_call_is_owed_and_the_first_drives_on(town: Town) -> None:
    made, giving = await carried(town, others=())
    done(await try_it(town, made))
    look = await town.look(made)
    assert (look.state, look.promise is not None) == (RequestState.IN_PROGRESS, True)
    await town.add(SECOND, minutes=9.0)
    await town.pass_time(301)
    assert ("A2", S.OFFERED) in await town.live(made)
    await town.take(giving, Step.AT_DESTINATION)
    look = await town.look(made)
    assert [(a.vehicle_id, a.slot) for a in look.live()] == [("A1", 0)]
    assert look.promise is None
    await town.take(giving, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_first_that_arrives_by_itself_calls_the_second_back(town: Town) -> None:
    made, giving, _ = await begun(town)
    await town.take(giving, Step.AT_DESTINATION)
    assert await town.live(made) == [("A1", S.AT_DESTINATION)]
    assert (await town.vehicle("A2")).duty is Duty.AVAILABLE


async def test_the_operator_chooses_who_takes_over_and_may_choose_another(town: Town) -> None:
    third = replace(SECOND, id="A3", name="Ambulans 3")
    made, _ = await carried(town, others=(SECOND, third))
    done(await try_it(town, made, vehicle_id="A3"))
    assert await town.live(made) == [("A1", S.TRANSPORTING), ("A3", S.OFFERED)]
    done(await try_it(town, made, vehicle_id="A2"))
    assert await town.live(made) == [("A1", S.TRANSPORTING), ("A2", S.OFFERED)]


async def test_who_comes_already_is_sent_to_the_new_place(town: Town) -> None:
    made, _, taking = await begun(town)
    elsewhere = replace(HOME, name="SPBU Contoh")
    done(await try_it(town, made, pickup=elsewhere))
    look = await town.look(made)
    assert await town.live(made) == [("A1", S.TRANSPORTING), ("A2", S.EN_ROUTE)]
    assert (look.request.ask.pickup, taking.id) == (elsewhere, look.live()[1].id)


async def test_a_second_that_stands_there_already_is_not_sent_elsewhere(town: Town) -> None:
    made, _, taking = await begun(town)
    await town.take(taking, Step.ON_SCENE)
    assert refused(await try_it(town, made, vehicle_id="A2")) is RefusalCode.TRANSFER_MET


async def test_a_vehicle_to_which_the_sop_objects_takes_nobody_over(town: Town) -> None:
    made, _ = await carried(town)
    before = await town.look(made)
    assert refused(await try_it(town, made, vehicle_id="H3")) is RefusalCode.RULE_OBJECTS
    assert refused(await try_it(town, made, vehicle_id="A1")) is RefusalCode.VEHICLE_TAKEN
    assert await town.look(made) == before


@pytest.mark.parametrize("steps", [0, 3, 5, 6])
async def test_without_anybody_aboard_there_is_nobody_to_hand_over(town: Town, steps: int) -> None:
    town.roads.minutes = {"A1": 5.0}
    made = await town.ask(asked=YELLOW)
    await town.take(made.assignments[0], *WAY[:steps])
    assert refused(await try_it(town, made)) is RefusalCode.NOBODY_TO_TRANSFER
    assert refused(await try_it(town, made, of="H3")) is RefusalCode.NOBODY_TO_TRANSFER


async def test_a_patient_of_a_vehicle_that_broke_down_waits_where_the_operator_says(town: Town) -> None:
    made, giving = await carried(town)
    await town.take(giving, Step.PROBLEM)
    assert await town.live(made) == [("A2", S.OFFERED)]
    done(await try_it(town, made, of="A1"))
    look = await town.look(made)
    assert await town.live(made) == [("A2", S.OFFERED)]
    assert look.request.ask.pickup == HOME
    await town.take(look.live()[0], *WAY)
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_first_that_breaks_down_is_met_where_it_stands(town: Town) -> None:
    made, giving, taking = await begun(town)
    await town.take(giving, Step.PROBLEM)
    look = await town.look(made)
    assert await town.live(made) == [("A2", S.EN_ROUTE)]
    assert look.request.ask.pickup.point == CIKOKOL.point  # where it reported itself last
    await town.take(taking, *WAY[2:])
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_first_that_carries_nobody_after_all_has_its_place_again(town: Town) -> None:
    made, giving, _ = await begun(town)
    said = Correction(step=Step.ON_SCENE, at=town.clock.at, actor=OPI.id, reason="belum naik")
    done(await trips.correct(town.unit, giving.id, said, by=BY))
    assert [(a.vehicle_id, a.slot) for a in (await town.look(made)).live()] == [("A1", 0)]


async def test_one_of_several_patients_is_handed_over_and_the_other_trip_is_left_alone(town: Town) -> None:
    town.roads.minutes = {"A1": 5.0, "T1": 8.0}
    asked = ask(Need.TRANSPORT, count=2)
    made = await town.ask(asked=replace(asked, dropoff=CIKOKOL))
    for trip in made.assignments:
        await town.take(trip, *WAY[:4])
    await town.add(SECOND, minutes=9.0)
    assert refused(await try_it(town, made)) is RefusalCode.NOBODY_TO_TRANSFER  # of which?
    other = next(a for a in made.assignments if a.slot == 1)
    done(await try_it(town, made, of=other.id))
    stays = next(a.vehicle_id for a in made.assignments if a.slot == 0)
    assert {(a.vehicle_id, a.slot) for a in (await town.look(made)).live() if a.slot >= 0} == {(stays, 0), ("A2", 1)}
    taking = next(a for a in (await town.look(made)).live() if a.vehicle_id == "A2")
    await town.take(taking, *WAY)
    await town.pass_time(10)
    assert len((await town.look(made)).live()) == 1
    assert await town.state(made) is RequestState.IN_PROGRESS


async def test_a_first_contact_hands_over_to_the_ambulance_that_it_was_ahead_of(town: Town) -> None:
    town.roads.minutes = {"A1": 19.0}
    crew, kind = frozenset({"driver", "nurse"}), VehicleClass.TRANSPORT_AMBULANCE
    near = Vehicle(id="T2", name="Ambulans 3", vehicle_class=kind, agency="kota-tangerang", crew=crew)
    await town.add(near, minutes=4.0)
    made = await town.ask(asked=RED)
    trips_of = {a.vehicle_id: a for a in made.assignments}
    assert trips_of["T2"].slot == FIRST_CONTACT
    await town.take(trips_of["A1"], Step.ACCEPT, Step.EN_ROUTE)
    await town.take(trips_of["T2"], *WAY[:3])
    town.roads.minutes |= {"T2": 30.0}  # to the hospital it is farther than the ambulance to it
    await town.pass_time(17 * 60)
    await town.take(trips_of["T2"], Step.TRANSPORTING)
    assert sorted(await town.live(made)) == [("A1", S.EN_ROUTE), ("T2", S.TRANSPORTING)]
    done(await try_it(town, made))
    assert sorted(await town.live(made)) == [("A1", S.EN_ROUTE), ("T2", S.TRANSPORTING)]
    await town.take(trips_of["A1"], Step.ON_SCENE, Step.TRANSPORTING)
    await town.pass_time(10)
    assert await town.live(made) == [("A1", S.TRANSPORTING)]
    assert (await town.vehicle("T2")).duty is Duty.AVAILABLE
