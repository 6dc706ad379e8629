"""A first contact and the vehicles behind it: the pair is over when the patient is aboard, whoever carries."""

from dataclasses import replace

import pytest

from dispatch.desk.ports import DueKind
from dispatch.domain.vehicle import Vehicle
from dispatch.reading.requests import summaries_out
from dispatch.vocabulary.events import TripNoticed
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import ask
from tests.unit.desk.town import WAY, Look, Town

pytestmark = pytest.mark.anyio
TRANSPORTING, EN_ROUTE = AssignmentState.TRANSPORTING, AssignmentState.EN_ROUTE
TRANSPORT, EMERGENCY = VehicleClass.TRANSPORT_AMBULANCE, VehicleClass.EMERGENCY_AMBULANCE


async def pair(town: Town, patients: int = 1, **minutes: float) -> Look:
    """A red with T8 ahead and these ambulances behind it, all of them on their way."""
    town.roads.minutes = {}
    for name, away in {"T8": 2.0, **minutes}.items():
        kind = TRANSPORT if name.startswith("T") else EMERGENCY
        crew = frozenset({"driver", "nurse"})
        vehicle = Vehicle(id=name, name=name, vehicle_class=kind, agency="kota-tangerang", crew=crew)
        await town.add(vehicle, minutes=away)
    asked = ask(Need.EMERGENCY, urgency=Urgency.RED)
    made = await town.ask(asked=replace(asked, patient=replace(asked.patient, count=patients)))
    for trip in made.live():
        await town.take(trip, Step.ACCEPT, Step.EN_ROUTE)
    return await town.look(made)


async def take(town: Town, request: Look, vehicle_id: str, *steps: Step) -> dict[str, tuple[AssignmentState, int]]:
    live = (await town.look(request)).live()
    await town.take(next(a for a in live if a.vehicle_id == vehicle_id), *steps)
    return {a.vehicle_id: (a.state, a.slot) for a in (await town.look(request)).live()}


async def test_of_several_behind_a_first_contact_that_carries_the_slowest_is_let_go(town: Town) -> None:
    made = await pair(town, 2, A7=12.0, A8=50.0)
    now = await take(town, made, "T8", Step.ON_SCENE, Step.TRANSPORTING)
    assert now == {"A7": (EN_ROUTE, 0), "T8": (TRANSPORTING, 1)}
    # The tap was an error: the second patient has nobody again.
    now = await take(town, made, "T8", Step.UNDO)
    assert now["T8"][1] == FIRST_CONTACT
    await town.run_due()
    assert {a.vehicle_id for a in (await town.look(made)).live()} == {"A7", "A8", "T8"}


async def test_a_first_contact_that_carries_takes_the_place_that_nobody_has(town: Town) -> None:
    made = await pair(town, 2, A7=12.0, A8=50.0)
    town.roads.minutes = {"T8": 2.0, "A7": 12.0}
    await take(town, made, "A8", Step.PROBLEM)
    now = await take(town, made, "T8", Step.ON_SCENE, Step.TRANSPORTING)
    assert now == {"A7": (EN_ROUTE, 0), "T8": (TRANSPORTING, 1)}


@pytest.mark.parametrize("ahead", [(), (Step.ON_SCENE,)])
async def test_a_first_contact_is_free_when_the_ambulance_has_the_patient_aboard(
    town: Town, ahead: tuple[Step, ...]
) -> None:
    made = await pair(town, A7=15.0)
    await take(town, made, "T8", *ahead)
    now = await take(town, made, "A7", Step.ON_SCENE)
    assert now.keys() == {"T8", "A7"}
    assert await take(town, made, "A7", Step.TRANSPORTING) == {"A7": (TRANSPORTING, 0)}
    assert (await town.vehicle("T8")).duty is Duty.AVAILABLE
    await take(town, made, "A7", *WAY[4:])
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_trip_that_ends_on_the_scene_is_the_end_of_the_pair_too(town: Town) -> None:
    made = await pair(town, A7=15.0)
    await take(town, made, "A7", Step.ON_SCENE, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED
    assert (await town.vehicle("T8")).duty is Duty.AVAILABLE


async def test_a_first_contact_stays_for_a_patient_whom_nobody_has_reached(town: Town) -> None:
    made = await pair(town, 2, A7=12.0, A8=50.0)
    now = await take(town, made, "A7", Step.ON_SCENE, Step.TRANSPORTING)
    assert now.keys() == {"T8", "A7", "A8"}


async def test_who_was_to_meet_a_first_contact_that_carries_and_is_lost_is_not_sought_at_an_empty_pick_up(
    town: Town,
) -> None:
    made = await pair(town, A7=12.0)
    trip = next(a for a in made.live() if a.vehicle_id == "T8")
    await town.add(replace((await town.vehicle("A7")).vehicle, id="A8"), minutes=14.0)
    await town.take(trip, Step.ON_SCENE)

    def aboard(books: object) -> None:  # as where both have far to go: the ambulance drives on to meet it
        held = books.assignments.get(trip.id)  # type: ignore[attr-defined]
        books.assignments.save(replace(held, state=TRANSPORTING, version=held.version + 1))  # type: ignore[attr-defined]

    await town.store.write(aboard)
    assert await take(town, made, "A7", Step.PROBLEM) == {"T8": (TRANSPORTING, 0)}


async def carries_alone(town: Town, left: float = 20.0) -> Look:
    """The first contact has the patient aboard and so far to go still; the ambulance behind it was called back."""
    made = await pair(town, A7=50.0)
    assert await take(town, made, "T8", Step.ON_SCENE, Step.TRANSPORTING) == {"T8": (TRANSPORTING, 0)}
    town.roads.minutes["T8"] = left
    await town.run_due()
    assert await asked_to_meet(town, made) == []
    return made


async def asked_to_meet(town: Town, made: Look) -> list[str | None]:
    return [event.vehicle_id for event in (await town.look(made)).of(TripNoticed) if event.what is Notice.MAY_MEET]


async def shown_to_meet(town: Town, made: Look) -> list[str]:
    """Which vehicles the board says could meet it now."""
    [shown] = await town.read(lambda books: summaries_out(town.unit, books, [books.requests.get(made.id)], Lang.ID))
    return [one.vehicle_id for one in shown.notices if one.what is Notice.MAY_MEET]


async def test_another_ambulance_that_can_meet_a_first_contact_on_its_way_is_told_once(town: Town) -> None:
    made = await carries_alone(town)
    await town.add(replace((await town.vehicle("A7")).vehicle, id="A9"), minutes=4.0)
    for _ in range(3):
        town.clock.turn(60)
        for name in ("T8", "A7", "A9"):
            await town.report(name)
        await town.run_due()
    assert await asked_to_meet(town, made) == ["A9"]
    assert await shown_to_meet(town, made) == ["A9"]
    await take(town, made, "T8", Step.AT_DESTINATION)
    assert await shown_to_meet(town, made) == []
    await town.pass_time(120)
    assert await town.timer(DueKind.SOONER, made.id) is None


async def test_the_ambulance_that_was_called_back_is_asked_about_too_once_it_is_near(town: Town) -> None:
    made = await carries_alone(town)
    town.roads.minutes["A7"] = 3.0
    await town.pass_time(60)
    assert await asked_to_meet(town, made) == ["A7"]


@pytest.mark.parametrize(("left", "away"), [(20.0, 5.1), (3.0, 3.0)])
async def test_who_is_beyond_the_policy_or_no_sooner_than_the_hospital_is_not(
    town: Town, left: float, away: float
) -> None:
    made = await carries_alone(town, left)
    await town.add(replace((await town.vehicle("A7")).vehicle, id="A9"), minutes=away)
    await town.pass_time(60)
    await town.report("A9")
    await town.report("T8")
    await town.pass_time(60)
    assert await asked_to_meet(town, made) == []
