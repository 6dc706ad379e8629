"""What a vehicle is needed for: needs with their usual urgency and road metric, and what is told of a patient."""

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


@dataclass(frozen=True, slots=True)
class NeedRow:
    """The urgency where nobody says one, and the road metric of a vehicle that goes for it without sirens."""

    urgency: Urgency
    metric: str = "car"


NEEDS: Mapping[Need, NeedRow] = MappingProxyType(
    {
        Need.EMERGENCY: NeedRow(Urgency.RED),
        Need.REFERRAL: NeedRow(Urgency.YELLOW),
        Need.TRANSPORT: NeedRow(Urgency.GREEN),
        Need.BODY: NeedRow(Urgency.GREEN, metric="hearse"),
        Need.DOCUMENT: NeedRow(Urgency.GREEN),
    }
)


def colour_of(need: Need, urgency: Urgency) -> Colour:
    """The colour by which somebody is counted."""
    return Colour.BODY if need is Need.BODY else Colour(urgency)


def metric_for(need: Need, urgency: Urgency) -> str:
    """The road metric of a trip, empty or loaded: a hearse within its caps (R25), red with lights and sirens."""
    row = NEEDS[need]
    return "siren" if urgency is Urgency.RED and row.metric == "car" else row.metric


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
