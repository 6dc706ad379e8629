"""A crew's report that its patient has died is answered: confirmed, and the body's onward way begins, or not."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from dispatch.desk.command import Command
from dispatch.desk.effects.series import end_along, unserved_with
from dispatch.desk.ports import Books, LostRaceError
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.requests import add_new
from dispatch.domain.assignment import Assignment
from dispatch.domain.death import DeathReport, DeathWord, answered, count_living, is_coming, judge_word, onward_ask
from dispatch.domain.people import Person
from dispatch.domain.request import Request
from dispatch.vocabulary.bookings import Rides
from dispatch.vocabulary.deaths import DeathState, WhoseWord
from dispatch.vocabulary.events import DeathAnswered
from dispatch.vocabulary.promises import TOLD_NOBODY
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Role


async def confirm_death(
    unit: Unit, request_id: str, word: DeathWord, *, vehicle_id: str | None = None, by: Command
) -> str | Refusal:
    """The receiving facility's word, or what a doctor said by phone, on a report of this request. Returns its id.

    Where it is confirmed, the request for the body's onward way is made and searched for in the same transaction; the
    trip goes on as its crew ends it. Else nothing else happens. Of several reports `vehicle_id` says which.

    Raises:
        NotFoundError: for an unknown request.
    """
    onward_id = f"P-{uuid4().hex[:12]}"
    served: set[str] = set()

    async def attempt() -> Work[str | Refusal]:
        now = unit.clock.now()
        request, waiting = await unit.store.read(lambda books: _reported(books, request_id, vehicle_id))
        if waiting is None:
            return lambda books: _judge_report(books, request_id, vehicle_id)
        report, trip = waiting
        refusal = _judge_person(request, trip, word, by.actor) or judge_word(report, word, now)
        if refusal is not None:
            return lambda _: refusal
        if not word.confirmed:
            return partial(_keep, report=report, trip=trip, word=word, by=by.actor.id, now=now, onward=None)
        fix = unit.live.last_fixes().get(trip.vehicle_id)
        ask = onward_ask(request.ask, trip, fix.point if fix is not None else None, word.death)
        newcomer = Request(id=onward_id, ask=ask, state=RequestState.SEARCHING, created_at=now, created_by=by.actor.id)
        add = await add_new(unit, newcomer, served, onward_of=request_id)

        def work(books: Books) -> str:
            if (books.requests.get(request_id), books.assignments.get(trip.id)) != (request, trip):
                raise LostRaceError(f"request {request_id} has changed since this was decided")
            contact = books.requests.get_contact(request_id)
            if count_living(request, books.deaths.list_of(request_id)) == 1:  # whose death is confirmed here
                # Nobody needs the later rides of the series any more.
                later = unserved_with(books, request, Rides.FOLLOWING)
                end_along(books, request, later, now, TOLD_NOBODY, by.actor.id)
            add(books, replace(contact, note=None))  # what the ambulance had to know is nobody else's matter
            return _keep(books, report=report, trip=trip, word=word, by=by.actor.id, now=now, onward=onward_id)

        return work

    return await unit.once(by, attempt)


def _reported(
    books: Books, request_id: str, vehicle_id: str | None
) -> tuple[Request, tuple[DeathReport, Assignment] | None]:
    """The request, and its first report that waits, with the trip that it is of."""
    request = books.requests.get(request_id)
    reports = (one for one in books.deaths.list_of(request_id) if one.state is DeathState.REPORTED)
    waiting = ((one, books.assignments.get(one.assignment_id)) for one in reports)
    return request, next((two for two in waiting if vehicle_id in (None, two[1].vehicle_id)), None)


def _judge_report(books: Books, request_id: str, vehicle_id: str | None) -> Refusal:
    """Why there is nothing to answer: nobody has reported a death of these patients, or it has been answered."""
    trips = (books.assignments.get(one.assignment_id) for one in books.deaths.list_of(request_id))
    of_it = [trip for trip in trips if trip.request_id == request_id and vehicle_id in (None, trip.vehicle_id)]
    code = RefusalCode.DEATH_ANSWERED if of_it else RefusalCode.NO_DEATH_REPORT
    return Refusal(code, {"request_id": request_id})


def _judge_person(request: Request, trip: Assignment, word: DeathWord, actor: Person) -> Refusal | None:
    """Whether this person may say so: the facility that the patient comes to by itself, an operator for others."""
    if word.whose is WhoseWord.FACILITY:
        to = request.ask.dropoff.facility if request.ask.dropoff is not None else None
        may = actor.role is Role.STAFF and actor.facility is not None and actor.facility == to and is_coming(trip)
    else:
        may = actor.role is Role.OPERATOR
    return None if may else Refusal(RefusalCode.NOT_RECEIVING, {"word": word.whose})


def _keep(
    books: Books, *, report: DeathReport, trip: Assignment, word: DeathWord, by: str, now: datetime, onward: str | None
) -> str:
    """Write the word down. Raises LostRaceError where somebody else has answered meanwhile."""
    books.deaths.save(answered(report, word, by=by, now=now, onward=onward))
    said = DeathAnswered(confirmed=word.confirmed, whose=word.whose, aboard=is_coming(trip), at=now, actor=by)
    books.journal.add(said.about(report.request_id, assignment_id=trip.id, vehicle_id=trip.vehicle_id))
    return report.request_id
