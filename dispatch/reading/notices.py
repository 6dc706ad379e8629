"""What is amiss with a request's trips now: what was told of them once, as long as it is so."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.desk.usecases.watching import MOVED_M
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import Fix
from dispatch.domain.request import Request
from dispatch.domain.trip import target_of
from dispatch.reading.base import Names, Out
from dispatch.vocabulary.events import PromiseCalled, TripNoticed
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.notices import Notice
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.words.events import code_name
from geo.point import distance_m


class NoticeOut(Out):
    """What the desk noticed of a trip and is not over, in words, and since when."""

    what: Notice
    text: str
    vehicle_id: str
    vehicle_name: str
    at: datetime


def notices_out(
    unit: Unit, books: Books, requests: Iterable[Request], trips: Iterable[Assignment], names: Names, lang: Lang
) -> Mapping[str, list[NoticeOut]]:
    """By request what is amiss with its trips, the oldest first; reports of a death have a list of their own."""
    of, going = {request.id: request for request in requests}, {a.id: a for a in trips if a.row.is_going}
    found: dict[str, list[NoticeOut]] = {}
    if not going:
        return found
    fixes = unit.live.last_fixes()
    entries = books.journal.list_of_kinds({a.request_id for a in going.values()}, [TripNoticed, PromiseCalled])
    called = {e.event.request_id: e.event.at for e in entries if isinstance(e.event, PromiseCalled)}
    for event in (entry.event for entry in entries):
        trip = going.get(event.assignment_id or "")
        if not isinstance(event, TripNoticed) or trip is None:
            continue
        rung = called.get(trip.request_id)
        if event.what is Notice.NOBODY_THERE and rung is not None and rung >= event.at:
            continue
        vehicle_id = event.vehicle_id or trip.vehicle_id
        if vehicle_id != trip.vehicle_id:
            so = trip.row.loaded and not trip.hands_over and books.vehicles.get(vehicle_id).is_free
        else:
            so = _is_so(unit, of[trip.request_id], trip, event, fixes.get(trip.vehicle_id))
        if so:
            name = names.get(vehicle_id) or books.vehicles.get(vehicle_id).vehicle.name
            text = code_name("notice", event.what, lang)
            out = NoticeOut(what=event.what, text=text, vehicle_id=vehicle_id, vehicle_name=name, at=event.at)
            found.setdefault(trip.request_id, []).append(out)
    return found


def _is_so(unit: Unit, request: Request, trip: Assignment, event: TripNoticed, fix: Fix | None) -> bool:
    """Whether what was noticed of a trip is so still, as far as its state and its vehicle's last position say."""
    same_leg = trip.stamps[trip.state].server_time <= event.at
    seen = unit.watched.get(trip.id)
    match event.what:
        case Notice.NOT_DEPARTED:
            return trip.state is AssignmentState.ACCEPTED
        case Notice.NOT_MOVING:
            moved = seen is not None and fix is not None and distance_m(seen.point, fix.point) >= MOVED_M
            return same_leg and not moved
        case Notice.MOVING_AWAY:
            place = target_of(trip, request.ask)
            to_go_m = distance_m(fix.point, place.point) if fix is not None and place is not None else None
            farthest_m = distance_m(seen.point, place.point) if seen is not None and place is not None else None
            return same_leg and (to_go_m is None or farthest_m is None or to_go_m >= farthest_m)
        case Notice.SILENT:
            return same_leg and (fix is None or fix.taken_at <= event.at)
        case Notice.LATE | Notice.MAY_MEET:
            return not trip.row.met
        case Notice.NOT_ENDED:
            return trip.state is AssignmentState.AT_DESTINATION
        case Notice.NOBODY_THERE:
            return trip.state is AssignmentState.ON_SCENE
        case _:
            return False
