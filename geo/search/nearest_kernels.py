"""The compiled loop of the early-stopping search; geo.search.nearest describes arguments, shapes and meaning."""

from heapq import heapify, heappop, heappush

import numpy as np

from geo.compiled import compiled
from geo.roads.graph import CLOSED_MS

FAR = np.iinfo(np.int64).max // 4


@compiled
def search(ends, seeds, into, sides, wait_ms, want, dist, metres, first_side):
    """Fill dist and metres of the vertices that were reached; returns the found vehicles, the cost and metres of every
    vehicle, and the touched vertices.

    ends: the target's places on chains, as chain, ms and metres along it. seeds: the vertices from which it is reached,
    with ms and metres. into: the first arc into each vertex, and of these the tail, ms and metres. sides: the places on
    chains from which vehicles leave, as the vertex ahead, ms and metres to it, chain, ms and metres along it, and the
    vehicle. wait_ms: ms that pass before a vehicle moves, part of its cost. first_side (V,) must be -1 everywhere.
    """
    end_chain, end_along_ms, end_along_m = ends
    in_first, in_tail, in_ms, in_m = into
    side_vertex, side_ms, side_m, side_chain, side_along_ms, side_along_m, side_of = sides
    vertices, vehicles = len(dist), len(wait_ms)
    best, best_m = np.full(vehicles, FAR, np.int64), np.zeros(vehicles)
    next_side = np.full(len(side_vertex), -1, np.int64)
    for s in range(len(side_vertex)):
        next_side[s] = first_side[side_vertex[s]]
        first_side[side_vertex[s]] = s
        # Who stands upstream on the very chain comes straight along it.
        for t in range(len(end_chain)):
            way = end_along_ms[t] - side_along_ms[s]
            if side_chain[s] == end_chain[t] and 0 <= way < CLOSED_MS:
                v = side_of[s]
                if way + wait_ms[v] < best[v]:
                    best[v] = way + wait_ms[v]
                    best_m[v] = max(0.0, end_along_m[t] - side_along_m[s])
    heap = [(best[v], vertices + v) for v in range(vehicles) if best[v] < FAR]
    heapify(heap)
    touched = [np.int64(0) for _ in range(0)]
    for i in range(len(seeds[0])):
        _reach(np.int64(seeds[0][i]), np.int64(seeds[1][i]), seeds[2][i], dist, metres, touched, heap)
    done = np.zeros(vehicles, np.bool_)
    found = np.empty(want, np.int64)
    found_count = 0
    # At equal cost vertices leave the heap before vehicles and these by their number, so that ties come in order.
    while heap and found_count < want:
        key, item = heappop(heap)
        if item >= vertices:
            v = item - vertices
            if not done[v]:
                done[v] = True
                found[found_count] = v
                found_count += 1
            continue
        if key > dist[item]:
            continue
        s = first_side[item]
        while s >= 0:
            v = side_of[s]
            cost = key + side_ms[s] + wait_ms[v]
            if side_ms[s] < CLOSED_MS and cost < best[v]:
                best[v] = cost
                best_m[v] = metres[item] + side_m[s]
                heappush(heap, (cost, vertices + v))
            s = next_side[s]
        for at in range(in_first[item], in_first[item + 1]):
            if in_ms[at] < CLOSED_MS:
                _reach(np.int64(in_tail[at]), key + in_ms[at], metres[item] + in_m[at], dist, metres, touched, heap)
    for s in range(len(side_vertex)):
        first_side[side_vertex[s]] = -1
    return found[:found_count], best, best_m, np.array(touched, np.int64)


@compiled
def _reach(vertex, cost, way_m, dist, metres, touched, heap):
    """Keep the way to a vertex if it is the shortest so far."""
    if cost < dist[vertex]:
        if dist[vertex] == FAR:
            touched.append(vertex)
        dist[vertex], metres[vertex] = cost, way_m
        heappush(heap, (cost, vertex))
