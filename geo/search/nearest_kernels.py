"""The compiled loop of the early-stopping search; geo.search.nearest describes arguments, shapes and meaning."""

import numpy as np

from geo.compiled import compiled

FAR = np.iinfo(np.int64).max // 4


@compiled
def _room(keys, items, size):
    """The heap's arrays, twice as long where the next entry would not fit."""
    if size + 1 < len(keys):
        return keys, items
    more_keys = np.empty(2 * len(keys), np.int64)
    more_items = np.empty(2 * len(items), np.int64)
    more_keys[:size] = keys[:size]
    more_items[:size] = items[:size]
    return more_keys, more_items


@compiled
def _longer(array):
    """The same array with room for twice as many."""
    more = np.empty(2 * len(array), array.dtype)
    more[: len(array)] = array
    return more


@compiled
def _push(keys, items, size, key, item):
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] < key or (keys[above] == key and items[above] <= item):
            break
        keys[at] = keys[above]
        items[at] = items[above]
        at = above
    keys[at] = key
    items[at] = item
    return size + 1


@compiled
def _pop(keys, items, size):
    size -= 1
    key, item = keys[size], items[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and (
            keys[below + 1] < keys[below] or (keys[below + 1] == keys[below] and items[below + 1] < items[below])
        ):
            below += 1
        if keys[below] > key or (keys[below] == key and items[below] >= item):
            break
        keys[at] = keys[below]
        items[at] = items[below]
        at = below
    if size > 0:
        keys[at] = key
        items[at] = item
    return size


@compiled
def search(
    end_chain,
    end_along_ms,
    end_along_m,
    seed_vertex,
    seed_ms,
    seed_m,
    in_first,
    in_tail,
    in_ms,
    in_m,
    side_vertex,
    side_ms,
    side_m,
    side_chain,
    side_along_ms,
    side_along_m,
    side_of,
    wait_ms,
    want,
    closed_ms,
    dist,
    metres,
    first_side,
    next_side,
    done,
):
    """Fill dist and metres of the vertices that were reached; returns the found vehicles, the cost and metres of every
    vehicle, and the touched vertices.

    end_*: the target's places on chains. seed_*: the vertices from which it is reached. in_tail, in_ms and in_m list
    the arcs entering each vertex. side_*: the places on chains from which vehicles leave, with the vertex ahead.
    wait_ms: ms that pass before a vehicle moves, part of its cost.
    first_side (V,) and next_side (sides,) chain the sides by vertex.
    """
    vertices = len(dist)
    veh_count = len(wait_ms)
    best = np.full(veh_count, FAR, np.int64)
    best_m = np.zeros(veh_count)
    keys = np.empty(1024, np.int64)
    items = np.empty(1024, np.int64)
    size = 0
    touched = np.empty(1024, np.int64)
    touched_count = 0
    for s in range(len(side_vertex)):
        next_side[s] = first_side[side_vertex[s]]
        first_side[side_vertex[s]] = s
        # Who stands upstream on the very chain comes straight along it.
        for t in range(len(end_chain)):
            way = end_along_ms[t] - side_along_ms[s]
            if side_chain[s] == end_chain[t] and 0 <= way < closed_ms:
                v = side_of[s]
                if way + wait_ms[v] < best[v]:
                    best[v] = way + wait_ms[v]
                    best_m[v] = max(0.0, end_along_m[t] - side_along_m[s])
    for i in range(len(seed_vertex)):
        vertex = seed_vertex[i]
        if seed_ms[i] < dist[vertex]:
            if dist[vertex] == FAR:
                if touched_count >= len(touched):
                    touched = _longer(touched)
                touched[touched_count] = vertex
                touched_count += 1
            dist[vertex] = seed_ms[i]
            metres[vertex] = seed_m[i]
            keys, items = _room(keys, items, size)
            size = _push(keys, items, size, dist[vertex], vertex)
    for v in range(veh_count):
        if best[v] < FAR:
            keys, items = _room(keys, items, size)
            size = _push(keys, items, size, best[v], vertices + v)
    found = np.empty(veh_count, np.int64)
    found_count = 0
    # At equal cost vertices leave the heap before vehicles and these by their number, so that ties come in order.
    while size > 0:
        key, item = keys[0], items[0]
        size = _pop(keys, items, size)
        if found_count >= want:
            break
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
            if side_ms[s] < closed_ms and cost < best[v]:
                best[v] = cost
                best_m[v] = metres[item] + side_m[s]
                keys, items = _room(keys, items, size)
                size = _push(keys, items, size, cost, vertices + v)
            s = next_side[s]
        for at in range(in_first[item], in_first[item + 1]):
            vertex = in_tail[at]
            cost = key + in_ms[at]
            if in_ms[at] < closed_ms and cost < dist[vertex]:
                if dist[vertex] == FAR:
                    if touched_count >= len(touched):
                        touched = _longer(touched)
                    touched[touched_count] = vertex
                    touched_count += 1
                dist[vertex] = cost
                metres[vertex] = metres[item] + in_m[at]
                keys, items = _room(keys, items, size)
                size = _push(keys, items, size, cost, vertex)
    for s in range(len(side_vertex)):
        first_side[side_vertex[s]] = -1
    return found[:found_count], best, best_m, touched[:touched_count]
