"""From roads as columns to a network: keep what hangs together, number it, and say what each edge takes."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from geo.osm.tags import FERRY, ROAD_CLASSES, road_class
from geo.roads.chains import node_graph, turn_graph
from geo.roads.foot import no_footways
from geo.roads.graph import CLOSED_MS
from geo.roads.network import Doors, Network, NetworkMeta
from geo.roads.order import node_order
from geo.roads.parts import Part, parts_by_nodes, parts_by_turns, report_lost
from geo.roads.speeds import CLASS_KPH, METRICS, bits, has_bit, weights_ms
from geo.roads.surroundings import in_town
from geo.roads.table import Origin, RoadTable, judge
from geo.roads.turns import allowed_turns
from geo.roads.twins import twins
from geo.source import BuildError, Progress

_HALF_EARTH = 180.0
_DOORS = {"motorway": Doors.LAST, "motorway_link": Doors.LAST, FERRY: Doors.NONE}
_CLASS_DOORS = np.array([_DOORS.get(name, Doors.SOME) for name in ROAD_CLASSES], np.uint8)


def build_network(table: RoadTable, origin: Origin, progress: Progress, *, turn_costs: str = "osm") -> Network:
    """The network of the parts from every place of which every other of the part can be reached.

    turn_costs: `osm` honours the table's turn rules and makes turning round cost time; `none` looks at neither. Raises
    BuildError if nothing is left, or a length or position makes no sense.
    """
    judge(table)
    progress(f"{len(table.lon):,} nodes, {len(table.u):,} edges read")
    shapes = [np.rint(np.asarray(shape) * 1e7).astype(np.int32) for shape in table.shapes]
    u, v = np.asarray(table.u, np.int64), np.asarray(table.v, np.int64)
    first_copy = len(u) - len(table.copies)
    twin = twins(u[:first_copy], v[:first_copy], shapes[:first_copy])
    twin = np.append(twin, twin[table.copies]).astype(np.int32)
    part = _parts(table, np.arange(len(u)), twin, turn_costs)
    if not part.edges.any():
        raise BuildError("no two places are joined by a way there and back: the roads do not hang together")
    if np.ptp(np.asarray(table.lon)[part.nodes]) > _HALF_EARTH:
        raise BuildError(
            "the roads lie on both sides of the 180th meridian, where longitudes begin anew, and a network takes one: "
            "build one of either side, each with an --area that ends there"
        )
    real, lonlat = slice(first_copy), np.column_stack((table.lon, table.lat))
    lost = report_lost(part, u[real], v[real], np.asarray(table.length_m)[real], lonlat)
    lost += _report_ferries(table, part, twin)
    for sentence in lost:
        progress(sentence)
    progress("joining the pieces of road between which there is no choice")
    network = _network(table, origin, part, twin, shapes, (*table.report, *lost), turn_costs)
    graph, node = network.graph, network.graph.vertex_node(network.edge_to)
    lon, lat = network.node_lon[node], network.node_lat[node]
    return replace(network, rank=node_order(graph.first_out, graph.head, lon, lat, progress))


def _network(
    table: RoadTable,
    origin: Origin,
    part: Part,
    twin: NDArray[np.int32],
    shapes: Sequence[NDArray[np.int32]],
    report: tuple[str, ...],
    turn_costs: str,
) -> Network:
    edges = np.flatnonzero(part.edges)
    node_number = (np.cumsum(part.nodes) - 1).astype(np.int32)
    edge_number = np.where(part.edges, np.cumsum(part.edges) - 1, -1).astype(np.int32)
    edge_from, edge_to = node_number[table.u[edges]], node_number[table.v[edges]]
    edge_twin = np.where(twin[edges] >= 0, edge_number[twin[edges]], -1).astype(np.int32)
    kept = edges.tolist()
    names = sorted({table.name[edge] for edge in kept} | {""})
    name_number = {name: position for position, name in enumerate(names)}
    class_index = np.array([ROAD_CLASSES.index(road_class(table.highway[e])) for e in kept], np.uint8)
    length_m = np.asarray(table.length_m, np.float64)[edges]
    car_kph = _car_kph(table, edges, class_index, twin)
    wait_ms, bend_ms = _kept_ms(table.wait_ms, edges), _kept_ms(table.bend_ms, edges)
    ferry_ms = _kept_ms(table.ferry_ms, edges)
    points = np.concatenate([shapes[edge] for edge in kept])
    shape_start = np.cumsum([0, *(len(shapes[edge]) for edge in kept)], dtype=np.int64)
    west, south = (points.min(axis=0) / 1e7).tolist()
    east, north = (points.max(axis=0) / 1e7).tolist()
    rules = table.turns[part.edges[table.turns[:, 0]] & part.edges[table.turns[:, 1]]]
    rules = np.column_stack((edge_number[rules[:, 0]], edge_number[rules[:, 1]], rules[:, 2])).astype(np.int64)
    shut = _shut(table, part, twin, turn_costs)[edges]
    street = edge_number[table.street[edges]]
    local, marks = _kept_bits(table.local, edges), table.marks[edges]
    texts = sorted({text for edge, _, text in table.hours if edge_number[edge] >= 0})
    hours = [(edge_number[e], texts.index(text), marks) for e, marks, text in table.hours if edge_number[e] >= 0]
    hours_edge, hours_text, hours_bits = np.array(hours, np.int64).reshape(-1, 3).T
    if turn_costs == "osm":
        graph = turn_graph(allowed_turns(edge_from, edge_to, edge_twin, street, marks, rules), len(edges))
    else:
        graph = node_graph(edge_from, edge_to, edge_twin, int(part.nodes.sum()))
    return Network(
        meta=NetworkMeta(
            **asdict(origin),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            bounds=(west, south, east, north),
            turn_costs=turn_costs,
            cut_off_nodes=int((~part.nodes).sum()),
            cut_off_edges=int((~part.edges[: len(table.u) - len(table.copies)]).sum()),
            report=report,
            hours=tuple(texts),
        ),
        node_lon=np.asarray(table.lon, np.float64)[part.nodes],
        node_lat=np.asarray(table.lat, np.float64)[part.nodes],
        edge_from=edge_from,
        edge_to=edge_to,
        edge_length_m=length_m,
        edge_class=class_index,
        edge_name=np.array([name_number[table.name[edge]] for edge in kept], np.int32),
        edge_twin=edge_twin,
        shape_start=shape_start,
        shape_lon=np.ascontiguousarray(points[:, 0]),
        shape_lat=np.ascontiguousarray(points[:, 1]),
        turn_from=rules[:, 0].astype(np.int32),
        turn_to=rules[:, 1].astype(np.int32),
        turn_cost_ms=rules[:, 2].astype(np.int32),
        edge_doors=np.maximum(_CLASS_DOORS[class_index], _kept_bits(table.doors, edges)),
        edge_local=local,
        edge_marks=marks,
        edge_copy=_next_copies(table, edge_number)[edges],
        hours_edge=hours_edge.astype(np.int32),
        hours_text=hours_text.astype(np.int32),
        hours_bits=hours_bits.astype(np.uint8),
        graph=graph,
        rank=np.zeros(0, np.int32),
        foot=table.foot or no_footways(),
        names=tuple(names),
        metrics={
            metric: np.select(
                (has_bit(shut, metric), ferry_ms > 0),
                (CLOSED_MS, ferry_ms),
                weights_ms(metric, length_m, class_index, car_kph, wait_ms=wait_ms, bend_ms=bend_ms),
            ).astype(np.int32)
            for metric in METRICS
        },
    )


def _parts(table: RoadTable, edges: NDArray[np.int64], twin: NDArray[np.int32], turn_costs: str) -> Part:
    """The parts of some edges, in the meaning of the network; the edges of the answer are rows of `edges`."""
    length_m = _land_m(table)[edges]
    u, v = np.asarray(table.u, np.int64)[edges], np.asarray(table.v, np.int64)[edges]
    if turn_costs != "osm":
        return parts_by_nodes(u, v, length_m, len(table.lon))
    number = np.full(len(table.u), -1, np.int64)
    number[edges] = np.arange(len(edges))
    rules = table.turns[(number[table.turns[:, 0]] >= 0) & (number[table.turns[:, 1]] >= 0)]
    rules = np.column_stack((number[rules[:, 0]], number[rules[:, 1]], rules[:, 2]))
    twins = np.where(twin[edges] >= 0, number[twin[edges]], -1).astype(np.int32)
    street = table.street[edges]
    local = _kept_bits(table.local, street)
    return parts_by_turns(u, v, twins, number[street], local != 0, table.marks[edges], rules, length_m, len(table.lon))


def _shut(table: RoadTable, part: Part, twin: NDArray[np.int32], turn_costs: str) -> NDArray[np.uint8]:
    """The bits (m,) of what is shut, with what can then not be come to or not be left: in each metric all that is open
    hangs together.
    """
    if table.shut is None or not table.shut.any():
        return np.zeros(len(table.u), np.uint8)
    found = []
    for metric in METRICS:
        shut = has_bit(table.shut, metric)
        if shut.any():
            used = np.flatnonzero(part.edges & ~shut)
            shut = np.ones(len(table.u), np.bool_)
            if len(used):
                shut[used[_parts(table, used, twin, turn_costs).edges]] = False
        found.append(shut)
    return bits(np.column_stack(found))


def _next_copies(table: RoadTable, edge_number: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each edge (m,) the number of the next copy of its street, -1 for none."""
    following = np.full(len(table.u), -1, np.int32)
    last: dict[int, int] = {}
    for copy, edge in enumerate(table.copies.tolist(), len(table.u) - len(table.copies)):
        if edge_number[copy] >= 0:
            following[last.get(edge, edge)] = edge_number[copy]
            last[edge] = copy
    return following


def _car_kph(
    table: RoadTable, edges: NDArray[np.int64], class_index: NDArray[np.uint8], twin: NDArray[np.int32]
) -> NDArray[np.float64]:
    """How fast a car drives on some edges, by their surroundings."""
    outside = np.asarray(table.speed_kph, np.float64)
    inside = outside if table.town_kph is None else np.asarray(table.town_kph, np.float64)
    street_m = np.where(twin >= 0, 0.5, 1.0) * _land_m(table)
    street_m[len(street_m) - len(table.copies) :] = 0.0
    middle = np.column_stack((table.lon, table.lat))[np.column_stack((table.u, table.v))].mean(axis=1)
    town = in_town(middle[:, 0], middle[:, 1], street_m)[edges]
    known = np.where(town, inside[edges], outside[edges])
    return np.where(np.isnan(known), CLASS_KPH[class_index, np.where(town, 0, 1)], known)


def _land_m(table: RoadTable) -> NDArray[np.float64]:
    """The metres of road of each edge (m,): of ferries none, for these make neither a town nor an island."""
    length_m: NDArray[np.float64] = np.where(_ferries(table), 0.0, np.asarray(table.length_m, np.float64))
    return length_m


def _ferries(table: RoadTable) -> NDArray[np.bool_]:
    return np.array([highway == FERRY for highway in table.highway], np.bool_)


def _report_ferries(table: RoadTable, part: Part, twin: NDArray[np.int32]) -> tuple[str, ...]:
    ferries = _ferries(table)
    if not ferries.any():
        return ()
    # Of two directions one; a copy is no ferry of its own.
    one = (twin < np.arange(len(twin))) & (np.arange(len(twin)) < len(twin) - len(table.copies))
    said = []
    for rows, what in ((part.edges, "are in"), (~part.edges, "are not in, for no way leads there and back")):
        some = np.flatnonzero(ferries & one & rows)
        if len(some) or what == "are in":
            km = float(np.asarray(table.length_m)[some].sum()) / 1000
            said.append(f"{len(some):,} stretches of ferry {what} ({km:,.1f} km)")
    return tuple(said)


def _kept_ms(of_edge: NDArray[np.int64] | None, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.zeros(len(edges), np.int64) if of_edge is None else of_edge[edges]


def _kept_bits(of_edge: NDArray[np.uint8] | None, edges: NDArray[np.int64]) -> NDArray[np.uint8]:
    return np.zeros(len(edges), np.uint8) if of_edge is None else of_edge[edges]
