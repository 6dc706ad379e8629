"""How long one waits at the traffic lights of OpenStreetMap, by piece of road and direction."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from geo.roads.cut import Cut
from geo.roads.turning import SIGNAL_MS

# A light this close to a crossing is for who drives towards it; further off, as before a school, for both directions.
_OF_A_CROSSING_M = 50.0


def waits_ms(signals: Mapping[int, tuple[bool, bool]], cut: Cut) -> NDArray[np.int64]:
    """The wait on each piece along it and against it, in ms: (pieces, 2). Of a light on a piece's end those wait who
    arrive there; `signals` are the nodes with one and the directions it is for.
    """
    waits = np.zeros((len(cut.start), 2), np.int64)
    at = np.flatnonzero(np.isin(cut.ref, np.fromiter(signals, np.int64, len(signals))))
    running = cut.running_m
    for row in at.tolist():
        along, against = signals[int(cut.ref[row])]
        # A row is in the piece that it ends and in the one that it starts, or within one.
        last = int(np.searchsorted(cut.start, row, side="right")) - 1
        for piece in (last - 1, last):
            if piece < 0 or not cut.start[piece] <= row <= cut.end[piece]:
                continue
            before_m, ahead_m = running[row] - running[cut.start[piece]], running[cut.end[piece]] - running[row]
            waits[piece, 0] += SIGNAL_MS * (along and _is_for(before_m, ahead_m))
            waits[piece, 1] += SIGNAL_MS * (against and _is_for(ahead_m, before_m))
    return waits


def _is_for(before_m: float, ahead_m: float) -> bool:
    """Whether a light stands for who has come so far along a piece and has so far to go."""
    return before_m > 0 and (ahead_m <= before_m or ahead_m > _OF_A_CROSSING_M)
