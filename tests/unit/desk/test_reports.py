"""What a crew reports, and what the desk notices: no step is taken, and the operator is told once."""

import pytest

from dispatch.desk.command import Command
from dispatch.desk.usecases import reports
from dispatch.vocabulary.events import TripNoticed
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.trip_steps import AssignmentState, Report, Step
from tests.people import BUDI
from tests.unit.desk.town import Town, done

pytestmark = pytest.mark.anyio


async def test_what_is_reported_twice_is_told_once_and_a_call_is_owed_meanwhile(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE)
    for _ in range(2):
        done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
        town.clock.turn(20)
    found = await town.look(made)
    told = [event for event in found.events if isinstance(event, TripNoticed)]
    assert [(event.what, event.actor) for event in told] == [(Notice.NOBODY_THERE, BUDI.id)]
    assert found.owed.why is Why.NOBODY_THERE
    assert found.assignments[0].state is AssignmentState.ON_SCENE
