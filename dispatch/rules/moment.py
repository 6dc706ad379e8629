"""The instant of a decision: what holds for the whole fleet at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from dispatch.vocabulary.vehicle_classes import VehicleClass

# How the built-in rules judge: since 2 a vehicle's hours are one of them (JAM), and for a red no preference counts;
# since 3 hours hold up no emergency, of whatever colour.
EDITION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`now` in UTC, `local` the same in the region's time zone.

    `soonest_s` is when the first candidate arrives that needs nobody's yes and has not declined yet, in seconds (None:
    nobody). `free_in_zone` counts the free vehicles of each class and zone; `puskesmas_vehicle_busy` says that no
    ambulance based at the requesting facility is free. `waited_s` is how long the request has waited. `edition` is that
    of the day, so that what was decided under an older one reads the same for ever. `apart` are the vehicles, of those
    that were looked at, from where no road leads to the pick-up.
    """

    now: datetime
    local: datetime
    soonest_s: float | None = None
    free_in_zone: Mapping[tuple[VehicleClass, str], int] = field(default_factory=lambda: MappingProxyType({}))
    puskesmas_vehicle_busy: bool = True
    waited_s: float = 0.0
    edition: int = EDITION
    apart: frozenset[str] = frozenset()
