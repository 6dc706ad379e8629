"""What a class of vehicle may do by itself (the table of sop.md); rules narrow or lift it."""

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.domain.request import Need
from dispatch.domain.vehicle import VehicleClass

# What a class may do by itself (sop.md). A rule named beside a "no" says the same with a clause: where that rule
# objects, it speaks alone, so that an approval lifts it; where it does not, the class's own "no" stands.
_C, _N = VehicleClass, Need
_YES: tuple[bool, str | None] = (True, None)
IF_CAN_SIT = "can_sit"
CLASS_MAY: Mapping[tuple[VehicleClass, Need], tuple[bool, str | None]] = MappingProxyType(
    {
        (_C.EMERGENCY_AMBULANCE, _N.EMERGENCY): _YES,
        (_C.EMERGENCY_AMBULANCE, _N.REFERRAL): _YES,
        (_C.EMERGENCY_AMBULANCE, _N.TRANSPORT): _YES,
        (_C.EMERGENCY_AMBULANCE, _N.BODY): (False, "R01"),
        (_C.EMERGENCY_AMBULANCE, _N.DOCUMENT): (False, None),
        (_C.TRANSPORT_AMBULANCE, _N.EMERGENCY): (False, "R04"),
        (_C.TRANSPORT_AMBULANCE, _N.REFERRAL): _YES,
        (_C.TRANSPORT_AMBULANCE, _N.TRANSPORT): _YES,
        (_C.TRANSPORT_AMBULANCE, _N.BODY): (False, "R01"),
        (_C.TRANSPORT_AMBULANCE, _N.DOCUMENT): (False, None),
        (_C.MOBILE_CLINIC, _N.EMERGENCY): (False, "R04"),
        (_C.MOBILE_CLINIC, _N.REFERRAL): _YES,
        (_C.MOBILE_CLINIC, _N.TRANSPORT): _YES,
        (_C.MOBILE_CLINIC, _N.BODY): (False, "R01"),
        (_C.MOBILE_CLINIC, _N.DOCUMENT): _YES,
        (_C.HEARSE, _N.EMERGENCY): (False, "R07"),
        (_C.HEARSE, _N.REFERRAL): (False, "R07"),
        (_C.HEARSE, _N.TRANSPORT): (False, "R07"),
        (_C.HEARSE, _N.BODY): _YES,
        (_C.HEARSE, _N.DOCUMENT): (False, "R07"),
        (_C.DUAL_USE, _N.EMERGENCY): (False, "R04"),
        (_C.DUAL_USE, _N.REFERRAL): _YES,
        (_C.DUAL_USE, _N.TRANSPORT): _YES,
        (_C.DUAL_USE, _N.BODY): _YES,
        (_C.DUAL_USE, _N.DOCUMENT): _YES,
        (_C.VILLAGE_CAR, _N.EMERGENCY): (False, "R04"),
        (_C.VILLAGE_CAR, _N.REFERRAL): (True, IF_CAN_SIT),
        (_C.VILLAGE_CAR, _N.TRANSPORT): (True, IF_CAN_SIT),
        (_C.VILLAGE_CAR, _N.BODY): (False, None),
        (_C.VILLAGE_CAR, _N.DOCUMENT): _YES,
        # An official car goes only with its office's yes, which a pack's approval rule asks for.
        (_C.OFFICIAL_CAR, _N.EMERGENCY): (False, "R04"),
        (_C.OFFICIAL_CAR, _N.REFERRAL): (False, None),
        (_C.OFFICIAL_CAR, _N.TRANSPORT): (False, None),
        (_C.OFFICIAL_CAR, _N.BODY): (False, None),
        (_C.OFFICIAL_CAR, _N.DOCUMENT): _YES,
    }
)
