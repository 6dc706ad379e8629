"""What is learnt from a drive inside the transaction of the step that ends it; what is taken back is learnt no more."""

from datetime import tzinfo

from dispatch.desk.ports import Books
from dispatch.domain.assignment import Assignment
from dispatch.domain.driven import Drive, judge_drive
from dispatch.vocabulary.events import RequestChanged, TransferBegun
from dispatch.vocabulary.trip_steps import AssignmentState


def keep_drive(books: Books, before: Assignment, after: Assignment, zone: tzinfo) -> None:
    """Keep the drive of a vehicle that has reached its pick-up, and let go of one that has not after all, or at another
    time. Nothing names the trip of a kept drive: it is found by being equal, and which of equal ones is all the same.
    """
    if AssignmentState.ON_SCENE not in {**before.stamps, **after.stamps} or before.stamps == after.stamps:
        return
    was, now = _found(books, before, zone), _found(books, after, zone)
    if was == now:
        return
    if was is not None:
        books.drives.drop(was)
    if now is not None:
        books.drives.add(now)


def _found(books: Books, trip: Assignment, zone: tzinfo) -> Drive | None:
    if AssignmentState.ON_SCENE not in trip.stamps:
        return None
    entries = books.journal.list_of_kinds([trip.request_id], [RequestChanged, TransferBegun])
    vehicle = books.vehicles.get(trip.vehicle_id).vehicle
    found = judge_drive(trip, vehicle.vehicle_class, (entry.event for entry in entries), zone)
    return found if isinstance(found, Drive) else None
