"""The whole of a question in one compiled call: from a position in degrees to the soonest vehicles."""

from geo.bucket_kernels import soonest
from geo.compiled import compiled
from geo.side_kernels import arrive
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
