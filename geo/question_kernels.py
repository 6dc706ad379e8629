"""The whole of a question in one compiled call: from a position in degrees to the soonest vehicles."""

import numpy as np

from geo.bucket_kernels import soonest
from geo.compiled import compiled
from geo.side_kernels import arrive
from geo.snap_kernels import snap


@compiled
def ask(
    lon, lat, edge, fraction, metres, west, south, step_lon, step_lat, columns, rows, cell_start, seg_edge, seg_point,
    shut, shape_lon, shape_lat, along_m, length_m, limit_m, m_per_degree, edges, chains, entries, most, eligible,
    labels_cost_less, order_costs, rank, order, dist, space, node, arc, slots, hubs, buckets, keys,
):  # fmt: skip
    """As snap, arrive and soonest one after the other; edge, fraction and metres (1,) become where the position snaps.

    Returns the answer, and whether the ways to the position are cut, so that the buckets do not know it.
    """
    at_lon, at_lat = np.empty(1, np.float64), np.empty(1, np.float64)
    at_lon[0], at_lat[0] = lon, lat
    snap(
        at_lon, at_lat, west, south, step_lon, step_lat, columns, rows, cell_start, seg_edge, seg_point, shut,
        shape_lon, shape_lat, along_m, length_m, limit_m, m_per_degree, edge, fraction, metres,
    )  # fmt: skip
    seeds, on, is_cut = arrive(edge[0], fraction[0], edges, chains, entries)
    answer, is_well = soonest(
        seeds, on, 0 if is_cut else most, eligible, labels_cost_less, order_costs, rank, order, dist, space, node, arc,
        slots, hubs, buckets, keys,
    )  # fmt: skip
    return answer, is_cut or not is_well
