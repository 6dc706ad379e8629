"""The hierarchy finds what scipy finds, on random graphs in any order and on real ones, to the millisecond."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.compiled import compiled
from geo.roads.order import node_order
from geo.search import hierarchy as hierarchy_module
from geo.search.hierarchy import NEVER, Customized, Hierarchy
from tests.roads.graphs import Graph, graph_of, graphs, ranks, scipy_times


def hierarchy_of(graph: Graph, rank: np.ndarray) -> Hierarchy:
    return Hierarchy.build(graph.first_out, graph.head, rank)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from((0, 10**9)))
def test_all_times_on_any_small_graph_in_any_order_are_scipys(data: st.DataObject, label_cost: int) -> None:
    graph = data.draw(graphs())
    everybody = np.arange(graph.count)
    custom = hierarchy_of(graph, data.draw(ranks(graph.count))).customize(graph.weight)
    expected = scipy_times(graph, everybody)
    with pytest.MonkeyPatch.context() as patch:  # by labels or by sweeps
        patch.setattr(hierarchy_module, "_LABEL_COST", label_cost)
        few = everybody[: data.draw(st.integers(0, graph.count))]
        assert np.array_equal(custom.matrix(everybody, few), expected[:, few])
        assert np.array_equal(custom.matrix(few, everybody), expected[few])
    for vertex in everybody:
        assert np.array_equal(custom.times_from(vertex, 0), expected[vertex])
        assert np.array_equal(custom.times_to(vertex, 0), expected[:, vertex])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_way_leads_over_open_arcs_from_a_start_to_a_goal_in_the_shortest_time(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    custom = hierarchy_of(graph, data.draw(ranks(graph.count))).customize(graph.weight)
    ends = st.lists(st.tuples(st.integers(0, graph.count - 1), st.integers(0, 50)), min_size=1, max_size=3)
    starts, goals = np.array(data.draw(ends)), np.array(data.draw(ends))
    far = scipy_times(graph, starts[:, 0])[:, goals[:, 0]] + starts[:, 1:] + goals[:, 1]
    way = custom.way(starts[:, 0], starts[:, 1], goals[:, 0], goals[:, 1])
    if far.min() >= NEVER:
        assert way is None
        return
    assert way is not None
    assert way.travel_ms == far.min()
    before = min(ms for vertex, ms in starts if vertex == way.start)
    after = min(ms for vertex, ms in goals if vertex == way.goal)
    assert before + int(graph.weight[way.arcs].astype(np.int64).sum()) + after == way.travel_ms
    visited = [way.start, *graph.head[way.arcs]]
    assert [*graph.tail[way.arcs]] == visited[:-1]
    assert visited[-1] == way.goal


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_times_from_and_to_several_vertices_are_those_of_the_soonest(data: st.DataObject) -> None:
    graph = data.draw(graphs())
    custom = hierarchy_of(graph, data.draw(ranks(graph.count))).customize(graph.weight)
    seeds = np.array(
        data.draw(st.lists(st.tuples(st.integers(0, graph.count - 1), st.integers(0, 1000)), min_size=1, max_size=4))
    )
    for to, found in (
        (False, custom.times_from(seeds[:, 0], seeds[:, 1])),
        (True, custom.times_to(seeds[:, 0], seeds[:, 1])),
    ):
        expected = (scipy_times(graph, seeds[:, 0], to=to) + seeds[:, 1:]).min(axis=0)
        assert np.array_equal(found, np.minimum(expected, NEVER))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_order_is_a_permutation_of_any_graphs_vertices(data: st.DataObject) -> None:
    graph = data.draw(graphs(40))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    rank = node_order(graph.first_out, graph.head, rng.random(graph.count), rng.random(graph.count), lambda _: None)
    assert rank.dtype == np.int32
    assert np.array_equal(np.sort(rank), np.arange(graph.count))


def test_a_loop_that_cannot_be_kept_on_disk_is_compiled_all_the_same() -> None:
    space: dict[str, object] = {}
    exec("def twice(x):\n    return 2 * x", space)  # numba finds no file beside which to keep this
    assert compiled(space["twice"])(21) == 42  # type: ignore[arg-type]


TRIANGLE = graph_of(3, [(0, 1, 5), (1, 2, 5), (0, 2, 20)])
RANK = np.array([1, 0, 2], np.int32)


def test_a_closed_street_is_driven_round_and_none_is_left_when_all_are_closed() -> None:
    hierarchy = hierarchy_of(TRIANGLE, RANK)
    arcs = []
    for closed in ([], [1], [1, 2]):
        weight = TRIANGLE.weight.copy()
        weight[closed] = NEVER
        way = hierarchy.customize(weight).way(0, 0, 2, 0)
        arcs.append(None if way is None else (way.travel_ms, way.arcs.tolist()))
    # The arcs sorted by tail are 0>1, 0>2, 1>2.
    assert arcs == [(10, [0, 2]), (10, [0, 2]), None]


@pytest.mark.parametrize("vertex", [-1, 3, 2**40, 0.5])
def test_a_number_that_is_no_vertex_is_an_error_and_never_an_answer(vertex: float) -> None:
    custom = hierarchy_of(TRIANGLE, RANK).customize(TRIANGLE.weight)
    for ask in (
        lambda: custom.way(vertex, 0, 1, 0),
        lambda: custom.way(1, 0, vertex, 0),
        lambda: custom.times_from([0, vertex], [0, 0]),
        lambda: custom.matrix([0], [vertex]),
    ):
        with pytest.raises(ValueError, match="vertices are"):
            ask()


def test_bad_arcs_orders_weights_and_ms_are_errors() -> None:
    hierarchy = hierarchy_of(TRIANGLE, RANK)
    with pytest.raises(ValueError, match="each of 0 to 2 once"):
        hierarchy_of(TRIANGLE, np.array([0, 0, 2], np.int32))
    with pytest.raises(ValueError, match="each of 0 to 2 once"):
        hierarchy_of(TRIANGLE, np.array([0, 1], np.int32))
    with pytest.raises(ValueError, match="leads to a vertex"):
        Hierarchy.build(TRIANGLE.first_out, TRIANGLE.head + np.int32(1), RANK)
    with pytest.raises(ValueError, match="must rise"):
        Hierarchy.build(TRIANGLE.first_out[::-1], TRIANGLE.head, RANK)
    with pytest.raises(ValueError, match="negative"):
        hierarchy.customize(np.array([1, -1, 1], np.int32))
    for weight in (np.array([1, 1], np.int32), np.array([1.0, 1.0, 0.5])):
        with pytest.raises(ValueError, match="as many whole ms"):
            hierarchy.customize(weight)
    with pytest.raises(ValueError, match="ms go from 0"):
        hierarchy.customize(TRIANGLE.weight).times_from(0, -1)
    with pytest.raises(ValueError, match="as many longitudes"):
        node_order(TRIANGLE.first_out, TRIANGLE.head, np.zeros(2), np.zeros(3), print)


def with_closures(graph: Graph, rng: np.random.Generator) -> np.ndarray:
    weight = graph.weight.copy()
    weight[rng.random(len(weight)) < 0.05] = NEVER
    return weight


@pytest.mark.roads
@pytest.mark.parametrize("closures", [False, True])
def test_on_jakarta_every_time_and_way_is_scipys(
    jakarta_graph: Graph, jakarta_hierarchy: Hierarchy, closures: bool
) -> None:
    rng = np.random.default_rng(7)
    graph = jakarta_graph.with_weight(with_closures(jakarta_graph, rng)) if closures else jakarta_graph
    custom: Customized = jakarta_hierarchy.customize(graph.weight)
    sources, targets = rng.integers(0, graph.count, (2, 12))
    expected = scipy_times(graph, sources)
    assert np.array_equal(custom.matrix(sources, targets), expected[:, targets])
    tail = graph.tail
    for row, source in enumerate(sources):
        assert np.array_equal(custom.times_from(source, 0), expected[row])
        way = custom.way(source, 0, targets[row], 0)
        assert (NEVER if way is None else way.travel_ms) == expected[row, targets[row]]
        if way is not None:
            assert graph.weight[way.arcs].sum() == way.travel_ms
            assert [*tail[way.arcs], targets[row]] == [source, *graph.head[way.arcs]]
    back = scipy_times(graph, targets[:4], to=True)
    for row, target in enumerate(targets[:4]):
        assert np.array_equal(custom.times_to(target, 0), back[row])
