"""What is only for who starts or ends there: on any town one drives no way through it, and every way to it."""

import heapq
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
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
from geo.source import BuildError
from tests.roads.oracle import NEVER, travel_ms, turns_of
from tests.roads.osm_town import Tags, Way, town, xml
from tests.roads.test_osm_via import metres
from tests.roads.tiny import SOUTH, STEP, WEST

ROAD: Tags = {"highway": "residential"}
KINDS: dict[str, Tags] = {
    "open": ROAD,
    "private": {**ROAD, "access": "private"},
    "destination": {**ROAD, "access": "destination"},
}
# What a street may say to some, in one direction or both.
WORDS: list[Tags] = [
    *[{}] * 6, {"access": "private"}, {"access": "destination"}, {"access:forward": "private"},
    {"motor_vehicle:backward": "destination"}, {"access:backward": "private"}, {"oneway": "yes"}, {"oneway": "-1"},
    {"access": "private", "emergency": "yes"}, {"access": "no", "emergency": "yes"},
    {"oneway": "yes", "oneway:emergency": "no"}, {"vehicle": "destination", "oneway": "yes"},
    {"motor_vehicle": "no", "bus": "yes"},
]  # fmt: skip
WIDE, HIGH = 4, 3
PLACES = {1 + x + WIDE * y: (float(x), float(y)) for y in range(HIGH) for x in range(WIDE)}
PAIRS = [(n, n + 1) for n in PLACES if n % WIDE] + [(n, n + WIDE) for n in PLACES if n <= WIDE * (HIGH - 1)]
Place = tuple[int, int]  # an edge and the ms along it


def ways(kinds: list[str]) -> dict[int, Way]:
    streets = enumerate(zip(PAIRS, kinds, strict=True))
    return {100 + at: (pair, {**KINDS[kind], "name": f"{pair[0]}-{pair[1]}"}) for at, (pair, kind) in streets}


GATE = 1_000  # a private street is as deep as so many with a sign, of which there are less


class ByDepth:
    """Dijkstra over edges and whether one is on the way in: one drives out to streets as deep or less, and in again."""

    def __init__(self, net: Network, kinds: list[str], metric: str) -> None:
        self._net, self._ms = net, net.metrics[metric].tolist()
        depths = depths_of(kinds)
        names = [net.names[name] for name in net.edge_name.tolist()]
        self._depth = [depths[name] // GATE if metric == "siren" else depths[name] for name in names]
        self._for_all = [depths[name] == 0 for name in names]
        marks = [(depths[name] > 0, depths[name] >= GATE) for name in names]
        self._then: dict[int, list[tuple[int, int]]] = {}
        for a, b, ms in turns_of(net):
            self._then.setdefault(a, []).append((b, ms))
        for a, b in enumerate(net.edge_twin.tolist()):
            on = [then for then, _ in self._then[a]]
            # One turns about where a road that goes on is no longer for all.
            if b not in on and marks[a] != marks[on[0]]:
                self._then[a].append((b, U_TURN_MS))

    def travel_ms(self, vehicle: Snaps, target: Snaps) -> int:
        ends: dict[tuple[int, bool], list[int]] = {}
        for edge, ms, ways_in in self._comes(target):
            for way_in in ways_in:
                ends.setdefault((edge, way_in), []).append(ms)
        best: float = np.inf
        queue: list[tuple[int, int, bool]] = []
        for edge, along, way_in in self._sets_out(vehicle):
            best = min([best, *(ms - along for ms in ends.get((edge, way_in), ()) if ms >= along)])
            queue.append((self._ms[edge] - along, edge, way_in))
        heapq.heapify(queue)
        done: set[tuple[int, bool]] = set()
        while queue:
            ms, edge, way_in = heapq.heappop(queue)
            if (edge, way_in) in done:
                continue
            done.add((edge, way_in))
            for then, cost in self._then.get(edge, ()):
                if way_in and self._depth[then] < self._depth[edge]:
                    continue
                further = way_in or self._depth[then] > self._depth[edge]
                best = min([best, *(ms + cost + at for at in ends.get((then, further), ()))])
                heapq.heappush(queue, (ms + cost + self._ms[then], then, further))
        return NEVER if best == np.inf else int(best)

    def _sets_out(self, vehicle: Snaps) -> list[tuple[int, int, bool]]:
        places = self._stands(vehicle)
        if not any(self._for_all[edge] for edge, _ in places):
            return [(edge, ms, False) for edge, ms in places]
        roads = [(edge, ms, False) for edge, ms in places if not self._depth[edge]]
        return roads + [(edge, ms, True) for edge, ms in places if self._depth[edge] and ms == 0]

    def _comes(self, target: Snaps) -> Sequence[tuple[int, int, tuple[bool, ...]]]:
        places = self._stands(target)
        if not any(self._for_all[edge] for edge, _ in places) or len(places) == 2:
            return [(edge, ms, (False, True)) for edge, ms in places]
        roads = [(edge, ms, (False,)) for edge, ms in places if not self._depth[edge]]
        return roads + [(edge, ms, (False,)) for edge, ms in places if self._depth[edge] and ms > 0]

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


def depths_of(kinds: list[str]) -> dict[str, int]:
    """By name, how deep each street is: what keeps out on the way to it from the longest net of roads for all, or of
    those with a sign where there is none for all, or of whatever there is.
    """
    nets = next(nets for own in ({"private", "destination"}, {"private"}, set[str]()) if (nets := _nets(kinds, own)))
    assume(len(nets) < 2 or _length(nets[-1]) - _length(nets[-2]) > 0.001)
    price = {"private": GATE, "destination": 1, "open": 0}
    kind_of = {f"{a}-{b}": kind for (a, b), kind in zip(PAIRS, kinds, strict=True)}
    depths = dict.fromkeys(nets[-1], 0)
    for _ in PAIRS:
        for name, kind in kind_of.items():
            ends = set(name.split("-"))
            for other in [one for one in depths if one != name and set(one.split("-")) & ends]:
                before = "open" if other in nets[-1] else kind_of[other]
                depth = depths[other] + (0 if kind == before else price[kind])
                depths[name] = min(depths.get(name, depth), depth)
    return depths


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


@pytest.mark.parametrize("bridge", [{}, {"access": "destination"}, {"access": "private"}, {"vehicle": "customers"}])
@pytest.mark.parametrize("gate", [None, "private", "destination"])
def test_a_town_behind_a_bridge_has_its_own_streets_and_its_yards_are_no_way_through(
    tmp_path: Path, bridge: Tags, gate: str | None
) -> None:
    # The land 1-2-3-4, the bridge 3-5-6, and the town 6-7-8-9 with a yard 9-10-7 across it.
    nodes = {
        1: (0, 0), 2: (0, 4), 3: (4, 0), 4: (4, 4), 5: (5, 0), 6: (6, 0), 7: (9, 0), 8: (9, 2), 9: (6, 2), 10: (8, 1),
    }  # fmt: skip
    roads: dict[int, Way] = {
        1: ([1, 2, 4, 3, 1], ROAD), 2: ([3, 5, 6], {**ROAD, **bridge}), 3: ([6, 7, 8, 9, 6], ROAD),
        4: ([9, 10, 7], {**ROAD, "access": "private"}),
    }  # fmt: skip
    tags = {5: {"barrier": "gate", "access": gate}} if gate else {}
    net, said = town(tmp_path, xml(nodes, roads, (), tags))
    assert "nothing is cut off" in said
    land, west, east, yard = (1, 0), (6, 1.5), (9, 0.5), (7, 1.5)
    for metric in METRICS:
        for start, end in ((west, east), (east, west)):
            assert metres(net, start, end, metric) == pytest.approx(5, abs=0.1)  # and not by the yard
        for start, end, steps in ((land, west, 6.5), (land, east, 8.5), (land, yard, 8.1), (west, yard, 1.6)):
            assert metres(net, start, end, metric) == pytest.approx(steps, abs=0.1)
            assert metres(net, end, start, metric) == pytest.approx(steps, abs=0.1)
        for start, end in ((west, east), (yard, land), (land, yard), ((6, 2), (9, 0)), ((9, 0), (6, 2)), (yard, east)):
            assert len(answers(net, start, end, metric)) == 1


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
    oracle = ByDepth(plain, kinds, metric)
    for start, end in asked:
        expected = oracle.travel_ms(snapped(plain, start), snapped(plain, end))
        assert answers(net, start, end, metric) == {expected}, (start, end)


@settings(max_examples=60, deadline=None)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=len(PAIRS), max_size=len(PAIRS)),
    asked=st.lists(st.tuples(AT, AT), min_size=1, max_size=6),
    gates=st.dictionaries(st.sampled_from(list(PLACES)), st.sampled_from(["private", "destination"]), max_size=2),
)
def test_on_any_town_everybody_is_reached_and_with_sirens_never_later_than_without(
    words: list[Tags], asked: list[tuple[tuple[float, float], tuple[float, float]]], gates: dict[int, str]
) -> None:
    roads = {100 + at: (pair, {**ROAD, **said}) for at, (pair, said) in enumerate(zip(PAIRS, words, strict=True))}
    tags = {node: {"barrier": "gate", "access": word} for node, word in gates.items()}
    with TemporaryDirectory() as folder:
        try:
            net, _ = town(Path(folder), xml(PLACES, roads, (), tags))
        except BuildError:
            reject()
    for start, end in asked:
        vehicle, target = snapped(net, start), snapped(net, end)
        took = {one: int(travel_ms(net, vehicle, target, one)[0]) for one in METRICS}
        assert NEVER not in took.values()
        assert took["siren"] <= took["car"] <= took["hearse"]


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
