"""A vehicle that would be with a red much sooner than what it has got, and what that costs the other request."""

from dataclasses import dataclass

from dispatch.domain.arrival import Arrival
from dispatch.domain.assignment import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Send `vehicle_id`: it is free, or on its `trip` to a lower request with nobody aboard.

    Without it the red has somebody after `without_s`, None where nobody comes; `instead_of` is the vehicle that is on
    its way and gives its place. The other request waits `waits_s` longer, None where nobody else can go there.
    `by_desk`: the policy lets the desk divert it by itself.
    """

    vehicle_id: str
    arrival: Arrival
    trip: Assignment | None = None
    without_s: float | None = None
    instead_of: str | None = None
    waits_s: float | None = None
    by_desk: bool = False
