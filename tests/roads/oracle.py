"""Travel times by scipy, over nodes and over turns, from the network's edges: what the search is tested against."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network
from geo.roads.speeds import METRICS
from geo.search.snap import Snaps

NEVER = -1


class Oracle:
    """Answers for one network and metric, by the meaning for which the network was built."""

    def __init__(self, network: Network, metric: str) -> None:
        self._network, self._metric = network, metric
        self._turns = TurnOracle(network, metric) if network.meta.turn_costs == "osm" else None

    def travel_ms(self, vehicles: Snaps, target: Snaps) -> NDArray[np.int64]:
        """Milliseconds from each of n snapped vehicles to the one target: (n,), NEVER where there is no way."""
        if self._turns is not None:
            return self._turns.travel_ms(vehicles, target)
        return node_travel_ms(self._network, vehicles, target, self._metric)


def travel_ms(network: Network, vehicles: Snaps, target: Snaps, metric: str) -> NDArray[np.int64]:
    """As Oracle, for a single question."""
    return Oracle(network, metric).travel_ms(vehicles, target)


def turns_of(network: Network) -> list[tuple[int, int, int]]:
    """Every allowed turn as (edge, edge that follows, ms), edge by edge from the rules as they are written down."""
    twin = network.edge_twin.tolist()
    ends = list(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True))
    out: list[list[int]] = [[] for _ in range(network.node_count)]
    into: list[list[int]] = [[] for _ in range(network.node_count)]
    for edge, (u, v) in enumerate(ends):
        out[u].append(edge)
        into[v].append(edge)
    street = _streets(network)
    rules: dict[tuple[int, int], int] = {}
    for a, b, ms in zip(network.turn_from, network.turn_to, network.turn_cost_ms, strict=True):
        old = rules.get((int(a), int(b)), 0)
        rules[int(a), int(b)] = -1 if -1 in (ms, old) else max(int(ms), old)

    def just_goes_on(node: int) -> bool:
        leaving, entering = ([edge for edge in side[node] if street[edge] == edge] for side in (out, into))
        streets = [{edge, twin[edge]} for edge in leaving]
        if len(streets) != 2 or len(entering) != 2 or streets[0] == streets[1] or -1 in set.union(*streets):
            return False
        if len({int(network.edge_marks[edge]) for edge in (*leaving, *entering)}) > 1:
            return False
        return all({twin[edge], edge} in streets for edge in entering)

    found: list[tuple[int, int, int]] = []
    for a, (u, v) in enumerate(ends):
        goes_on = just_goes_on(v) and u != v
        for b in out[v]:
            cost = rules.get((a, b), 0)
            if cost == -1:
                continue
            if street[b] == twin[a]:
                straight = [c for c in out[v] if street[c] != twin[a] and rules.get((a, c), 0) != -1]
                if goes_on and straight:
                    continue
                cost += 20_000
            found.append((a, b, cost))
    return found


def _streets(network: Network) -> list[int]:
    """Each edge, or that of which it is a copy."""
    copies = set(network.edge_copy.tolist())
    street = list(range(network.edge_count))
    for edge in set(street) - copies:
        copy = int(network.edge_copy[edge])
        while copy >= 0:
            street[copy], copy = edge, int(network.edge_copy[copy])
    return street


class TurnOracle:
    """scipy over the ends of directed edges; closed edges are driven by nobody.

    Where one edge simply follows another, the end of the one and the start of the other are one place.
    """

    def __init__(self, network: Network, metric: str) -> None:
        self._network, self._weight = network, network.metrics[metric].astype(np.int64)
        self._known: dict[tuple[int, float, bool], list[tuple[int, int]]] = {}
        closed = np.any([ms >= CLOSED_MS for ms in network.metrics.values()], axis=0)
        self._behind_some = ((network.edge_local[_streets(network)] != 0) | closed).tolist()
        self._own = [bool(bits & 1 << METRICS.index(metric)) if bits else False for bits in network.edge_local.tolist()]
        self._out, self._into = defaultdict(list), defaultdict(list)
        for edge, (u, v) in enumerate(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True)):
            self._out[u].append(edge)
            self._into[v].append(edge)
        turns = np.array(turns_of(network), np.int64).reshape(-1, 3)
        self._behind = self._only_before(turns)
        self._copies = defaultdict(list)
        for edge, street in enumerate(_streets(network)):
            if edge != street:
                self._copies[street].append(edge)
        own = {copy for e in range(network.edge_count) if self._own[e] for copy in self._copies.get(e, ())}
        self._entered = {copy for copy in own if not self._own[copy]}
        self._turns = turns[self._weight[turns[:, 1]] < CLOSED_MS]
        self._turns = self._turns[np.argsort(self._turns[:, 1], kind="stable")]
        count = network.edge_count
        self._start = np.searchsorted(self._turns[:, 1], np.arange(count + 1))
        self._cost = (self._turns[:, 2] + self._weight[self._turns[:, 1]]).astype(np.float64)

    def travel_ms(self, vehicles: Snaps, target: Snaps) -> NDArray[np.int64]:
        """As Oracle."""
        never = np.full(len(vehicles), NEVER, np.int64)
        if target.edge[0] < 0:
            return never
        ends = self._places(int(target.edge[0]), float(target.fraction[0]))
        count = self._network.edge_count
        entries: dict[int, float] = {}
        for end, ms in ends:
            for first, _, cost in self._turns[self._start[end] : self._start[end + 1]].tolist():
                entries[first] = min(entries.get(first, np.inf), cost + ms)
        graph: csr_array[np.float64, tuple[int, int]] = csr_array(
            (
                np.append(self._cost, list(entries.values())),
                np.append(self._turns[:, 0], np.array(list(entries), np.int64)),
                np.append(self._start, len(self._cost) + len(entries)),
            ),
            shape=(count + 1, count + 1),
        )
        far = dijkstra(graph, indices=count)  # type: ignore[call-overload]  # the stubs know no sparse array
        there = np.flatnonzero(vehicles.edge >= 0)
        best = np.full(len(vehicles), np.inf)
        places = [
            (*place, at)
            for at in there.tolist()
            for place in self._places(int(vehicles.edge[at]), float(vehicles.fraction[at]), sets_out=True)
        ]
        side, along, of = np.array(places, np.int64).reshape(-1, 3).T
        cost = far[side] + (self._weight[side] - along)
        behind = np.where(along == 0, self._behind[side], -1)
        for end, ms in ends:
            cost = np.where((side == end) & (along <= ms), np.minimum(cost, ms - along), cost)
            cost = np.where((behind == end) & (ms == self._weight[end]), 0.0, cost)
        np.minimum.at(best, of, cost)
        return np.where(np.isfinite(best), best, NEVER).astype(np.int64)

    def _only_before(self, turns: NDArray[np.int64]) -> NDArray[np.int64]:
        """The edge that alone leads to each, leads nowhere else and costs no turn, or -1."""
        before, after = defaultdict(list), defaultdict(list)
        for a, b, _ in turns.tolist():
            before[b].append(a)
            after[a].append(b)
        found = np.full(self._network.edge_count, -1, np.int64)
        for a, b, ms in turns.tolist():
            if before[b] == [a] and after[a] == [b] and ms == 0 and a != b:
                found[b] = a
        # A ring without any junction begins at its first edge.
        for edge in range(len(found)):
            earlier = int(found[edge])
            while earlier > edge:
                earlier = int(found[earlier])
            if earlier == edge:
                found[edge] = -1
        return found

    def _places(self, edge: int, fraction: float, *, sets_out: bool = False) -> list[tuple[int, int]]:
        """Where a position stands, as (edge, ms along it): at a node on every edge there, else on both directions.

        Who is on a node with a road for all is on that road.
        """
        if (edge, fraction, sets_out) not in self._known:
            weight, net = self._weight, self._network
            twin = int(net.edge_twin[edge])
            sides = [(edge, int(np.floor(weight[edge] * fraction + 0.5)))]
            if twin >= 0:
                sides.append((twin, int(np.floor(weight[twin] * (1.0 - fraction) + 0.5))))
            sides += [
                (copy, int(np.floor(weight[copy] * part + 0.5)))
                for side, part in ((edge, fraction), (twin, 1.0 - fraction))
                for copy in self._copies.get(side, ())
            ]
            nodes = [
                int((net.edge_from if ms == 0 else net.edge_to)[e])
                for e, ms in sides
                if ms in (0, weight[e]) and (e == edge or weight[e] < CLOSED_MS)
            ]
            found = sides
            if nodes:
                found = [(e, 0) for e in self._out[nodes[0]]] + [(e, int(weight[e])) for e in self._into[nodes[0]]]
            found = [(e, ms) for e, ms in found if weight[e] < CLOSED_MS]
            roads = [(e, ms) for e, ms in found if not self._own[e] and e not in self._entered]
            if nodes and any(not self._behind_some[e] for e, _ in roads):
                inner = self._entered if sets_out else {e for e, ms in found if self._own[e]}
                found = roads + [(e, ms) for e, ms in found if e in inner and (ms == 0) == sets_out]
            self._known[edge, fraction, sets_out] = found
        return self._known[edge, fraction, sets_out]


def node_travel_ms(network: Network, vehicles: Snaps, target: Snaps, metric: str) -> NDArray[np.int64]:
    """As Oracle, over nodes.

    Each directed edge on which somebody stands is cut into a chain of nodes; a vehicle has ways out onto its chains,
    the target ways in from its chains, so that nobody turns round at another's position.
    """
    weight = network.metrics[metric].tolist()
    cuts: dict[int, dict[int, int]] = {}
    arcs: list[tuple[int, int, int]] = []
    fresh = iter(range(network.node_count + len(vehicles) + 1, 2**31))

    def stand(snaps: Snaps, at: int) -> list[int]:
        edge, fraction = int(snaps.edge[at]), float(snaps.fraction[at])
        twin = int(network.edge_twin[edge])
        places = [(edge, fraction)] + ([(twin, 1.0 - fraction)] if twin >= 0 else [])
        nodes = []
        for side, part in places:
            if weight[side] >= CLOSED_MS:
                continue
            chain = cuts.setdefault(side, {0: int(network.edge_from[side]), weight[side]: int(network.edge_to[side])})
            along = int(np.floor(weight[side] * part + 0.5))
            if along not in chain:
                chain[along] = next(fresh)
            nodes.append(chain[along])
        return nodes

    goal = network.node_count + len(vehicles)
    for at in range(len(vehicles)):
        if vehicles.edge[at] >= 0:
            arcs += [(network.node_count + at, node, 0) for node in stand(vehicles, at)]
    if target.edge[0] >= 0:
        arcs += [(node, goal, 0) for node in stand(target, 0)]
    for chain in cuts.values():
        places = sorted(chain)
        arcs += [(chain[p], chain[q], q - p) for p, q in pairwise(places)]
    whole = network.metrics[metric] < CLOSED_MS
    whole[list(cuts)] = False
    extra = np.array(arcs, np.int64).reshape(-1, 3)
    tail = np.append(network.edge_from[whole].astype(np.int64), extra[:, 0])
    head = np.append(network.edge_to[whole].astype(np.int64), extra[:, 1])
    cost = np.append(network.metrics[metric][whole].astype(np.int64), extra[:, 2])
    if not len(tail):
        return np.full(len(vehicles), NEVER, np.int64)
    far = _to(goal, tail, head, cost, next(fresh))
    there = far[network.node_count : goal]
    return np.where(np.isfinite(there), there, NEVER).astype(np.int64)


def _to(goal: int, tail: NDArray[np.int64], head: NDArray[np.int64], cost: NDArray[np.int64], count: int):
    """scipy on the reversed graph; of parallel arcs the cheapest stays, for a sparse matrix would add them up."""
    order = np.lexsort((cost, tail, head))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.concatenate(([True], (np.diff(tail) != 0) | (np.diff(head) != 0)))
    start = np.searchsorted(head[first], np.arange(count + 1))
    graph: csr_array[np.float64, tuple[int, int]] = csr_array(
        (cost[first].astype(np.float64), tail[first], start), shape=(count, count)
    )
    return dijkstra(graph, indices=goal)  # type: ignore[call-overload]  # the stubs know no sparse array


def soonest(travel: NDArray[np.int64], eligible: NDArray[np.bool_], most: int | None) -> list[tuple[int, int]]:
    """The (travel_ms, index) of the eligible vehicles that can come, in order, the first `most`."""
    rows = sorted((int(travel[at]), int(at)) for at in np.flatnonzero(eligible & (travel != NEVER)))
    return rows[:most]
