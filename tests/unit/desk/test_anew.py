"""A kept request is judged anew when it changes: with its pairs, with who may go again, and as a new red."""

from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.effects.proposing import list_proposed
from dispatch.desk.ports import DueKind
from dispatch.desk.usecases import changing, requests, trips
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Ask
from dispatch.domain.vehicle import Vehicle
from dispatch.reading.ended import ended_out
from dispatch.vocabulary.events import RequestChanged, VehicleProposed
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, KEPT_UNTIL_BETTER, AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import BUDI, HOME, NOW, OPI, SITI, ask
from tests.unit.desk.town import WAY, Look, Town, done, refused

pytestmark = pytest.mark.anyio
BY = Command(actor=SITI)
OFFERED, ACCEPTED, EN_ROUTE = AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE
ON_SCENE, TRANSPORTING, WITHDRAWN = AssignmentState.ON_SCENE, AssignmentState.TRANSPORTING, AssignmentState.WITHDRAWN
NURSE = frozenset({"driver", "nurse"})
TRANSPORT, EMERGENCY = VehicleClass.TRANSPORT_AMBULANCE, VehicleClass.EMERGENCY_AMBULANCE


def ambulance(name: str, kind: VehicleClass = TRANSPORT, *, crew: frozenset[str] = NURSE, has: str = "") -> Vehicle:
    equipment = frozenset(filter(None, [has]))
    return Vehicle(id=name, name=name, vehicle_class=kind, agency="kota-tangerang", crew=crew, equipment=equipment)


def red(asked: Ask) -> Ask:
    return replace(asked, urgency=Urgency.RED)


def yellow(asked: Ask) -> Ask:
    return replace(asked, urgency=Urgency.YELLOW)


def ventilated(asked: Ask) -> Ask:
    return replace(asked, patient=replace(asked.patient, ventilator=True))


def not_ventilated(asked: Ask) -> Ask:
    return replace(asked, patient=replace(asked.patient, ventilator=False))


def at_home(asked: Ask) -> Ask:
    return replace(asked, pickup=HOME)


async def referral(town: Town, *fleet: tuple[Vehicle, float], urgency: Urgency = Urgency.YELLOW) -> Look:
    """A referral in a town with these vehicles alone."""
    town.roads.minutes = {}
    for vehicle, minutes in fleet:
        await town.add(vehicle, minutes=minutes)
    return await town.ask(asked=ask(Need.REFERRAL, urgency=urgency))


async def change(town: Town, request: Look, edit: changing.Edit) -> Look:
    done(await changing.change(town.unit, request.id, edit, by=BY))
    await town.run_due()
    return await town.look(request)


def slots(look: Look) -> dict[str, tuple[AssignmentState, int]]:
    return {a.vehicle_id: (a.state, a.slot) for a in look.live()}


async def take(town: Town, request: Look, vehicle_id: str, *steps: Step) -> Look:
    live = (await town.look(request)).live()
    await town.take(next(a for a in live if a.vehicle_id == vehicle_id), *steps)
    return await town.look(request)


NURSES, SLOW = (ambulance("T8"), 6.0), (ambulance("A8", EMERGENCY), 17.0)


@pytest.mark.parametrize("steps", [WAY[:1], WAY[:2], WAY[:3]])
async def test_who_may_be_first_contact_of_what_is_a_red_now_is_ahead_and_not_let_go(
    town: Town, steps: tuple[Step, ...]
) -> None:
    made = await referral(town, NURSES, SLOW)
    trip = await town.take(made.assignments[0], *steps)
    now = await change(town, made, red)
    assert slots(now) == {"T8": (trip.state, FIRST_CONTACT), "A8": (OFFERED, 0)}
    assert [event.ahead for event in now.of(RequestChanged)] == [(trip.id,)]
    now = await take(town, made, "A8", Step.ACCEPT)
    assert slots(now) == {"T8": (trip.state, FIRST_CONTACT), "A8": (ACCEPTED, 0)}


async def test_who_went_ahead_by_a_change_carries_and_is_ahead_again_after_an_error(town: Town) -> None:
    made = await referral(town, NURSES, SLOW)
    await town.take(made.assignments[0], *WAY[:3])
    await change(town, made, red)
    now = await take(town, made, "T8", Step.TRANSPORTING)
    assert slots(now) == {"T8": (TRANSPORTING, 0)}
    now = await take(town, made, "T8", Step.UNDO)
    await town.run_due()
    assert slots(await town.look(now)) == {"T8": (ON_SCENE, FIRST_CONTACT), "A8": (OFFERED, 0)}


async def test_who_is_there_stays_with_the_patient_of_a_red_also_where_nobody_else_comes(town: Town) -> None:
    made = await referral(town, NURSES)
    await town.take(made.assignments[0], *WAY[:3])
    now = await change(town, made, red)
    assert slots(now) == {"T8": (ON_SCENE, FIRST_CONTACT)}
    assert now.promise is not None


async def test_who_is_hardly_sooner_or_carries_no_nurse_is_no_first_contact(town: Town) -> None:
    made = await referral(town, NURSES, (ambulance("A8", EMERGENCY), 12.0))
    await town.take(made.assignments[0], Step.ACCEPT)
    assert slots(await change(town, made, red)) == {"T8": (ACCEPTED, KEPT_UNTIL_BETTER), "A8": (OFFERED, 0)}


async def test_what_is_taken_back_while_the_better_one_rings_lets_the_one_that_goes_keep_its_place(town: Town) -> None:
    made = await referral(town, NURSES, (ambulance("T9", has="ventilator"), 17.0))
    trip = await town.take(made.assignments[0], *WAY[:2])
    assert slots(await change(town, made, ventilated)) == {"T8": (EN_ROUTE, KEPT_UNTIL_BETTER), "T9": (OFFERED, 0)}
    now = await change(town, made, not_ventilated)
    assert slots(now) == {"T8": (EN_ROUTE, 0)}
    assert {a.vehicle_id: a.state for a in now.assignments} == {"T8": trip.state, "T9": WITHDRAWN}
    # It counts as not asked.
    await take(town, made, "T8", Step.PROBLEM)
    assert slots(await town.look(made)) == {"T9": (OFFERED, 0)}


async def test_what_is_no_red_after_all_needs_no_second_vehicle(town: Town) -> None:
    made = await referral(town, NURSES, SLOW)
    await town.take(made.assignments[0], *WAY[:2])
    await change(town, made, red)
    assert slots(await change(town, made, yellow)) == {"T8": (EN_ROUTE, 0)}


async def test_who_may_go_again_has_its_place_also_where_nobody_better_was_found(town: Town) -> None:
    made = await referral(town, NURSES)
    await town.take(made.assignments[0], *WAY[:2])
    assert slots(await change(town, made, ventilated)) == {"T8": (EN_ROUTE, KEPT_UNTIL_BETTER)}
    now = await change(town, made, not_ventilated)
    assert slots(now) == {"T8": (EN_ROUTE, 0)}
    assert now.promise is None


async def test_what_becomes_a_red_while_an_offer_rings_asks_the_one_that_is_sooner_at_once(town: Town) -> None:
    made = await referral(town, (ambulance("A8", EMERGENCY), 3.0), (ambulance("A9", EMERGENCY), 14.0))
    await town.take(made.assignments[0], Step.DECLINE)
    assert slots(await town.look(made)) == {"A9": (OFFERED, 0)}
    await town.add(ambulance("A7", EMERGENCY), minutes=4.0)
    assert slots(await change(town, made, red)) == {"A7": (OFFERED, 0)}


async def test_who_rings_for_what_is_a_red_now_has_as_long_to_answer_as_for_any_red(town: Town) -> None:
    made = await referral(town, (ambulance("A8", EMERGENCY), 3.0))
    done(await trips.deliver_offer(town.unit, made.assignments[0].id))
    assert ((await town.look(made)).live()[0].expires_at - NOW).total_seconds() == 90
    now = await change(town, made, red)
    [offer] = now.live()
    assert (offer.expires_at - NOW).total_seconds() == 30
    due = await town.timer(DueKind.OFFER_EXPIRES, offer.id)
    assert due is not None
    assert due.at == offer.expires_at


async def test_who_rings_keeps_the_offer_where_the_other_one_is_hardly_sooner(town: Town) -> None:
    made = await referral(town, (ambulance("A8", EMERGENCY), 3.4), urgency=Urgency.RED)
    await town.add(ambulance("A9", EMERGENCY), minutes=3.0)
    assert slots(await change(town, made, at_home)) == {"A8": (OFFERED, 0)}


async def test_of_two_for_a_red_elsewhere_only_the_late_one_gives_way(town: Town) -> None:
    town.roads.minutes = {}
    for name in ("A7", "A8"):
        await town.add(ambulance(name, EMERGENCY), minutes=5.0)
    asked = ask(Need.EMERGENCY, urgency=Urgency.RED)
    made = await town.ask(asked=replace(asked, patient=replace(asked.patient, count=2)))
    await town.add(ambulance("A9", EMERGENCY), minutes=9.0)
    town.roads.minutes |= {"A7": 20.0, "A8": 6.0}
    now = slots(await change(town, made, at_home))
    assert now.keys() == {"A8", "A9"}
    assert sorted(slot for _, slot in now.values()) == [0, 1]


async def test_who_is_much_sooner_at_the_new_place_of_a_red_is_proposed_with_the_change(town: Town) -> None:
    made = await referral(town, (ambulance("A8", EMERGENCY), 6.0), urgency=Urgency.RED)
    await town.take(made.assignments[0], *WAY[:2])
    await town.add(ambulance("A9", EMERGENCY), minutes=8.0)
    town.roads.minutes |= {"A8": 20.0, "A9": 2.0}
    done(await changing.change(town.unit, made.id, at_home, by=BY))
    [proposed] = (await town.look(made)).of(VehicleProposed)
    assert (proposed.vehicle_id, proposed.instead_of, proposed.without_s) == ("A9", "A8", 1200)


# A late yes is judged like an offer that is made now, and the driver's page offers one that would be taken alone.


async def can_go(town: Town, late: Assignment) -> bool:
    shown = await ended_out(town.unit, replace(BUDI, vehicle=late.vehicle_id), late.id, Lang.ID)
    asked_for_it = await ended_out(town.unit, replace(BUDI, vehicle=late.vehicle_id), None, Lang.ID)
    assert shown is not None
    assert asked_for_it == (shown if shown.can_go else None)
    return shown.can_go


@pytest.mark.parametrize("edit", [ventilated, red])
async def test_a_late_yes_of_who_may_not_go_any_more_is_thanked_for_and_the_promise_stays(
    town: Town, edit: changing.Edit
) -> None:
    made = await referral(town, (ambulance("T8", crew=frozenset({"driver"})), 6.0))
    await town.pass_time(101)
    now = await change(town, made, edit)
    assert now.promise is not None
    assert not await can_go(town, made.assignments[0])
    assert refused(await town.try_step(made.assignments[0], Step.ACCEPT)) is RefusalCode.OFFER_EXPIRED
    assert (await town.look(made)).promise == now.promise
    assert (await town.vehicle("T8")).duty is Duty.AVAILABLE


async def test_a_late_yes_of_who_may_still_go_is_taken_after_a_change(town: Town) -> None:
    made = await referral(town, NURSES)
    await town.pass_time(101)
    await change(town, made, at_home)
    assert await can_go(town, made.assignments[0])
    await town.take(made.assignments[0], Step.ACCEPT)
    assert slots(await town.look(made)) == {"T8": (ACCEPTED, 0)}


async def test_a_late_yes_of_who_was_sent_against_a_rule_is_taken(town: Town) -> None:
    made = await referral(town, (ambulance("T8", crew=frozenset({"driver"})), 6.0), urgency=Urgency.RED)
    done(
        await requests.assign(town.unit, made.id, "T8", override=("R04", "tidak ada yang lain"), by=Command(actor=OPI))
    )
    [offer] = (await town.look(made)).live()
    await town.pass_time(41)
    assert await can_go(town, offer)
    await town.take(offer, Step.ACCEPT)
    assert slots(await town.look(made)) == {"T8": (ACCEPTED, 0)}


async def instead(town: Town) -> tuple[Look, Assignment]:
    """A9 goes to a red, and A8, which is nearer, is assigned instead and silent."""
    made = await referral(town, (ambulance("A9", EMERGENCY), 20.0), urgency=Urgency.RED)
    await town.take(made.assignments[0], *WAY[:2])
    await town.add(ambulance("A8", EMERGENCY), minutes=4.0)
    done(await requests.assign(town.unit, made.id, "A8", override=None, by=Command(actor=OPI)))
    [late] = [a for a in (await town.look(made)).live() if a.vehicle_id == "A8"]
    await town.pass_time(41)
    assert slots(await town.look(made)) == {"A9": (EN_ROUTE, 0)}
    return made, late


async def test_a_late_yes_to_go_instead_is_taken_where_nobody_else_was_asked(town: Town) -> None:
    made, late = await instead(town)
    assert await town.read(lambda books: list_proposed(books, [made.request])) != {}  # silence is no refusal
    assert await can_go(town, late)
    await town.take(late, Step.ACCEPT)
    assert slots(await town.look(made)) == {"A8": (ACCEPTED, 0)}


async def test_a_late_yes_to_go_instead_is_not_taken_where_it_would_be_later_now(town: Town) -> None:
    made, late = await instead(town)
    town.clock.turn(17 * 60)
    await town.report()
    assert not await can_go(town, late)
    assert refused(await town.try_step(late, Step.ACCEPT)) is RefusalCode.OFFER_EXPIRED
    assert slots(await town.look(made)) == {"A9": (EN_ROUTE, 0)}


# Who rings again to a red.


async def test_who_rings_again_gives_way_at_once_to_whoever_may_go_then(town: Town) -> None:
    made = await referral(town, (ambulance("A8", EMERGENCY), 6.0), urgency=Urgency.RED)
    await town.pass_time(41)
    await town.pass_time(5)
    assert slots(await town.look(made)) == {"A8": (OFFERED, 0)}
    await town.add(ambulance("A9", EMERGENCY), minutes=9.0)
    await town.duty("A9", Duty.AVAILABLE)
    await town.pass_time(5)
    now = await town.look(made)
    assert slots(now) == {"A9": (OFFERED, 0)}
    assert [a.state for a in now.assignments] == [AssignmentState.EXPIRED, WITHDRAWN, OFFERED]


async def test_of_two_who_were_silent_none_gives_way_to_the_other(town: Town) -> None:
    fleet = [(ambulance("A8", EMERGENCY), 6.0), (ambulance("A9", EMERGENCY), 9.0)]
    made = await referral(town, *fleet, urgency=Urgency.RED)
    await town.pass_time(41)
    await town.pass_time(41)
    assert slots(await town.look(made)) == {"A8": (OFFERED, 0)}
    town.roads.minutes = {"A8": 9.0, "A9": 6.0}
    await town.duty("T1", Duty.AVAILABLE)
    await town.pass_time(5)
    assert slots(await town.look(made)) == {"A8": (OFFERED, 0)}
