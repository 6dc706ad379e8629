"""Doing the steps of a scenario through the real desk, as drivers, operators and requesters do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.usecases import (
    approving,
    changes,
    changing,
    deaths,
    diverting,
    incidents,
    promises,
    reports,
    requests,
    returning,
    timers,
    transferring,
    trips,
    vehicles,
)
from dispatch.desk.usecases.changes import onward_of
from dispatch.domain.approval import Approval, Heard
from dispatch.domain.assignment import StepCommand
from dispatch.domain.booking import Repeat
from dispatch.domain.correction import Correction
from dispatch.domain.death import DeathWord
from dispatch.domain.people import Person
from dispatch.domain.request import Contact
from dispatch.sim.scenario import model as sc
from dispatch.sim.scenario.world import UnplayableError, World, publish
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.promises import OWN_OPERATOR, CallOutcome
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import REPORTS, AssignmentState, Report, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty


@dataclass(slots=True)
class Done:
    """What came of a step: the request that it was about, and what was refused."""

    request: str | None = None
    refusals: list[Refusal] = field(default_factory=list)

    def take(self, result: object) -> None:
        """Note a refusal."""
        if isinstance(result, Refusal):
            self.refusals.append(result)


async def do(world: World, act: sc.Act | None) -> Done:
    """Carry out an act. Raises UnplayableError."""
    done = Done()
    match act:
        case None:
            pass
        case sc.AskAct():
            await _ask(world, act, done)
        case sc.VehicleAct():
            await _vehicle(world, act, done)
        case tuple():
            await asyncio.gather(*(_operator(world, one, done) for one in act))
        case sc.MutualAidAct():
            await _mutual_aid(world, act, done)
        case sc.CallBackAct():
            await _call_back(world, act, done)
        case sc.DeathAct():
            await _death(world, act, done)
        case sc.RequesterAct():
            await _requester(world, act, done)
        case sc.PublishAct():
            await _publish(world, act, done)
        case _:
            assert_never(act)
    # Every request that waits is searched for at once when something changed: those timers are due in this moment.
    await timers.run_due(world.unit)
    await world.settle()
    return done


async def _ask(world: World, act: sc.AskAct, done: Done) -> None:
    done.request = act.id
    by = Command(actor=world.seed.asker(act), key=f"ask-{act.id}", fingerprint=act.id)
    ask, contact = world.seed.ask(act), Contact(phone=act.phone)
    repeat = Repeat(days=act.repeat.days, until=act.repeat.until) if act.repeat is not None else None
    turn = world.seed.turn(act)
    made = await requests.receive(world.unit, ask, contact, choose=act.choose, repeat=repeat, turn=turn, by=by)
    done.take(made)
    if isinstance(made, str):
        await name_rides(world, act.id, made)


async def name_rides(world: World, name: str, made: str) -> None:
    """The rides of a series are known by their places in it; the one that the file names comes last, as the newest."""
    rides = await world.unit.store.read(lambda books: books.requests.list_series(made))
    world.requests |= {f"{name}.{number}": ride.id for number, ride in enumerate(rides, 1) if ride.id != made}
    world.requests[name] = made


async def _vehicle(world: World, act: sc.VehicleAct, done: Done) -> None:
    match act.does:
        case "silent":
            pass
        case "offline":
            world.silent.add(act.id)
        case "online":
            world.silent.discard(act.id)
            await world.put_position(act.id)
        case "position":
            await world.put_position(act.id)
        case "breaks":
            await _breaks(world, act, done)
        case report if report in REPORTS:
            await _report(world, act.id, Report(report), done)
        case "repaired":
            await _set_duty(world, act.id, Duty.AVAILABLE, done)
        case _:
            await _tap(world, act.id, act, done)
    before = world.seqs.get(act.id, 0)
    for _ in range(act.posts):
        for tap in act.queue:
            await _tap(world, act.id, tap.model_copy(update={"seq": before + tap.seq}), done)


async def _breaks(world: World, act: sc.VehicleAct, done: Done) -> None:
    """The driver declines an offer, or says that the trip cannot go on; the vehicle is out of service."""
    live = await world.unit.store.read(lambda books: books.assignments.find_live(act.id))
    reason = act.reason or "kendaraan rusak"
    if live is not None and live.state is not AssignmentState.OFFERED:
        await _tap(world, act.id, act.model_copy(update={"does": "problem", "reason": reason}), done)
        return  # it is out of service with that very tap
    if live is not None:
        await _tap(world, act.id, act.model_copy(update={"does": "decline", "reason": reason}), done)
    await _set_duty(world, act.id, Duty.OUT_OF_SERVICE, done)


async def _set_duty(world: World, vehicle_id: str, duty: Duty, done: Done) -> None:
    by = Command(actor=world.driver(vehicle_id))
    done.take(await vehicles.set_duty(world.unit, vehicle_id, duty, at_base=False, by=by))


async def _report(world: World, vehicle_id: str, what: Report, done: Done) -> None:
    live = await world.unit.store.read(lambda books: books.assignments.find_live(vehicle_id))
    if live is None:
        done.take(Refusal(RefusalCode.STEP_OUT_OF_ORDER, {"vehicle_id": vehicle_id}))
        return
    done.request = world.file_id(live.request_id) or done.request
    world.number(vehicle_id, None)
    done.take(await reports.report(world.unit, live.id, what, by=Command(actor=world.driver(vehicle_id))))


async def _change(world: World, request_id: str, said: sc.GivenChange, rides: Rides, by: Command, done: Done) -> None:
    """What is said of the kept request is so from now on; what is not said stays."""
    contact = await world.unit.store.read(lambda books: books.requests.get_contact(request_id)) if said.phone else None
    called = replace(contact, phone=said.phone) if contact is not None and said.phone is not None else None
    edit = partial(world.seed.changed, said=said)
    done.take(await changing.change(world.unit, request_id, edit, contact=called, rides=rides, by=by))


async def _tap(world: World, vehicle_id: str, tap: sc.Tap | sc.VehicleAct, done: Done) -> None:
    live = await world.unit.store.read(lambda books: books.assignments.find_live(vehicle_id))
    assignment_id = live.id if live is not None else world.tapped.get(vehicle_id)
    if assignment_id is None:
        done.take(Refusal(RefusalCode.STEP_OUT_OF_ORDER, {"vehicle_id": vehicle_id}))
        return
    driver, seq = world.driver(vehicle_id), world.number(vehicle_id, tap.seq)
    command = StepCommand(
        step=Step(tap.does),
        actor=driver.id,
        source=StepSource.TAP,
        seq=seq,
        device_time=world.instant(tap.device_s) if tap.device_s is not None else world.clock.now(),
        reason=tap.reason,
    )
    # As the driver's page does: the key of a queued tap is the same however often the queue is posted.
    by = Command(actor=driver, key=f"{assignment_id}-{seq}", fingerprint=f"{assignment_id} {tap.does}")
    done.take(await trips.step(world.unit, assignment_id, command, by=by))
    kept = await world.unit.store.read(lambda books: books.assignments.get(assignment_id))
    done.request = world.file_id(kept.request_id) or done.request


async def _operator(world: World, act: sc.OperatorAct, done: Done) -> None:
    done.request = act.request
    request_id, by = _kept(world, act.request), Command(actor=person_of(world, act.role))
    match act.does:
        case "approve" | "refuse":
            await _approve(world, request_id, act, by, done)
        case "undo":
            await _undo(world, request_id, act, by, done)
        case "assign" | "override":
            assert act.vehicle is not None
            override = (act.rule or "", act.reason) if act.does == "override" else None
            done.take(await requests.assign(world.unit, request_id, act.vehicle, override=override, by=by))
        case "divert":
            assert act.vehicle is not None
            assert act.of is not None
            taken = {"of": _kept(world, act.of), "vehicle_id": act.vehicle, "reason": act.reason}
            done.take(await diverting.divert(world.unit, request_id, by=by, **taken))
        case "close":
            assert act.outcome is not None
            said = {"told": act.told, "reason": act.reason}
            same = await same_as(world, act) if act.outcome is RequestState.DUPLICATE else None
            done.take(await changes.end(world.unit, request_id, act.outcome, of=same, rides=act.rides, by=by, **said))
        case "change":
            assert act.set is not None
            await _change(world, request_id, act.set, act.rides, by, done)
        case "correct":
            await _correct(world, request_id, act, by, done)
        case "transfer":
            assert act.at is not None
            move = partial(world.seed.moved, place=act.at)
            begun = transferring.transfer(
                world.unit, request_id, move, of=act.giving, vehicle_id=act.vehicle, reason=act.reason, by=by
            )
            done.take(await begun)
        case "return":
            await _return(world, act, by, done)
        case "group":
            done.take(await _group(world, request_id, [_kept(world, other) for other in act.others], by))


async def _group(world: World, request_id: str, others: list[str], by: Command) -> str | Refusal:
    """The others come from the request's incident, or from a new one at its place."""
    request = await world.unit.store.read(lambda books: books.requests.get(request_id))
    if request.incident is not None:
        return await incidents.regroup(world.unit, request.incident, add=others, by=by)
    members, place = [request_id, *others], request.ask.pickup
    return await incidents.open_incident(world.unit, name="kejadian", place=place, requests=members, by=by)


async def _approve(world: World, request_id: str, act: sc.OperatorAct, by: Command, done: Done) -> None:
    """The approver's answer, or what whoever acts has just heard of it by phone."""
    yes = act.does == "approve"
    heard = Heard(name=act.heard_from, at=world.clock.now()) if act.heard_from is not None else None

    def fits(approval: Approval) -> bool:
        return act.rule in (None, approval.rule) and act.vehicle in (None, approval.vehicle_id)

    asked = await _asked(world, [request_id], fits, yes=yes, heard=heard is not None)
    lacking = {"rule": act.rule or ""}
    await _answer(world, asked, by, done, yes=yes, reason=act.reason, lacking=lacking, heard=heard)


async def same_as(world: World, act: sc.OperatorAct) -> str | None:
    """The request that this one is the same as: as named, else the other open one of its place and need."""
    if act.of is not None:
        return _kept(world, act.of)
    here = _kept(world, act.request)

    def look(books: Books) -> str | None:
        of = books.requests.get(here).ask
        others = (books.requests.get(kept) for kept in world.requests.values() if kept != here)
        alike = (r for r in others if r.state not in ENDS and r.ask.need is of.need and r.ask.pickup == of.pickup)
        return next((request.id for request in alike), None)

    return await world.unit.store.read(look)


async def _mutual_aid(world: World, act: sc.MutualAidAct, done: Done) -> None:
    """The operator of another government answers for the first of its vehicles that was asked for (R26)."""
    request_ids = [_kept(world, act.request)] if act.request else list(world.requests.values())
    theirs = {v.id for v in world.scenario.vehicles if v.agency == act.agency and act.vehicle in (None, v.id)}
    asked = await _asked(
        world, request_ids, lambda a: a.approver == OWN_OPERATOR and a.vehicle_id in theirs, yes=act.says == "yes"
    )
    done.request = world.file_id(asked.request_id) if asked else act.request or next(iter(world.requests), None)
    by = Command(actor=person_of(world, act.agency))
    lacking = {"agency": act.agency}
    await _answer(world, asked, by, done, yes=act.says == "yes", reason=act.reason, lacking=lacking)


async def _answer(
    world: World,
    asked: Approval | None,
    by: Command,
    done: Done,
    *,
    yes: bool,
    reason: str,
    lacking: dict[str, str],
    heard: Heard | None = None,
) -> None:
    if asked is None:
        done.take(Refusal(RefusalCode.NO_SUCH_APPROVAL, lacking))
        return
    request_id, rule, vehicle_id = asked.request_id, asked.rule, asked.vehicle_id
    said = {"rule": rule, "reason": reason}
    done.take(
        await approving.approve(world.unit, request_id, vehicle_id=vehicle_id, yes=yes, heard=heard, by=by, **said)
    )


async def _asked(
    world: World, request_ids: list[str], fits: Callable[[Approval], bool], *, yes: bool, heard: bool = False
) -> Approval | None:
    """The first yes that fits and that is waited for, else one that was answered otherwise."""

    def look(books: Books) -> Approval | None:
        listed = [approval for request_id in request_ids for approval in books.approvals.list_of(request_id)]
        fitting = [approval for approval in listed if fits(approval) and approval.may_become(yes=yes, heard=heard)]
        return min(fitting, key=lambda approval: not approval.is_asked, default=None)

    return await world.unit.store.read(look)


async def _undo(world: World, request_id: str, act: sc.OperatorAct, by: Command, done: Done) -> None:
    """The last step of the request's vehicle is taken back."""
    assignments = await world.unit.store.read(lambda books: books.assignments.list_of(request_id))
    mine = [a for a in assignments if act.vehicle in (None, a.vehicle_id)]
    if not mine:
        done.take(Refusal(RefusalCode.STEP_OUT_OF_ORDER, {"request_id": request_id}))
        return
    command = StepCommand(step=Step.UNDO, actor=by.actor.id, source=StepSource.OPERATOR, reason=act.reason)
    done.take(await trips.step(world.unit, mine[-1].id, command, by=by))


async def _correct(world: World, request_id: str, act: sc.OperatorAct, by: Command, done: Done) -> None:
    """A step of the vehicle's last trip for the request is put right."""
    assert act.step is not None
    assignments = await world.unit.store.read(lambda books: books.assignments.list_of(request_id))
    mine = [a for a in assignments if a.vehicle_id == act.vehicle]
    if not mine:
        done.take(Refusal(RefusalCode.NOT_TO_CORRECT, {"vehicle_id": act.vehicle}))
        return
    at = world.instant(act.since_s) if act.since_s is not None else world.clock.now()
    said = Correction(step=act.step, at=at, actor=by.actor.id, reason=act.reason, only_time=act.only_time)
    done.take(await trips.correct(world.unit, mine[-1].id, said, by=by))


async def _call_back(world: World, act: sc.CallBackAct, done: Done) -> None:
    """The call-back that is owed is made."""
    done.request = act.request
    request_id = _kept(world, act.request)
    promise = await world.unit.store.read(lambda books: books.promises.find_open(request_id))
    if promise is None:
        done.take(Refusal(RefusalCode.PROMISE_CLOSED, {"request_id": request_id}))
        return
    outcome = CallOutcome(act.outcome)
    told = "keluarga" if outcome is CallOutcome.TOLD else ""
    by = Command(actor=world.seed.people.get(promise.owner, world.seed.people["operator"]))
    done.take(await promises.log_call(world.unit, promise.id, outcome, told=told, text="", by=by))


async def _death(world: World, act: sc.DeathAct, done: Done) -> None:
    """The crew's report is answered; the request for the body is known by its name from then on."""
    done.request = act.request
    request_id = _kept(world, act.request)
    word = DeathWord(
        confirmed=act.confirmed,
        whose=WhoseWord.FACILITY if act.doctor is None else WhoseWord.DOCTOR,
        doctor=act.doctor,
        heard_at=world.clock.now() if act.doctor is not None else None,
    )
    by = Command(actor=await who_answers(world, act))
    done.take(await deaths.confirm_death(world.unit, request_id, word, by=by))
    await name_onward(world, act)


async def who_answers(world: World, act: sc.DeathAct) -> Person:
    """Staff of the facility that receives, or the operator: where a doctor was heard, or nobody receives."""
    request_id = _kept(world, act.request)
    ask = (await world.unit.store.read(lambda books: books.requests.get(request_id))).ask
    operator = world.seed.people["operator"]
    if act.doctor is not None or ask.dropoff is None:
        return operator
    return world.seed.people.get(f"staff-{ask.dropoff.facility}", operator)


async def name_onward(world: World, act: sc.DeathAct) -> None:
    """The request for the body is known by the file's name from then on."""
    request_id = _kept(world, act.request)
    made = await world.unit.store.read(lambda books: onward_of(books, request_id))
    if act.onward is not None and made is not None:
        world.requests[act.onward] = made


async def _requester(world: World, act: sc.RequesterAct, done: Done) -> None:
    """The requester cancels, adds something, or has come there by other means, so that nobody needs to come."""
    done.request = act.request
    request_id, by = _kept(world, act.request), Command(actor=asker_of(world, act.request))
    if act.set is not None and act.does == "change":
        await _change(world, request_id, act.set, act.rides, by, done)
        return
    if act.does == "return":
        await _return(world, act, by, done)
        return
    if act.does == "ready":
        done.take(await returning.call_back(world.unit, request_id, by=by))
        return
    if act.does == "note":
        done.take(await changes.add_note(world.unit, request_id, act.note or "catatan", by=by))
        return
    end = RequestState.CANCELLED_BY_REQUESTER
    reason = act.note or ("sudah tiba sendiri" if act.does == "arrives" else "dibatalkan pemohon")
    done.take(await changes.end(world.unit, request_id, end, told="requester", reason=reason, rides=act.rides, by=by))


async def _return(world: World, act: sc.OperatorAct | sc.RequesterAct, by: Command, done: Done) -> None:
    """A kept request gets a way back, which is known by its place in the series."""
    request_id, turn = _kept(world, act.request), world.seed.turn(act)
    assert turn is not None
    made = await returning.add_back(world.unit, request_id, turn, by=by)
    done.take(made)
    await name_back(world, act.request)


async def name_back(world: World, name: str) -> None:
    """The rides of the series of a request are known by their places in it."""
    request = await world.unit.store.read(lambda books: books.requests.get(_kept(world, name)))
    if request.series is not None:
        await name_rides(world, world.file_id(request.series) or name, request.series)


def asker_of(world: World, request: str) -> Person:
    """Who asked for a request, or for the series of which it is a ride."""
    asks = {step.ask.id: step.ask for step in world.scenario.steps if step.ask is not None}
    return world.seed.asker(asks.get(request) or asks[request.rpartition(".")[0]])


async def _publish(world: World, act: sc.PublishAct, done: Done) -> None:
    try:
        await world.unit.store.write(lambda books: publish(books, [act.text], world.clock.now()))
    except UnplayableError as error:
        done.take(Refusal(RefusalCode.NOT_A_PACK, {"why": str(error)}))


def _kept(world: World, request: str) -> str:
    if request not in world.requests:
        raise UnplayableError(f"request {request} was refused when it was asked for")
    return world.requests[request]


def person_of(world: World, role: str) -> Person:
    """Who `as` names: a role, an agency's operator, or one more operator such as operator2."""
    people = world.seed.people
    for person_id in (role, f"operator-{role}", f"staff-{role}"):
        if person_id in people:
            return people[person_id]
    staff = next((person for person in people.values() if person.role is Role.STAFF), None)
    if role == "staff" and staff is not None:
        return staff
    agencies = ", ".join(sorted({vehicle.agency for vehicle in world.scenario.vehicles}))
    raise UnplayableError(
        f"nobody is {role!r}: as takes operator, operator2, health_officer, admin, staff or an agency ({agencies})"
    )
