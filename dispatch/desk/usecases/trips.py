"""Trips: an offer that reaches its driver, and the steps of an assignment."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from dispatch.desk.command import DESK, Command
from dispatch.desk.effects.carry_out import carry_out, offer_s
from dispatch.desk.effects.handing_over import keeps_after_all, steps_beside
from dispatch.desk.effects.noticing import judge_staying
from dispatch.desk.effects.pairs import first_contact_carries, goes_ahead_again
from dispatch.desk.effects.places import let_the_asked_be, take_place
from dispatch.desk.effects.promising import escalate, escalated_to
from dispatch.desk.effects.standing import is_solved, settle
from dispatch.desk.effects.steps import correct_step, take_step
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.desk.record import Written
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.domain.assignment import Assignment, StepCommand
from dispatch.domain.correction import Correction, judge_step
from dispatch.domain.request import Place, Request, unfilled_slots
from dispatch.vocabulary.events import OfferDelivered, RequestChanged
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.notices import Changed
from dispatch.vocabulary.places import Spot
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import LOADED, STEPS, AssignmentState, Step

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
    events = (entry.event for entry in books.journal.list_of_kinds([request_id], [OfferDelivered]))
    delivered = any(event.assignment_id == assignment_id for event in events)
    if delivered or assignment.state is not AssignmentState.OFFERED:
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
    reopens = command.step is not Step.UNDO and STEPS[command.step].reopens

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        before, request = await unit.store.read(lambda books: _with_request(books, assignment_id))
        written = None
        left_s = await _left_s(unit, before, request) if command.step is Step.TRANSPORTING else None
        if reopens and request.state not in ENDS:
            moved = _from_where_it_stands(unit, request, before)
            leaving = replace(before, state=STEPS[command.step].leads_to)
            decision = await weigh(unit, request.id, await unit.search_again(moved, now, leaving=leaving))
            written = await unit.write_down(decision)

        def work(books: Books) -> str | Refusal:
            if command.step is Step.UNDO and (ended := _ended_otherwise(books, before.request_id)):
                return ended
            policy = unit.policy(books, now)
            meant = _meant(books, books.assignments.get(assignment_id), command.step)
            stays = judge_staying(books, [meant], now, policy) if command.step in _LEAVES else None
            if stays is not None:
                return stays
            assignment = take_step(books, meant, command, now, policy)
            if isinstance(assignment, Refusal):
                return assignment
            current = books.requests.get(assignment.request_id)
            if written is not None and current.state not in ENDS:
                current = _go_on(books, current, written, command.step)
            if command.step is Step.ACCEPT:
                assignment = take_place(books, current, assignment, now, policy)
            _beside(books, current, meant, assignment, left_s, now, policy)
            settle(books, current, now, reopened=command.step is Step.UNDO)
            return assignment.id

        return work

    return await unit.once(by, attempt)


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
            if not stays and correction.step in _LEAVES and (waits := judge_staying(books, [held], now, policy)):
                return waits
            assignment = correct_step(books, held, correction, now, policy)
            if isinstance(assignment, Refusal):
                return assignment
            if assignment.state is not held.state:
                current = books.requests.get(held.request_id)
                _beside(books, current, held, assignment, left_s, now, policy)
                settle(books, current, now, reopened=assignment.is_live)
            return assignment_id

        return work

    return await unit.once(by, attempt)


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
    if after.slot < 0 and after.state in _WITH_PATIENT and after.state not in before.stamps:
        first_contact_carries(books, request, after, left_s, now, policy)
    elif LOADED.isdisjoint(after.stamps) and not LOADED.isdisjoint(before.stamps):
        goes_ahead_again(books, request, after, now, policy)
    if after.row.met and after.state is not before.state and books.assignments.get(after.id).slot >= 0:
        let_the_asked_be(books, request, now, policy)


async def _left_s(unit: Unit, ahead: Assignment, request: Request) -> float | None:
    """Seconds that a vehicle has to the destination from where it stands, where both are known."""
    fix, to = unit.live.last_fixes().get(ahead.vehicle_id), request.ask.dropoff
    if ahead.slot >= 0 or fix is None or to is None:
        return None
    points, speeds = {ahead.vehicle_id: fix.point}, request.ask.metric
    found = await unit.think(partial(unit.roads.arrivals, to.point, points, speeds=speeds, most=1))
    return found[ahead.vehicle_id].eta_s if ahead.vehicle_id in found else None


def _from_where_it_stands(unit: Unit, request: Request, before: Assignment) -> Request:
    """Somebody aboard a vehicle that cannot go on is picked up where it stands."""
    fix = unit.live.last_fixes().get(before.vehicle_id)
    if not before.row.loaded or fix is None:
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
    elif taken is Step.EXPIRE and request.ask.urgency is Urgency.RED and not escalated_to(books, [request.id]):
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
