"""The compiled loops of areas that can be reached in time; their callers describe arguments, shapes and meaning."""

import numpy as np

from geo.compiled import compiled
from geo.roads.graph import CLOSED_MS
from geo.search.hierarchy_kernels import NEVER
from geo.search.nearest_kernels import FAR


@compiled
def starts_by_edge(edge, edges):
    """The first start on each edge (M,), -1 for none, and the next on the same edge of each start (n,)."""
    first = np.full(edges, -1, np.int32)
    following = np.empty(len(edge), np.int32)
    for s in range(len(edge)):
        following[s] = first[edge[s]]
        first[edge[s]] = s
    return first, following


@compiled
def edge_times(vertex_ms, arcs, chains, turn_aware, edge_ms, entered):
    """When the start and the end of every edge are reached, (M,) and (M,), FAR for never; chain by chain."""
    tail, arc_turn_ms, by_chain_first, by_chain_arc = arcs
    chain_first, chain_edge, chain_vertex = chains
    first_start, next_start, offset_ms, ready_ms = entered
    starts = np.full(len(edge_ms), FAR, np.int64)
    ends = np.full(len(edge_ms), FAR, np.int64)
    for chain in range(len(chain_vertex)):
        here = FAR
        for at in range(by_chain_first[chain], by_chain_first[chain + 1]):
            arc = by_chain_arc[at]
            before = np.int64(vertex_ms[tail[arc]])
            if before < NEVER:
                here = min(here, before + arc_turn_ms[arc])
        last = -1
        for at in range(chain_first[chain], chain_first[chain + 1]):
            edge = chain_edge[at]
            if edge_ms[edge] >= CLOSED_MS:
                here, last = FAR, -1
                continue
            end = FAR
            s = first_start[edge]
            while s >= 0:
                end = min(end, ready_ms[s] + edge_ms[edge] - offset_ms[s])
                if offset_ms[s] == 0:
                    here = min(here, ready_ms[s])
                s = next_start[s]
            starts[edge] = here
            if last >= 0:  # the end of one edge and the start of the next are one place
                ends[last] = here
            if here < FAR:
                end = min(end, here + edge_ms[edge])
            ends[edge] = here = end
            last = edge
        if not turn_aware and last >= 0 and vertex_ms[chain_vertex[chain]] < NEVER:
            ends[last] = min(ends[last], np.int64(vertex_ms[chain_vertex[chain]]))
    return starts, ends


@compiled
def place_time(edge, offset, edge_ms, start_ms, end_ms, entered):
    """When a place `offset` ms along an edge is reached, FAR for never."""
    if offset == edge_ms[edge]:
        return end_ms[edge]
    best = start_ms[edge] + offset if start_ms[edge] < FAR else FAR
    s = entered.first[edge]
    while s >= 0:
        if entered.offset_ms[s] <= offset and edge_ms[edge] < CLOSED_MS:
            best = min(best, entered.ready_ms[s] + offset - entered.offset_ms[s])
        s = entered.following[s]
    return best


@compiled
def place_times(edge, fraction, twin, edge_ms, start_ms, end_ms, entered):
    """When places on edges are reached, the sooner of both directions where twin (n,) names the other, else -1."""
    found = np.empty(len(edge), np.int64)
    for i in range(len(edge)):
        offset = np.int64(np.floor(edge_ms[edge[i]] * fraction[i] + 0.5))
        found[i] = place_time(edge[i], offset, edge_ms, start_ms, end_ms, entered)
        if twin[i] >= 0:
            offset = np.int64(np.floor(edge_ms[twin[i]] * (1.0 - fraction[i]) + 0.5))
            found[i] = min(found[i], place_time(twin[i], offset, edge_ms, start_ms, end_ms, entered))
    return found


@compiled
def sample_edges(edges, x, y, shape_start, length, step):
    """Places along edges, the middles of pieces of at most `step`: edge, fraction, x, y, (S,) each, and how many pieces
    each edge has; x, y (G,) are the geometry and length (M,) what an edge is said to measure, in the unit of step.
    """
    pieces = np.empty(len(edges), np.int64)
    for i in range(len(edges)):
        pieces[i] = max(1, int(np.ceil(max(_length(edges[i], x, y, shape_start), length[edges[i]]) / step)))
    total = int(pieces.sum())
    of, fraction = np.empty(total, np.int32), np.empty(total)
    at = 0
    for i in range(len(edges)):
        for k in range(pieces[i]):
            of[at] = edges[i]
            fraction[at] = (k + 0.5) / pieces[i]
            at += 1
    places_x, places_y = locate(of, fraction, x, y, shape_start)
    return of, fraction, places_x, places_y, pieces


@compiled
def _length(edge, x, y, shape_start):
    whole = 0.0
    for p in range(shape_start[edge], shape_start[edge + 1] - 1):
        whole += np.hypot(x[p + 1] - x[p], y[p + 1] - y[p])
    return whole


@compiled
def locate(edge, fraction, x, y, shape_start):
    """x and y, (n,) each, of places on edges."""
    places_x, places_y = np.empty(len(edge)), np.empty(len(edge))
    for i in range(len(edge)):
        left = fraction[i] * _length(edge[i], x, y, shape_start)
        last = shape_start[edge[i] + 1] - 1
        p = shape_start[edge[i]]
        piece = np.hypot(x[p + 1] - x[p], y[p + 1] - y[p])
        while p + 2 <= last and left > piece:
            left -= piece
            p += 1
            piece = np.hypot(x[p + 1] - x[p], y[p + 1] - y[p])
        t = min(1.0, left / piece) if piece > 0.0 else 0.0
        places_x[i] = x[p] + t * (x[p + 1] - x[p])
        places_y[i] = y[p] + t * (y[p + 1] - y[p])
    return places_x, places_y


@compiled
def spread(x, y, place_s, radius, cell_s, column, row, columns, rows):
    """From places to the points of a grid within radius of each: the soonest arrival in s and the way to the nearest
    place in cells, (rows, columns) each from (row, column) on, inf where no place is near. A cell is crossed in cell_s.
    """
    time_s = np.full((rows, columns), np.inf)
    far = np.full((rows, columns), np.inf)
    for i in range(len(x)):
        lowest, highest = max(row, int(np.ceil(y[i] - radius))), min(row + rows - 1, int(np.floor(y[i] + radius)))
        for r in range(lowest, highest + 1):
            reach = np.sqrt(max(0.0, radius * radius - (r - y[i]) ** 2))
            left = max(column, int(np.ceil(x[i] - reach)))
            right = min(column + columns - 1, int(np.floor(x[i] + reach)))
            for c in range(left, right + 1):
                away = np.sqrt((r - y[i]) ** 2 + (c - x[i]) ** 2)
                far[r - row, c - column] = min(far[r - row, c - column], away)
                time_s[r - row, c - column] = min(time_s[r - row, c - column], place_s[i] + away * cell_s)
    return time_s, far
