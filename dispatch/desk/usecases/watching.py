"""Accepted trips are watched: what does not go as it should is told to the operator, once of each trip and thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.desk.effects.noticing import notice, noticed
from dispatch.desk.ports import Books, Due, DueKind
from dispatch.desk.seen import Seen, moves_away
from dispatch.desk.unit import Unit, transaction
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import Fix
from dispatch.domain.request import Request
from dispatch.domain.trip import target_of
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.trip_steps import AssignmentState
from geo.point import distance_m

MOVED_M = 100.0  # a vehicle that stands this near to where it stood has not moved; this project's own figure
KEPT = 1_000  # places of vehicles on trips, before those of trips that are over are forgotten


@dataclass(frozen=True, slots=True)
class _Trip:
    """A trip as it stands: what it is for, where its vehicle is, and where it was when it was last looked at."""

    assignment: Assignment
    request: Request
    policy: Policy
    now: datetime
    fix: Fix | None
    seen: Seen | None

    @property
    def drives(self) -> bool:
        """Whether its vehicle is to be moving: on the way to the pick-up or to the destination."""
        row = self.assignment.row
        return row.is_going and row.stay_s is None and self.assignment.state is not AssignmentState.ACCEPTED

    @property
    def moves_away(self) -> bool:
        """Whether its vehicle is clearly farther from where it goes than where it was seen before."""
        place = target_of(self.assignment, self.request.ask)
        if place is None or self.fix is None:
            return False
        return moves_away(self.seen, self.assignment, self.fix.point, place.point, self.policy)


@transaction
def watch(unit: Unit, books: Books, now: datetime, due: Due) -> None:
    """Look at a trip: tell what is amiss, and come back when the next thing could be."""
    books.timers.drop(due.kind, due.subject)
    assignment = books.assignments.get(due.subject)
    if not assignment.row.is_going:
        return
    if len(unit.watched) > KEPT:
        live = {one.id for one in books.assignments.list_live()}
        unit.watched = {name: seen for name, seen in unit.watched.items() if name in live}
    trip = _Trip(
        assignment=assignment,
        request=books.requests.get(assignment.request_id),
        policy=unit.policy(books, now),
        now=now,
        fix=unit.live.last_fixes().get(assignment.vehicle_id),
        seen=unit.watched.get(assignment.id),
    )
    trip_seen = _seen(trip)
    if trip_seen is not None:
        unit.watched[assignment.id] = trip_seen
    told = noticed(books, assignment)
    again: list[datetime] = []
    for what, at in _limits(trip, trip_seen):
        if what in told:
            continue
        if at <= now:
            notice(books, assignment, what, now)
        else:
            again.append(at)
    if again:
        books.timers.set(Due(kind=DueKind.WATCH, subject=assignment.id, at=min(again)))


def _seen(trip: _Trip) -> Seen | None:
    """Where the vehicle is, and since when: a vehicle that has not moved keeps its time.

    The first look of a leg is at the step itself; where that was lost in a restart the time begins anew.
    """
    if trip.fix is None or not trip.drives:
        return None
    before, state = trip.seen, trip.assignment.state
    if before is not None and before.state is state and distance_m(before.point, trip.fix.point) < MOVED_M:
        return before
    return Seen(point=trip.fix.point, since=trip.now, state=state)


def _limits(trip: _Trip, seen: Seen | None) -> Iterator[tuple[Notice, datetime]]:
    """What may be amiss with the trip as it stands, and from when on it is."""
    assignment, policy = trip.assignment, trip.policy
    red = trip.request.ask.urgency is Urgency.RED
    since = assignment.stamps[assignment.state].server_time
    if assignment.state is AssignmentState.ACCEPTED:
        # Who is to be there at a booked time may wait before setting out.
        wait_s = assignment.arrival.wait_s if assignment.arrival is not None else 0.0
        since = max(since, assignment.offered_at + timedelta(seconds=wait_s))
        yield Notice.NOT_DEPARTED, since + timedelta(seconds=policy.depart_red_s if red else policy.depart_other_s)
    if assignment.state is AssignmentState.AT_DESTINATION:
        yield Notice.NOT_ENDED, since + timedelta(seconds=policy.trip_ends_s)
    if assignment.arrival is not None and not assignment.row.met:
        # The measure is what was promised, whatever has been calculated on the way since.
        yield Notice.LATE, assignment.counts_from + timedelta(seconds=assignment.arrival.eta_high_s)
    if trip.drives:
        heard_at = max(trip.fix.taken_at, since) if trip.fix is not None else since
        yield Notice.SILENT, heard_at + timedelta(seconds=policy.trip_silent_s)
    if seen is not None:
        yield Notice.NOT_MOVING, seen.since + timedelta(seconds=policy.moving_red_s if red else policy.moving_other_s)
        if trip.moves_away:
            yield Notice.MOVING_AWAY, trip.now
