"""Who was picked up is somebody's until the end: at the destination's door, and in a vehicle that broke down."""

from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.usecases import changes, promises, requests
from dispatch.domain.assignment import Assignment
from dispatch.domain.people import Person
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import CloseOutcome
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty
from tests.people import BUDI, CIKOKOL, HOME, OPI, SITI, ask
from tests.unit.desk.town import WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
UNSERVED = (RequestState.CANCELLED_BY_REQUESTER, RequestState.DUPLICATE, RequestState.UNFOUNDED)


async def ended(
    town: Town,
    made: Look,
    state: RequestState,
    person: Person = OPI,
    *,
    of: str | None = None,
    reason: str = "dibawa mobil keluarga",
) -> str | Refusal:
    by = Command(actor=person)
    return await changes.end(town.unit, made.id, state, told="keluarga", reason=reason, of=of, by=by)


async def broken(town: Town) -> tuple[Look, Assignment]:
    """The vehicle broke down with the body aboard, and another one was asked at once."""
    made = await town.ask()
    trip = await town.take(made.assignments[0], *WAY[:4], Step.PROBLEM)
    assert await town.live(made) == [("H1", AssignmentState.OFFERED)]
    return await town.look(made), trip


@pytest.mark.parametrize("state", UNSERVED)
async def test_who_is_in_a_vehicle_that_broke_down_is_left_to_nobody(town: Town, state: RequestState) -> None:
    made, _ = await broken(town)
    assert refused(await ended(town, made, state)) is RefusalCode.PATIENT_ABOARD
    await town.take(made.live()[0], Step.ACCEPT)
    assert refused(await ended(town, made, state)) is RefusalCode.PATIENT_ABOARD
    assert await town.live(made) == [("H1", AssignmentState.ACCEPTED)]


async def test_nor_does_the_family_end_it_on_its_link_or_a_promise_with_it(town: Town) -> None:
    made, _ = await broken(town)
    link = await town.read(lambda books: books.requests.get_track_token(made.id))
    said = await changes.family_said(town.unit, link, FamilyWord.NO_LONGER_NEEDED)
    assert refused(said) is RefusalCode.PATIENT_ABOARD
    await town.take(made.live()[0], Step.DECLINE)
    await town.pass_time(600)
    owed, by = (await town.look(made)).owed, Command(actor=OPI)
    closed = await promises.close(town.unit, owed.id, CloseOutcome.NOT_NEEDED, told="ibunya", by=by)
    assert refused(closed) is RefusalCode.PATIENT_ABOARD


async def test_another_vehicle_takes_them_over_until_that_is_taken_back(town: Town) -> None:
    made, _ = await broken(town)
    trip = await town.take(made.live()[0], *WAY[:4], Step.UNDO)
    assert refused(await ended(town, made, RequestState.CANCELLED_BY_REQUESTER)) is RefusalCode.PATIENT_ABOARD
    await town.take(trip, *WAY[3:])
    assert await town.state(made) is RequestState.COMPLETED


async def test_an_operator_says_with_a_reason_that_they_are_cared_for(town: Town) -> None:
    made, _ = await broken(town)
    assert refused(await ended(town, made, RequestState.COMPLETED, SITI)) is RefusalCode.PATIENT_ABOARD
    assert refused(await ended(town, made, RequestState.COMPLETED, reason="")) is RefusalCode.PATIENT_ABOARD
    done(await ended(town, made, RequestState.COMPLETED))
    after = await town.look(made)
    assert (after.state, after.live()) == (RequestState.COMPLETED, [])


async def arrived(town: Town, count: int = 1) -> tuple[Look, Assignment]:
    made = await town.ask(asked=replace(ask(Need.BODY, count=count), dropoff=HOME))
    return made, await town.take(made.assignments[0], *WAY[:5])


@pytest.mark.parametrize("state", UNSERVED)
async def test_who_is_at_the_destinations_door_is_aboard(town: Town, state: RequestState) -> None:
    made, trip = await arrived(town)
    other = await town.ask(asked=replace(made.request.ask, pickup=CIKOKOL))
    assert refused(await ended(town, made, state, of=other.id)) is RefusalCode.PATIENT_ABOARD
    assert refused(await town.try_step(trip, Step.STAND_DOWN)) is RefusalCode.STEP_OUT_OF_ORDER
    assigned = await requests.assign(town.unit, made.id, "H1", override=None, by=Command(actor=OPI))
    assert isinstance(assigned, Refusal)


async def test_a_trip_that_is_completed_at_the_door_has_brought_somebody(town: Town) -> None:
    made, trip = await arrived(town)
    done(await ended(town, made, RequestState.COMPLETED))
    after = await town.look(made)
    assert [a.state for a in after.assignments] == [AssignmentState.CLEARED]
    assert (await town.vehicle(trip.vehicle_id)).trip_ended_at == town.clock.at
    assert (await town.vehicle(trip.vehicle_id)).duty is Duty.AVAILABLE


async def test_what_is_completed_was_served_at_every_place(town: Town) -> None:
    made, trip = await arrived(town, count=2)
    result = await ended(town, made, RequestState.COMPLETED)
    assert isinstance(result, Refusal)
    assert (result.code, result.facts) == (RefusalCode.NOT_SERVED, {"missing": 1, "wanted": 2})
    assert (await town.look(made)).assignments[0].state is AssignmentState.AT_DESTINATION
    await town.take(trip, Step.CLEAR)
    second = next(a for a in (await town.look(made)).live())
    await town.take(second, *WAY[:5], by=BUDI)
    done(await ended(town, made, RequestState.COMPLETED))


@pytest.mark.parametrize("end", [RequestState.CANCELLED_BY_REQUESTER, RequestState.COMPLETED])
async def test_nothing_is_the_same_as_a_request_that_ended_unserved(town: Town, end: RequestState) -> None:
    first, _ = await arrived(town)
    if end is RequestState.COMPLETED:
        done(await ended(town, first, end))
    else:
        first = await town.ask(asked=replace(ask(Need.BODY), dropoff=HOME))
        done(await ended(town, first, end))
    second = await town.ask(asked=replace(ask(Need.BODY), dropoff=HOME))
    result = await ended(town, second, RequestState.DUPLICATE, of=first.id)
    if end is RequestState.COMPLETED:
        done(result)
    else:
        assert refused(result) is RefusalCode.DUPLICATE_OF_UNSERVED
        assert (await town.look(second)).live()
