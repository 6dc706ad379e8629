"""The compiled loops that search a customized hierarchy; vertices are their ranks, a seed is a vertex and its ms.

An up graph is node (V+1, 2), each vertex's parent in the elimination tree and its first arc, and arc (K, 2), the higher
end and the ms of each. `forward` ones hold ways that begin at the low end, `backward` ones those that end there, so
that one loop serves both directions. What is read together lies together: memory is what a search waits for.
"""

import numpy as np

from geo.compiled import compiled
from geo.search.hierarchy_kernels import NEVER


@compiled
def climb(seed, seed_ms, node, arc, dist, space):
    """Walk up the elimination tree from all seeds; fills dist of the vertices reached and lists them, rising, in space.

    dist (V,) must be NEVER everywhere; the caller puts it back. Returns how many vertices were reached.
    """
    cursor, parent = seed.copy(), node[:, 0]
    for i in range(len(seed)):
        dist[seed[i]] = min(dist[seed[i]], seed_ms[i])
    size = 0
    while True:
        v = next_up(cursor, parent)
        if v < 0:
            return size
        here = dist[v]
        if here >= NEVER:
            dist[v] = NEVER
            continue
        space[size] = v
        size += 1
        for at in range(node[v, 1], node[v + 1, 1]):
            y = arc[at, 0]
            dist[y] = min(dist[y], np.int32(here + arc[at, 1]))


@compiled
def next_up(cursor, parent):
    """The lowest vertex of the cursors, -1 after the last, with all cursors that are on it moved to its parent."""
    v = -1
    for c in cursor:
        if c >= 0 and (v < 0 or c < v):
            v = c
    if v >= 0:
        for i in range(len(cursor)):
            if cursor[i] == v:
                cursor[i] = parent[v]
    return v


@compiled
def label(vertex, node, arc, back_node, back_arc, dist, hub, hub_ms):
    """The hubs of a vertex, rising, and their ms; returns how many. dist (V,) must be NEVER and is so afterwards.

    A hub is left out where a way over a higher one is as short: that one serves whatever this would. The vertex itself
    stays, the first, so that its bucket tells who is bound for it. node, arc are the up graph of the label's direction,
    back_node, back_arc that of the other.
    """
    size = climb(np.array([vertex], np.int32), np.zeros(1, np.int32), node, arc, dist, hub)
    for i in range(size - 1, -1, -1):
        a = hub[i]
        best = NEVER
        for at in range(back_node[a, 1], back_node[a + 1, 1]):
            best = min(best, np.int32(dist[back_arc[at, 0]] + back_arc[at, 1]))
        hub_ms[i] = NEVER if best <= dist[a] and i > 0 else dist[a]
        dist[a] = min(dist[a], best)
    kept = 0
    for i in range(size):
        dist[hub[i]] = NEVER
        if hub_ms[i] < NEVER:
            hub[kept] = hub[i]
            hub_ms[kept] = hub_ms[i]
            kept += 1
    return kept


@compiled
def sweep(seed, seed_ms, node, arc, back_node, back_arc):
    """Shortest ms from any seed to all vertices (V,) int32, along the direction of the first up graph."""
    count = len(node) - 1
    dist = np.full(count, NEVER, np.int32)
    lowest = count
    for i in range(len(seed)):
        dist[seed[i]] = min(dist[seed[i]], seed_ms[i])
        lowest = min(lowest, seed[i])
    for v in range(lowest, count):
        here = dist[v]
        if here < NEVER:
            for at in range(node[v, 1], node[v + 1, 1]):
                dist[arc[at, 0]] = min(dist[arc[at, 0]], np.int32(here + arc[at, 1]))
    for v in range(count - 1, -1, -1):
        here = dist[v]
        for at in range(back_node[v, 1], back_node[v + 1, 1]):
            here = min(here, np.int32(dist[back_arc[at, 0]] + back_arc[at, 1]))
        dist[v] = min(here, NEVER)
    return dist


@compiled
def matrix(source, target, node, arc, back_node, back_arc, table):
    """Fill table (S, T) int32 with the shortest ms from each source to each target, NEVER where there is no way."""
    count = len(node) - 1
    dist = np.full(count, NEVER, np.int32)
    hub, hub_ms = np.empty(count, np.int32), np.empty(count, np.int32)
    start = np.zeros(len(target) + 1, np.int64)
    hubs = np.empty((1024, 2), np.int32)
    for t in range(len(target)):
        size = label(target[t], back_node, back_arc, node, arc, dist, hub, hub_ms)
        begin = start[t]
        if begin + size > len(hubs):
            hubs = np.concatenate((hubs[:begin], np.empty((begin + size, 2), np.int32)))
        hubs[begin : begin + size, 0] = hub[:size]
        hubs[begin : begin + size, 1] = hub_ms[:size]
        start[t + 1] = begin + size
    for s in range(len(source)):
        size = label(source[s], node, arc, back_node, back_arc, dist, hub, hub_ms)
        for i in range(size):
            dist[hub[i]] = hub_ms[i]
        for t in range(len(target)):
            best = NEVER
            for at in range(start[t], start[t + 1]):
                best = min(best, np.int32(dist[hubs[at, 0]] + hubs[at, 1]))
            table[s, t] = best
        for i in range(size):
            dist[hub[i]] = NEVER
