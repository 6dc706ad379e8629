"""A vehicle that broke down: what was due before it stays due, and to have broken down is no refusal."""

from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.usecases import changes, requests
from dispatch.domain.assignment import Assignment
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty
from tests.people import OPI, ask
from tests.unit.desk.town import WAY, Look, Town, done

pytestmark = pytest.mark.anyio


async def only(town: Town, *, infectious: bool = False) -> tuple[Look, Assignment]:
    """The one vehicle that can go is asked."""

    def equip(books: Books) -> None:
        held = books.vehicles.get("T1").vehicle
        books.vehicles.put(replace(held, equipment=frozenset({"infectious", "ppe"})))

    await town.store.write(equip)
    town.roads.minutes = {"T1": 6.0}
    made = await town.ask(asked=ask(Need.REFERRAL, infectious=infectious))
    [trip] = made.live()
    assert trip.vehicle_id == "T1"
    return made, trip


@pytest.mark.parametrize("meanwhile", [[], [Duty.OFF_DUTY], [Duty.OUT_OF_SERVICE]])
@pytest.mark.parametrize("ends", [[*WAY[:4], Step.PROBLEM], [*WAY]])
async def test_what_is_to_be_cleaned_is_cleaned_whatever_happens_before(
    town: Town, ends: list[Step], meanwhile: list[Duty]
) -> None:
    _, trip = await only(town, infectious=True)
    await town.take(trip, *ends)
    broke = ends[-1] is Step.PROBLEM
    assert (await town.vehicle("T1")).duty is (Duty.OUT_OF_SERVICE if broke else Duty.CLEANING)
    for duty in meanwhile:
        await town.duty("T1", duty)
    if broke or meanwhile:
        await town.duty("T1", Duty.AVAILABLE)
    assert (await town.vehicle("T1")).duty is Duty.CLEANING
    await town.duty("T1", Duty.AVAILABLE)
    assert (await town.vehicle("T1")).duty is Duty.AVAILABLE


async def test_an_end_that_is_taken_back_leaves_nothing_to_clean(town: Town) -> None:
    _, trip = await only(town, infectious=True)
    await town.take(trip, *WAY[:4], Step.UNDO, Step.STAND_DOWN)
    assert not (await town.vehicle("T1")).to_clean


@pytest.mark.parametrize("steps", [WAY[:1], WAY[:3], WAY[:4]])
async def test_who_is_repaired_is_asked_at_once_to_go_on(town: Town, steps: tuple[Step, ...]) -> None:
    made, trip = await only(town)
    await town.take(trip, *steps, Step.PROBLEM)
    assert (await town.look(made)).live() == []
    await town.pass_time(120)
    await town.duty("T1", Duty.AVAILABLE)
    await town.run_due()
    assert await town.live(made) == [("T1", AssignmentState.OFFERED)]


@pytest.mark.parametrize("breaks", [True, False])
async def test_who_breaks_down_while_asked_has_not_declined(town: Town, breaks: bool) -> None:
    made, trip = await only(town)
    await town.take(trip, Step.DECLINE)
    await town.duty("T1", Duty.OUT_OF_SERVICE if breaks else Duty.OFF_DUTY)
    await town.pass_time(60)
    await town.duty("T1", Duty.AVAILABLE)
    await town.run_due()
    assert await town.live(made) == ([("T1", AssignmentState.OFFERED)] if breaks else [])
    assert await town.state(made) is (RequestState.SEARCHING if breaks else RequestState.WAITING)


@pytest.mark.parametrize("asked_since", [True, False])
async def test_who_breaks_down_after_it_was_asked_for_another_has_declined_all_the_same(
    town: Town, *, asked_since: bool
) -> None:
    made, trip = await only(town)
    await town.take(trip, Step.DECLINE)
    town.clock.turn(60)
    if asked_since:
        other = await town.ask(asked=ask(Need.TRANSPORT))
        done(await requests.assign(town.unit, other.id, "T1", override=None, by=Command(actor=OPI)))
        await town.take((await town.look(other)).live()[0], Step.ACCEPT, Step.EN_ROUTE, Step.PROBLEM)
        await changes.end(
            town.unit, other.id, RequestState.CANCELLED_BY_REQUESTER, told="keluarga", reason="", by=Command(actor=OPI)
        )
    else:
        await town.duty("T1", Duty.OUT_OF_SERVICE)
    await town.pass_time(60)
    await town.duty("T1", Duty.AVAILABLE)
    await town.run_due()
    assert await town.live(made) == ([] if asked_since else [("T1", AssignmentState.OFFERED)])
    if asked_since:  # for as long as anybody who declined it
        await town.pass_time(20 * 60)
        assert await town.live(made) == [("T1", AssignmentState.OFFERED)]
