"""The dispatch desk: asking for vehicles, the trips that follow, and the SOP that both obey."""

from dispatch.desk.intake import Intake
from dispatch.desk.sop_keeping import SopKeeping
from dispatch.desk.trips import Trips


class Desk(Intake, Trips, SopKeeping):
    """Every use case of the desk, each one transaction over its ports."""

    __slots__ = ()
