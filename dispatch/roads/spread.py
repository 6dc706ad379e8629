"""How far the truth lies from an expected time on the road, so that eight drives of ten lie between low and high.

Nobody has measured it here yet. Travel times spread the more the slower traffic is (Mahmassani, Hou and Dong,
"Characterizing travel time variability in vehicular traffic networks", TRR 2315, 2012: the standard deviation grows
linearly with the mean, both per km), so the logarithm of the width is linear in the hour's delay. The two figures are
this project's, chosen so that the drives of bench.inside lie between in eight of ten; `jemput arrivals` says how it is
with a place's own.
"""

from dataclasses import dataclass
from math import exp

from geo.roads.traffic import Slice

_ALWAYS, _BY_DELAY = 0.06, 0.11


@dataclass(frozen=True, slots=True)
class Spread:
    """What is likely to be at least and at most, by what is expected."""

    low: float
    high: float


def spread_at(hour: Slice | None) -> Spread:
    """The spread in a slice of the week, by its delay on main roads; None where roads are as they were built."""
    width = _ALWAYS + _BY_DELAY * (hour.main if hour is not None else 1.0)
    return Spread(low=exp(-width), high=exp(width))
