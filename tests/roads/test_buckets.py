"""The buckets find the vehicles that are the soonest by scipy's times, however they moved, to the millisecond."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.search import bucket_kernels, hierarchy_kernels, label_kernels, path_kernels, way_kernels
from geo.search import buckets as buckets_module
from geo.search.buckets import SIDES, Buckets, Soonest, warm_up
from geo.search.hierarchy import NEVER, Customized, Hierarchy
from tests.roads.graphs import Graph, graph_of, graphs, ranks, scipy_times

# A place is a vertex, the street on which the vehicle is bound for it and the ms until it is there.
Place = tuple[int, int, int]


@pytest.fixture(params=["labels", "buckets", "the cheaper"])
def searched_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    factor = {"labels": 1e18, "buckets": 0.0, "the cheaper": buckets_module._LABELS_COST_LESS}[request.param]
    monkeypatch.setattr(buckets_module, "_LABELS_COST_LESS", factor)


@pytest.fixture(params=["each vehicle's labels", "all labels anew"])
def moved_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    anew = request.param == "all labels anew"
    monkeypatch.setattr(buckets_module, "_ANEW", -1.0 if anew else 2.0)
    monkeypatch.setattr(buckets_module, "_AT_ONCE", 1 if anew else 2)


@dataclass
class Fleet:
    """Where the vehicles are, kept beside the buckets in the plainest form."""

    places: list[list[Place]]
    wait: list[int]

    def columns(self, index: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        most = max(1, *(len(self.places[i]) for i in index)) if index else 1
        rows = [self.places[i] + [(-1, -1, 0)] * (most - len(self.places[i])) for i in index]
        table = np.array(rows, np.int64).reshape(len(index), most, 3)
        return table[:, :, 0], table[:, :, 1], table[:, :, 2], np.array([self.wait[i] for i in index], np.int64)

    def costs(self, graph: Graph, target: list[tuple[int, int]], on: list[Place]) -> np.ndarray:
        """(n,) ms from each vehicle by the shortest way, 2**40 where there is none."""
        far = scipy_times(graph, np.array([vertex for vertex, _ in target]), to=True)
        to = np.minimum((far + np.array([[ms] for _, ms in target])).min(axis=0), NEVER)
        costs = [[to[v] + ms for v, _, ms in places if to[v] < NEVER] for places in self.places]
        for vehicle, places in enumerate(self.places):
            costs[vehicle] += [ms - rest for _, a, ms in places for _, b, rest in on if a == b and ms >= rest]
        return np.array([min(some, default=2**40) for some in costs], np.int64)


def soonest(costs: np.ndarray, eligible: np.ndarray, wait: np.ndarray, most: int | None) -> list[tuple[int, int]]:
    rows = sorted((int(costs[i] + wait[i]), int(i)) for i in np.flatnonzero(eligible) if costs[i] < 2**40)
    return [(i, cost - int(wait[i])) for cost, i in rows[:most]]


@settings(max_examples=120, deadline=None)
@given(st.data())
def _any_history(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    vertex, ms = st.integers(0, graph.count - 1), st.integers(0, 12)
    # Each vertex has two streets that lead to it.
    place = st.tuples(vertex, st.integers(0, 1), ms).map(lambda one: (one[0], 2 * one[0] + one[1], one[2]))
    count = data.draw(st.integers(1, 8))
    hierarchy = Hierarchy.build(graph.first_out, graph.head, data.draw(ranks(graph.count)))
    found, fleet = Buckets(hierarchy.customize(graph.weight), count), Fleet([[] for _ in range(count)], [0] * count)
    for _ in range(data.draw(st.integers(1, 6))):
        moved = data.draw(st.lists(st.integers(0, count - 1), unique=True, max_size=count))
        for i in moved:
            fleet.places[i], fleet.wait[i] = data.draw(st.lists(place, max_size=SIDES)), data.draw(st.integers(0, 9))
        found.place(np.array(moved, np.int64), *fleet.columns(moved))
        if data.draw(st.booleans()) and len(graph.head):
            weight = graph.weight.copy()
            weight[data.draw(st.integers(0, len(weight) - 1))] = data.draw(st.sampled_from((0, 3, NEVER)))
            graph = graph.with_weight(weight)
            found = Buckets(hierarchy.customize(weight), count)
            found.place(np.arange(count), *fleet.columns([*range(count)]))
        target = data.draw(st.lists(st.tuples(vertex, ms), min_size=1, max_size=3))
        eligible = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)))
        most = data.draw(st.one_of(st.none(), st.integers(0, count)))
        on = data.draw(st.lists(place, max_size=2))
        costs = fleet.costs(graph, target, on)
        answer = found.nearest(
            [*zip(*target, strict=True)],
            most=most,
            eligible=eligible if data.draw(st.booleans()) else np.flatnonzero(eligible)[::-1],
            on=np.array([(street, end, rest) for end, street, rest in on], np.int64).reshape(-1, 3).T,
        )
        expected = soonest(costs, eligible, np.array(fleet.wait), most)
        assert [*zip(answer.vehicle.tolist(), answer.travel_ms.tolist(), strict=True)] == expected
        _the_ways_take_as_long(found, fleet, target, on, answer)


def _the_ways_take_as_long(
    found: Buckets, fleet: Fleet, target: list[tuple[int, int]], on: list[Place], answer: Soonest
) -> None:
    custom: Customized = found._labels.custom
    goals, goals_ms = [v for v, _ in target], [ms for _, ms in target]
    for i, travel in zip(answer.vehicle, answer.travel_ms, strict=True):
        straight = [ms - rest for _, a, ms in fleet.places[i] for _, b, rest in on if a == b and ms >= rest]
        ways = [custom.way(vertex, ms, goals, goals_ms) for vertex, _, ms in fleet.places[i]]
        assert travel == min(straight + [way.travel_ms for way in ways if way is not None])


def test_after_any_history_the_soonest_are_those_of_scipys_times(searched_by: None, moved_by: None) -> None:
    _any_history()


LINE = graph_of(4, [(0, 1, 10), (1, 2, 10), (2, 3, 10), (1, 0, 10), (2, 1, 10), (3, 2, 10)])


def line() -> Buckets:
    custom = Hierarchy.build(LINE.first_out, LINE.head, np.array([0, 2, 3, 1], np.int32)).customize(LINE.weight)
    return Buckets(custom, 3)


def found_by(buckets: Buckets, vertex: int, **asked: object) -> list[tuple[int, int]]:
    answer = buckets.nearest([[vertex], [0]], most=3, **asked)  # type: ignore[arg-type]
    return [*zip(answer.vehicle.tolist(), answer.travel_ms.tolist(), strict=True)]


def test_a_vehicle_is_nowhere_before_its_first_place_and_after_it_left() -> None:
    buckets = line()
    assert found_by(buckets, 0) == []
    buckets.place([1], [[3]], [[-1]], [[4]])
    assert found_by(buckets, 0) == [(1, 34)]
    buckets.place([1], [[-1]], [[-1]], [[0]])
    assert found_by(buckets, 0) == []


def test_along_a_street_only_the_ms_change_and_the_labels_stay() -> None:
    buckets = line()
    buckets.place([0], [[1, 2]], [[7, 8]], [[9, 1]])
    keys = buckets._labels.keys.copy()
    buckets.place([0], [[2, 1]], [[8, 7]], [[8, 2]])
    assert np.array_equal(buckets._labels.keys, keys)
    assert found_by(buckets, 0) == [(0, 12)]
    assert found_by(buckets, 3) == [(0, 18)]


def test_equal_vehicles_come_by_their_number_and_wait_counts_in_who_is_soonest() -> None:
    buckets = line()
    buckets.place([2, 0, 1], [[1], [1], [2]], [[-1], [-1], [-1]], [[0], [0], [0]])
    assert found_by(buckets, 0) == [(0, 10), (2, 10), (1, 20)]
    buckets.place([0, 1, 2], [[1], [2], [1]], [[-1], [-1], [-1]], [[0], [0], [0]], [11, 0, 1])
    assert found_by(buckets, 0) == [(2, 10), (1, 20), (0, 10)]


def test_equal_vehicles_come_by_their_number_whichever_hub_they_are_found_over(searched_by: None) -> None:
    # To vertex 0 lead 1 in 5 ms, 2 in 6 and 6 in 10, the later the more important; 3 is before 1, 4 and 5 before 2.
    graph = graph_of(7, [(1, 0, 5), (2, 0, 6), (3, 1, 5), (4, 2, 4), (5, 2, 1), (6, 0, 10)])
    custom = Hierarchy.build(graph.first_out, graph.head, np.array([0, 4, 5, 1, 2, 3, 6], np.int32)).customize(
        graph.weight
    )
    buckets = Buckets(custom, 4)
    for vertices, ms in (([4, 3], [0, 0]), ([2, 3], [4, 0]), ([5, 1], [3, 5]), ([3, 4], [0, 0]), ([6, 3], [0, 0])):
        # Vehicles 1 and 2 are 10 ms away, 3 is behind them.
        buckets.place([1, 2, 3], [[vertices[0]], [vertices[1]], [3]], [[-1]] * 3, [[ms[0]], [ms[1]], [9]])
        for most, expected in ((1, [1]), (2, [1, 2])):
            answer = buckets.nearest([[0], [0]], most=most, eligible=np.array([1, 2, 3]))
            assert (answer.vehicle.tolist(), answer.travel_ms.tolist()) == (expected, [10] * most)


def test_straight_along_a_street_whose_end_another_vertex_lies_upon(searched_by: None) -> None:
    graph = graph_of(3, [(0, 1, 0), (1, 0, 0), (1, 2, 7)])
    custom = Hierarchy.build(graph.first_out, graph.head, np.arange(3, dtype=np.int32)).customize(graph.weight)
    buckets = Buckets(custom, 4)
    buckets.place([0, 1, 2, 3], [[0], [0], [0], [1]], [[5], [5], [4], [5]], [[9], [3], [9], [9]])
    answer = buckets.nearest([[2], [1]], most=1, on=[[5], [0], [4]])
    # Vehicle 0 is 5 ms before the target, 1 is past it and must go round; 2 is on another street.
    assert [column.tolist() for column in answer] == [[0], [5]]


@pytest.mark.parametrize(
    ("index", "vertices", "street", "ms", "says"),
    [
        ([3], [[0]], -1, [[0]], "vehicles are numbered 0 to 2"),
        ([-1], [[0]], -1, [[0]], "vehicles are numbered 0 to 2"),
        ([0.0], [[0]], -1, [[0]], "vehicles are numbered 0 to 2"),
        ([0], [[4]], -1, [[0]], "vertices are numbered 0 to 3"),
        ([0], [[-2]], -1, [[0]], "vertices are numbered 0 to 3"),
        ([0], [[0]], -1, [[-1]], "ms go from 0"),
        ([0], [[0]], -1, [[NEVER]], "ms go from 0"),
        ([0], [[0]], -2, [[0]], "streets are whole numbers"),
        ([0], [[0]], 0.5, [[0]], "streets are whole numbers"),
        ([0, 1], [[0]], -1, [[0]], "2 vehicles take as many rows"),
        ([0], [[0] * (SIDES + 1)], -1, [[0] * (SIDES + 1)], "1 vehicles take as many rows"),
    ],
)
def test_a_bad_place_is_an_error_and_changes_nothing(
    index: list[int], vertices: list[list[int]], street: float, ms: list[list[int]], says: str
) -> None:
    buckets = line()
    buckets.place([0, 1, 2], [[1], [2], [3]], [[-1], [-1], [-1]], [[0], [0], [0]])
    before = found_by(buckets, 0)
    with pytest.raises(ValueError, match=says):
        buckets.place(index, vertices, [[street] * len(row) for row in vertices], ms)
    assert found_by(buckets, 0) == before


def test_bad_questions_are_errors() -> None:
    buckets = line()
    for target, asked, says in (
        ([[4], [0]], {}, "vertices are numbered"),
        ([[0], [-1]], {}, "ms go from 0"),
        ([[0], [0]], {"most": -1}, "cannot be -1"),
        ([[0], [0]], {"eligible": np.array([3])}, "vehicles are numbered"),
        ([[0], [0]], {"eligible": np.array([True])}, "as many marks"),
        ([[0.5], [0]], {}, "whole numbers"),
        ([[0, 1], [0]], {}, "as many of one"),
        ([0, 0], {}, "in 2 rows"),
        ([[0], [0]], {"on": [[5], [4], [0]]}, "vertices are numbered"),
        ([[0], [0]], {"on": [[5], [1], [-1]]}, "ms go from 0"),
        ([[0], [0]], {"on": [[-1], [1], [0]]}, "numbered from 0"),
        ([[0], [0]], {"on": [[5], [1]]}, "in 3 rows"),
    ):
        with pytest.raises(ValueError, match=says):
            buckets.nearest(target, **{"most": 1, **asked})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wait", "says"), [([-1], "wait_ms go from 0"), ([NEVER], "wait_ms go"), ([0, 0], "as many wait"), ([0.5], "whole")]
)
def test_a_bad_wait_is_an_error_and_changes_nothing(wait: list[float], says: str) -> None:
    buckets = line()
    buckets.place([0], [[1]], [[-1]], [[0]], [3])
    with pytest.raises(ValueError, match=says):
        buckets.place([0], [[2]], [[-1]], [[0]], wait)
    assert found_by(buckets, 0) == [(0, 10)]


def test_once_warm_no_question_and_no_move_waits_for_a_compilation() -> None:
    said: list[str] = []
    warm_up(said.append)
    assert len(said) == 2
    kernels = [
        kernel
        for module in (hierarchy_kernels, way_kernels, path_kernels, label_kernels, bucket_kernels)
        for kernel in vars(module).values()
        if hasattr(kernel, "signatures")
    ]
    before = [len(kernel.signatures) for kernel in kernels]
    first_out, head, weight = LINE.first_out.copy(), LINE.head.copy(), LINE.weight.astype(np.int64)
    rank = np.array([0, 2, 3, 1])
    mask, wait = np.ones(3, np.bool_), np.arange(3, dtype=np.int32)
    for array in (first_out, head, weight, rank, mask, wait):
        array.flags.writeable = False
    custom = Hierarchy.build(first_out, head, rank).customize(weight)
    buckets = Buckets(custom, 3)
    for waits in (None, wait, np.arange(6)[::2]):
        places = [[1, 2], [1, -1], [3, 1]], [[1, 2], [3, 4], [5, 6]], [[0, 1]] * 3
        buckets.place(np.arange(3, dtype=np.uint8), *places, waits)
    for eligible in (None, mask, np.ones(6, np.bool_)[::2], np.array([0, 2], np.uint16), np.array([2, 0])[::-1]):
        for most in (None, 1):
            buckets.nearest([[0], [5]], most=most, eligible=eligible)
            buckets.nearest(np.array([[0, 1], [5, 5]], np.uint8)[:, ::-1], most=most, on=[[1], [1], [0]])
    custom.way([0, 1], [1, 2], 3, 0)
    custom.times_to(np.array([2], np.int16), [0])
    custom.matrix(np.arange(4)[::2], [1])
    assert {k.__name__: len(k.signatures) for k in kernels} == dict(
        zip((k.__name__ for k in kernels), before, strict=True)
    )


def on_arcs(graph: Graph, arcs: np.ndarray, part: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vehicles on arcs, as if all were two-way: on to the head, or back to the tail on a street of another number."""
    along = (graph.weight[arcs] * part).astype(np.int64)
    return (
        np.stack((graph.head[arcs], graph.tail[arcs]), 1),
        np.stack((arcs, arcs + len(graph.head)), 1),
        np.stack((graph.weight[arcs] - along, along), 1),
    )


@pytest.mark.roads
def test_on_jakarta_2000_random_questions_over_a_moving_fleet_agree_with_scipy(
    jakarta_graph: Graph, jakarta_hierarchy: Hierarchy, searched_by: None
) -> None:
    rng = np.random.default_rng(11)
    graph, count, differences, asked = jakarta_graph, 3000, 0, 0
    found = Buckets(jakarta_hierarchy.customize(graph.weight), count)
    arcs, wait = rng.integers(0, len(graph.head), count), rng.integers(0, 90_000, count)
    places = on_arcs(graph, arcs, rng.random(count))
    found.place(np.arange(count), *places, wait)
    for turn in range(20):
        moved = rng.choice(count, 300, replace=False)
        arcs[moved] = graph.first_out[graph.head[arcs[moved]]]  # the first street on
        new = on_arcs(graph, arcs[moved], rng.random(len(moved)))
        for old, column in zip(places, new, strict=True):
            old[moved] = column
        wait[moved] = rng.integers(0, 90_000, len(moved))
        found.place(moved, *new, wait[moved])
        if turn % 5 == 4:
            weight = jakarta_graph.weight.copy()
            weight[rng.random(len(weight)) < 0.03] = NEVER
            graph = graph.with_weight(weight)
            found = Buckets(jakarta_hierarchy.customize(weight), count)
            found.place(np.arange(count), *places, wait)
        # Every other target is on a street where somebody is.
        target = rng.choice(arcs) if turn % 2 else rng.integers(0, len(graph.head))
        along = int(graph.weight[target] * rng.random())
        ends, after = [int(graph.tail[target]), int(graph.head[target])], [along, int(graph.weight[target]) - along]
        to = np.minimum((scipy_times(graph, np.array(ends), to=True) + np.array(after)[:, None]).min(axis=0), NEVER)
        vertices, streets, ms = places
        costs = np.where(to[vertices] < NEVER, to[vertices] + ms, 2**40)
        rest = np.where(streets == target, after[1], NEVER)
        costs = np.minimum(costs, np.where(ms >= rest, ms - rest, 2**40)).min(axis=1)
        for many in (count, 300, 30, 1) * 25:
            eligible = np.zeros(count, np.bool_)
            eligible[rng.choice(count, many, replace=False)] = True
            most = int(rng.integers(1, 9))
            on = np.array([[target], [ends[1]], [after[1]]])
            answer = found.nearest([ends, after], most=most, eligible=eligible, on=on)
            rows = [*zip(answer.vehicle.tolist(), answer.travel_ms.tolist(), strict=True)]
            differences += rows != soonest(costs, eligible, wait, most)
            asked += 1
    assert (asked, differences) == (2000, 0)


@pytest.mark.roads
def test_labels_and_buckets_kept_while_vehicles_move_are_those_made_anew(
    jakarta_graph: Graph, jakarta_hierarchy: Hierarchy
) -> None:
    rng = np.random.default_rng(3)
    graph, count = jakarta_graph, 400
    found = Buckets(jakarta_hierarchy.customize(graph.weight), count)
    arcs = rng.integers(0, len(graph.head), count)
    for _ in range(60):
        moved = rng.choice(count, 40, replace=False)
        jump = rng.random(40) < 0.2
        arcs[moved] = np.where(jump, rng.integers(0, len(graph.head), 40), graph.first_out[graph.head[arcs[moved]]])
        found.place(moved, *on_arcs(graph, arcs[moved], rng.random(40)))
    kept = found._labels
    anew = buckets_module._filled(kept.custom, kept.slots.copy())
    for vertex in range(graph.count):
        (begin, size), (other, many) = kept.buckets[vertex, :2], anew.buckets[vertex, :2]
        assert np.array_equal(kept.keys[begin : begin + size], anew.keys[other : other + many])


@pytest.mark.roads
def test_questions_between_moves_see_every_vehicle_where_it_was_or_where_it_is(
    jakarta_graph: Graph, jakarta_hierarchy: Hierarchy
) -> None:
    rng = np.random.default_rng(5)
    graph, count = jakarta_graph, 1000
    custom = jakarta_hierarchy.customize(graph.weight)
    here, there = (on_arcs(graph, rng.integers(0, len(graph.head), count), rng.random(count)) for _ in range(2))
    found = Buckets(custom, count)
    found.place(np.arange(count), *here)
    target = int(rng.integers(0, graph.count))
    to = custom.times_to(target, 0)
    either = [(to[vertices] + ms).min(axis=1) for vertices, _, ms in (here, there)]
    stop = threading.Event()

    def move() -> None:
        while not stop.is_set():
            for places in (there, here):
                for some in np.split(np.arange(count), 5):
                    found.place(some, *(column[some] for column in places))

    pool = ThreadPoolExecutor(1)
    moving = pool.submit(move)
    seen: set[str] = set()
    asked = 0
    try:
        while not moving.done() and (
            asked < 400 or len(seen) < 2
        ):  # until both were met; the time limit ends a search that never does
            asked += 1
            answer = found.nearest([[target], [0]], most=10)
            old, new = (side[answer.vehicle] == answer.travel_ms for side in either)
            assert np.all(old | new)
            seen |= {"old"} if (old & ~new).any() else set()
            seen |= {"new"} if (new & ~old).any() else set()
    finally:
        stop.set()
        pool.shutdown()
    moving.result()
    assert seen == {"old", "new"}
