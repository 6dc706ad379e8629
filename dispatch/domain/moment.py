"""The instant of a decision: what holds for the whole fleet at once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import VehicleClass, VehicleNow

_AMBULANCES = (VehicleClass.EMERGENCY_AMBULANCE, VehicleClass.TRANSPORT_AMBULANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`now` in UTC, `local` the same in the region's time zone.

    `soonest_s` is when the first candidate arrives that needs nobody's yes and has not declined yet, in seconds (None:
    nobody). `free_in_zone` counts the free vehicles of each class and zone; `puskesmas_vehicle_busy` says that no
    ambulance based at the requesting facility is free.
    """

    now: datetime
    local: datetime
    soonest_s: float | None = None
    free_in_zone: Mapping[tuple[VehicleClass, str], int] = field(default_factory=lambda: MappingProxyType({}))
    puskesmas_vehicle_busy: bool = True


def count_free(fleet: Iterable[VehicleNow]) -> Mapping[tuple[VehicleClass, str], int]:
    """How many vehicles of each class are free in each zone."""
    free = Counter(
        (now.vehicle.vehicle_class, now.vehicle.zone) for now in fleet if now.vehicle.zone is not None and now.is_free
    )
    return MappingProxyType({(kind, zone): count for (kind, zone), count in free.items() if zone is not None})


def is_puskesmas_busy(fleet: Iterable[VehicleNow], ask: Ask) -> bool:
    """Whether the requesting facility has no ambulance of its own that is free."""
    return not any(
        now.vehicle.base == ask.requester and now.vehicle.vehicle_class in _AMBULANCES and now.is_free
        for now in fleet
        if ask.requester is not None
    )
