"""The policy figures of a SOP: what is no judgement on one vehicle, one row each with its bounds and its rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a pack may set, both ends included, and the rule (docs/rules.md) to which the figure belongs."""

    low: float
    high: float
    rule: str
    whole: bool = False


class Diverts(StrEnum):
    """Who takes a vehicle with nobody aboard from a lower request for a red (R42)."""

    OPERATOR = "operator"
    AUTO = "auto"


def _figure(default: float, low: float, high: float, rule: str) -> float:
    found: float = field(default=default, metadata={"bounds": Bounds(low, high, rule)})
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CertainHours:
    """Figures that replace the policy's own in any of these hours (begin, end) on these days (Monday is 0)."""

    hours: tuple[tuple[time, time], ...]
    weekdays: frozenset[int]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Offers and their order (R23, R24), old positions (R21), shifts (R22), speeds (R25); units are in the names.

    `red_diverts` says who takes a vehicle from a lower request for a red (R42).
    `hours` are the figures that hold at certain hours instead; of several for the same figure the last one holds.
    """

    offer_red_s: float = _figure(30.0, 5, 3_600, "R23")
    offer_other_s: float = _figure(90.0, 5, 3_600, "R23")
    offer_scheduled_s: float = _figure(600.0, 5, 86_400, "R23")
    offer_undelivered_s: float = _figure(10.0, 0, 600, "R23")
    refusals_to_operator: int = field(default=5, metadata={"bounds": Bounds(1, 50, "R23", whole=True)})
    searching_to_operator_s: float = _figure(360.0, 30, 3_600, "R23")
    decline_lock_s: float = _figure(600.0, 0, 86_400, "R23")
    ask_again_s: float = _figure(1_200.0, 0, 86_400, "R23")
    supervisor_after_s: float = _figure(900.0, 30, 86_400, "R23")
    schedule_lead_s: float = _figure(3_600.0, 0, 604_800, "R23")
    shift_ends_h: float = _figure(16.0, 1, 72, "R22")
    ageing_s: float = _figure(1_800.0, 60, 86_400, "R24")
    turnout_s: float = _figure(90.0, 0, 3_600, "R25")
    old_position_min: float = _figure(5.0, 1, 1_440, "R21")
    old_position_penalty_s: float = _figure(300.0, 0, 7_200, "R21")
    hearse_town_kph: float = _figure(40.0, 5, 120, "R25")
    hearse_open_kph: float = _figure(80.0, 5, 120, "R25")
    intercept_min: float = _figure(5.0, 0, 60, "R04")
    depart_red_s: float = _figure(120.0, 10, 3_600, "R40")
    depart_other_s: float = _figure(300.0, 10, 3_600, "R40")
    moving_red_s: float = _figure(180.0, 10, 3_600, "R40")
    moving_other_s: float = _figure(600.0, 10, 3_600, "R40")
    moving_away_m: float = _figure(500.0, 100, 10_000, "R40")
    trip_silent_s: float = _figure(300.0, 30, 3_600, "R40")
    nobody_there_s: float = _figure(300.0, 30, 3_600, "R40")
    trip_ends_s: float = _figure(3_600.0, 300, 86_400, "R40")
    later_told_s: float = _figure(300.0, 60, 7_200, "R40")
    divert_gain_s: float = _figure(300.0, 60, 3_600, "R42")
    much_sooner_s: float = _figure(300.0, 60, 3_600, "R42")
    red_diverts: Diverts = Diverts.OPERATOR
    approver_silent_s: float = _figure(180.0, 30, 3_600, "R26")
    booking_look_h: float = _figure(18.0, 0, 23, "R41")
    hours: tuple[CertainHours, ...] = ()


FIGURES: Mapping[str, Bounds] = MappingProxyType(
    {known.name: known.metadata["bounds"] for known in fields(Policy) if "bounds" in known.metadata}
)
# What is no figure: the words that each takes. It is the same at every hour.
CHOICES: Mapping[str, type[Diverts]] = MappingProxyType({"red_diverts": Diverts})
