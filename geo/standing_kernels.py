"""A whole question, from a position in degrees to the soonest vehicles, and a whole move, each in one compiled call."""

import numpy as np

from geo import label_kernels
from geo.bucket_kernels import soonest
from geo.compiled import compiled
from geo.label_kernels import SIDES
from geo.side_kernels import arrive, leave
from geo.snap_kernels import snap_one


@compiled
def ask(
    lon, lat, west, south, step_lon, step_lat, columns, rows, cell_start, segments, shut, shape_lon,
    shape_lat, along_m, length_m, limit_m, edges, chains, entries, most, eligible, labels_cost_less,
    order_costs, rank, order, dist, space, node, arc, slots, hubs, buckets, keys,
):  # fmt: skip
    """As snap_one, arrive and soonest one after the other.

    Returns the answer, None where the ways to the position are cut, so that buckets do not know it; and edge, fraction
    and metres of where it snaps.
    """
    edge, fraction, metres = snap_one(
        lon, lat, west, south, step_lon, step_lat, columns, rows, cell_start, segments, shut, shape_lon,
        shape_lat, along_m, length_m, limit_m,
    )  # fmt: skip
    seeds, on, is_cut = arrive(edge, fraction, edges, chains, entries)
    answer, is_well = soonest(
        seeds, on, 0 if is_cut else most, eligible, labels_cost_less, order_costs, rank, order, dist, space, node, arc,
        slots, hubs, buckets, keys,
    )  # fmt: skip
    return answer if is_well and not is_cut else None, edge, fraction, metres


@compiled
def move(
    vehicle, edge, fraction, wait, edges, chains, rank, slots, hubs, buckets, keys, used, mark, node, arc, back_node,
    back_arc, dist, hub, hub_ms, spot,
):  # fmt: skip
    """As leave and label_kernels.move one after the other, for vehicles (n,) that snap to edge and fraction (n,)."""
    shape = len(vehicle), SIDES
    vertex, street, ms = np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.int32)
    leave(edge, fraction, edges, chains, vertex, street, ms)
    for i in range(len(vehicle)):
        for side in range(SIDES):
            if vertex[i, side] >= 0:
                vertex[i, side] = rank[vertex[i, side]]
    return label_kernels.move(
        vehicle, vertex, street, ms, wait, slots, hubs, buckets, keys, used, mark, node, arc, back_node, back_arc,
        dist, hub, hub_ms, spot,
    )  # fmt: skip
