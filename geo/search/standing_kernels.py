"""A whole question, from a position in degrees to the soonest vehicles, and a whole move, each in one compiled call."""

import numpy as np

from geo.compiled import compiled
from geo.search import label_kernels
from geo.search.bucket_kernels import soonest
from geo.search.label_kernels import SIDES
from geo.search.side_kernels import arrive, leave
from geo.search.snap_kernels import snap_one


@compiled
def ask(
    lon, lat, grid, cell_start, segments, along, edges, chains, entries, node_first, node_edge,
    most, labels_cost_less, eligible, scratch, node, arc, slots, hubs, buckets, keys,
):  # fmt: skip
    """As snap_one, arrive and soonest one after the other; chains and entries name vertices by their ranks.

    Returns the answer, None where the ways to the position are cut, so that buckets do not know it; and edge, fraction
    and metres of where it snaps.
    """
    edge, fraction, metres = snap_one(lon, lat, grid, cell_start, segments, along)
    seeds, on, is_cut = arrive(edge, fraction, edges, chains, entries, node_first, node_edge)
    if is_cut:
        return None, edge, fraction, metres
    answer = soonest(seeds, on, most, labels_cost_less, eligible, scratch, node, arc, slots, hubs, buckets, keys)
    return answer, edge, fraction, metres


@compiled
def move(
    vehicle, edge, fraction, wait, edges, chains, entries, node_first, node_edge, slots, hubs, buckets, keys, used,
    mark, node, arc, back_node, back_arc, dist, hub, hub_ms, spot,
):  # fmt: skip
    """As leave and label_kernels.move one after the other, for vehicles (n,) that snap to edge and fraction (n,)."""
    shape = len(vehicle), SIDES
    vertex, street, ms = np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.int32)
    leave(edge, fraction, edges, chains, entries, node_first, node_edge, vertex, street, ms)
    return label_kernels.move(
        vehicle, vertex, street, ms, wait, slots, hubs, buckets, keys, used, mark, node, arc, back_node, back_arc,
        dist, hub, hub_ms, spot,
    )  # fmt: skip
