"""The way out: what is said to help does help, and what is said of a time comes true then."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispatch.choosing.decision import Decision, Tried
from dispatch.choosing.unlocks import Lack, unlocks_of
from dispatch.desk.ports import Books
from dispatch.desk.search import SHOWN
from dispatch.domain.request import Ask
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.needs import Leaves, Need
from dispatch.vocabulary.notices import Mender
from dispatch.vocabulary.trip_steps import AssignmentState, Step
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass
from tests.people import NOW, ask, drowned_child
from tests.unit.desk.test_resting import rest
from tests.unit.desk.town import FLEET, Town

pytestmark = pytest.mark.anyio
FAR: Ask = replace(drowned_child(), leaves=Leaves.PROVINCE)
CREW = Lack(key="crew", values=("second_driver",))
PAPERS = Lack(key="papers_valid_until")


async def search(town: Town, asked: Ask, minutes: float = 0.0) -> Decision:
    return await town.unit.search(asked, NOW + timedelta(minutes=minutes), Tried(since=NOW))


def hearse(name: str, *, papers: bool) -> Vehicle:
    until = date(2020, 1, 1) if papers else None
    kind = VehicleClass.HEARSE
    return Vehicle(id=name, name=name, vehicle_class=kind, agency="kota-tangerang", papers_valid_until=until)


async def test_all_that_keeps_the_same_vehicles_is_said_together_and_helps(town: Town) -> None:
    for minutes, name in enumerate(("H7", "H8", "H9"), 3):
        await town.add(hearse(name, papers=name != "H9"), minutes=minutes)
    found = {(unlock.rule, unlock.beside): unlock for unlock in unlocks_of(await search(town, FAR))}
    both = found["R14", ("R20",)]
    assert (both.count, both.kind, both.name, both.who) == (2, VehicleClass.HEARSE, "H7", Mender.AGENCY)
    assert both.lacks == (CREW, PAPERS)
    assert found["R14", ()].lacks == (CREW,)
    for name, papers, goes in (("H7", True, False), ("H8", False, True)):
        mended = replace(hearse(name, papers=papers), crew=frozenset({"driver", "escort", "second_driver"}))
        await town.add(mended, minutes=3)
        assert (await search(town, FAR)).assess(name).eligible is goes
        assert bool(unlocks_of(await search(town, FAR))) is not goes  # where somebody goes nothing is to be mended


async def test_it_is_said_though_the_soonest_of_all_cannot_be_helped(town: Town) -> None:
    """More vehicles than arrivals are looked for are nearer: on a trip, or lacking more."""
    far = {(u.rule, u.beside): (u.count, u.name) for u in unlocks_of(await search(town, FAR))}
    nearer = [hearse(f"N{number:02d}", papers=True) for number in range(SHOWN * 2)]
    await town.add(*nearer, minutes=-100)
    for one in nearer[::2]:
        await town.duty(one.id, Duty.OUT_OF_SERVICE)
    found = {(u.rule, u.beside): (u.count, u.name) for u in unlocks_of(await search(town, FAR))}
    assert found == far | {("R14", ("R20",)): (SHOWN, "N01")}


async def test_a_time_is_said_at_which_the_vehicle_may_go_and_no_sooner(town: Town) -> None:
    await rest(town, NOW - timedelta(minutes=5))
    asked = ask(Need.TRANSPORT)
    [unlock] = [one for one in unlocks_of(await search(town, asked)) if one.rule == "R22"]
    assert unlock.at == NOW + timedelta(minutes=10)
    assert not (await search(town, asked, 9.9)).step.offers
    assert (await search(town, asked, 10.0)).step.offers


async def test_who_worked_for_twelve_hours_goes_at_no_time(town: Town) -> None:
    def put(books: Books) -> None:
        for vehicle_id in FLEET:
            books.vehicles.set_history(vehicle_id, on_duty_since=NOW - timedelta(hours=12.5), trip_ended_at=None)

    await town.store.write(put)
    [unlock] = [one for one in unlocks_of(await search(town, ask(Need.TRANSPORT))) if one.rule == "R22"]
    assert (unlock.at, unlock.lacks) == (None, (Lack(key="duty_h_over"),))


@pytest.mark.parametrize("duty", [Duty.OFF_DUTY, Duty.OUT_OF_SERVICE, Duty.CLEANING])
async def test_who_is_off_duty_is_rung_and_who_cannot_go_is_not(town: Town, duty: Duty) -> None:
    def put(books: Books) -> None:
        for name in FLEET:
            books.vehicles.set_duty(name, duty, at_base=False, now=NOW)

    await town.store.write(put)
    found = [one for one in unlocks_of(await search(town, ask(Need.TRANSPORT))) if one.rule == "DINAS"]
    rung = [((Lack(key="duty"),), Mender.OPERATOR)] if duty is Duty.OFF_DUTY else []
    assert [(one.lacks, one.who) for one in found] == rung


async def test_who_declined_is_said_to_go_when_it_is_asked_again_and_no_sooner(town: Town) -> None:
    town.roads.minutes = {"H3": 14.0}
    made = await town.ask()
    await town.take(made.assignments[0], Step.DECLINE)
    request = (await town.look(made)).request
    [unlock] = [one for one in unlocks_of(await town.unit.search_again(request, NOW)) if one.vehicle_id == "H3"]
    assert unlock.at is not None
    await town.pass_time((unlock.at - town.clock.now()).total_seconds() - 1)
    assert await town.live(made) == []
    await town.pass_time(1)
    assert await town.live(made) == [("H3", AssignmentState.OFFERED)]
