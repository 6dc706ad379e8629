"""Words about places: why streets are closed, and what a place is called that has no name."""

from enum import StrEnum


class Cause(StrEnum):
    """Why streets are closed."""

    FLOOD = "flood"
    PROCESSION = "procession"
    ACCIDENT = "accident"
    WORKS = "works"
    OTHER = "other"


class Spot(StrEnum):
    """A place without a name of its own."""

    ON_MAP = "on_map"
    VEHICLE_STOPPED = "vehicle_stopped"
