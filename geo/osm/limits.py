"""How wide, high and heavy a vehicle may be on a way or at a node by OpenStreetMap's tags, and how large they are."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

from geo.osm.tags import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How wide and high a vehicle is, in metres, and how heavy with all that it may carry, in tonnes: unless more is
    known, what a driving licence for cars allows (UU 22/2009 art. 80: SIM A, up to 3,500 kg).
    """

    width_m: float
    height_m: float
    mass_t: float = 3.5

    @property
    def axle_t(self) -> float:
        """What its heavier axle carries at most: this project's estimate of a share."""
        return self.mass_t * _AXLE_SHARE


_AXLE_SHARE = 0.6
# By kind of trip (geo.osm.access.MODES): this project's estimate of a van such as is used for both in Indonesia, an
# ambulance with its light bar. `JEMPUT_VEHICLE_SIZES` holds a fleet's own.
SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "car": Size(width_m=1.9, height_m=2.5),
        "siren": Size(width_m=1.9, height_m=2.5),
        "hearse": Size(width_m=1.9, height_m=2.3),
    }
)
WIDTHS = ("maxwidth:physical", "maxwidth", "width", "est_width")
HEIGHTS = ("maxheight:physical", "maxheight")
WEIGHTS = ("maxweight", "maxweightrating")
AXLE_LOADS = ("maxaxleload",)
KEYS = (*WIDTHS, *HEIGHTS, *WEIGHTS, *AXLE_LOADS)
_FOOT_M, _INCH_M = 0.3048, 0.0254
_UNITS = {
    **dict.fromkeys(("", "m", "metre", "metres", "meter", "meters"), 1.0),
    "cm": 0.01,
    "mm": 0.001,
    **dict.fromkeys(("ft", "feet", "foot", "'"), _FOOT_M),
    **dict.fromkeys(("in", "inch", "inches", '"', "''"), _INCH_M),
}
_METRES = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]*|['\"]|'')", re.ASCII)
_FEET_AND_INCHES = re.compile(
    r"(\d+)\s*(?:'|ft|feet|foot)[\s-]*(\d+(?:[.,]\d+)?)\s*(?:\"|''|in|inch|inches)?", re.ASCII
)
_TONNES = {
    **dict.fromkeys(("", "t", "ton", "tons", "tonne", "tonnes"), 1.0),
    "kg": 0.001,
    **dict.fromkeys(("lb", "lbs"), 0.000_453_592_37),
    "st": 0.907_184_74,
}
_TONNE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]*)", re.ASCII)
_NO_LENGTHS = frozenset(
    {"", "none", "no", "default", "below_default", "no_sign", "no_indications", "unsigned", "unknown"}
)


def fits(tags: Tags, size: Size) -> bool:
    """Whether a vehicle is as narrow, low and light as a way or node takes it."""
    if not any(key in tags for key in KEYS):
        return True
    return (
        size.width_m <= _least(tags, WIDTHS, read_metres)
        and size.height_m <= _least(tags, HEIGHTS, read_metres)
        and size.mass_t <= _least(tags, WEIGHTS, read_tonnes)
        and size.axle_t <= _least(tags, AXLE_LOADS, read_tonnes)
    )


def unread_size(tags: Tags) -> bool:
    """Whether something is said of sizes that neither is one, nor says that there is none of a number."""
    readers = ((read_metres, (*WIDTHS, *HEIGHTS)), (read_tonnes, (*WEIGHTS, *AXLE_LOADS)))
    return any(
        key in tags and tags[key] not in _NO_LENGTHS and read(tags[key]) == inf
        for read, keys in readers
        for key in keys
    )


def read_metres(text: str) -> float:
    """Metres of a value such as `2.5`, `2,5 m`, `250 cm`, `8'6"` or `8 ft 6 in`, of several the least; infinity where
    it is no length.
    """
    return min((_one_length(part.strip()) for part in text.split(";")), default=inf)


def read_tonnes(text: str) -> float:
    """Tonnes of a value such as `3.5`, `3,5 t`, `3500 kg` or `7000 lbs`, of several the least; else infinity."""
    found = (_TONNE.fullmatch(part.strip()) for part in text.split(";"))
    return min((_number(one[1]) * _TONNES[one[2]] for one in found if one and one[2] in _TONNES), default=inf)


def _one_length(text: str) -> float:
    if feet := _FEET_AND_INCHES.fullmatch(text):
        return float(feet[1]) * _FOOT_M + _number(feet[2]) * _INCH_M
    match = _METRES.fullmatch(text)
    return _number(match[1]) * _UNITS[match[2]] if match and match[2] in _UNITS else inf


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _least(tags: Tags, keys: tuple[str, ...], read: Callable[[str], float]) -> float:
    found = (read(tags[key]) for key in keys if key in tags)
    # No road is of no width: a mistake says nothing.
    return min((most for most in found if most > 0.0), default=inf)
