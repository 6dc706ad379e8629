"""The dispatch desk: asking for vehicles, and the trips that follow."""

from dispatch.desk.intake import Intake
from dispatch.desk.trips import Trips


class Desk(Intake, Trips):
    """Every use case of the desk, each one transaction over its ports."""

    __slots__ = ()
