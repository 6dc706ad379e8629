"""Classes of vehicles: what each may do by itself, its mark on a map, and what may be aboard; duties and sharing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dispatch.vocabulary.needs import Metric, Need


class VehicleClass(StrEnum):
    """What kind of vehicle it is."""

    EMERGENCY_AMBULANCE = "emergency_ambulance"
    TRANSPORT_AMBULANCE = "transport_ambulance"
    MOBILE_CLINIC = "mobile_clinic"
    HEARSE = "hearse"
    DUAL_USE = "dual_use"
    VILLAGE_CAR = "village_car"
    OFFICIAL_CAR = "official_car"


@dataclass(frozen=True, slots=True)
class May:
    """Whether a class may do something by itself.

    A `rule` beside a "no" says the same with a clause: where that rule objects, it speaks alone, so that an approval
    lifts it; where it does not, the class's own "no" holds. `if_can_sit`: yes for a patient who can sit.
    """

    yes: bool
    rule: str | None = None
    if_can_sit: bool = False


YES, NO, SITTING = May(yes=True), May(yes=False), May(yes=True, if_can_sit=True)


def _no(rule: str) -> May:
    return May(yes=False, rule=rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One class: its short code, its letter on the map (A carries the living, J bodies alone), whether it counts as a
    puskesmas' own ambulance, how it drives at its fastest, and what it may do by itself (docs/rules.md); rules narrow
    or lift that."""

    code: str
    mark: str = "A"
    is_ambulance: bool = False
    fastest: Metric = Metric.CAR
    emergency: May
    referral: May
    transport: May
    body: May
    document: May

    @property
    def carries_living(self) -> bool:
        """Whether it is for the living at all, be it with somebody's yes."""
        return self.mark == "A"

    def may_drive(self, metric: Metric) -> bool:
        """Whether there is a trip that it drives so, by its class alone."""
        return metric.at_most(self.fastest) is metric

    def may(self, need: Need) -> May:
        """What it may do by itself for a need."""
        found: May = getattr(self, need.value)
        return found


_C = VehicleClass
CLASSES: Mapping[VehicleClass, ClassRow] = MappingProxyType(
    {
        _C.EMERGENCY_AMBULANCE: ClassRow(
            code="AGD",
            is_ambulance=True,
            fastest=Metric.SIREN,
            emergency=YES,
            referral=YES,
            transport=YES,
            body=_no("R01"),
            document=NO,
        ),
        _C.TRANSPORT_AMBULANCE: ClassRow(
            code="ATR",
            is_ambulance=True,
            fastest=Metric.SIREN,
            emergency=_no("R04"),
            referral=YES,
            transport=YES,
            body=_no("R01"),
            document=NO,
        ),
        _C.MOBILE_CLINIC: ClassRow(
            code="PSL",
            fastest=Metric.SIREN,
            emergency=_no("R04"),
            referral=YES,
            transport=YES,
            body=_no("R01"),
            document=YES,
        ),
        _C.HEARSE: ClassRow(
            code="KJN",
            mark="J",
            fastest=Metric.HEARSE,
            emergency=_no("R07"),
            referral=_no("R07"),
            transport=_no("R07"),
            body=YES,
            document=_no("R07"),
        ),
        _C.DUAL_USE: ClassRow(code="AMK", emergency=_no("R04"), referral=YES, transport=YES, body=YES, document=YES),
        _C.VILLAGE_CAR: ClassRow(
            code="MSD", emergency=_no("R04"), referral=SITTING, transport=SITTING, body=NO, document=YES
        ),
        # An official car goes only with its office's yes, which a pack's approval rule asks for.
        _C.OFFICIAL_CAR: ClassRow(code="OPD", emergency=_no("R04"), referral=NO, transport=NO, body=NO, document=YES),
    }
)


class Duty(StrEnum):
    """Whether a vehicle may be asked to go."""

    OFF_DUTY = "off_duty"
    AVAILABLE = "available"
    COMMITTED = "committed"
    CLEANING = "cleaning"
    OUT_OF_SERVICE = "out_of_service"


class Shares(StrEnum):
    """Whether an agency's vehicle goes for others by itself or after its own operator's yes (R26)."""

    FULL = "full"
    ON_REQUEST = "on_request"


SIREN = "siren"  # lights and sirens, for vehicles whose class does not have them by itself
EQUIPMENT = frozenset({"infectious", "ppe", "oxygen", "ventilator", "incubator", "stretcher", SIREN})
CREW = frozenset({"driver", "escort", "nurse", "paramedic", "midwife", "security", "second_driver"})
USUAL_CREW = frozenset({"driver", "escort"})  # where nobody wrote down who rides along
