"""How well arrivals were foreseen: the share of drives that lie between low and high, and what they took by what was
expected, in all and by hours, classes, speeds and distance."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median

import numpy as np

from dispatch.domain.driven import HOURS, Drive
from dispatch.reading.base import Out

PROMISED, WITHIN = 0.80, 0.05  # the share between low and high that is promised, and how near to it one has to come
FEW = 30  # of fewer drives the share says little: it may be 7 percentage points off by chance in one of three
_DAY = 24
_WEEKEND = 5 * _DAY  # the hour of the week in which it begins
_PARTS = ((0, 5, "night"), (5, 9, "morning"), (9, 16, "day"), (16, 20, "evening"), (20, 24, "late"))
_BANDS_M = ((0, 2_000, "< 2 km"), (2_000, 5_000, "2-5 km"), (5_000, 15_000, "5-15 km"), (15_000, 10**9, "> 15 km"))


class ShareOut(Out):
    """Drives that are alike in something: how many, the share between low and high, and the ratio of what they took to
    what was expected: in the middle, and what a tenth lies below and above."""

    name: str
    drives: int
    inside: float
    ratio: float
    ratio_low: float
    ratio_high: float

    @property
    def is_kept(self) -> bool:
        """Whether the share is what is promised."""
        return abs(self.inside - PROMISED) <= WITHIN

    @property
    def is_few(self) -> bool:
        """Whether the share is by chance what it is."""
        return self.drives < FEW


class SharesOut(Out):
    """The whole, and its parts."""

    whole: ShareOut | None
    by_hours: list[ShareOut]
    by_hour: list[ShareOut]
    by_class: list[ShareOut]
    by_metric: list[ShareOut]
    by_method: list[ShareOut]
    by_distance: list[ShareOut]

    @property
    def groups(self) -> Sequence[tuple[str, list[ShareOut]]]:
        """The parts that are told, each with its heading."""
        return (
            ("hours", self.by_hours),
            ("class", self.by_class),
            ("speeds", self.by_metric),
            ("method", self.by_method),
            ("distance", self.by_distance),
        )


def shares_of(drives: Sequence[Drive]) -> SharesOut:
    """How many of these lie between low and high, in all and by part."""
    parts = [name for _, _, name in _PARTS]
    return SharesOut(
        whole=_share("all", drives) if drives else None,
        by_hours=_by(drives, _part, [*(f"workday {name}" for name in parts), "weekend"]),
        by_hour=_by(drives, lambda drive: f"{drive.hour % _DAY:02}", [f"{hour:02}" for hour in range(_DAY)]),
        by_class=_by(drives, lambda drive: drive.vehicle_class),
        by_metric=_by(drives, lambda drive: drive.metric),
        by_method=_by(drives, lambda drive: drive.method),
        by_distance=_by(drives, _band, [name for *_, name in _BANDS_M]),
    )


def _by(
    drives: Iterable[Drive], part_of: Callable[[Drive], str | None], order: Sequence[str] | None = None
) -> list[ShareOut]:
    found: dict[str, list[Drive]] = {name: [] for name in order or ()}
    for drive in drives:
        if (name := part_of(drive)) is not None:
            found.setdefault(str(name), []).append(drive)
    return [_share(name, found[name]) for name in (order or sorted(found)) if found[name]]


def _share(name: str, drives: Sequence[Drive]) -> ShareOut:
    ratios = [drive.ratio for drive in drives]
    low, high = np.quantile(ratios, (0.1, 0.9))
    inside = sum(drive.is_inside for drive in drives) / len(drives)
    return ShareOut(
        name=name, drives=len(drives), inside=inside, ratio=median(ratios), ratio_low=float(low), ratio_high=float(high)
    )


def _part(drive: Drive) -> str:
    assert 0 <= drive.hour < HOURS
    if drive.hour >= _WEEKEND:
        return "weekend"
    return next(f"workday {name}" for since, until, name in _PARTS if since <= drive.hour % _DAY < until)


def _band(drive: Drive) -> str | None:
    if drive.distance_m is None:
        return None
    return next(name for low, high, name in _BANDS_M if low <= drive.distance_m < high)
