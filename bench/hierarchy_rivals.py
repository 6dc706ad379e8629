"""The hierarchy's buckets and their rivals, each answering the same question over the same fleet on one network."""

from typing import Protocol

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

from bench.nearest import Answer, Scipy
from bench.plain import leaving
from geo.buckets import Buckets
from geo.hierarchy import Customized
from geo.nearest import NearestSearch
from geo.network import Network
from geo.snap import Snaps

METRIC = "car"
_Ints = NDArray[np.int64]


class Fleet:
    """Vehicles and targets on streets as vertices with ms: both directions where there are two, -1 where not."""

    def __init__(self, network: Network, at: Snaps) -> None:
        self.network, self.at = network, at
        self._weight = network.metric(METRIC).astype(np.int64)
        self.edge = np.stack((at.edge, network.edge_twin[at.edge]), axis=1).astype(np.int64)
        part = np.stack((at.fraction, 1.0 - at.fraction), axis=1)
        self.ms = np.floor(self._weight[self.edge] * part + 0.5).astype(np.int64)
        self.entry = np.where(self.edge >= 0, network.edge_to[self.edge], -1).astype(np.int64)
        self.rest = np.where(self.edge >= 0, self._weight[self.edge] - self.ms, 0)

    def target(self, at: Snaps) -> tuple[list[int], list[int], list[int]]:
        """A target's edges, the vertices where they begin and the ms from there to it."""
        edge, part, network = at.edge.item(), at.fraction.item(), self.network
        twin = network.edge_twin.item(edge)
        begin, along = network.edge_from.item(edge), int(self._weight.item(edge) * part + 0.5)
        if twin < 0:
            return [edge], [begin], [along]
        other = int(self._weight.item(twin) * (1.0 - part) + 0.5)
        return [edge, twin], [begin, network.edge_from.item(twin)], [along, other]

    def ends(self, edge: list[int], ms: list[int]) -> tuple[list[int], list[int], list[int]]:
        """The edges, the vertices where they end and the ms from the target on to there."""
        rest = [self._weight.item(side) - along for side, along in zip(edge, ms, strict=True)]
        return edge, [self.network.edge_to.item(side) for side in edge], rest

    def straight(self, edge: list[int], ms: list[int]) -> tuple[_Ints, _Ints]:
        """The vehicles upstream on the target's own edges, and the ms between."""
        who, along = [], []
        for one, until in zip(edge, ms, strict=True):
            vehicle, side = np.nonzero((self.edge == one) & (self.ms <= until))
            who.append(vehicle)
            along.append(until - self.ms[vehicle, side])
        return np.concatenate(who), np.concatenate(along)

    def soonest(self, ways: _Ints, chosen: _Ints, edge: list[int], ms: list[int], k: int) -> Answer:
        """The k least of the ms (m, 2) by road from the places of the chosen, or straight."""
        cost = (ways + self.rest[chosen]).min(axis=1)
        who, along = self.straight(edge, ms)
        at = np.searchsorted(chosen, who)
        for position, vehicle, way in zip(at, who, along, strict=True):
            if position < len(chosen) and chosen[position] == vehicle:
                cost[position] = min(cost[position], way)
        return list(np.sort(cost)[:k])


class Way(Protocol):
    """One way to answer: the ms of the k soonest of the eligible, given as a mask and as indices."""

    name: str

    def ask(self, target: Snaps, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer: ...


class Jemput:
    name = "buckets"

    def __init__(self, fleet: Fleet, buckets: Buckets) -> None:
        self._fleet, self._buckets = fleet, buckets
        buckets.place(np.arange(len(fleet.at)), fleet.entry, fleet.edge, fleet.rest)

    def ask(self, target: Snaps, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        edge, vertex, ms = self._fleet.target(target)
        found = self._buckets.nearest(vertex, ms, most=k, eligible=mask, on=self._fleet.ends(edge, ms))
        return list(found.travel_ms)


class EarlyStop:
    name = "early stop"

    def __init__(self, fleet: Fleet) -> None:
        self._fleet, self._search = fleet, NearestSearch(fleet.network)

    def ask(self, target: Snaps, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        found = self._search.nearest(target, self._fleet.at, mask, most=k, metric=METRIC)
        return list(found.travel_ms)


class Doubling:
    name = "scipy"

    def __init__(self, fleet: Fleet) -> None:
        self._scipy = Scipy(fleet.network, METRIC, fleet.at)

    def ask(self, target: Snaps, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        return self._scipy.doubling(target, chosen, k)


class PyRoutingKit:
    """Many-to-many from the places of the eligible to the target's."""

    name = "pyroutingkit"

    def __init__(self, fleet: Fleet, topology: pyroutingkit.CCHTopology, weight: NDArray[np.int32]) -> None:
        self._fleet = fleet
        self._metric = pyroutingkit.CCHMetric(topology)
        self._metric.customize(weight.astype(np.uint32))

    def ask(self, target: Snaps, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        edge, vertex, ms = self._fleet.target(target)
        entry = self._fleet.entry[chosen]
        # A place that is none is asked about as the other, which changes nothing about the least.
        source = np.where(entry >= 0, entry, entry[:, :1]).ravel().astype(np.uint32)
        table = self._metric.distances_many_to_many(source, np.array(vertex, np.uint32)).astype(np.int64)
        ways = (table + ms).min(axis=1).reshape(-1, 2)
        return self._fleet.soonest(np.where(entry >= 0, ways, 2**40), chosen, edge, ms, k)


class Pinned:
    """routingkit-cch with the places of all vehicles pinned beforehand, or of the eligible pinned for each question."""

    def __init__(self, fleet: Fleet, custom: Customized, *, anew: bool) -> None:
        import routingkit_cch

        self.name = "repinned" if anew else "pinned"
        self._fleet, self._anew = fleet, anew
        network, net = fleet.network, custom.hierarchy
        _, order = leaving(network)
        tail, head = network.edge_from[order], network.edge_to[order]
        cch = routingkit_cch.CCH(net.order.tolist(), tail.tolist(), head.tolist(), False)
        self._metric = routingkit_cch.CCHMetric(cch, custom.weight.tolist())
        self._entry = np.where(fleet.entry >= 0, fleet.entry, fleet.entry[:, :1])
        self._search = routingkit_cch.CCHManyToOne(self._metric, self._entry.ravel().tolist())

    def ask(self, target: Snaps, mask: NDArray[np.bool_], chosen: _Ints, k: int) -> Answer:  # noqa: ARG002
        edge, vertex, ms = self._fleet.target(target)
        if self._anew:
            self._search.repin_sources(self._entry[chosen].ravel().tolist())
        found = self._search.distances_to_multi([*zip(vertex, ms, strict=True)])
        ways = np.array(found, np.float64).reshape(-1, 2)
        ways = ways if self._anew else ways[chosen]
        real = (self._fleet.entry[chosen] >= 0) & np.isfinite(ways)
        return self._fleet.soonest(np.where(real, ways, 2**40).astype(np.int64), chosen, edge, ms, k)
