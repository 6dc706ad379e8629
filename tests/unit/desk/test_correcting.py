"""A step that was tapped wrongly is put right: state, duty, slots and promises follow as if it had been tapped so."""

from datetime import datetime, timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import changes, diverting, trips
from dispatch.domain.assignment import Assignment
from dispatch.domain.correction import Correction
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.events import StepCorrected
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import OPI, ask
from tests.unit.desk.town import WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
BY = Command(actor=OPI)
YELLOW = ask(Need.EMERGENCY, urgency=Urgency.YELLOW)
RED = ask(Need.EMERGENCY, urgency=Urgency.RED)


async def try_it(
    town: Town, trip: Assignment, step: Step, at: datetime | None = None, *, only_time: bool = False
) -> str | Refusal:
    found = Correction(step=step, at=at or town.clock.at, actor=OPI.id, reason="sopir menelepon", only_time=only_time)
    return await trips.correct(town.unit, trip.id, found, by=BY)


async def put_right(town: Town, trip: Assignment, step: Step, at: datetime | None = None) -> Assignment:
    done(await try_it(town, trip, step, at))
    return await town.read(lambda books: books.assignments.get(trip.id))


async def driven(town: Town, *steps: Step, red: bool = False) -> tuple[Look, Assignment]:
    """A request whose only ambulance has come so far, a minute after each tap."""
    town.roads.minutes = {"A1": 5.0}
    made = await town.ask(asked=RED if red else YELLOW)
    [trip] = made.assignments
    for step in steps:
        trip = await town.take(trip, step)
        await town.pass_time(60)
    return made, trip


async def test_the_journal_keeps_both_times_and_who_said_so_and_why(town: Town) -> None:
    made, trip = await driven(town, *WAY[:3])
    tapped = trip.stamps[AssignmentState.ON_SCENE].at
    at = tapped + timedelta(seconds=20)
    await put_right(town, trip, Step.ON_SCENE, at)
    [event] = (await town.look(made)).of(StepCorrected)
    assert (event.actor, event.reason, event.since, event.wrong_at) == (OPI.id, "sopir menelepon", at, tapped)


async def test_where_nobody_is_aboard_after_all_the_vehicle_may_be_taken_and_the_family_may_answer(town: Town) -> None:
    made, trip = await driven(town, *WAY[:4])
    red = await town.ask(asked=RED)
    take = {"of": made.id, "reason": "henti napas"}
    assert refused(await diverting.divert(town.unit, red.id, by=BY, **take)) is RefusalCode.PATIENT_ABOARD
    await put_right(town, trip, Step.ON_SCENE)
    assert (await town.look(made)).state is RequestState.IN_PROGRESS
    done(await diverting.divert(town.unit, red.id, by=BY, **take))
    assert await town.live(red) == [("A1", AssignmentState.OFFERED)]


async def test_where_somebody_is_aboard_the_vehicle_is_not_let_go(town: Town) -> None:
    made, trip = await driven(town, *WAY[:3])
    await put_right(town, trip, Step.TRANSPORTING)
    link = await town.read(lambda books: books.requests.get_track_token(made.id))
    said = await changes.family_said(town.unit, link, FamilyWord.NO_LONGER_NEEDED)
    assert refused(said) is RefusalCode.PATIENT_ABOARD
    assert refused(await town.try_step(trip, Step.STAND_DOWN)) is RefusalCode.STEP_OUT_OF_ORDER


async def test_a_trip_that_ended_by_slip_goes_on(town: Town) -> None:
    made, trip = await driven(town, *WAY)
    assert (await town.look(made)).state is RequestState.COMPLETED
    trip = await put_right(town, trip, Step.TRANSPORTING, trip.stamps[AssignmentState.TRANSPORTING].at)
    look, held = await town.look(made), await town.vehicle("A1")
    assert (look.state, look.request.ended_at) == (RequestState.IN_PROGRESS, None)
    assert (held.duty, await town.timer(DueKind.WATCH, trip.id) is not None) == (Duty.COMMITTED, True)
    await town.take(trip, Step.AT_DESTINATION, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_forgotten_end_frees_the_vehicle(town: Town) -> None:
    made, trip = await driven(town, *WAY[:5])
    waits = await town.ask(asked=YELLOW)
    assert (await town.look(waits)).state is RequestState.WAITING
    await put_right(town, trip, Step.CLEAR)
    assert await town.state(made) is RequestState.COMPLETED
    await town.pass_time(10 * 60)  # no longer than that does anybody wait beside a resting crew (R22)
    assert await town.live(waits) == [("A1", AssignmentState.OFFERED)]


@pytest.mark.parametrize("duty", [Duty.OFF_DUTY, Duty.OUT_OF_SERVICE])
async def test_a_vehicle_that_has_gone_home_is_not_put_back_on_its_trip_but_its_times_are_put_right(
    town: Town, duty: Duty
) -> None:
    made, trip = await driven(town, *WAY)
    await town.duty("A1", duty)
    before = await town.look(made)
    assert refused(await try_it(town, trip, Step.ON_SCENE)) is RefusalCode.VEHICLE_WENT_ON
    assert await town.look(made) == before
    at = trip.stamps[AssignmentState.ON_SCENE].at + timedelta(seconds=10)
    done(await try_it(town, trip, Step.ON_SCENE, at, only_time=True))
    look = await town.look(made)
    assert look.assignments[0].stamps[AssignmentState.ON_SCENE].at == at
    assert (look.state, (await town.vehicle("A1")).duty) == (RequestState.COMPLETED, duty)


async def test_a_vehicle_that_is_asked_for_another_trip_is_not_put_back_on_the_one_before(town: Town) -> None:
    _, trip = await driven(town, *WAY)
    other = await town.ask(asked=RED)
    assert await town.live(other) == [("A1", AssignmentState.OFFERED)]
    assert refused(await try_it(town, trip, Step.ON_SCENE)) is RefusalCode.VEHICLE_WENT_ON


async def test_a_request_that_somebody_ended_stays_ended(town: Town) -> None:
    town.roads.minutes = {"A1": 5.0, "T1": 8.0}
    made = await town.ask(asked=ask(Need.TRANSPORT, count=2))
    one, other = made.assignments
    trip = await town.take(one, *WAY)
    ends = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, made.id, ends, told="keluarga", reason="berangkat sendiri", by=BY))
    assert refused(await try_it(town, trip, Step.AT_DESTINATION)) is RefusalCode.REQUEST_ENDED
    assert (await town.vehicle(one.vehicle_id)).duty is Duty.AVAILABLE
    assert other.vehicle_id != one.vehicle_id


async def two(town: Town) -> tuple[Look, Assignment]:
    """A first contact that is there, and the ambulance far behind it."""
    town.roads.minutes = {"A1": 35.0}
    crew, kind = frozenset({"driver", "nurse"}), VehicleClass.TRANSPORT_AMBULANCE
    near = Vehicle(id="T2", name="Ambulans 2", vehicle_class=kind, agency="kota-tangerang", crew=crew)
    await town.add(near, minutes=4.0)
    made = await town.ask(asked=RED)
    trips_of = {a.vehicle_id: a for a in made.assignments}
    assert trips_of["T2"].slot == FIRST_CONTACT
    await town.take(trips_of["A1"], Step.ACCEPT, Step.EN_ROUTE)
    return made, await town.take(trips_of["T2"], *WAY[:3])


async def test_a_first_contact_that_carries_after_all_takes_the_place_of_the_one_behind(town: Town) -> None:
    made, ahead = await two(town)
    ahead = await put_right(town, ahead, Step.TRANSPORTING)
    assert ahead.slot == 0
    assert await town.live(made) == [("T2", AssignmentState.TRANSPORTING)]
    assert (await town.vehicle("A1")).duty is Duty.AVAILABLE


@pytest.mark.parametrize("back", [Step.EN_ROUTE, Step.ON_SCENE])
async def test_a_first_contact_that_carries_nobody_after_all_is_ahead_again_and_another_is_sought(
    town: Town, back: Step
) -> None:
    made, ahead = await two(town)
    await town.take(ahead, Step.TRANSPORTING)
    await town.pass_time(60)
    ahead = await put_right(town, ahead, back)
    assert ahead.slot == FIRST_CONTACT
    assert await town.timer(DueKind.SEARCH_LONG, made.id) is not None
    await town.run_due()
    assert ("A1", AssignmentState.OFFERED) in await town.live(made)


async def test_only_another_time_moves_no_vehicle(town: Town) -> None:
    made, ahead = await two(town)
    await town.take(ahead, Step.TRANSPORTING)
    await town.pass_time(60)
    await town.take(ahead, Step.AT_DESTINATION)
    before = await town.live(made)
    done(await try_it(town, ahead, Step.TRANSPORTING, only_time=True))
    assert await town.live(made) == before
