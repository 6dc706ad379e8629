"""The compiled loops of walking to a door; geo.search.walk describes arguments, shapes and meaning."""

from heapq import heappop, heappush

import numpy as np

from geo.compiled import compiled
from geo.point import M_PER_DEGREE
from geo.search.snap_kernels import (
    COLUMNS,
    EDGE,
    LAT,
    LIMIT_M,
    LON,
    POINT,
    ROWS,
    SOUTH,
    STEP_LAT,
    STEP_LON,
    TO_LAT,
    TO_LON,
    WEST,
    snap_one,
)

FAR = np.iinfo(np.int64).max // 4
# How much a metre off all ways weighs, what a metre on foot takes, how far one looks for a way, how far a way may end
# from a street, and what a whole walk may weigh.
WEIGHTS = 5
WEIGHT, MS_PER_M, LOOK_M, GAP_M, MOST_MS = range(WEIGHTS)


@compiled
def stops(lon, lat, edge, fraction, metres, walk_ms, streets, shapes, walks, water, weights, room):
    """Put the stop of each door (n,) in place of where it snaps to, where that is another; returns which those are."""
    other = np.zeros(len(lon), np.bool_)
    for i in range(len(lon)):
        if not (abs(lon[i]) <= 360.0 and abs(lat[i]) <= 90.0):
            continue
        found = _stop(lon[i], lat[i], edge[i], fraction[i], metres[i], streets, shapes, walks, water, weights, room)
        if found[0] >= 0 and (found[:2] != (edge[i], fraction[i]) or found[3] > 0):
            edge[i], fraction[i], metres[i], walk_ms[i] = found
            other[i] = True
    return other


@compiled
def _stop(lon, lat, edge, fraction, metres, streets, shapes, walks, water, weights, room):
    """The edge, fraction, metres and ms on foot (0: none but straight to the street) of the stop of a door; edge -1
    where nothing dry is found.
    """
    grid, cell_start, segments, along = streets
    foot, foot_first, foot_segments, foot_along, tail, head, length_m, ms, first, arcs, node_lon, node_lat = walks
    dist, walked_m, off_ms, touched_room = room
    weight, ms_per_m = int(weights[WEIGHT]), weights[MS_PER_M]
    best, best_edge, best_fraction, best_m, best_ms = FAR, -1, 0.0, np.inf, 0
    if edge >= 0:
        x, y = _place(edge, fraction, shapes, along)
        if _wet(lon, lat, x, y, water):
            x, y = _dry_street(lon, lat, grid, cell_start, segments, water, weights[LOOK_M])
            edge, fraction, _ = snap_one(x, y, grid, cell_start, segments, along)
            metres = _straight_m(lon, lat, x, y)
        if edge >= 0:
            best, best_edge, best_fraction, best_m = _ms(metres, ms_per_m) * weight, edge, fraction, metres
    # What saves less than a metre is the same.
    limit = min(best - int(ms_per_m), int(weights[MOST_MS]))
    touched, heap = 0, [(np.int64(0), np.int64(0)) for _ in range(0)]
    kx, ky = _scale(lat)
    look_m = min(metres, weights[LOOK_M]) if edge >= 0 else weights[LOOK_M]
    dx, dy = look_m / kx, look_m / ky
    west, east, south, north = _box(lon - dx, lat - dy, lon + dx, lat + dy, foot)
    for row in range(south, north + 1):
        for column in range(west, east + 1):
            cell = row * int(foot[COLUMNS]) + column
            for s in range(foot_first[cell], foot_first[cell + 1]):
                off, x, y, t = _nearest(lon, lat, kx, ky, foot_segments[s])
                cost = _ms(off, ms_per_m) * weight
                if cost >= limit:
                    continue
                way, point = foot_segments[s, EDGE], foot_segments[s, POINT]
                at = foot_along[point] + t * (foot_along[point + 1] - foot_along[point])
                back, ahead = int(np.rint(ms[way] * at)), int(np.rint(ms[way] * (1.0 - at)))
                if cost + back >= dist[tail[way]] and cost + ahead >= dist[head[way]]:
                    continue
                if _wet(lon, lat, x, y, water):
                    continue
                for node, more, part in ((tail[way], back, at), (head[way], ahead, 1.0 - at)):
                    if cost + more < min(dist[node], limit):
                        if dist[node] == FAR:
                            touched_room[touched] = node
                            touched += 1
                        dist[node] = cost + more
                        walked_m[node], off_ms[node] = off + part * length_m[way], _ms(off, ms_per_m)
                        heappush(heap, (np.int64(cost + more), np.int64(node)))
    ends = grid.copy()
    ends[LIMIT_M] = weights[GAP_M]
    while heap:
        cost, node = heappop(heap)
        if cost >= limit:
            break
        if cost > dist[node]:
            continue
        here_lon, here_lat = node_lon[node] * 1e-7, node_lat[node] * 1e-7
        end, part, gap_m = snap_one(here_lon, here_lat, ends, cell_start, segments, along)
        if end >= 0:
            gap_ms = _ms(gap_m, ms_per_m)
            whole = cost + weight * gap_ms
            if whole < limit:
                x, y = _place(end, part, shapes, along)
                if not _wet(here_lon, here_lat, x, y, water):
                    limit, best_edge, best_fraction, best_m = whole, end, part, walked_m[node] + gap_m
                    best_ms = max(1, whole - (weight - 1) * (gap_ms + off_ms[node]))
        for at in range(first[node], first[node + 1]):
            way = arcs[at]
            other = head[way] if tail[way] == node else tail[way]
            if cost + ms[way] < min(dist[other], limit):
                if dist[other] == FAR:
                    touched_room[touched] = other
                    touched += 1
                dist[other] = cost + ms[way]
                walked_m[other], off_ms[other] = walked_m[node] + length_m[way], off_ms[node]
                heappush(heap, (np.int64(cost + ms[way]), np.int64(other)))
    for at in range(touched):
        dist[touched_room[at]] = FAR
    return best_edge, best_fraction, best_m, best_ms


@compiled
def _ms(metres, ms_per_m):
    return int(np.rint(metres * ms_per_m))


@compiled
def _scale(lat):
    return M_PER_DEGREE * np.cos(lat * np.pi / 180.0), M_PER_DEGREE


@compiled
def _straight_m(lon, lat, x, y):
    kx, ky = _scale(lat)
    return np.hypot((x - lon) * kx, (y - lat) * ky)


@compiled
def _nearest(lon, lat, kx, ky, segment):
    """The metres to a segment, the nearest point of it in degrees, and where on it that is."""
    ax, ay = (segment[LON] * 1e-7 - lon) * kx, (segment[LAT] * 1e-7 - lat) * ky
    dx = (segment[TO_LON] - segment[LON]) * 1e-7 * kx
    dy = (segment[TO_LAT] - segment[LAT]) * 1e-7 * ky
    square = dx * dx + dy * dy
    t = 0.0
    if square > 0.0:
        t = min(1.0, max(0.0, -(ax * dx + ay * dy) / square))
    x, y = ax + t * dx, ay + t * dy
    return np.hypot(x, y), lon + x / kx, lat + y / ky, t


@compiled
def _place(edge, fraction, shapes, along):
    """Where a fraction of an edge is, in degrees."""
    start, lons, lats = shapes
    p = start[edge]
    while p + 2 < start[edge + 1] and along[p + 1] <= fraction:
        p += 1
    step = along[p + 1] - along[p]
    t = (fraction - along[p]) / step if step > 0.0 else 0.0
    return (lons[p] + t * (lons[p + 1] - lons[p])) * 1e-7, (lats[p] + t * (lats[p + 1] - lats[p])) * 1e-7


@compiled
def _box(lon, lat, to_lon, to_lat, grid):
    """The cells between two places: the first and last column and row. What lies beyond the grid is at its rim."""
    columns, rows = int(grid[COLUMNS]), int(grid[ROWS])
    west = int(np.floor((min(lon, to_lon) - grid[WEST]) / grid[STEP_LON]))
    east = int(np.floor((max(lon, to_lon) - grid[WEST]) / grid[STEP_LON]))
    south = int(np.floor((min(lat, to_lat) - grid[SOUTH]) / grid[STEP_LAT]))
    north = int(np.floor((max(lat, to_lat) - grid[SOUTH]) / grid[STEP_LAT]))
    west, east = min(max(west, 0), columns - 1), min(max(east, 0), columns - 1)
    return west, east, min(max(south, 0), rows - 1), min(max(north, 0), rows - 1)


@compiled
def _dry_street(lon, lat, grid, cell_start, segments, water, look_m):
    """The nearest point of a street to which one comes straight over no water; NaN where there is none."""
    kx, ky = _scale(lat)
    best, best_x, best_y = look_m, np.nan, np.nan
    dx, dy = look_m / kx, look_m / ky
    west, east, south, north = _box(lon - dx, lat - dy, lon + dx, lat + dy, grid)
    for row in range(south, north + 1):
        for column in range(west, east + 1):
            cell = row * int(grid[COLUMNS]) + column
            for s in range(cell_start[cell], cell_start[cell + 1]):
                if segments[s, EDGE] < 0:
                    continue
                metres, x, y, _ = _nearest(lon, lat, kx, ky, segments[s])
                if metres < best and not _wet(lon, lat, x, y, water):
                    best, best_x, best_y = metres, x, y
    return best_x, best_y


@compiled
def _wet(lon, lat, x, y, water):
    """Whether the straight line between two places crosses water. What ends on a bank crosses nothing."""
    grid, cell_start, segments = water
    if not len(segments):
        return False
    west, east, south, north = _box(lon, lat, x, y, grid)
    for row in range(south, north + 1):
        for column in range(west, east + 1):
            cell = row * int(grid[COLUMNS]) + column
            for s in range(cell_start[cell], cell_start[cell + 1]):
                ax, ay = segments[s, LON] * 1e-7, segments[s, LAT] * 1e-7
                bx, by = segments[s, TO_LON] * 1e-7, segments[s, TO_LAT] * 1e-7
                # A corner of the bank is on one side alone, so that a line through it crosses once.
                side_a = (x - lon) * (ay - lat) - (y - lat) * (ax - lon) >= 0.0
                side_b = (x - lon) * (by - lat) - (y - lat) * (bx - lon) >= 0.0
                here = (bx - ax) * (lat - ay) - (by - ay) * (lon - ax)
                there = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
                if side_a != side_b and here * there < 0.0:
                    return True
    return False
