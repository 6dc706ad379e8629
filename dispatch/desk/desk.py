"""The dispatch desk: asking for vehicles, the trips that follow, promises, and the SOP that all of them obey."""

from dispatch.desk.changes import Changes
from dispatch.desk.following import Following
from dispatch.desk.intake import Intake
from dispatch.desk.promising import Promising
from dispatch.desk.sop_keeping import SopKeeping
from dispatch.desk.timers import Timers


class Desk(Intake, Changes, Promising, Timers, SopKeeping, Following):
    """Every use case of the desk, each one transaction over its ports."""

    __slots__ = ()
