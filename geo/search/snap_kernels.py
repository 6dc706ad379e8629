"""The compiled loops of snapping; geo.search.snap describes arguments, shapes and meaning."""

import numpy as np

from geo.compiled import compiled
from geo.point import M_PER_DEGREE

# The numbers of a grid: its corner and its steps in degrees, how many cells it has each way, and how far from a road a
# position may be.
GRID = 7
WEST, SOUTH, STEP_LON, STEP_LAT, COLUMNS, ROWS, LIMIT_M = range(GRID)
# The columns of segments: the edge or -1 where it is shut, the geometry point where the segment begins, and both its
# ends in 1e-7 degrees, so that a look through a cell reads on from one place.
SEGMENT = 6
EDGE, POINT, LON, LAT, TO_LON, TO_LAT = range(SEGMENT)
# This project's choice: who is so near to the end of an edge, along it, is there, and so on every street that meets
# there. Coordinates with five decimals are rounded by up to 0.8 m; a satellite's error is larger and is none of this.
AT_END_M = 1.5


@compiled
def count_cells(col, row, shape_start, edges, columns, counts):
    for edge in edges:
        for p in range(shape_start[edge], shape_start[edge + 1] - 1):
            for r in range(min(row[p], row[p + 1]), max(row[p], row[p + 1]) + 1):
                for c in range(min(col[p], col[p + 1]), max(col[p], col[p + 1]) + 1):
                    counts[r * columns + c] += 1


@compiled
def fill_cells(col, row, shape_start, shape_lon, shape_lat, edges, columns, cursor, segments):
    for edge in edges:
        for p in range(shape_start[edge], shape_start[edge + 1] - 1):
            for r in range(min(row[p], row[p + 1]), max(row[p], row[p + 1]) + 1):
                for c in range(min(col[p], col[p + 1]), max(col[p], col[p + 1]) + 1):
                    at = cursor[r * columns + c]
                    segments[at, EDGE], segments[at, POINT] = edge, p
                    segments[at, LON], segments[at, LAT] = shape_lon[p], shape_lat[p]
                    segments[at, TO_LON], segments[at, TO_LAT] = shape_lon[p + 1], shape_lat[p + 1]
                    cursor[r * columns + c] += 1


@compiled
def snap(lon, lat, grid, cell_start, segments, along, edge, fraction, metres):
    """Fill edge, fraction and metres (n,) for positions (n,), as snap_one says."""
    for i in range(len(lon)):
        edge[i], fraction[i], metres[i] = snap_one(lon[i], lat[i], grid, cell_start, segments, along)


@compiled
def snap_one(lon, lat, grid, cell_start, segments, along):
    """The edge, the fraction of it and the metres to there; -1, 0 and inf for what is no number or far away. The
    fraction is 0 or 1 within AT_END_M of the end of the edge.
    """
    west, south, step_lon, step_lat, limit_m = grid[WEST], grid[SOUTH], grid[STEP_LON], grid[STEP_LAT], grid[LIMIT_M]
    columns, rows = int(grid[COLUMNS]), int(grid[ROWS])
    margin = limit_m / M_PER_DEGREE + step_lat
    if not (abs(lon) <= 360.0 and south - margin < lat < south + rows * step_lat + margin):
        return -1, 0.0, np.inf
    kx = M_PER_DEGREE * np.cos(lat * np.pi / 180.0)
    ky = M_PER_DEGREE
    cell_m = min(step_lon * kx, step_lat * ky)
    centre_c = int(np.floor((lon - west) / step_lon))
    centre_r = int(np.floor((lat - south) / step_lat))
    # The position may lie off the grid: rings start where the grid begins.
    ring = max(max(0 - centre_c, centre_c - (columns - 1)), max(0 - centre_r, centre_r - (rows - 1)), 0)
    # A ring begins this much farther than its number of cells less one: the way to the nearest border of the cell.
    part_c, part_r = (lon - west) / step_lon - centre_c, (lat - south) / step_lat - centre_r
    inside = min(part_c, 1.0 - part_c, part_r, 1.0 - part_r)
    last_ring = columns + rows + 1 + abs(centre_c) + abs(centre_r)
    best, best_edge, best_point, best_t, best_square = np.inf, -1, -1, 0.0, 0.0
    while (ring - 1 + inside) * cell_m <= min(np.sqrt(best), limit_m) and ring <= last_ring:
        for r in range(max(centre_r - ring, 0), min(centre_r + ring, rows - 1) + 1):
            edge_row = r in (centre_r - ring, centre_r + ring)
            c_step = 1 if edge_row or ring == 0 else 2 * ring
            c = centre_c - ring
            while c <= centre_c + ring:
                if 0 <= c < columns:
                    cell = r * columns + c
                    for s in range(cell_start[cell], cell_start[cell + 1]):
                        ax = (segments[s, LON] * 1e-7 - lon) * kx
                        ay = (segments[s, LAT] * 1e-7 - lat) * ky
                        dx = (segments[s, TO_LON] - segments[s, LON]) * 1e-7 * kx
                        dy = (segments[s, TO_LAT] - segments[s, LAT]) * 1e-7 * ky
                        square = dx * dx + dy * dy
                        t = 0.0
                        if square > 0.0:
                            t = min(1.0, max(0.0, -(ax * dx + ay * dy) / square))
                        d = (ax + t * dx) ** 2 + (ay + t * dy) ** 2
                        name = segments[s, EDGE], segments[s, POINT]
                        if (d < best or (d == best and name < (best_edge, best_point))) and name[0] >= 0:
                            best, best_edge, best_point, best_t, best_square = d, name[0], name[1], t, square
                c += c_step
        ring += 1
    metres = np.sqrt(best)
    if metres > limit_m:
        return -1, 0.0, metres
    share = along[best_point + 1] - along[best_point]
    fraction = min(1.0, along[best_point] + best_t * share)
    if min(fraction, 1.0 - fraction) * np.sqrt(best_square) <= AT_END_M * share:
        fraction = np.rint(fraction)
    return best_edge, fraction, metres
