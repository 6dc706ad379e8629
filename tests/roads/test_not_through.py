"""What is only for who starts or ends there: on any town one drives no way through it, and every way to it."""

import heapq
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from geo.areas.ground import Ground
from geo.areas.reach import FAR, reach_from
from geo.roads.network import Network
from geo.roads.speeds import METRICS
from geo.roads.turns import U_TURN_MS
from geo.search.engine import Engine
from geo.search.nearest import NearestSearch
from geo.search.snap import Snapper, Snaps
from geo.search.stand import stand
from geo.search.standing import Standing
from tests.roads.oracle import NEVER, travel_ms, turns_of
from tests.roads.osm_town import Tags, Way, town, xml
from tests.roads.tiny import SOUTH, STEP, WEST

ROAD: Tags = {"highway": "residential"}
KINDS: dict[str, Tags] = {
    "open": ROAD,
    "private": {**ROAD, "access": "private"},
    "destination": {**ROAD, "access": "destination"},
}
WIDE, HIGH = 4, 3
PLACES = {1 + x + WIDE * y: (float(x), float(y)) for y in range(HIGH) for x in range(WIDE)}
PAIRS = [(n, n + 1) for n in PLACES if n % WIDE] + [(n, n + WIDE) for n in PLACES if n <= WIDE * (HIGH - 1)]
Place = tuple[int, int]  # an edge and the ms along it


def ways(kinds: list[str]) -> dict[int, Way]:
    streets = enumerate(zip(PAIRS, kinds, strict=True))
    return {100 + at: (pair, {**KINDS[kind], "name": f"{pair[0]}-{pair[1]}"}) for at, (pair, kind) in streets}


class ByPhase:
    """Dijkstra over edges and how far one has come: before the first road for all, on these, and behind the last."""

    def __init__(self, net: Network, kinds: list[str], metric: str) -> None:
        self._net, self._ms = net, net.metrics[metric].tolist()
        inner = {one: _inner(kinds, one) for one in METRICS}
        names = [net.names[name] for name in net.edge_name.tolist()]
        self._inner = [inner[metric][name] for name in names]
        self._then: dict[int, list[tuple[int, int]]] = {}
        for a, b, ms in turns_of(net):
            self._then.setdefault(a, []).append((b, ms))
        for a, b in enumerate(net.edge_twin.tolist()):
            on = [then for then, _ in self._then[a]]
            # One turns about where a road that goes on is no longer for all.
            if b not in on and any(inner[one][names[a]] != inner[one][names[on[0]]] for one in METRICS):
                self._then[a].append((b, U_TURN_MS))

    def travel_ms(self, vehicle: Snaps, target: Snaps) -> int:
        ends: dict[tuple[int, int], list[int]] = {}
        for edge, ms, phases in self._comes(target):
            for phase in phases:
                ends.setdefault((edge, phase), []).append(ms)
        best: float = np.inf
        queue: list[tuple[int, int, int]] = []
        for edge, along, phase in self._sets_out(vehicle):
            best = min([best, *(ms - along for ms in ends.get((edge, phase), ()) if ms >= along)])
            queue.append((self._ms[edge] - along, edge, phase))
        heapq.heapify(queue)
        done: set[tuple[int, int]] = set()
        while queue:
            ms, edge, phase = heapq.heappop(queue)
            if (edge, phase) in done:
                continue
            done.add((edge, phase))
            for then, cost in self._then.get(edge, ()):
                if self._inner[then]:
                    further = 0 if phase == 0 else 2
                elif phase == 2:
                    continue
                else:
                    further = 1
                best = min([best, *(ms + cost + at for at in ends.get((then, further), ()))])
                heapq.heappush(queue, (ms + cost + self._ms[then], then, further))
        return NEVER if best == np.inf else int(best)

    def _sets_out(self, vehicle: Snaps) -> list[tuple[int, int, int]]:
        places = self._stands(vehicle)
        roads = [(edge, ms, 1) for edge, ms in places if not self._inner[edge]]
        if not roads:
            return [(edge, ms, 0) for edge, ms in places]
        return roads + [(edge, ms, 2) for edge, ms in places if self._inner[edge] and ms == 0]

    def _comes(self, target: Snaps) -> Sequence[tuple[int, int, tuple[int, ...]]]:
        places = self._stands(target)
        if all(self._inner[edge] for edge, _ in places) or len(places) == 2:
            return [(edge, ms, (0, 1, 2)) for edge, ms in places]
        roads = [(edge, ms, (1,)) for edge, ms in places if not self._inner[edge]]
        return roads + [(edge, ms, (0,)) for edge, ms in places if self._inner[edge] and ms > 0]

    def _stands(self, snaps: Snaps) -> list[Place]:
        edge, part = int(snaps.edge[0]), float(snaps.fraction[0])
        sides = [
            (e, int(np.floor(self._ms[e] * p + 0.5)))
            for e, p in ((edge, part), (int(self._net.edge_twin[edge]), 1 - part))
        ]
        nodes = [
            int((self._net.edge_from if ms == 0 else self._net.edge_to)[e]) for e, ms in sides if ms in (0, self._ms[e])
        ]
        if not nodes:
            return sides
        leave = np.flatnonzero(self._net.edge_from == nodes[0]).tolist()
        enter = np.flatnonzero(self._net.edge_to == nodes[0]).tolist()
        return [(e, 0) for e in leave] + [(e, self._ms[e]) for e in enter]


def _inner(kinds: list[str], metric: str) -> dict[str, bool]:
    """By name, which streets are only for who starts or ends there, or behind such streets: but for those that hang
    together with the most of what cars drive through.
    """
    by_car = _nets(kinds, {"private", "destination"})
    assume(len(by_car) < 2 or _length(by_car[-1]) - _length(by_car[-2]) > 0.001)
    nets = _nets(kinds, {"private"}) if metric == "siren" else by_car
    if not by_car and len(nets) > 1:
        assume(_length(nets[-1]) - _length(nets[-2]) > 0.001)
    through = next((net for net in nets if by_car and by_car[-1][0] in net), nets[-1] if nets else [])
    return {f"{a}-{b}": f"{a}-{b}" not in through for a, b in PAIRS}


def _nets(kinds: list[str], own: set[str]) -> list[list[str]]:
    """The roads for all, by what hangs together, the longest last."""
    nets: list[tuple[set[int], list[str]]] = []
    for (a, b), kind in zip(PAIRS, kinds, strict=True):
        if kind not in own:
            met = [net for net in nets if {a, b} & net[0]]
            nets = [net for net in nets if not {a, b} & net[0]]
            nets.append((set.union({a, b}, *(net[0] for net in met)), sum((net[1] for net in met), [f"{a}-{b}"])))
    return sorted((net[1] for net in nets), key=_length)


def _length(names: list[str]) -> float:
    """In steps of the grid; from north to south these are a little longer."""
    ends = (map(int, name.split("-")) for name in names)
    return sum(1.0 if b - a == 1 else 1.003 for a, b in ends)


def snapped(net: Network, place: tuple[float, float]) -> Snaps:
    return Snapper(net).snap(np.array([WEST + STEP * place[0]]), np.array([SOUTH + STEP * place[1]]))


def answers(net: Network, start: tuple[float, float], end: tuple[float, float], metric: str) -> set[int]:
    """What each of the ways to search says; they are one if all agree."""
    vehicle, target = snapped(net, start), snapped(net, end)
    search, engine = NearestSearch(net), Engine(net)
    standing = Standing(engine, Snapper(net), 1, access_kph=1000.0)
    lon, lat = np.array([WEST + STEP * start[0]]), np.array([SOUTH + STEP * start[1]])
    standing.move(np.zeros(1, np.int64), lon, lat)
    standing.prepare(metric)
    way = engine.way(vehicle, target, metric=metric)
    found = [
        *search.nearest(target, vehicle, None, most=1, metric=metric).travel_ms.tolist()[:1],
        NEVER if way is None else way.travel_ms,
        int(engine.matrix(vehicle, target, metric=metric)[0, 0]),
        *standing.nearest(target, None, most=1, metric=metric).travel_ms.tolist()[:1],
        int(travel_ms(net, vehicle, target, metric)[0]),
    ]
    return {NEVER if ms >= 2**30 else ms for ms in found}


AT = st.one_of(
    st.sampled_from(list(PLACES.values())),
    st.tuples(st.integers(0, WIDE - 2), st.floats(0.2, 0.8), st.integers(0, HIGH - 1)).map(
        lambda p: (p[0] + p[1], p[2])
    ),
    st.tuples(st.integers(0, WIDE - 1), st.integers(0, HIGH - 2), st.floats(0.2, 0.8)).map(
        lambda p: (p[0], p[1] + p[2])
    ),
)


@settings(max_examples=60, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(list(KINDS)), min_size=len(PAIRS), max_size=len(PAIRS)),
    asked=st.lists(st.tuples(AT, AT), min_size=1, max_size=4),
    metric=st.sampled_from(METRICS),
)
def test_on_any_town_one_drives_to_what_is_not_for_all_and_from_it_and_not_through(
    kinds: list[str], asked: list[tuple[tuple[float, float], tuple[float, float]]], metric: str
) -> None:
    with TemporaryDirectory() as folder:
        plain, _ = town(Path(folder), xml(PLACES, ways(["open"] * len(PAIRS))))
        net, _ = town(Path(folder), xml(PLACES, ways(kinds)))
    oracle = ByPhase(plain, kinds, metric)
    for start, end in asked:
        expected = oracle.travel_ms(snapped(plain, start), snapped(plain, end))
        assert answers(net, start, end, metric) == {expected}, (start, end)


@settings(max_examples=15, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(list(KINDS)), min_size=len(PAIRS), max_size=len(PAIRS)),
    start=AT,
    metric=st.sampled_from(METRICS),
)
def test_on_any_town_the_ground_is_reached_when_the_search_says(
    kinds: list[str], start: tuple[float, float], metric: str
) -> None:
    with TemporaryDirectory() as folder:
        net, _ = town(Path(folder), xml(PLACES, ways(kinds)))
    here = snapped(net, start)
    if here.edge[0] < 0:
        reject()
    chosen, ground = Engine(net).metric(metric), Ground(net)
    starts = stand(net, chosen.weights, chosen.inner, here, np.zeros(1, np.int64), leaves=True)
    times = ground.times(reach_from(chosen.custom, chosen.weights, starts, np.zeros(1, np.int64)))
    for place in range(0, len(times), 3):
        target = Snaps(ground.edge[place : place + 1], ground.fraction[place : place + 1], np.zeros(1))
        found = NearestSearch(net).nearest(target, here, None, most=1, metric=metric).travel_ms.tolist()
        assert times[place] == (found[0] if found else FAR), place
