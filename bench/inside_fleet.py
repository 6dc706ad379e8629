"""A fleet whose pace nobody foresees: how fast its drivers are by driver, street, hour and day, as stated here.

All of it is stated before anything is foreseen, and the roads' arrivals read none of it. T of a drive is, over its
pieces, what each takes on the empty road by the network's own table, times

- the hour: TomTom's congestion level of Jakarta in 2018 (daily 53 %, morning 63 %, evening 88 %, the emptiest day of
  the year 8 % more than without traffic; dailyindonesia.com, "Jakarta Congestion Throughout 2018 Down 8%"). The hours
  between these, the weekend, and that side streets have half of it, are estimates. What TomTom calls free flow is the
  night of geo.roads.traffic, 0.85 of the table on main roads: the level of the whole is thus the table's, and for a
  place's own drives to say (`jemput arrivals`);
- the street: each has its own pace, which no tag tells. The factors of MKJI 1997 for side friction and width go from
  three quarters to little above one: a standard deviation of 0.12;
- the driver: 0.10. Of speeds on streets without a queue the 85th percentile lies 10 to 15 % above the middle;
- the day: a coefficient of variation of 0.16 c^1.02 d^-0.39, c the hour's congestion and d the km (Hyder Consulting for
  the DfT, "Forecasting travel time variability in urban areas", 2007; TAG unit A1.3, urban roads).

A hearse takes what its caps say (R25), or what the others take where that is more. Sirens lose 0.2 to 0.8 of what
others lose by the hour, drawn for each drive: an estimate. Turns and lights take what the network says, times a
lognormal of 0.3: an estimate. Crews set out after a lognormal of 90 s (R25) and 0.4: an estimate.
Together the coefficient of variation on a way of 5 km is near 0.2, as Budge, Ingolfsson and Zerom ("Empirical analysis
of ambulance travel times", Management Science 2010) found for Calgary's ambulances.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from geo.osm.tags import ROAD_CLASSES
from geo.roads.network import Network

_NIGHT_MAIN = 0.85
# By hour of a workday, and of a day at the weekend.
WORKDAY = (
    (1.08,) * 5 + (1.20, 1.50, 1.63, 1.63, 1.50) + (1.45,) * 5 + (1.55, 1.70, 1.88, 1.88, 1.65, 1.40, 1.25, 1.15, 1.08)
)
WEEKEND = (1.08,) * 6 + (1.10, 1.15, 1.20) + (1.30,) * 11 + (1.25, 1.20, 1.15, 1.08)
SIDE_SHARE = 0.5
STREET, DRIVER, TURNS, TURNOUT = 0.12, 0.10, 0.30, 0.40
TURNOUT_S = 90.0
SIREN = (0.2, 0.8)
_DAY_A, _DAY_C, _DAY_D, _LEAST_KM = 0.16, 1.02, -0.39, 0.2
_SIDE = [ROAD_CLASSES.index(name) for name in ("unclassified", "residential", "living_street", "service", "road")]


def congestion(local: datetime) -> float:
    """How many times as long as without traffic one drives at an hour."""
    return (WEEKEND if local.weekday() >= 5 else WORKDAY)[local.hour]


@dataclass
class Fleet:
    """Drivers and streets with their paces, as drawn once from a seed."""

    network: Network
    drivers: int
    rng: np.random.Generator
    driver_pace: NDArray[np.float64] = field(init=False)
    street_pace: NDArray[np.float64] = field(init=False)
    _is_side: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        network, rng = self.network, self.rng
        self.driver_pace = np.exp(rng.normal(0.0, DRIVER, self.drivers))
        # A street by its name; what has none is a street of its own, whichever way it is driven.
        twin = np.where(network.edge_twin >= 0, network.edge_twin, np.arange(network.edge_count))
        alone = np.minimum(twin, np.arange(network.edge_count))
        named = np.array([bool(name) for name in network.names], np.bool_)[network.edge_name]
        street = np.where(named, network.edge_name, alone + len(network.names))
        _, street = np.unique(street, return_inverse=True)
        self.street_pace = np.exp(rng.normal(0.0, STREET, int(street.max()) + 1))[street]
        self._is_side = np.isin(network.edge_class, _SIDE)

    def drive_s(
        self, pieces: Sequence[tuple[int, float, float]], turns_s: float, metric: str, driver: int, local: datetime
    ) -> float:
        """What it takes a driver over pieces (edge, from and to as fractions), with the turns between them."""
        edge = np.array([piece[0] for piece in pieces])
        part = np.array([piece[2] - piece[1] for piece in pieces])
        excess = congestion(local) - 1.0
        if metric == "siren":
            excess *= self.rng.uniform(*SIREN)
        side = self._is_side[edge]
        hour = np.where(side, 1.0 + SIDE_SHARE * excess, _NIGHT_MAIN * (1.0 + excess))
        km = max(_LEAST_KM, float((self.network.edge_length_m[edge] * part).sum()) / 1_000.0)
        varies = _DAY_A * (1.0 + excess) ** _DAY_C * km**_DAY_D
        spread = np.sqrt(np.log1p(varies**2))
        day = self.rng.lognormal(0.0, spread) * self.driver_pace[driver]
        metrics = self.network.metrics
        own_ms = metrics[metric][edge] * hour
        if metric == "hearse":
            own_ms = np.maximum(metrics["hearse"][edge], metrics["car"][edge] * hour)
        road_s = float((own_ms / 1_000.0 * part * self.street_pace[edge]).sum())
        return float(day * (road_s + turns_s * self.rng.lognormal(0.0, TURNS)))

    def turnout_s(self) -> float:
        """When a crew sets out after its driver's yes."""
        return TURNOUT_S * float(self.rng.lognormal(0.0, TURNOUT))
