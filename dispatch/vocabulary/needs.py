"""What a vehicle is needed for: needs with their usual urgency and speeds, and what is told of a patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Need(StrEnum):
    """What the vehicle is needed for."""

    EMERGENCY = "emergency"
    REFERRAL = "referral"
    TRANSPORT = "transport"
    BODY = "body"
    DOCUMENT = "document"


class Urgency(StrEnum):
    """Triage colour; a body has green and its own place in the order (R24)."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"


class Colour(StrEnum):
    """How the people of an incident are counted: a body has a colour of its own."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    BODY = "body"


class Metric(StrEnum):
    """How one drives by a road network (geo.roads.speeds.METRICS), the slowest and least let through first."""

    HEARSE = "hearse"
    CAR = "car"
    SIREN = "siren"

    def at_most(self, other: "Metric") -> "Metric":
        """The slower of the two."""
        return min(self, other, key=list(Metric).index)


@dataclass(frozen=True, slots=True)
class NeedRow:
    """The urgency where nobody says one, and how one drives for it where it is not red."""

    urgency: Urgency
    metric: Metric = Metric.CAR


NEEDS: Mapping[Need, NeedRow] = MappingProxyType(
    {
        Need.EMERGENCY: NeedRow(Urgency.RED),
        Need.REFERRAL: NeedRow(Urgency.YELLOW),
        Need.TRANSPORT: NeedRow(Urgency.GREEN),
        Need.BODY: NeedRow(Urgency.GREEN, metric=Metric.HEARSE),
        Need.DOCUMENT: NeedRow(Urgency.GREEN),
    }
)


def colour_of(need: Need, urgency: Urgency) -> Colour:
    """The colour by which somebody is counted."""
    return Colour.BODY if need is Need.BODY else Colour(urgency)


def metric_for(need: Need, urgency: Urgency) -> Metric:
    """How a trip is driven, empty or loaded, by a vehicle that can: a body within the caps of hearses (R25), a red with
    lights and sirens."""
    row = NEEDS[need]
    return Metric.SIREN if urgency is Urgency.RED and row.metric is Metric.CAR else row.metric


class Death(StrEnum):
    """How somebody died, as far as dispatch must know (R11)."""

    NATURAL = "natural"
    UNNATURAL = "unnatural"
    UNIDENTIFIED = "unidentified"


class Leaves(StrEnum):
    """How far a trip goes out: of the city or district, or of the province."""

    CITY = "city"
    PROVINCE = "province"


class Document(StrEnum):
    """A letter that a rule may ask for or let follow."""

    DEATH_LETTER = "death_letter"
    KTP = "ktp"
    RT_RW = "rt_rw"
    HEALTH_LETTER = "health_letter"
    KKP_LETTER = "kkp_letter"
