"""The sample network, made once for all tests that need it, and the part of it in which the small world lies."""

from functools import cache

import numpy as np

from geo.osm.tags import ROAD_CLASSES
from geo.roads.build import build_network
from geo.roads.network import Network
from geo.roads.table import Origin, RoadTable
from geo.sample.roads import sample_network

# The city with all its streets, and the main roads from there to the west.
_CITY = (106.590, -6.216, 106.690, -6.160)
_AROUND = (106.490, -6.270, 106.690, -6.160)
_MAIN = [ROAD_CLASSES.index(name) for name in ("trunk", "primary", "secondary", "tertiary")]


@cache
def sample() -> Network:
    """The sample region's roads (some six seconds)."""
    return sample_network(lambda _: None)


@cache
def sample_city() -> Network:
    """A seventh of the sample region's roads, with which a server starts in a moment."""
    whole = sample()

    def inside(box: tuple[float, float, float, float]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        west, south, east, north = box
        at = (whole.node_lon > west) & (whole.node_lon < east) & (whole.node_lat > south) & (whole.node_lat < north)
        return np.asarray(at[whole.edge_from] & at[whole.edge_to])

    kept = np.flatnonzero(inside(_CITY) | (inside(_AROUND) & np.isin(whole.edge_class, _MAIN)))
    nodes, ends = np.unique(np.concatenate((whole.edge_from[kept], whole.edge_to[kept])), return_inverse=True)
    shapes = np.column_stack((whole.shape_lon, whole.shape_lat)) / 1e7
    table = RoadTable(
        lon=whole.node_lon[nodes],
        lat=whole.node_lat[nodes],
        u=ends[: len(kept)],
        v=ends[len(kept) :],
        length_m=whole.edge_length_m[kept],
        highway=[ROAD_CLASSES[number] for number in whole.edge_class[kept].tolist()],
        name=[whole.names[number] for number in whole.edge_name[kept].tolist()],
        speed_kph=np.full(len(kept), np.nan),
        shapes=[shapes[whole.shape_start[edge] : whole.shape_start[edge + 1]] for edge in kept.tolist()],
    )
    meta = whole.meta
    origin = Origin(
        region=meta.region,
        source=meta.source,
        source_date=meta.source_date,
        attribution=meta.attribution,
        sample=True,
    )
    return build_network(table, origin, lambda _: None)
