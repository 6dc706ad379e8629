"""A kept request is changed: who is let go by it is asked about first, and whoever is under way drives on."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import changing, reports
from dispatch.domain.request import Ask
from dispatch.vocabulary.events import StepTaken
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.notices import Changed
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import AssignmentState, Leg, Report, Step, StepCause
from tests.people import BUDI, HOME, NOW, RSUD, SITI, ask
from tests.unit.desk.town import WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
BY = Command(actor=SITI)
S = AssignmentState


def counting(count: int) -> changing.Edit:
    return lambda asked: replace(asked, patient=replace(asked.patient, count=count))


async def test_a_vehicle_that_is_not_needed_any_more_is_let_go_only_when_that_was_agreed(town: Town) -> None:
    made = await town.ask(asked=ask(Need.BODY, count=2))
    for trip in made.assignments:
        await town.take(trip, Step.ACCEPT)
    answer = await changing.change(town.unit, made.request.id, counting(1), by=BY)
    assert refused(answer) is RefusalCode.NEEDS_CHOICE
    assert {a.state for a in (await town.look(made)).assignments} == {AssignmentState.ACCEPTED}
    done(await changing.change(town.unit, made.request.id, counting(1), agreed=True, by=BY))
    found = await town.look(made)
    assert sorted(a.state for a in found.assignments) == [AssignmentState.ACCEPTED, AssignmentState.STOOD_DOWN]
    assert found.request.wanted == 1


async def test_of_two_that_are_asked_for_the_one_that_is_needed_still_is_whoever_is_under_way(town: Town) -> None:
    made = await town.ask(asked=ask(Need.BODY, count=2))
    first, second = sorted(made.assignments, key=lambda a: a.slot)
    await town.take(second, Step.ACCEPT)
    done(await changing.change(town.unit, made.request.id, counting(1), by=BY))
    found = await town.look(made)
    assert {a.id: (a.state, a.slot) for a in found.assignments} == {
        first.id: (S.WITHDRAWN, 0),
        second.id: (S.ACCEPTED, 0),
    }
    assert found.request.state is RequestState.ASSIGNED


async def test_who_is_under_way_takes_the_place_that_a_decline_left_empty(town: Town) -> None:
    made = await town.ask(asked=ask(Need.BODY, count=2))
    first, second = sorted(made.assignments, key=lambda a: a.slot)
    await town.take(second, Step.ACCEPT)
    await town.take(first, Step.DECLINE)
    done(await changing.change(town.unit, made.request.id, counting(1), by=BY))
    found = await town.look(made)
    assert [(a.vehicle_id, a.slot) for a in found.live()] == [(second.vehicle_id, 0)]


async def test_another_pick_up_keeps_who_goes_and_foresees_the_arrival_anew(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    town.clock.turn(60)
    town.roads.minutes[trip.vehicle_id] = 20.0
    done(await changing.change(town.unit, made.request.id, lambda asked: replace(asked, pickup=HOME), by=BY))
    (kept,) = (await town.look(made)).assignments
    assert (kept.vehicle_id, kept.state) == (trip.vehicle_id, AssignmentState.ACCEPTED)
    assert kept.arrives_at is not None
    assert trip.arrives_at is not None
    assert kept.arrives_at > trip.arrives_at


def later(asked: Ask) -> Ask:
    return replace(asked, schedule_at=NOW + timedelta(days=91))


async def test_what_cannot_be_is_refused_and_changes_nothing(town: Town) -> None:
    made = await town.ask()
    before = await town.look(made)
    for edit, code in (
        (lambda asked: asked, RefusalCode.NOTHING_CHANGED),
        (later, RefusalCode.SCHEDULE_BOUNDS),
        (lambda asked: replace(asked, patient=replace(asked.patient, living=True)), RefusalCode.BODY_BUT_LIVING),
    ):
        assert refused(await changing.change(town.unit, made.request.id, edit, by=BY)) is code
    assert await town.look(made) == before


async def test_the_journal_names_what_changed_and_the_contact_is_kept_apart(town: Town) -> None:
    made = await town.ask()
    called = replace(made.contact, phone="+62 811-0000-0077")
    done(await changing.change(town.unit, made.request.id, counting(1), contact=called, by=BY))
    found = await town.look(made)
    assert found.contact == called
    changed = [event for event in found.events if event.kind == "request_changed"]
    assert [getattr(event, "changed", None) for event in changed] == [(Changed.CONTACT,)]
    assert called.phone not in str(changed)


async def changed(town: Town, made: Look, **what: object) -> str | Refusal:
    edit = partial(replace, **what)
    return await changing.change(town.unit, made.id, edit, by=BY)


async def test_a_vehicle_at_a_destination_that_is_another_one_sets_out_again(town: Town) -> None:
    made = await town.ask(asked=replace(ask(Need.REFERRAL), dropoff=HOME))
    trip = await town.take(made.assignments[0], *WAY[:5])
    town.clock.turn(30)
    done(await changed(town, made, dropoff=RSUD))
    [trip] = (await town.look(made)).live()
    assert (trip.state, trip.leg, list(trip.stamps)[-1]) == (S.TRANSPORTING, Leg.DESTINATION, S.TRANSPORTING)
    assert trip.stamps[S.TRANSPORTING].server_time == town.clock.at
    assert S.AT_DESTINATION not in trip.stamps
    last = (await town.look(made)).of(StepTaken)[-1]
    assert (last.state, last.cause) == (S.TRANSPORTING, StepCause.CHANGED)
    await town.take(trip, *WAY[4:])
    assert await town.state(made) is RequestState.COMPLETED


async def test_a_vehicle_at_a_pick_up_that_is_another_one_goes_on_there(town: Town) -> None:
    made = await town.ask()
    trip = await town.take(made.assignments[0], *WAY[:3])
    done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
    town.roads.minutes[trip.vehicle_id] = 5.0
    done(await changed(town, made, pickup=RSUD))
    [trip] = (await town.look(made)).live()
    assert (trip.state, trip.leg, trip.arrives_at) == (S.EN_ROUTE, Leg.PICKUP, town.clock.at + timedelta(minutes=5))
    await town.take(trip, Step.ON_SCENE)
    done(await reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=Command(actor=BUDI)))
    assert refused(await town.try_step(trip, Step.STAND_DOWN)) is RefusalCode.STAYS_UNTIL_RUNG


async def test_nobody_is_picked_up_twice(town: Town) -> None:
    made = await town.ask()
    await town.take(made.assignments[0], *WAY[:4])
    assert refused(await changed(town, made, pickup=RSUD)) is RefusalCode.PATIENT_ABOARD
    two = await town.ask(asked=ask(Need.BODY, count=2))
    await town.take(two.assignments[0], *WAY[:4])
    done(await changed(town, two, pickup=RSUD))  # the second one is still to be fetched


def at(when: datetime) -> changing.Edit:
    return lambda asked: replace(asked, schedule_at=when)


TOMORROW = NOW + timedelta(hours=20)


async def transport(town: Town, when: datetime | None = None) -> Look:
    return await town.ask(asked=replace(ask(Need.TRANSPORT), dropoff=HOME, schedule_at=when))


@pytest.mark.parametrize("booked", [True, False])
async def test_an_offer_ends_where_the_trip_is_moved_to_a_time_that_is_not_searched_for_yet(
    town: Town, *, booked: bool
) -> None:
    made = await transport(town, NOW + timedelta(minutes=50) if booked else None)
    (asked,) = made.assignments
    done(await changing.change(town.unit, made.id, at(TOMORROW), by=BY))
    await town.run_due()
    found = await town.look(made)
    assert [trip.state for trip in found.assignments] == [AssignmentState.WITHDRAWN]
    assert (found.state, found.request.reserved) == (RequestState.SCHEDULED, asked.vehicle_id)
    begins = TOMORROW - timedelta(seconds=Policy().schedule_lead_s)
    timer = await town.timer(DueKind.SCHEDULED, made.id)
    assert timer is not None
    assert timer.at == begins
    assert await town.timer(DueKind.SEARCH_LONG, made.id) is None
    done(await changing.change(town.unit, made.id, at(NOW + timedelta(minutes=30)), by=BY))
    assert (await town.look(made)).assignments[-1].vehicle_id == asked.vehicle_id  # it counts as not asked


@pytest.mark.parametrize("steps", [WAY[:1], WAY[:2], WAY[:3]])
async def test_whoever_is_on_the_way_is_let_go_for_a_later_time_only_when_that_was_agreed(
    town: Town, steps: tuple[Step, ...]
) -> None:
    made = await transport(town)
    for one in steps:
        trip = await town.take(made.assignments[0], one)
    answer = await changing.change(town.unit, made.id, at(TOMORROW), by=BY)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.facts) == (RefusalCode.NEEDS_CHOICE, {"lets_go": [trip.vehicle_id]})
    done(await changing.change(town.unit, made.id, at(TOMORROW), agreed=True, by=BY))
    await town.run_due()
    found = await town.look(made)
    assert [one.state for one in found.assignments] == [AssignmentState.STOOD_DOWN]
    assert (found.state, found.request.reserved) == (RequestState.SCHEDULED, trip.vehicle_id)
    assert (await town.vehicle(trip.vehicle_id)).is_free


async def test_who_is_aboard_is_not_booked_for_another_time(town: Town) -> None:
    made = await transport(town)
    for one in WAY[:4]:
        await town.take(made.assignments[0], one)
    answer = await changing.change(town.unit, made.id, at(TOMORROW), agreed=True, by=BY)
    assert refused(answer) is RefusalCode.PATIENT_ABOARD


async def test_another_time_that_is_near_is_when_the_vehicle_on_its_way_arrives(town: Town) -> None:
    made = await transport(town, NOW + timedelta(minutes=50))
    await town.run_due()
    town.clock.turn(70)
    trip = await town.take(made.assignments[0], Step.ACCEPT)
    assert trip.arrives_at == NOW + timedelta(minutes=50)  # however late the answer is
    for minutes in (20, 55):
        town.clock.turn(30)
        done(await changing.change(town.unit, made.id, at(NOW + timedelta(minutes=minutes)), by=BY))
        (kept,) = (await town.look(made)).assignments
        assert (kept.state, kept.arrives_at) == (AssignmentState.ACCEPTED, NOW + timedelta(minutes=minutes))
