"""Small towns written as OpenStreetMap XML, on the grid of tests.roads.tiny."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from geo.roads.build_osm import build_from_osm
from geo.roads.network import Network
from geo.roads.turns import FORBIDDEN
from tests.roads.tiny import SOUTH, STEP, WEST

Tags = Mapping[str, str]
# A way is its nodes and tags; a relation its members as (type, ref, role) and tags.
Way = tuple[Sequence[int], Tags]
Relation = tuple[Sequence[tuple[str, int, str]], Tags]

ROAD: Tags = {"highway": "residential"}
# 2 stands in the middle of 1, 3, 4 and 5; a street round joins 3, 4 and 5.
CROSS = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (1, 1), 5: (1, -1)}
ARMS: dict[int, Way] = {10 + end: ([end, 2], ROAD) for end in (1, 3, 4, 5)}
# Nodes 1 to 5 become 0 to 4; arms are 0-1, 2-1, 3-1 and 4-1, and a street joins 2 and 3 and 4.
RING: dict[int, Way] = {**ARMS, 20: ([3, 4], ROAD), 21: ([3, 5], ROAD)}


def xml(
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, Way],
    relations: Sequence[Relation] = (),
    node_tags: Mapping[int, Tags] | None = None,
) -> str:
    def tags(given: Tags) -> str:
        return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in given.items())

    lines = ["<?xml version='1.0' encoding='UTF-8'?><osm version='0.6' generator='contoh'>"]
    for number, (x, y) in nodes.items():
        place = f"lon='{WEST + STEP * x:.7f}' lat='{SOUTH + STEP * y:.7f}'"
        lines.append(f"<node id='{number}' version='1' {place}>{tags((node_tags or {}).get(number, {}))}</node>")
    for number, (along, given) in ways.items():
        refs = "".join(f"<nd ref='{node}'/>" for node in along)
        lines.append(f"<way id='{number}' version='1'>{refs}{tags(given)}</way>")
    for number, (members, given) in enumerate(relations, 1):
        parts = "".join(f"<member type='{kind}' ref='{ref}' role='{role}'/>" for kind, ref, role in members)
        lines.append(f"<relation id='{number}' version='1'>{parts}{tags(given)}</relation>")
    return "\n".join([*lines, "</osm>"])


def restriction(kind: str, first: int, via: int, then: int, **more: str) -> Relation:
    return [("way", first, "from"), ("node", via, "via"), ("way", then, "to")], {
        "type": "restriction",
        "restriction": kind,
        **more,
    }


def town(
    folder: Path, text: str, *, turn_costs: str = "osm", area: Path | None = None, ferries: bool = False
) -> tuple[Network, list[str]]:
    """The network of an XML text and what its build said."""
    path = folder / "kota.osm"
    path.write_text(text, "utf-8")
    said: list[str] = []
    net = build_from_osm(path, said.append, region="Kota", area=area, turn_costs=turn_costs, ferries=ferries)
    return net, said


def streets(net: Network) -> list[tuple[str, tuple[float, float], tuple[float, float]]]:
    """Every directed edge as its name and the grid places of its ends, sorted."""

    def place(node: int) -> tuple[float, float]:
        x, y = (net.node_lon[node] - WEST) / STEP, (net.node_lat[node] - SOUTH) / STEP
        return round(float(x), 3), round(float(y), 3)

    ends = zip(net.edge_name.tolist(), net.edge_from.tolist(), net.edge_to.tolist(), strict=True)
    return sorted((net.names[name], place(u), place(v)) for name, u, v in ends)


def turns(net: Network) -> set[tuple[tuple[int, int], tuple[int, int]]]:
    """The forbidden turns as pairs of (from node, to node)."""
    ends = list(zip(net.edge_from.tolist(), net.edge_to.tolist(), strict=True))
    banned = np.flatnonzero(net.turn_cost_ms == FORBIDDEN)
    return {(ends[net.turn_from[at]], ends[net.turn_to[at]]) for at in banned}
