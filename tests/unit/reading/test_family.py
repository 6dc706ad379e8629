"""The family's link: how far it has come, and never a step that was taken back."""

from datetime import timedelta

import pytest

from dispatch.desk.usecases import changes
from dispatch.reading.family import LINK_LASTS, FamilyView, view
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import FamilyWord
from dispatch.vocabulary.trip_steps import Step
from tests.people import ask
from tests.unit.desk.town import WAY, Look, Town, done

pytestmark = pytest.mark.anyio


async def page(town: Town, made: Look) -> FamilyView:
    link = await town.read(lambda books: books.requests.get_track_token(made.id))
    found = await view(town.unit, link, Lang.ID)
    assert found is not None
    return found


async def done_steps(town: Town, made: Look) -> int:
    """How many steps the page shows as done; they are done in their order."""
    [vehicle] = (await page(town, made)).vehicles
    steps = [is_done for _, is_done in vehicle.steps]
    assert steps == sorted(steps, reverse=True)
    return sum(steps)


async def test_each_step_is_shown_and_one_that_is_taken_back_no_longer(town: Town) -> None:
    made = await town.ask()
    assert (await page(town, made)).vehicles == (), "an offer is no vehicle that comes"
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    for number, step in enumerate(WAY[1:5], start=2):
        await town.take(trip, step)
        assert await done_steps(town, made) == number
        await town.take(trip, Step.UNDO)
        assert await done_steps(town, made) == number - 1
        await town.take(trip, step)


async def test_a_family_that_has_left_has_said_so_and_one_whose_trip_is_over_sees_that(town: Town) -> None:
    made = await town.ask()
    link = await town.read(lambda books: books.requests.get_track_token(made.id))
    assert (await page(town, made)).can_answer
    done(await changes.family_said(town.unit, link, FamilyWord.LEFT))
    assert not (await page(town, made)).can_answer
    await town.take(made.assignments[0], *WAY)
    over = await page(town, made)
    assert (over.is_live, over.vehicles) == (False, ())
    town.clock.at += LINK_LASTS + timedelta(seconds=1)
    assert await view(town.unit, link, Lang.ID) is None


async def test_of_several_vehicles_the_family_reads_how_many_are_found_and_how_many_not_yet(town: Town) -> None:
    made = await town.ask(asked=ask(Need.BODY, count=2))
    assert not any("ditugaskan" in line for line in (await page(town, made)).lines)
    for trip, said in zip(
        made.assignments,
        ("1 kendaraan sudah ditugaskan, 1 masih dicarikan.", "2 kendaraan sudah ditugaskan."),
        strict=True,
    ):
        await town.take(trip, Step.ACCEPT)
        assert said in (await page(town, made)).lines
