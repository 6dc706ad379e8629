"""Every command of the desk, sent twice under its key: it is carried out once, and the repeat gets the first answer."""

import importlib
import inspect
import pkgutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from dispatch.desk import usecases
from dispatch.desk.command import Command
from dispatch.desk.usecases import (
    approving,
    changes,
    changing,
    closures,
    deaths,
    diverting,
    incidents,
    promises,
    reports,
    requests,
    returning,
    sop,
    transferring,
    trips,
    vehicles,
)
from dispatch.domain.assignment import StepCommand
from dispatch.domain.correction import Correction
from dispatch.domain.death import DeathWord
from dispatch.domain.people import Person
from dispatch.domain.trip import way_back
from dispatch.domain.vehicle import Vehicle
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.promises import CallOutcome, CloseOutcome
from dispatch.vocabulary.refusals import RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.trip_steps import Report, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from geo.sample.areas import sample_areas
from tests.people import BUDI, DINA, HOME, OPI, RSUD, SITI, ask
from tests.unit.desk.test_approvals import ELSEWHERE
from tests.unit.desk.test_booked import book, drive, later
from tests.unit.desk.test_closing import line
from tests.unit.desk.town import CONTACT, Look, Town, done, refused

pytestmark = pytest.mark.anyio
Act = Callable[[Command], Awaitable[Any]]
Prepare = Callable[[Town], Awaitable[Act]]


async def owed(town: Town) -> Look:
    """Nobody can go: a call-back is owed."""
    town.roads.minutes = {}
    return await town.ask()


async def document(town: Town) -> Look:
    """A document that is out of stock is owed."""
    return await town.ask(asked=replace(ask(Need.DOCUMENT), subject="blanko-ktp"))


async def receive(town: Town) -> Act:
    return lambda by: requests.receive(town.unit, ask(Need.BODY), CONTACT, by=by)


async def assign(town: Town) -> Act:
    made = await town.ask()
    return lambda by: requests.assign(town.unit, made.id, "H1", override=None, by=by)


async def divert(town: Town) -> Act:
    town.roads.minutes = {"A1": 5.0}
    lower = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.YELLOW))
    await town.take(lower.assignments[0], Step.ACCEPT)
    red = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.RED))
    return lambda by: diverting.divert(town.unit, red.id, of=lower.id, reason="henti napas", by=by)


async def transfer(town: Town) -> Act:
    town.roads.minutes = {"A1": 5.0}
    made = await town.ask(asked=ask(Need.EMERGENCY, urgency=Urgency.YELLOW))
    await town.take(made.assignments[0], Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING)
    move = partial(replace, pickup=HOME)
    return lambda by: transferring.transfer(town.unit, made.id, move, reason="mogok", by=by)


async def approve(town: Town) -> Act:
    town.roads.minutes = {"A1": 0.0, "T1": 6.0}
    made = await town.ask()
    return lambda by: approving.approve(town.unit, made.id, rule="R02", yes=True, reason="darurat", by=by)


async def answer_for_own(town: Town) -> Act:
    for name in ("H1", "H3", "T1", "L1"):
        await town.duty(name, Duty.OFF_DUTY)
    held = (await town.vehicle("H3")).vehicle
    await town.add(replace(held, id="K1", agency="kabupaten-tangerang", shares=Shares.ON_REQUEST), minutes=30.0)
    made = await town.ask()
    return lambda by: approving.answer_for_own(town.unit, made.id, yes=True, vehicle_id="K1", reason="silakan", by=by)


async def hold(town: Town) -> Act:
    made = await town.ask()
    return lambda by: changes.hold(town.unit, made.id, on=True, reason="kamar", by=by)


async def add_note(town: Town) -> Act:
    made = await town.ask()
    return lambda by: changes.add_note(town.unit, made.id, "pagar hijau", by=by)


async def end(town: Town) -> Act:
    made, state = await town.ask(), RequestState.CANCELLED_BY_REQUESTER
    return lambda by: changes.end(town.unit, made.id, state, told="keluarga", reason="berangkat", by=by)


async def change(town: Town) -> Act:
    made = await town.ask()
    return lambda by: changing.change(town.unit, made.id, partial(replace, dropoff=None), by=by)


async def open_incident(town: Town) -> Act:
    made = await town.ask()
    what: dict[str, Any] = {"name": "Banjir", "place": HOME, "requests": [made.id]}
    return lambda by: incidents.open_incident(town.unit, by=by, **what)


async def regroup(town: Town) -> Act:
    made, another = await town.ask(), Command(actor=OPI)
    incident = done(await incidents.open_incident(town.unit, name="Banjir", place=HOME, by=another))
    return lambda by: incidents.regroup(town.unit, incident, add=[made.id], by=by)


async def close_incident(town: Town) -> Act:
    incident = done(await incidents.open_incident(town.unit, name="Banjir", place=HOME, by=Command(actor=OPI)))
    return lambda by: incidents.close_incident(town.unit, incident, by=by)


async def report(town: Town) -> Act:
    trip = await town.take((await town.ask()).assignments[0], Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE)
    return lambda by: reports.report(town.unit, trip.id, Report.NOBODY_THERE, by=by)


async def confirm_death(town: Town) -> Act:
    made = await town.ask(asked=replace(ask(Need.REFERRAL), dropoff=RSUD))
    aboard = (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING)
    trip = await town.take(made.assignments[0], *aboard)
    done(await reports.report(town.unit, trip.id, Report.PATIENT_DIED, by=Command(actor=BUDI)))
    word = DeathWord(confirmed=True, whose=WhoseWord.DOCTOR, doctor="dr. Contoh", heard_at=town.clock.now())
    return lambda by: deaths.confirm_death(town.unit, made.id, word, by=by)


async def close_road(town: Town) -> Act:
    return lambda by: closures.close_road(town.unit, line(), Cause.FLOOD, note=None, until=None, by=by)


async def open_road(town: Town) -> Act:
    by_opi = Command(actor=OPI)
    closure = done(await closures.close_road(town.unit, line(), Cause.FLOOD, note=None, until=None, by=by_opi))
    return lambda by: closures.open_road(town.unit, closure, by=by)


async def log_call(town: Town) -> Act:
    held = (await owed(town)).owed.id
    return lambda by: promises.log_call(town.unit, held, CallOutcome.TOLD, told="ibunya", text="", by=by)


async def close(town: Town) -> Act:
    held = (await owed(town)).owed.id
    return lambda by: promises.close(town.unit, held, CloseOutcome.NOT_NEEDED, told="ibunya", by=by)


async def take_over(town: Town) -> Act:
    held = (await owed(town)).owed.id
    return lambda by: promises.take_over(town.unit, held, by=by)


async def hand_over(town: Town) -> Act:
    held = (await owed(town)).owed.id
    done(await promises.take_over(town.unit, held, by=Command(actor=OPI)))
    return lambda by: promises.hand_over(town.unit, "health_officer", by=by)


async def stock_came(town: Town) -> Act:
    await document(town)
    return lambda by: promises.stock_came(town.unit, "blanko-ktp", facility=None, count=3, by=by)


async def deliver(town: Town) -> Act:
    car = Vehicle(id="M1", name="Mobil Siaga", vehicle_class=VehicleClass.VILLAGE_CAR, agency="kota-tangerang")
    await town.add(car, minutes=9.0)
    made = await document(town)
    return lambda by: promises.deliver(town.unit, made.id, HOME, by=by)


async def step(town: Town) -> Act:
    trip = (await town.ask()).assignments[0].id
    tap = StepCommand(step=Step.ACCEPT, actor=BUDI.id, source=StepSource.TAP)
    return lambda by: trips.step(town.unit, trip, tap, by=by)


async def deliver_offer(town: Town) -> Act:
    trip = (await town.ask()).assignments[0].id
    return lambda by: trips.deliver_offer(town.unit, trip, by=by)


async def start_draft(town: Town) -> Act:
    return lambda by: sop.start_draft(town.unit, "kota-tangerang", from_version=None, text=None, by=by)


async def correct(town: Town) -> Act:
    trip = await town.take((await town.ask()).assignments[0], Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE)
    wrong = Correction(step=Step.EN_ROUTE, at=town.clock.at, actor=OPI.id, reason="terpencet")
    return lambda by: trips.correct(town.unit, trip.id, wrong, by=by)


async def set_duty(town: Town) -> Act:
    return lambda by: vehicles.set_duty(town.unit, "H3", Duty.OFF_DUTY, at_base=False, auto_accept=None, by=by)


async def add_back(town: Town) -> Act:
    (made,) = await book(town)
    turn = partial(way_back, areas=sample_areas(), at=later(hours=5), on_call=False)
    return lambda by: returning.add_back(town.unit, made.id, turn, by=by)


async def call_back(town: Town) -> Act:
    made = await book(town, back=later(hours=5), on_call=True)
    await drive(town, made[0])
    return lambda by: returning.call_back(town.unit, made[1].id, by=by)


COMMANDS: dict[Prepare, Person] = {
    **dict.fromkeys((receive, change, hold, add_note, end, stock_came, deliver, add_back, call_back), SITI),
    **dict.fromkeys((assign, divert, transfer, correct, confirm_death), OPI),
    **dict.fromkeys((open_incident, regroup, close_incident), OPI),
    **dict.fromkeys((close_road, open_road, log_call, close, take_over, hand_over), OPI),
    **dict.fromkeys((step, report, deliver_offer, set_duty), BUDI),
    **dict.fromkeys((approve, start_draft), DINA),
    answer_for_own: ELSEWHERE,
}


def test_every_command_of_the_use_cases_is_tried() -> None:
    found = set()
    for each in pkgutil.iter_modules(usecases.__path__):
        module = importlib.import_module(f"{usecases.__name__}.{each.name}")
        for name, work in inspect.getmembers(module, inspect.isfunction):
            by = inspect.signature(work).parameters.get("by")
            if work.__module__ == module.__name__ and by is not None and "Command" in str(by.annotation):
                found.add(name)
    found = {name for name in found if not name.startswith("_")} - {"reserve"}  # a part of assign
    assert found == {prepare.__name__ for prepare in COMMANDS}


def rows(town: Town) -> dict[str, list[Any]]:
    """Everything that the database holds."""
    with closing(sqlite3.connect(town.path)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}


@pytest.mark.parametrize("prepare", COMMANDS, ids=lambda prepare: prepare.__name__)
async def test_a_repeat_under_its_key_gets_the_first_answer_and_changes_nothing(town: Town, prepare: Prepare) -> None:
    act = await prepare(town)
    before = rows(town)
    by = Command(actor=COMMANDS[prepare], key="kunci-1", fingerprint="sama")
    first = done(await act(by))
    after = rows(town)
    assert {name for name in after if after[name] != before[name]} > {"answers"}
    assert len(after["answers"]) == len(before["answers"]) + 1
    town.clock.turn(5)
    assert done(await act(by)) == first
    assert rows(town) == after
    assert refused(await act(replace(by, fingerprint="lain"))) is RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert rows(town) == after


@pytest.mark.parametrize("on", [True, False])
async def test_the_destination_of_a_request_that_has_ended_is_not_held(town: Town, *, on: bool) -> None:
    made, by = await town.ask(), Command(actor=SITI)
    cancelled = RequestState.CANCELLED_BY_REQUESTER
    done(await changes.end(town.unit, made.id, cancelled, told="keluarga", reason="berangkat", by=by))
    before = rows(town)
    assert refused(await changes.hold(town.unit, made.id, on=on, reason="kamar", by=by)) is RefusalCode.REQUEST_ENDED
    assert rows(town) == before
