"""What a crew reports, and what the desk notices: no step is taken, and the operator is told once."""

from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.usecases import changes, diverting, promises, reports, requests, trips
from dispatch.domain.assignment import Assignment
from dispatch.domain.correction import Correction
from dispatch.vocabulary.events import TripNoticed
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.promises import TOLD_NOBODY, CallOutcome, PromiseState, Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Report, Step
from tests.people import BUDI, OPI, ask
from tests.unit.desk.town import WAY, Look, Town, done, refused

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


async def at_an_empty_place(town: Town) -> tuple[Look, Assignment]:
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE)
    done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
    return made, trip


async def rung(town: Town, made: Look, outcome: CallOutcome = CallOutcome.TOLD) -> str | Refusal:
    owed, told = (await town.look(made)).owed, "ibunya" if outcome is CallOutcome.TOLD else ""
    return await promises.log_call(town.unit, owed.id, outcome, told=told, text="", by=Command(actor=OPI))


async def unfounded(town: Town, made: Look) -> str | Refusal:
    state, why, by = RequestState.UNFOUNDED, "tidak ada yang dijemput", Command(actor=OPI)
    return await changes.end(town.unit, made.id, state, told="pemohon", reason=why, by=by)


@pytest.mark.parametrize("outcome", [CallOutcome.NO_ANSWER, CallOutcome.TOLD])
async def test_a_vehicle_stays_until_whoever_asked_was_rung(town: Town, outcome: CallOutcome) -> None:
    made, trip = await at_an_empty_place(town)
    town.clock.turn(200)
    for step in (Step.CLEAR, Step.STAND_DOWN):
        assert refused(await town.try_step(trip, step)) is RefusalCode.STAYS_UNTIL_RUNG
    done(await rung(town, made, outcome))
    await town.take(trip, Step.STAND_DOWN)


async def test_a_vehicle_stays_no_longer_than_the_policy_says(town: Town) -> None:
    made, trip = await at_an_empty_place(town)
    stays_s = (await town.read(lambda books: town.unit.policy(books, town.clock.now()))).nobody_there_s
    town.clock.turn(stays_s - 1)
    assert refused(await town.try_step(trip, Step.STAND_DOWN)) is RefusalCode.STAYS_UNTIL_RUNG
    town.clock.turn(1)
    await town.take(trip, Step.STAND_DOWN)
    after = await town.look(made)
    assert (after.state, after.owed.why) == (RequestState.SEARCHING, Why.NOBODY_THERE)  # the call is owed still


async def test_a_correction_does_not_let_it_leave_either(town: Town) -> None:
    made, trip = await at_an_empty_place(town)
    left = Correction(step=Step.CLEAR, at=town.clock.at, actor=OPI.id, reason="sopir menelepon")
    assert refused(await trips.correct(town.unit, trip.id, left, by=Command(actor=OPI))) is RefusalCode.STAYS_UNTIL_RUNG
    done(await rung(town, made))
    assert refused(await trips.correct(town.unit, trip.id, left, by=Command(actor=OPI))) is RefusalCode.NOBODY_CARRIED


async def test_who_comes_after_all_is_taken_aboard_and_a_vehicle_that_breaks_may_say_so(town: Town) -> None:
    _, trip = await at_an_empty_place(town)
    await town.take(trip, Step.TRANSPORTING, Step.UNDO, Step.PROBLEM)


async def test_nothing_is_unfounded_before_a_call_since_the_report_or_the_end_of_its_time(town: Town) -> None:
    town.roads.minutes = {}
    made = await town.ask()
    done(await rung(town, made))  # before anybody came
    town.roads.minutes = {"H3": 14.0}
    await town.pass_time(300)
    found = await town.look(made)
    trip = await town.take(found.live()[0], Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE)
    done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
    assert refused(await unfounded(town, made)) is RefusalCode.STAYS_UNTIL_RUNG
    done(await rung(town, made))
    done(await unfounded(town, made))


async def test_after_its_time_a_call_is_still_what_makes_it_unfounded(town: Town) -> None:
    made, _ = await at_an_empty_place(town)
    town.clock.turn(301)
    assert refused(await unfounded(town, made)) is RefusalCode.CALL_FIRST


async def test_the_call_that_was_owed_is_over_once_somebody_was_reached(town: Town) -> None:
    made, _ = await at_an_empty_place(town)
    done(await rung(town, made))
    assert (await town.look(made)).promise is None


@pytest.mark.parametrize("need", [Need.BODY, Need.REFERRAL, Need.EMERGENCY])
async def test_a_trip_is_over_on_the_scene_only_where_somebody_was_treated(town: Town, need: Need) -> None:
    made = await town.ask(asked=ask(need))
    trip = await town.take(made.assignments[0], *WAY[:3])
    if need is Need.EMERGENCY:
        await town.take(trip, Step.CLEAR)
        assert await town.state(made) is RequestState.COMPLETED
        return
    assert refused(await town.try_step(trip, Step.CLEAR)) is RefusalCode.NOBODY_CARRIED
    await town.take(trip, Step.STAND_DOWN)
    others = [vehicle_id for vehicle_id, _ in await town.live(made)]
    assert trip.vehicle_id not in others
    assert await town.state(made) not in ENDS


async def test_nobody_was_treated_where_nobody_was_there(town: Town) -> None:
    made = await town.ask(asked=ask(Need.EMERGENCY))
    trip = await town.take(made.assignments[0], *WAY[:3])
    done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
    done(await rung(town, made))
    assert refused(await town.try_step(trip, Step.CLEAR)) is RefusalCode.NOBODY_CARRIED


async def test_who_comes_aboard_after_all_needs_no_call(town: Town) -> None:
    made, trip = await at_an_empty_place(town)
    owed = (await town.look(made)).owed
    await town.take(trip, Step.TRANSPORTING)
    after = await town.promise(owed)
    assert (after.state, after.outcome, after.told) == (PromiseState.WITHDRAWN, "transporting", TOLD_NOBODY)
    assert (await town.look(made)).promise is None


async def test_a_crew_that_still_finds_nobody_after_the_call_says_so_again(town: Town) -> None:
    made, trip = await at_an_empty_place(town)
    done(await rung(town, made))
    done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
    assert refused(await town.try_step(trip, Step.STAND_DOWN)) is RefusalCode.STAYS_UNTIL_RUNG
    assert len((await town.look(made)).of(TripNoticed)) == 2


async def test_nobody_is_sent_instead_of_a_vehicle_that_stays_nor_is_it_diverted(town: Town) -> None:
    town.roads.minutes = {"A1": 5.0}
    made = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.YELLOW))
    [first] = [a for a in made.live() if a.vehicle_id == "A1"]
    trip = await town.take(first, *WAY[:3])
    done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
    await town.add(replace((await town.vehicle("A1")).vehicle, id="A2"), minutes=9.0)
    by = Command(actor=OPI)
    sent = await requests.assign(town.unit, made.id, "A2", override=None, by=by)
    assert refused(sent) is RefusalCode.STAYS_UNTIL_RUNG
    red = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.RED))
    taken = {"of": made.id, "vehicle_id": "A1", "reason": "merah", "by": by}
    assert refused(await diverting.divert(town.unit, red.id, **taken)) is RefusalCode.STAYS_UNTIL_RUNG  # type: ignore[arg-type]
    town.clock.turn(301)
    done(await diverting.divert(town.unit, red.id, **taken))  # type: ignore[arg-type]
