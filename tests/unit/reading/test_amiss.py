"""What is amiss with a trip stands with its request as long as it is so; a late driver reads what ended."""

import pytest

from dispatch.reading.ended import EndedOut, ended_out
from dispatch.reading.requests import summaries_out
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.trip_steps import Step
from tests.people import BUDI
from tests.unit.desk.test_watching import drive, set_out
from tests.unit.desk.town import Look, Town

pytestmark = pytest.mark.anyio


async def amiss(town: Town, made: Look) -> set[Notice]:
    [listed] = await town.read(lambda books: summaries_out(town.unit, books, [books.requests.get(made.id)], Lang.ID))
    return {one.what for one in listed.notices}


async def ended(town: Town, assignment_id: str | None = None) -> EndedOut | None:
    return await ended_out(town.unit, BUDI, assignment_id, Lang.ID)


async def test_who_has_not_set_out_stands_so_until_it_does(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    assert await amiss(town, made) == set()
    await town.pass_time(301)
    assert await amiss(town, made) == {Notice.NOT_DEPARTED}
    await town.take(trip, Step.EN_ROUTE)
    assert await amiss(town, made) == set()


@pytest.mark.parametrize(("degrees", "what"), [(0.0, Notice.NOT_MOVING), (0.002, Notice.MOVING_AWAY)])
async def test_a_vehicle_that_comes_nearer_again_is_amiss_no_longer(town: Town, degrees: float, what: Notice) -> None:
    made = await set_out(town)
    vehicle_id = made.assignments[0].vehicle_id
    await drive(town, vehicle_id, 12, degrees=degrees)
    assert what in await amiss(town, made)
    await drive(town, vehicle_id, 1, degrees=-0.01)
    assert what not in await amiss(town, made)


async def test_an_offer_that_ran_out_is_read_with_whether_a_late_yes_is_still_of_use(town: Town) -> None:
    made = await town.ask()
    [trip] = made.assignments
    assert await ended(town, trip.id) is None
    await town.pass_time((trip.expires_at - town.clock.now()).total_seconds() + 1)
    late = await ended(town, trip.id)
    assert late is not None
    assert (late.state, late.was_going, late.can_go) == ("expired", False, False), "another was asked"
    while asked := [a for a in (await town.look(made)).assignments if a.is_live]:
        await town.pass_time((asked[0].expires_at - town.clock.now()).total_seconds() + 1)
    late = await ended(town, trip.id)
    assert late is not None
    assert late.can_go
    assert await ended(town) == late, "also who has never seen the offer reads of it"
    await town.take(trip, Step.ACCEPT)
    assert await ended(town, trip.id) is None
