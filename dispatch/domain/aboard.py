"""Who carries somebody: also at the destination's door, and in a vehicle that broke down until another has them."""

from collections.abc import Sequence

from dispatch.domain.assignment import Assignment
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import HANDS_OVER, LOADED, AssignmentState


def was_picked_up(trip: Assignment) -> bool:
    """Whether somebody was taken aboard on this trip."""
    return not LOADED.isdisjoint(trip.stamps)


def slot_behind(giving: Assignment) -> int:
    """The slot of the vehicle that takes over from this one: its own, or that behind a first contact."""
    return HANDS_OVER - giving.slot if giving.hands_over else max(0, giving.slot)


def taken_over(trips: Sequence[Assignment], giving: Assignment) -> bool:
    """Whether another vehicle has reported the patient aboard, and has not taken that back."""
    later = (a for a in trips if a.slot == slot_behind(giving) and a.id != giving.id)
    return any(was_picked_up(a) for a in later if a.offered_at >= giving.offered_at)


def list_stranded(trips: Sequence[Assignment]) -> list[Assignment]:
    """The vehicles that broke down with somebody aboard whom no other has taken over yet."""
    broken = (a for a in trips if a.state is AssignmentState.STOOD_DOWN and was_picked_up(a))
    return [a for a in broken if not taken_over(trips, a)]


def carrying(trips: Sequence[Assignment]) -> Refusal | None:
    """Why the request of these trips neither ends unserved nor goes to another vehicle: somebody is aboard of one."""
    aboard = next((a for a in trips if a.row.aboard), None) or next(iter(list_stranded(trips)), None)
    return Refusal(RefusalCode.PATIENT_ABOARD, {"vehicle_id": aboard.vehicle_id}) if aboard is not None else None


def list_unserved(wanted: int, trips: Sequence[Assignment]) -> list[int]:
    """The places of a request, of so many that are wanted, from which nobody was brought to the end."""
    served = {max(0, a.slot) for a in trips if a.has_brought and not a.hands_over}
    return [slot for slot in range(wanted) if slot not in served]
