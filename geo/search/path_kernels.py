"""The compiled loops that find one shortest way with all its arcs; vertices are ranks as in way_kernels."""

import numpy as np

from geo.compiled import compiled
from geo.search.hierarchy_kernels import NEVER
from geo.search.way_kernels import next_up


@compiled
def way(seed, seed_ms, goal, goal_ms, net, up, down, arc_weight):
    """The shortest way from any seed to any goal: ms (NEVER without one), the two ends' vertices, the graph's arcs.

    net is the Hierarchy; its arc_first, arc_of list the graph's arcs of each up arc and direction (2 * up arc + 1 where
    it leads down).
    """
    above, there, by = _climb(seed, seed_ms, net, up)
    below, back, back_by = _climb(goal, goal_ms, net, down)
    best, top_i, top_j = NEVER, -1, -1
    i, j = 0, 0
    while i < len(above) and j < len(below):
        if above[i] < below[j]:
            i += 1
        elif above[i] > below[j]:
            j += 1
        else:
            if there[i] + back[j] < best:
                best, top_i, top_j = there[i] + back[j], i, j
            i += 1
            j += 1
    if top_i < 0:
        return NEVER, -1, -1, np.empty(0, np.int64)
    climbed, begin = _down_from(above[top_i], above, by, net.up_first, 0)
    fallen, end = _down_from(below[top_j], below, back_by, net.up_first, 1)
    stack = np.empty(64, np.int64)
    arcs = np.empty(64, np.int64)
    size = 0
    for coarse in np.concatenate((climbed[::-1], fallen)):
        stack[0] = coarse
        depth = 1
        while depth > 0:
            depth -= 1
            code = stack[depth]
            length = down[code >> 1] if code & 1 else up[code >> 1]
            own = -1
            for at in range(net.arc_first[code], net.arc_first[code + 1]):
                if arc_weight[net.arc_of[at]] == length:
                    own = net.arc_of[at]
                    break
            if own >= 0:
                size, arcs = _put(arcs, size, own)
                continue
            earlier, later = _halves(code, length, net, up, down)
            depth, stack = _put(stack, depth, later)
            depth, stack = _put(stack, depth, earlier)
    return best, begin, end, arcs[:size].copy()


@compiled
def _climb(seed, seed_ms, net, weight):
    """All ancestors of the seeds, rising, with their ms and the up arc that each is reached by (-1: it is a seed)."""
    cursor = seed.copy()
    space = np.empty(64, np.int64)
    size = 0
    while True:
        v = next_up(cursor, net.parent)
        if v < 0:
            break
        size, space = _put(space, size, v)
    space = space[:size].copy()
    dist = np.full(size, NEVER, np.int32)
    by = np.full(size, -1, np.int64)
    for i in range(len(seed)):
        at = np.searchsorted(space, seed[i])
        dist[at] = min(dist[at], seed_ms[i])
    for i in range(size):
        if dist[i] < NEVER:
            to = i
            for arc in range(net.up_first[space[i]], net.up_first[space[i] + 1]):
                while space[to] != net.up_head[arc]:
                    to += 1
                if dist[i] + weight[arc] < dist[to]:
                    dist[to] = dist[i] + weight[arc]
                    by[to] = arc
    return space, dist, by


@compiled
def _down_from(vertex, space, by, up_first, side):
    """The codes of the up arcs by which a vertex was reached, the last first, and the seed where the climb began."""
    codes = np.empty(64, np.int64)
    size = 0
    while True:
        arc = by[np.searchsorted(space, vertex)]
        if arc < 0:
            return codes[:size].copy(), vertex
        size, codes = _put(codes, size, 2 * arc + side)
        vertex = np.searchsorted(up_first, arc, side="right") - 1


@compiled
def _halves(code, length, net, up, down):
    """The codes of the two arcs over a lower vertex that make up an arc which is none of the graph's own."""
    arc = code >> 1
    low_first, low_tail, low_arc = net.low_first, net.low_tail, net.low_arc
    x = np.searchsorted(net.up_first, arc, side="right") - 1
    y = net.up_head[arc]
    i, j = low_first[x], low_first[y]
    while i < low_first[x + 1] and j < low_first[y + 1]:
        if low_tail[i] < low_tail[j]:
            i += 1
        elif low_tail[i] > low_tail[j]:
            j += 1
        else:
            with_x, with_y = np.int64(low_arc[i]), np.int64(low_arc[j])
            if code & 1 == 0 and down[with_x] + up[with_y] == length:
                return 2 * with_x + 1, 2 * with_y
            if code & 1 == 1 and down[with_y] + up[with_x] == length:
                return 2 * with_y + 1, 2 * with_x
            i += 1
            j += 1
    raise RuntimeError("the hierarchy was not customized with these weights")


@compiled
def _put(items, size, item):
    """The item put behind the others: the new size, and the array, twice as long where it was full."""
    if size == len(items):
        items = np.concatenate((items, np.empty(size, np.int64)))
    items[size] = item
    return size + 1, items
