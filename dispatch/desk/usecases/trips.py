"""Trips: an offer that reaches its driver, and the steps of an assignment."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from dispatch.choosing.decision import Decision
from dispatch.desk.command import DESK, Command
from dispatch.desk.effects.asking import let_the_late_be
from dispatch.desk.effects.carry_out import carry_out, is_delivered, offer_s
from dispatch.desk.effects.driven import keep_drive
from dispatch.desk.effects.handing_over import keeps_after_all, steps_beside
from dispatch.desk.effects.noticing import judge_staying, judge_treated, noticed
from dispatch.desk.effects.pairs import first_contact_carries, goes_ahead_again, pair_is_over
from dispatch.desk.effects.places import let_the_asked_be, take_place
from dispatch.desk.effects.promising import close_promise, escalate, escalations
from dispatch.desk.effects.sending import judge_late
from dispatch.desk.effects.standing import is_solved, settle
from dispatch.desk.effects.steps import correct_step, take_step
from dispatch.desk.ports import Books, Due, DueKind, LostRaceError
from dispatch.desk.record import Written
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.domain.aboard import was_picked_up
from dispatch.domain.assignment import Assignment, StepCommand, decide
from dispatch.domain.correction import Correction, judge_step
from dispatch.domain.request import Place, Request, unfilled_slots
from dispatch.domain.vehicle import by_metric
from dispatch.vocabulary.events import OfferDelivered, RequestChanged
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.notices import Changed, Notice
from dispatch.vocabulary.places import Spot
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import TOLD_NOBODY, PromiseState, Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, STEPS, AssignmentState, Step

_WITH_PATIENT = (AssignmentState.TRANSPORTING, AssignmentState.AT_DESTINATION)
_LEAVES = (Step.CLEAR, Step.STAND_DOWN)
_REFUSALS = (AssignmentState.DECLINED, AssignmentState.EXPIRED)


async def deliver_offer(unit: Unit, assignment_id: str, *, by: Command | None = None) -> str | Refusal:
    """The offer reached the driver: from now the seconds of R23 count; a second time changes nothing."""
    now = unit.clock.now()
    return await unit.once_at(by, lambda books: _deliver(unit, books, now, assignment_id))


def _deliver(unit: Unit, books: Books, now: datetime, assignment_id: str) -> str:
    assignment = books.assignments.get(assignment_id)
    request_id = assignment.request_id
    if assignment.state is not AssignmentState.OFFERED or is_delivered(books, assignment):
        return assignment_id
    policy = unit.policy(books, assignment.offered_at)  # also where the hours changed on the way
    lasts = timedelta(seconds=offer_s(books.requests.get(request_id), policy, assignment.offered_at))
    expires_at = min(assignment.expires_at, now + lasts)
    books.assignments.save(replace(assignment, expires_at=expires_at, version=assignment.version + 1))
    books.timers.set(Due(kind=DueKind.OFFER_EXPIRES, subject=assignment_id, at=expires_at))
    event = OfferDelivered(expires_at=expires_at, at=now)
    books.journal.add(event.about(request_id, assignment_id=assignment_id, vehicle_id=assignment.vehicle_id))
    return assignment_id


async def step(unit: Unit, assignment_id: str, command: StepCommand, *, by: Command | None) -> str | Refusal:
    """Take a step; where the request needs another vehicle then, the search goes on in the same transaction.

    Returns the assignment's id: of a late yes to an offer that was renewed meanwhile, the new one's.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        known = await _known(unit, assignment_id, command, now)

        def work(books: Books) -> str | Refusal:
            policy = unit.policy(books, now)
            meant = _meant(books, books.assignments.get(assignment_id), command.step)
            if (refusal := _judge(books, known, meant, command, now, policy)) is not None:
                return refusal
            assignment = take_step(books, meant, command, now, policy)
            if isinstance(assignment, Refusal):
                return assignment
            keep_drive(books, meant, assignment, unit.zone)
            current = books.requests.get(assignment.request_id)
            if known.written is not None and current.state not in ENDS:
                current = _go_on(books, current, known.written, command.step)
            if command.step is Step.ACCEPT:
                assignment = take_place(books, current, assignment, now, policy)
                let_the_late_be(books, current, now, policy)
            _beside(books, current, meant, assignment, known.left_s, now, policy)
            if known.carries is not None:
                first_contact_carries(books, current, known.carries, None, now, policy)
            settle(books, current, now, reopened=command.step is Step.UNDO)
            return assignment.id

        return work

    return await unit.once(by, attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known before the transaction of a step.

    `carries` is the first contact that has the patient of an empty vehicle which is lost, `left_s` how far this one has
    to its destination; `written` is the search that goes on, `judged` the one that a late yes is judged by.
    """

    request: Request
    carries: Assignment | None = None
    left_s: float | None = None
    written: Written | None = None
    judged: Decision | None = None


async def _known(unit: Unit, assignment_id: str, command: StepCommand, now: datetime) -> _Known:
    before, request = await unit.store.read(lambda books: _with_request(books, assignment_id))
    if command.step is Step.TRANSPORTING:
        return _Known(request=request, left_s=await _left_s(unit, before, request))
    if request.state in ENDS or command.step is Step.UNDO:
        return _Known(request=request)
    if command.step is Step.ACCEPT and before.state is AssignmentState.EXPIRED:
        return _Known(request=request, judged=await unit.search_again(request, now))
    if not STEPS[command.step].reopens:
        return _Known(request=request)
    carries = await unit.store.read(lambda books: _carries_ahead(books, before))
    if carries is not None:
        return _Known(request=request, carries=carries)
    moved = _from_where_it_stands(unit, request, before)
    leaving = replace(before, state=STEPS[command.step].leads_to)
    decision = await weigh(unit, request.id, await unit.search_again(moved, now, leaving=leaving))
    return _Known(request=request, written=await unit.write_down(decision))


def _judge(
    books: Books, known: _Known, meant: Assignment, command: StepCommand, now: datetime, policy: Policy
) -> Refusal | None:
    """Why a step is not taken, beside those of the trip itself."""
    if command.step is Step.UNDO:
        return _ended_otherwise(books, meant.request_id)
    if (known.written or known.carries) and _carries_ahead(books, meant) != known.carries:
        raise LostRaceError(f"the first contact of {meant.request_id} has gone on since this was decided")
    if known.judged is not None and meant.state is AssignmentState.EXPIRED:
        if books.requests.get(meant.request_id) != known.request:
            raise LostRaceError(f"request {meant.request_id} has changed since this was decided")
        return judge_late(books, known.judged, meant)
    if isinstance(decide(meant, command, now), Refusal):
        return None  # the trip's own reason comes first
    return _judge_leaving(books, meant, command.step, now, policy)


async def takes_late_yes(unit: Unit, assignment_id: str) -> bool:
    """Whether a yes to this offer that ran out would be taken now. Raises NotFoundError."""
    late, request = await unit.store.read(lambda books: _with_request(books, assignment_id))
    if late.state is not AssignmentState.EXPIRED or request.state in ENDS:
        return False
    decision = await unit.search_again(request, unit.clock.now())
    return await unit.store.read(lambda books: judge_late(books, decision, late)) is None


async def correct(unit: Unit, assignment_id: str, correction: Correction, *, by: Command) -> str | Refusal:
    """An operator puts a step right that was tapped wrongly or not at all; all that follows from it follows anew.

    Returns the assignment's id.
    """

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        before, request = await unit.store.read(lambda books: _with_request(books, assignment_id))
        left_s = await _left_s(unit, before, request) if correction.step is Step.TRANSPORTING else None

        def work(books: Books) -> str | Refusal:
            policy, held = unit.policy(books, now), books.assignments.get(assignment_id)
            if refusal := judge_step(held, correction.step, now):
                return refusal
            stays = correction.only_time or STEPS[correction.step].leads_to is held.state
            if not (stays or held.is_live) and (ended := _ended_otherwise(books, held.request_id)):
                return ended
            if not stays and (refusal := _judge_leaving(books, held, correction.step, now, policy)):
                return refusal
            assignment = correct_step(books, held, correction, now, policy)
            if isinstance(assignment, Refusal):
                return assignment
            keep_drive(books, held, assignment, unit.zone)
            if assignment.state is not held.state:
                current = books.requests.get(held.request_id)
                _beside(books, current, held, assignment, left_s, now, policy)
                settle(books, current, now, reopened=assignment.is_live)
            return assignment_id

        return work

    return await unit.once(by, attempt)


def _judge_leaving(books: Books, trip: Assignment, step: Step, now: datetime, policy: Policy) -> Refusal | None:
    """Why a trip is not over yet: nobody was found and nobody has rung, or whoever is to be carried is not aboard."""
    refusal = judge_staying(books, [trip], now, policy) if step in _LEAVES else None
    if refusal is None and step is Step.CLEAR:
        return judge_treated(books, books.requests.get(trip.request_id), trip)
    return refusal


def _beside(
    books: Books,
    request: Request,
    before: Assignment,
    after: Assignment,
    left_s: float | None,
    now: datetime,
    policy: Policy,
) -> None:
    """What a step means for the other vehicle of the two: of a first contact and the one behind it, or of a transfer.

    A first contact that has the patient aboard takes the place of the one behind it, until that was an error.
    Nobody comes instead of a vehicle that is there.
    """
    if after.hands_over:
        keeps_after_all(books, request, after, now, policy)
        return
    steps_beside(books, request, before, after, now)
    if was_picked_up(after) and not was_picked_up(before):
        _somebody_was_there(books, request, after, now)
    if after.slot < 0 and after.state in _WITH_PATIENT and after.state not in before.stamps:
        first_contact_carries(books, request, after, left_s, now, policy)
    elif was_picked_up(before) and not was_picked_up(after):
        goes_ahead_again(books, request, after, now, policy)
    if after.slot >= 0:
        pair_is_over(books, request, now, policy)
    if after.row.met and after.state is not before.state and books.assignments.get(after.id).slot >= 0:
        let_the_asked_be(books, request, now, policy)


def _somebody_was_there(books: Books, request: Request, trip: Assignment, now: datetime) -> None:
    """Who was not found came aboard after all: nobody needs to be rung about that any more."""
    promise = books.promises.find_open(request.id)
    if promise is None or promise.why is not Why.NOBODY_THERE or Notice.NOBODY_THERE not in noticed(books, trip):
        return
    if is_solved(request, books.assignments.list_of(request.id)):
        outcome, state = trip.state.value, PromiseState.WITHDRAWN
        close_promise(books, request.id, state, outcome=outcome, told=TOLD_NOBODY, now=now)
    else:  # another vehicle is owed still
        books.promises.save(replace(promise, why=Why.SEARCHING_LONG, version=promise.version + 1))


def _carries_ahead(books: Books, behind: Assignment) -> Assignment | None:
    """The first contact that has the patient aboard already, and behind which this empty vehicle drives."""
    if behind.slot < 0 or behind.row.loaded:
        return None
    ahead = (a for a in books.assignments.list_of(behind.request_id) if a.slot == FIRST_CONTACT)
    return next((a for a in ahead if a.row.loaded), None)


async def _left_s(unit: Unit, ahead: Assignment, request: Request) -> float | None:
    """Seconds that a vehicle has to the destination from where it stands, where both are known."""
    fix, to = unit.live.last_fixes().get(ahead.vehicle_id), request.ask.dropoff
    if ahead.slot >= 0 or fix is None or to is None:
        return None
    vehicle = (await unit.fleet.some([ahead.vehicle_id]))[ahead.vehicle_id].vehicle
    starts = by_metric([(vehicle, fix.point)], request.ask.metric)
    found = await unit.think(partial(unit.roads.arrivals, to.point, starts, most=1))
    return found[ahead.vehicle_id].eta_s if ahead.vehicle_id in found else None


def _from_where_it_stands(unit: Unit, request: Request, before: Assignment) -> Request:
    """Somebody aboard a vehicle that cannot go on is picked up where it stands."""
    fix = unit.live.last_fixes().get(before.vehicle_id)
    if not before.row.aboard or fix is None:
        return request
    here = Place(point=fix.point, name="", spot=Spot.VEHICLE_STOPPED, agency=request.ask.pickup.agency)
    return replace(request, ask=replace(request.ask, pickup=here))


def _go_on(books: Books, request: Request, written: Written, taken: Step) -> Request:
    """The search goes on for what the vehicle has left; too many refusals are the operator's business (R23)."""
    decision = written.decision
    if decision.ask != request.ask:
        if any(a.row.is_going for a in books.assignments.list_of(request.id)):  # they go there now
            moved = RequestChanged(changed=(Changed.PICKUP,), at=decision.at, actor=DESK)
            books.journal.add(moved.about(request.id))
        request = replace(request, ask=decision.ask, version=request.version + 1)
        books.requests.save(request)
    carry_out(books, request, written)
    if is_solved(request, books.assignments.list_of(request.id)):
        return request  # who was asked instead of one on its way does not come; that one drives on
    if STEPS[taken].leads_to in _REFUSALS and _refused_often(books, request, decision.sop.policy):
        escalate(books, request, Why.REFUSED_OFTEN, decision.at, decision.sop.policy)
    elif taken is Step.EXPIRE and request.ask.urgency is Urgency.RED and not escalations(books, [request.id]):
        escalate(books, request, Why.RED_SILENT, decision.at, decision.sop.policy)
    return request


def _meant(books: Books, tapped: Assignment, step: Step) -> Assignment:
    """The assignment that a tap means: a late yes to an offer that was renewed meanwhile is a yes to the new one."""
    if step is Step.ACCEPT and tapped.state is AssignmentState.EXPIRED:
        live = books.assignments.find_live(tapped.vehicle_id)
        if live is not None and live.request_id == tapped.request_id and live.state is AssignmentState.OFFERED:
            return live
    return tapped


def _refused_often(books: Books, request: Request, policy: Policy) -> bool:
    refusals = sum(a.state in _REFUSALS for a in books.assignments.list_of(request.id))
    return refusals > 0 and refusals % max(1, int(policy.refusals_to_operator)) == 0


def _ended_otherwise(books: Books, request_id: str) -> Refusal | None:
    """Why a trip's end is not undone any more: somebody ended its request, and not this trip."""
    request = books.requests.get(request_id)
    missing = unfilled_slots(request.wanted, books.assignments.list_of(request_id))
    if request.state in ENDS and (request.state is not RequestState.COMPLETED or missing):
        return Refusal(RefusalCode.REQUEST_ENDED, {"state": request.state})
    return None


def _with_request(books: Books, assignment_id: str) -> tuple[Assignment, Request]:
    assignment = books.assignments.get(assignment_id)
    return assignment, books.requests.get(assignment.request_id)
