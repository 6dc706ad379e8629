"""The courses that things take in the town, each a function of what people do; what is read of them is in letters/."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from dispatch.desk.command import Command
from dispatch.desk.usecases import (
    approving,
    changes,
    changing,
    closures,
    deaths,
    incidents,
    promises,
    requests,
    returning,
    sop,
    transferring,
    trips,
    vehicles,
)
from dispatch.domain.approval import Heard
from dispatch.domain.booking import Repeat
from dispatch.domain.correction import Correction
from dispatch.domain.death import DeathWord
from dispatch.domain.people import Person
from dispatch.domain.request import Contact
from dispatch.domain.trip import way_back
from dispatch.vocabulary.bookings import Rides, Weekday
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.needs import Leaves, Need, Urgency
from dispatch.vocabulary.places import Cause
from dispatch.vocabulary.promises import OPERATOR, CallOutcome, CloseOutcome
from dispatch.vocabulary.request_states import FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import Report, Step
from dispatch.vocabulary.vehicle_classes import Duty
from geo.sample.areas import sample_areas
from geo.shape import Shape, ShapeKind
from tests.journeys.town import DRIVERS, OKA, OPI, Town, done
from tests.people import CIKOKOL, DINA, HOME, NOW, RINA, RSUD, SITI, ask, drowned_child, packs

TRIP = (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)
DOCUMENT = replace(ask(Need.DOCUMENT), subject="ktp")
_AUTO = '[policy]\nred_diverts = "auto"'
_TELL_OPERATOR = """
[[rule]]
id = "L02"
title = "Operator diberi tahu"
effect = "hold"
vehicles = { agency = ["laz"] }
when = { need = ["transport"] }
notify = ["operator"]
clause = "Operator diberi tahu."
source = "ours"
[rule.reason]
met = "Operator diberi tahu."
unmet = "Operator tidak perlu diberi tahu."
"""


def by(person: Person) -> Command:
    return Command(actor=person)


async def a_drowned_child(town: Town) -> None:
    """From the puskesmas to the grave: the police, a mosque's hearse, a hold of the destination, an end undone."""
    request_id = await town.ask(drowned_child())
    await trips.deliver_offer(town.unit, (await town.trip(request_id)).id)
    done(await changes.add_note(town.unit, request_id, "Lewat pintu belakang", by=by(SITI)))
    done(await changes.hold(town.unit, request_id, on=True, reason="menunggu polisi", by=by(OPI)))
    trip = await town.drive(request_id, *TRIP[:-1])
    done(await town.try_step(trip, Step.CLEAR))
    await town.wait(8)
    done(await town.try_step(trip, Step.UNDO))
    await town.wait(60)
    await town.drive(request_id, Step.CLEAR)


async def nobody_answers(town: Town) -> None:
    """The first lets the offer pass, the second breaks down with the body aboard."""
    await town.on_duty("H3", "H1")
    request_id = await town.ask(ask(Need.BODY))
    await town.wait(110)
    await town.drive(request_id, *TRIP[:4], Step.PROBLEM)


async def many_refusals(town: Town) -> None:
    """Drivers say no five times: the operator hears of it."""
    await town.on_duty("H3", "H1")
    request_id = await town.ask(ask(Need.BODY))
    for _ in range(5):
        await town.drive(request_id, Step.DECLINE)
        while not (await town.trip(request_id)).is_live:
            await town.wait(60)


async def a_family_cancels(town: Town) -> None:
    """Before a driver has said yes; then another, when its vehicle has just set out."""
    await _say(town, await town.ask(ask(Need.BODY)), FamilyWord.NO_LONGER_NEEDED)
    request_id = await town.ask(ask(Need.BODY))
    trip = await town.drive(request_id, Step.ACCEPT)
    done(await town.try_step(trip, Step.EN_ROUTE))
    await town.wait(5)
    await _say(town, request_id, FamilyWord.NO_LONGER_NEEDED)


async def a_family_leaves(town: Town) -> None:
    """By itself, while a vehicle comes."""
    request_id = await town.ask(ask(Need.BODY))
    await town.drive(request_id, Step.ACCEPT)
    await _say(town, request_id, FamilyWord.LEFT)


async def _say(town: Town, request_id: str, said: FamilyWord) -> None:
    done(await changes.family_said(town.unit, await town.link(request_id), said))
    await town.wait(60)


async def approvals(town: Town) -> None:
    """A yes of the health officer, and a no of the agency that was asked for help."""
    await town.on_duty("T1", "K1")
    request_id = await town.ask(ask(Need.BODY))
    done(await approving.answer_for_own(town.unit, request_id, yes=False, vehicle_id=None, reason="x", by=by(OKA)))
    done(await approving.approve(town.unit, request_id, rule="R02", yes=True, reason="x", by=by(DINA)))
    await town.drive(request_id, Step.ACCEPT)


async def approvals_by_phone(town: Town) -> None:
    """Nobody answers and is reminded; an operator hears a yes, which the approver takes back; then a no is heard."""

    async def say(request_id: str, who: Person, *, yes: bool, by_phone: bool = True) -> None:
        heard = Heard(name="dr. Contoh Rina", at=town.clock.at) if by_phone else None
        said = approving.approve(town.unit, request_id, rule="R02", yes=yes, reason="x", heard=heard, by=by(who))
        done(await said)

    await town.on_duty("T1", "K1")
    request_id = await town.ask(ask(Need.BODY))
    await town.wait(181)
    await say(request_id, OPI, yes=True)
    await town.drive(request_id, Step.ACCEPT)
    await town.on_duty("T1", "H1")
    await say(request_id, DINA, yes=False, by_phone=False)
    await town.drive(request_id, *TRIP)
    await town.on_duty("T1")
    other_id = await town.ask(replace(ask(Need.BODY), pickup=HOME))
    await say(other_id, SITI, yes=False)
    await town.wait(5)


async def an_office_that_nobody_holds(town: Town) -> None:
    """The agency that is asked for help has no operator: who is on duty rings, and writes the answer down."""
    moved = replace(OKA, agency="laz")
    await town.unit.store.write(lambda books: books.people.put(moved))
    await town.on_duty("K1")
    request_id = await town.ask(ask(Need.BODY))
    await town.wait(5)
    said = {"rule": "R26", "yes": True, "reason": "silakan"}
    heard = Heard(name="Contoh Rahmat", at=town.clock.at)
    done(await approving.approve(town.unit, request_id, heard=heard, by=by(OPI), **said))  # type: ignore[arg-type]
    await town.drive(request_id, Step.ACCEPT)


async def a_promise_at_night(town: Town) -> None:
    """The operator stays beside whoever owes a call."""
    town.clock.at += timedelta(hours=6)
    await town.on_duty("A1")
    request_id = await town.ask(replace(ask(Need.BODY), pickup=HOME))
    done(await promises.take_over(town.unit, (await town.promise(request_id)).id, by=by(DINA)))
    await town.wait(16 * 60)


async def an_operator_chooses(town: Town) -> None:
    """Against a rule that allows it; then the first vehicle after all, whose driver takes every offer by now."""
    request_id = await town.ask(ask(Need.EMERGENCY))
    await town.drive(request_id, Step.ACCEPT)
    done(await requests.assign(town.unit, request_id, "T1", override=("R04", "paling dekat"), by=by(OPI)))
    await town.wait(5)
    await town.drive(request_id, Step.ACCEPT)
    takes = vehicles.set_duty(town.unit, "A1", Duty.AVAILABLE, at_base=False, auto_accept=True, by=by(DRIVERS["A1"]))
    done(await takes)
    done(await requests.assign(town.unit, request_id, "A1", override=None, by=by(OPI)))
    await town.wait(15)


async def a_promise(town: Town) -> None:
    """Nobody may go: made, reminded, overdue, taken over, called, handed over, and not needed any more."""
    await town.on_duty("A1")
    request_id = await town.ask(replace(ask(Need.BODY), pickup=HOME))
    await town.wait(16 * 60)
    promise = await town.promise(request_id)
    done(await promises.take_over(town.unit, promise.id, by=by(DINA)))
    for outcome in (CallOutcome.NO_ANSWER, CallOutcome.TOLD):
        told = "ibunya" if outcome is CallOutcome.TOLD else ""
        done(await promises.log_call(town.unit, promise.id, outcome, told=told, text="", by=by(DINA)))
    await town.wait(13 * 60)
    done(await promises.hand_over(town.unit, OPERATOR, by=by(DINA)))
    done(await promises.take_over(town.unit, promise.id, by=by(OPI)))
    await town.wait(60)
    done(await promises.close(town.unit, promise.id, CloseOutcome.NOT_NEEDED, told="ibunya", by=by(OPI)))
    await town.wait(3600)


async def a_promise_that_is_solved(town: Town) -> None:
    """A vehicle comes on duty before the call is due."""
    await town.on_duty("A1")
    request_id = await town.ask(ask(Need.BODY))
    await town.wait(13 * 60)
    await town.on_duty("H3")
    await town.drive(request_id, Step.ACCEPT)


async def documents(town: Town) -> None:
    """One is fetched when it has come, one is brought to the house."""
    first = await town.ask(DOCUMENT)
    second = await town.ask(replace(DOCUMENT, due_at=NOW + timedelta(days=1)))
    await town.wait(3600)
    done(await promises.stock_came(town.unit, "ktp", facility=None, count=1, by=by(SITI)))
    await town.wait(4 * 60)
    promise = await town.promise(first)
    done(await promises.close(town.unit, promise.id, CloseOutcome.HANDED_OUT, told="ibunya", by=by(SITI)))
    done(await promises.deliver(town.unit, second, HOME, by=by(SITI)))
    await town.drive(second, Step.ACCEPT)


async def other_ends(town: Town) -> None:
    """Ended by a person, each in its way: the same as another, nobody there after a call, done at the destination."""
    one, other = await town.ask(ask(Need.REFERRAL)), await town.ask(ask(Need.REFERRAL))
    done(
        await changes.end(
            town.unit, other, RequestState.DUPLICATE, of=one, by=by(OPI), told="ibunya", reason="karena sesuatu"
        )
    )
    await town.wait(60)
    await town.drive(one, Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE)
    await town.report(one, Report.NOBODY_THERE)
    promise = await town.promise(one)
    called = {"told": "ibunya", "text": ""}
    done(await promises.log_call(town.unit, promise.id, CallOutcome.TOLD, by=by(OPI), **called))
    done(await changes.end(town.unit, one, RequestState.UNFOUNDED, by=by(OPI), told="ibunya", reason="karena sesuatu"))
    await town.wait(60)
    third = await town.ask(ask(Need.REFERRAL))
    await town.drive(third, Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION)
    done(
        await changes.end(town.unit, third, RequestState.COMPLETED, by=by(OPI), told="ibunya", reason="karena sesuatu")
    )
    await town.wait(60)


async def changes_on_the_way(town: Town) -> None:
    """The hospital is full, and has room again; the crew says that the patient died; a vehicle is kept for tomorrow."""
    request_id = await town.ask(replace(ask(Need.REFERRAL), dropoff=CIKOKOL))
    await town.drive(request_id, Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING)
    to_home = partial(replace, dropoff=HOME)
    done(await changing.change(town.unit, request_id, to_home, by=by(OPI)))
    done(await changing.change(town.unit, request_id, partial(replace, dropoff=CIKOKOL), by=by(OPI)))
    await town.report(request_id, Report.PATIENT_DIED)
    tomorrow = replace(ask(Need.TRANSPORT), schedule_at=NOW + timedelta(days=1))
    kept = await town.ask(tomorrow)
    done(await requests.assign(town.unit, kept, "T1", override=None, by=by(OPI)))
    await town.wait(60)


async def bookings(town: Town) -> None:
    """Rides with a way back; the evening before the vehicles break, and one comes back; papers are due for a booked
    way out of town; a way back that waits for word; all later rides are moved, and then not needed."""
    family, unit = Contact(phone="+62 811-0000-0001", name="Keluarga Contoh"), town.unit
    asked = replace(ask(Need.TRANSPORT), dropoff=HOME, schedule_at=NOW + timedelta(hours=15))
    back = replace(asked, pickup=HOME, dropoff=CIKOKOL, schedule_at=NOW + timedelta(hours=19), on_call=True)
    repeat = Repeat(days=frozenset(Weekday), until=(NOW + timedelta(days=2)).date())
    rides = done(await requests.receive(unit, asked, family, repeat=repeat, turn=lambda _: back, by=by(SITI)))
    grave = replace(ask(Need.BODY), leaves=Leaves.CITY, schedule_at=NOW + timedelta(hours=14))
    for name in ("A1", "L1", "T1"):
        done(await vehicles.set_duty(unit, name, Duty.OUT_OF_SERVICE, at_base=False, by=by(DRIVERS[name])))
    await town.wait(80 * 60)
    await town.ask(grave)
    done(await vehicles.set_duty(unit, "T1", Duty.AVAILABLE, at_base=False, by=by(DRIVERS["T1"])))
    await town.wait(20 * 60)
    later = partial(replace, schedule_at=NOW + timedelta(hours=16))
    done(await changing.change(unit, rides, later, rides=Rides.FOLLOWING, by=by(SITI)))
    ended = RequestState.CANCELLED_BY_REQUESTER
    done(
        await changes.end(
            unit, rides, ended, rides=Rides.FOLLOWING, by=by(SITI), told="ibunya", reason="karena sesuatu"
        )
    )
    await town.wait(60)
    soon = replace(asked, schedule_at=town.clock.at + timedelta(minutes=10))
    home = replace(back, schedule_at=town.clock.at + timedelta(hours=1))
    there = done(await requests.receive(unit, soon, family, turn=lambda _: home, by=by(SITI)))
    await town.drive(there, *TRIP)
    await town.wait(4 * 3600)
    waits = next(one for one in await town.books(lambda books: books.requests.list_series(there)) if one.ask.on_call)
    done(await returning.call_back(unit, waits.id, by=None))
    await town.drive(waits.id, Step.ACCEPT)


async def a_check_up(town: Town) -> None:
    """A check-up now: its way back is noted for a time, and then on call with the vehicle waiting; in the end somebody
    else drives the patient home."""
    there = await town.ask(replace(ask(Need.TRANSPORT), dropoff=RSUD))
    turn = partial(way_back, areas=sample_areas())
    at, ended = NOW + timedelta(hours=2), RequestState.CANCELLED_BY_REQUESTER
    for how in ({"on_call": False}, {"on_call": True, "waits": True}):
        done(await returning.add_back(town.unit, there, partial(turn, at=at, **how), by=by(SITI)))
        rides = await town.books(lambda books: books.requests.list_series(there))
        back = next(one for one in rides if one.returns == there and one.state is RequestState.SCHEDULED)
        if how["on_call"]:
            await town.drive(there, *TRIP)
            await town.wait(60)
        done(await changes.end(town.unit, back.id, ended, by=by(SITI), told="ibunya", reason="dijemput anaknya"))
    await town.wait(60)


async def put_right(town: Town) -> None:
    """The end was tapped by slip, minutes ago; a step was forgotten; only a time was wrong."""
    request_id = await town.ask(ask(Need.BODY))
    trip = await town.drive(request_id, *TRIP)
    for step, ago_s, only_time in (
        (Step.ON_SCENE, 20, False),
        (Step.TRANSPORTING, 5, False),
        (Step.ON_SCENE, 70, True),
        (Step.AT_DESTINATION, 0, False),
    ):
        at = town.clock.at - timedelta(seconds=ago_s)
        said = Correction(step=step, at=at, actor=OPI.id, reason="sopir menelepon", only_time=only_time)
        done(await trips.correct(town.unit, trip.id, said, by=by(OPI)))
        await town.wait(60)


async def a_patient_dies_on_the_way(town: Town) -> None:
    """The hospital confirms it when the vehicle is there: only then the family hears of it, condoled with first. The
    body is brought home."""
    request_id = await town.ask(replace(ask(Need.REFERRAL), dropoff=RSUD))
    trip = await town.drive(request_id, *TRIP[:4])
    await town.report(request_id, Report.PATIENT_DIED)
    done(await town.try_step(trip, Step.AT_DESTINATION))
    await town.wait(60)
    there = DeathWord(confirmed=True, whose=WhoseWord.FACILITY)
    done(await deaths.confirm_death(town.unit, request_id, there, by=by(RINA)))
    await town.wait(30)
    done(await town.try_step(trip, Step.CLEAR))
    body = await town.onward(request_id)
    await town.drive(body, Step.ACCEPT)
    promise = await town.promise(body)
    called = {"told": "ibunya", "text": ""}
    done(await promises.log_call(town.unit, promise.id, CallOutcome.TOLD, by=by(OPI), **called))
    done(await changing.change(town.unit, body, partial(replace, dropoff=HOME), by=by(OPI)))
    await town.drive(body, *TRIP[1:])


async def a_patient_is_alive_after_all(town: Town) -> None:
    """On the scene, then on the way: the hospital hears of both, and says that it is not so."""
    request_id = await town.ask(replace(ask(Need.REFERRAL), dropoff=RSUD))
    await town.drive(request_id, *TRIP[:3])
    await town.report(request_id, Report.PATIENT_DIED)
    await town.drive(request_id, *TRIP[3:5])
    alive = DeathWord(confirmed=False, whose=WhoseWord.FACILITY)
    done(await deaths.confirm_death(town.unit, request_id, alive, by=by(RINA)))
    await town.drive(request_id, Step.CLEAR)


async def a_doctor_confirms_by_phone(town: Town) -> None:
    """While the vehicle is on its way, which goes on; nobody can fetch the body yet."""
    await town.on_duty("T1")
    request_id = await town.ask(replace(ask(Need.REFERRAL), dropoff=RSUD))
    await town.drive(request_id, *TRIP[:4])
    await town.report(request_id, Report.PATIENT_DIED)
    by_phone = DeathWord(confirmed=True, whose=WhoseWord.DOCTOR, doctor="dr. Contoh", heard_at=town.clock.at)
    done(await deaths.confirm_death(town.unit, request_id, by_phone, by=by(OPI)))
    await town.wait(30)
    await town.drive(request_id, *TRIP[4:])


async def a_jam(town: Town) -> None:
    """A vehicle that has set out stands for eight minutes; then it stands with the patient aboard."""
    request_id = await town.ask(replace(ask(Need.REFERRAL), dropoff=CIKOKOL, pickup=HOME))
    await town.drive(request_id, Step.ACCEPT, Step.EN_ROUTE)
    await town.stand(8)
    await town.drive(request_id, Step.ON_SCENE, Step.TRANSPORTING)
    await town.stand(6)
    await town.drive(request_id, Step.AT_DESTINATION, Step.CLEAR)


async def handed_over(town: Town) -> None:
    """A tyre bursts with the patient aboard: another vehicle takes over at the side of the road."""
    request_id = await town.ask(replace(ask(Need.REFERRAL), dropoff=CIKOKOL))
    await town.drive(request_id, *TRIP[:4])
    move = partial(replace, pickup=HOME)
    done(await transferring.transfer(town.unit, request_id, move, reason="ban bocor", by=by(OPI)))
    await town.drive(request_id, *TRIP)


async def one_event(town: Town) -> None:
    """Two ask for help of one event, and one of them was not part of it: nobody is told anything for that."""
    ids = [await town.ask(ask(Need.EMERGENCY)), await town.ask(ask(Need.REFERRAL))]
    opened = incidents.open_incident(town.unit, name="Banjir", place=HOME, requests=ids, by=by(OPI))
    incident = done(await opened)
    done(await incidents.regroup(town.unit, incident, remove=ids[1:], by=by(OPI)))
    done(await incidents.close_incident(town.unit, incident, by=by(OPI)))
    await town.wait(1)


async def a_red_comes_meanwhile(town: Town) -> None:
    """The only ambulance is on its way to a lower one: that is proposed to the operator, until it is there."""
    await town.on_duty("A1")
    lower = await town.ask(ask(Need.EMERGENCY, Urgency.YELLOW))
    await town.drive(lower, Step.ACCEPT, Step.EN_ROUTE)
    await town.ask(ask(Need.EMERGENCY))
    await town.wait(30)
    await town.drive(lower, Step.ON_SCENE)
    await town.wait(5 * 60)


async def the_desk_diverts(town: Town) -> None:
    """As a new version of the national SOP says: the lower one is called, and gets the vehicle again afterwards."""
    text = packs()["national.toml"].replace("2026-11-01", "2026-11-20").replace("[policy]", _AUTO)
    draft_id = done(await sop.start_draft(town.unit, "national", from_version=None, text=text, by=by(DINA)))
    done(await sop.submit_draft(town.unit, "national", draft_id, edit=1, by=DINA))
    done(await sop.judge_draft(town.unit, "national", draft_id, edit=2, yes=True, reason="karena sesuatu", by=OPI))
    now = town.clock.at
    done(await sop.publish_draft(town.unit, "national", draft_id, edit=3, effective_from=now, by=DINA))
    await town.on_duty("A1")
    lower = await town.ask(ask(Need.EMERGENCY, Urgency.YELLOW))
    await town.drive(lower, Step.ACCEPT, Step.EN_ROUTE)
    red = await town.ask(ask(Need.EMERGENCY))
    await town.drive(red, *TRIP)


async def a_new_version(town: Town) -> None:
    """A version that tells the operator, in force at once; beside it a road is closed and opened."""
    unit, text = town.unit, packs()["laz.toml"] + _TELL_OPERATOR
    text = text.replace("2026-11-01", "2026-11-20").replace("08:00-16:00", "08:00-20:00")
    draft_id = done(await sop.start_draft(unit, "laz", from_version=None, text=text, by=by(DINA)))
    done(await sop.submit_draft(unit, "laz", draft_id, edit=1, by=DINA))
    for edit, yes in ((2, False), (4, True)):
        done(await sop.judge_draft(unit, "laz", draft_id, edit=edit, yes=yes, reason="karena sesuatu", by=OPI))
        if not yes:
            done(await sop.submit_draft(unit, "laz", draft_id, edit=3, by=DINA))
    done(await sop.publish_draft(unit, "laz", draft_id, edit=5, effective_from=town.clock.at, by=DINA))
    point = Shape(kind=ShapeKind.POINT, points=(CIKOKOL.point,))
    until = town.clock.at + timedelta(seconds=10)
    done(await closures.close_road(unit, point, Cause.FLOOD, note=None, until=until, by=by(OPI)))
    await town.wait(60)
    await town.on_duty("L1")
    await town.ask(ask(Need.TRANSPORT))


COURSES: dict[str, Callable[[Town], Awaitable[None]]] = {
    course.__name__: course
    for course in (
        *(a_drowned_child, nobody_answers, many_refusals, a_family_cancels, a_family_leaves, approvals),
        an_office_that_nobody_holds,
        *(a_red_comes_meanwhile, the_desk_diverts),
        *(approvals_by_phone, a_promise_at_night),
        *(an_operator_chooses, a_promise, a_promise_that_is_solved, documents, other_ends, a_new_version),
        *(
            changes_on_the_way,
            put_right,
            handed_over,
            a_patient_dies_on_the_way,
            a_patient_is_alive_after_all,
            a_doctor_confirms_by_phone,
            a_jam,
            one_event,
            bookings,
            a_check_up,
        ),
    )
}
