"""Doing the steps of a scenario through the real desk, as drivers, operators and requesters do."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from dispatch.desk.command import Command
from dispatch.desk.ports import Books
from dispatch.desk.views import RequestView
from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.people import Person
from dispatch.domain.request import Contact
from dispatch.sim.scenario import model as sc
from dispatch.sim.scenario.table import ScenarioError
from dispatch.sim.scenario.world import World, publish
from dispatch.vocabulary.promises import OWN_OPERATOR, CallOutcome
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState, Step, StepSource
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


async def do(world: World, step: sc.Step) -> Done:
    """Carry out a step. Raises ScenarioError."""
    done = Done()
    match step.act:
        case None:
            pass
        case sc.AskAct():
            await _ask(world, step.act, done)
        case sc.VehicleAct():
            await _vehicle(world, step.act, done)
        case sc.OperatorAct():
            await _operator(world, step.act, done, step.line)
        case sc.TogetherAct():
            await asyncio.gather(*(_operator(world, act, done, step.line) for act in step.act.acts))
        case sc.MutualAidAct():
            await _mutual_aid(world, step.act, done, step.line)
        case sc.CallBackAct():
            await _call_back(world, step.act, done, step.line)
        case sc.RequesterAct():
            await _requester(world, step.act, done)
        case sc.PublishAct():
            await _publish(world, step.act, done)
        case _:
            assert_never(step.act)
    # Whoever waits is searched for at once when something changed: those timers are due in this moment.
    await world.desk.run_due()
    await world.settle()
    return done


async def _ask(world: World, act: sc.AskAct, done: Done) -> None:
    done.request = act.id
    by = Command(actor=world.seed.asker(act), key=f"ask-{act.id}", fingerprint=act.id)
    made = await world.desk.receive(world.seed.ask(act), Contact(phone=act.phone), choose=act.choose, by=by)
    done.take(made)
    if isinstance(made, RequestView):
        world.requests[act.id] = made.request.id


async def _vehicle(world: World, act: sc.VehicleAct, done: Done) -> None:
    does, driver = act.tap.does, world.driver(act.id)
    match does:
        case "silent":
            pass
        case "offline":
            world.silent.add(act.id)
        case "online":
            world.silent.discard(act.id)
            await world.put_position(act.id)
        case "position":
            if act.at is not None:
                world.stands_at[act.id] = world.point_of(act.at)
            if world.given is not None:
                world.given.change(act.id, act.travel_min)
            await world.put_position(act.id)
        case "breaks":
            await _breaks(world, act, driver, done)
        case "repaired":
            done.take(await world.desk.set_duty(act.id, Duty.AVAILABLE, at_base=False, by=Command(actor=driver)))
        case _:
            await _tap(world, act.id, act.tap, driver, done)
    for _ in range(act.posts if act.queue else 0):
        for tap in act.queue:
            await _tap(world, act.id, tap, driver, done)


async def _breaks(world: World, act: sc.VehicleAct, driver: Person, done: Done) -> None:
    """Whoever breaks down says so: an offer is declined, a trip cannot go on, and the vehicle is out of service."""
    reason = act.tap.reason or "kendaraan rusak"
    live = await world.store.read(lambda books: books.assignments.find_live(act.id))
    if live is not None:
        offered = live.state is AssignmentState.OFFERED
        await _tap(world, act.id, sc.Tap(does="decline" if offered else "problem", reason=reason), driver, done)
        if not offered:
            return  # it is out of service with that very tap
    out = await world.desk.set_duty(act.id, Duty.OUT_OF_SERVICE, at_base=False, by=Command(actor=driver))
    done.take(out)


async def _tap(world: World, vehicle_id: str, tap: sc.Tap, driver: Person, done: Done) -> None:
    live = await world.store.read(lambda books: books.assignments.find_live(vehicle_id))
    assignment_id = live.id if live is not None else world.tapped.get(vehicle_id)
    if assignment_id is None:
        done.take(Refusal(RefusalCode.STEP_OUT_OF_ORDER, {"vehicle_id": vehicle_id}))
        return
    device_time = world.instant(tap.device_s) if tap.device_s is not None else world.clock.now()
    command = StepCommand(
        step=Step(tap.does),
        actor=driver.id,
        source=StepSource.TAP,
        seq=tap.seq,
        device_time=device_time,
        reason=tap.reason,
    )
    # As the driver's page does: the key of a queued tap is the same however often the queue is posted.
    key = f"{assignment_id}-{tap.seq}" if tap.seq is not None else None
    by = Command(actor=driver, key=key, fingerprint=f"{assignment_id} {tap.does}")
    result = await world.desk.step(assignment_id, command, by=by)
    done.take(result)
    kept: Assignment = await world.store.read(lambda books: books.assignments.get(assignment_id))
    done.request = world.file_id(kept.request_id) or done.request


async def _operator(world: World, act: sc.OperatorAct, done: Done, line: int) -> None:
    done.request = act.request
    request_id, by = _kept(world, act.request, line), Command(actor=_person(world, act.role, line))
    match act.does:
        case "approve" | "refuse":
            yes = act.does == "approve"
            asked = await _asked(world, [request_id], lambda a: act.rule in (None, a.rule))
            if act.vehicle is not None:
                asked = [approval for approval in asked if approval.vehicle_id == act.vehicle]
            if not asked:
                done.take(Refusal(RefusalCode.NO_SUCH_APPROVAL, {"rule": act.rule or ""}))
                return
            done.take(await _answer(world, asked[0], by, yes=yes, reason=act.reason))
        case "undo":
            await _undo(world, request_id, act, by, done)
        case "assign" | "override":
            assert act.vehicle is not None
            override = (act.rule or "", act.reason) if act.does == "override" else None
            done.take(await world.desk.assign(request_id, act.vehicle, override=override, by=by))
        case _:
            end = RequestState(str(act.outcome))
            done.take(await world.desk.end(request_id, end, told=act.told, reason=act.reason, by=by))


async def _mutual_aid(world: World, act: sc.MutualAidAct, done: Done, line: int) -> None:
    """The operator of another government answers for the first of its vehicles that was asked for (R26)."""
    requests = [_kept(world, act.request, line)] if act.request else list(world.requests.values())
    of_agency = {v.id for v in world.scenario.vehicles if v.agency == act.agency and act.vehicle in (None, v.id)}
    asked = await _asked(world, requests, lambda a: a.approver == OWN_OPERATOR and a.vehicle_id in of_agency)
    if not asked:
        done.request = act.request or next(iter(world.requests), None)
        done.take(Refusal(RefusalCode.NO_SUCH_APPROVAL, {"agency": act.agency}))
        return
    approval, by = asked[0], Command(actor=_person(world, act.agency, line))
    done.request = world.file_id(approval.request_id)
    done.take(await _answer(world, approval, by, yes=act.yes, reason=act.reason))


async def _answer(world: World, asked: Approval, by: Command, *, yes: bool, reason: str) -> RequestView | Refusal:
    return await world.desk.approve(
        asked.request_id, rule=asked.rule, vehicle_id=asked.vehicle_id, yes=yes, reason=reason, by=by
    )


async def _asked(world: World, requests: list[str], fits: Callable[[Approval], bool]) -> list[Approval]:
    def work(books: Books) -> list[Approval]:
        listed = [approval for request_id in requests for approval in books.approvals.list_of(request_id)]
        return [approval for approval in listed if approval.state == "asked" and fits(approval)]

    return await world.store.read(work)


async def _undo(world: World, request_id: str, act: sc.OperatorAct, by: Command, done: Done) -> None:
    """The last step of the request's vehicle is taken back."""
    assignments = await world.store.read(lambda books: books.assignments.list_of(request_id))
    mine = [a for a in assignments if act.vehicle in (None, a.vehicle_id)]
    if not mine:
        done.take(Refusal(RefusalCode.STEP_OUT_OF_ORDER, {"request_id": request_id}))
        return
    command = StepCommand(step=Step.UNDO, actor=by.actor.id, source=StepSource.OPERATOR, reason=act.reason)
    done.take(await world.desk.step(mine[-1].id, command, by=by))


async def _call_back(world: World, act: sc.CallBackAct, done: Done, line: int) -> None:
    """Whoever owes the call makes it."""
    done.request = act.request
    request_id = _kept(world, act.request, line)
    promise = await world.store.read(lambda books: books.promises.find_open(request_id))
    if promise is None:
        done.take(Refusal(RefusalCode.PROMISE_CLOSED, {"request_id": request_id}))
        return
    outcome = CallOutcome(act.outcome)
    told = "keluarga" if outcome is CallOutcome.TOLD else ""
    caller = world.seed.people.get(promise.owner, world.seed.people["operator"])
    done.take(await world.desk.log_call(promise.id, outcome, told=told, text="", by=Command(actor=caller)))


async def _requester(world: World, act: sc.RequesterAct, done: Done) -> None:
    """Who asked cancels, adds something, or has come there by other means, so that nobody needs to come."""
    done.request = act.request
    asked = next(s.act for s in world.scenario.steps if isinstance(s.act, sc.AskAct) and s.act.id == act.request)
    by, request_id = Command(actor=world.seed.asker(asked)), world.requests[act.request]
    if act.does == "note":
        done.take(await world.desk.add_note(request_id, act.note or "catatan", by=by))
        return
    end = RequestState.CANCELLED_BY_REQUESTER
    reason = act.note or ("sudah tiba sendiri" if act.does == "arrives" else "dibatalkan pemohon")
    done.take(await world.desk.end(request_id, end, told="requester", reason=reason, by=by))


async def _publish(world: World, act: sc.PublishAct, done: Done) -> None:
    try:
        await world.store.write(lambda books: publish(books, [act.text]))
    except ValueError as error:
        done.take(Refusal(RefusalCode.NOT_A_PACK, {"why": str(error)}))


def _kept(world: World, request: str, line: int) -> str:
    if request not in world.requests:
        raise ScenarioError(world.scenario.path, line, f"request {request} was refused when it was asked for")
    return world.requests[request]


def _person(world: World, role: str, line: int) -> Person:
    """Who `as` names: a role, an agency's operator, or one more operator such as operator2."""
    people = world.seed.people
    for person_id in (role, f"operator-{role}", f"staff-{role}"):
        if person_id in people:
            return people[person_id]
    if role == "staff":
        staff = [person for person in people.values() if person.role is Role.STAFF]
        if staff:
            return staff[0]
    if re.fullmatch(r"operator[\w-]*", role):
        return Person(id=role, name=f"Operator Contoh {role}", role=Role.OPERATOR)
    agencies = ", ".join(sorted({vehicle.agency for vehicle in world.scenario.vehicles}))
    raise ScenarioError(
        world.scenario.path,
        line,
        f"nobody is {role!r}: as takes operator, operator2, health_officer, admin, staff or an agency ({agencies})",
    )
