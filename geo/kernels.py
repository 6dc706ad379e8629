"""The compiled loops of snapping and searching; their callers describe arguments, shapes and meaning."""

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
def count_cells(col, row, shape_start, edges, columns, counts):
    for edge in edges:
        for p in range(shape_start[edge], shape_start[edge + 1] - 1):
            for r in range(min(row[p], row[p + 1]), max(row[p], row[p + 1]) + 1):
                for c in range(min(col[p], col[p + 1]), max(col[p], col[p + 1]) + 1):
                    counts[r * columns + c] += 1


@compiled
def fill_cells(col, row, shape_start, edges, columns, cursor, seg_edge, seg_point):
    for edge in edges:
        for p in range(shape_start[edge], shape_start[edge + 1] - 1):
            for r in range(min(row[p], row[p + 1]), max(row[p], row[p + 1]) + 1):
                for c in range(min(col[p], col[p + 1]), max(col[p], col[p + 1]) + 1):
                    at = cursor[r * columns + c]
                    seg_edge[at] = edge
                    seg_point[at] = p
                    cursor[r * columns + c] += 1


@compiled
def snap_all(
    lon,
    lat,
    west,
    south,
    step_lon,
    step_lat,
    columns,
    rows,
    cell_start,
    seg_edge,
    seg_point,
    shut,
    shape_lon,
    shape_lat,
    limit_m,
    m_per_degree,
    out_edge,
    out_point,
    out_t,
    out_m,
):
    for i in range(len(lon)):
        kx = m_per_degree * np.cos(lat[i] * np.pi / 180.0)
        ky = m_per_degree
        cell_m = min(step_lon * kx, step_lat * ky)
        centre_c = int(np.floor((lon[i] - west) / step_lon))
        centre_r = int(np.floor((lat[i] - south) / step_lat))
        # The position may lie off the grid: rings start where the grid begins.
        ring = max(max(0 - centre_c, centre_c - (columns - 1)), max(0 - centre_r, centre_r - (rows - 1)), 0)
        # A ring begins this much farther than its number of cells less one: the way to the nearest border of the cell.
        part_c, part_r = (lon[i] - west) / step_lon - centre_c, (lat[i] - south) / step_lat - centre_r
        inside = min(part_c, 1.0 - part_c, part_r, 1.0 - part_r)
        best = np.inf
        while (ring - 1 + inside) * cell_m <= min(np.sqrt(best), limit_m) and ring <= columns + rows + 1 + abs(
            centre_c
        ) + abs(centre_r):
            for r in range(max(centre_r - ring, 0), min(centre_r + ring, rows - 1) + 1):
                edge_row = r in (centre_r - ring, centre_r + ring)
                c_step = 1 if edge_row or ring == 0 else 2 * ring
                c = centre_c - ring
                while c <= centre_c + ring:
                    if 0 <= c < columns:
                        cell = r * columns + c
                        for s in range(cell_start[cell], cell_start[cell + 1]):
                            if shut[seg_edge[s]]:
                                continue
                            p = seg_point[s]
                            ax = (shape_lon[p] * 1e-7 - lon[i]) * kx
                            ay = (shape_lat[p] * 1e-7 - lat[i]) * ky
                            dx = (shape_lon[p + 1] - shape_lon[p]) * 1e-7 * kx
                            dy = (shape_lat[p + 1] - shape_lat[p]) * 1e-7 * ky
                            square = dx * dx + dy * dy
                            t = 0.0
                            if square > 0.0:
                                t = min(1.0, max(0.0, -(ax * dx + ay * dy) / square))
                            d = (ax + t * dx) ** 2 + (ay + t * dy) ** 2
                            if d < best or (d == best and (seg_edge[s], p) < (out_edge[i], out_point[i])):
                                best = d
                                out_edge[i] = seg_edge[s]
                                out_point[i] = p
                                out_t[i] = t
                    c += c_step
            ring += 1
        out_m[i] = np.sqrt(best)
        if out_m[i] > limit_m:
            out_edge[i] = -1


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
