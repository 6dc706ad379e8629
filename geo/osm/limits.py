"""How wide and high a vehicle may be on a way or at a node by OpenStreetMap's tags, and how large vehicles are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

from geo.osm.tags import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How wide and high a vehicle is, in metres."""

    width_m: float
    height_m: float


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
_NO_LENGTHS = frozenset(
    {"", "none", "no", "default", "below_default", "no_sign", "no_indications", "unsigned", "unknown"}
)


def fits(tags: Tags, size: Size) -> bool:
    """Whether a vehicle is as narrow and low as a way or node takes it."""
    if not any(key in tags for key in (*WIDTHS, *HEIGHTS)):
        return True
    return size.width_m <= _least(tags, WIDTHS) and size.height_m <= _least(tags, HEIGHTS)


def is_length(text: str) -> bool:
    """Whether a value says a length, or that there is none of a number."""
    return text in _NO_LENGTHS or read_metres(text) < inf


def read_metres(text: str) -> float:
    """Metres of a value such as `2.5`, `2,5 m`, `250 cm`, `8'6"` or `8 ft 6 in`, of several the least; infinity where
    it is no length.
    """
    return min((_one_length(part.strip()) for part in text.split(";")), default=inf)


def _one_length(text: str) -> float:
    if feet := _FEET_AND_INCHES.fullmatch(text):
        return float(feet[1]) * _FOOT_M + _number(feet[2]) * _INCH_M
    match = _METRES.fullmatch(text)
    return _number(match[1]) * _UNITS[match[2]] if match and match[2] in _UNITS else inf


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _least(tags: Tags, keys: tuple[str, ...]) -> float:
    found = (read_metres(tags[key]) for key in keys if key in tags)
    # No road is of no width: a mistake says nothing.
    return min((metres for metres in found if metres > 0.0), default=inf)
