"""A road network: directed edges with geometry, travel times and names, kept in one memory-mapped file.

The file: 8 bytes of magic, then as little-endian uint64 the format version, the length of a JSON header and its CRC-32,
the header, then each array aligned to 64 bytes. The header names region, source, bounds and every array with its type,
shape, offset and CRC-32. Edges are the first-class entity; the search graph over them is kept beside them, so that a
file is ready as soon as it is mapped, and processes that map it share one copy of it.
"""

import json
import mmap
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.point import Bounds
from geo.roads.foot import Footways
from geo.roads.graph import CLOSED_MS, SearchGraph
from geo.roads.speeds import has_bit
from geo.whole_file import whole_file

MAGIC = b"JEMPUTRD"
VERSION = 7
_ALIGN = 64
_PREFIX = len(MAGIC) + 3 * 8


class Doors(IntEnum):
    """What may be met on an edge: doors; vehicles, and a door only where no other road is near, as on a motorway or in
    a tunnel; neither, as on a ferry.
    """

    SOME = 0
    LAST = 1
    NONE = 2


class NetworkFileError(Exception):
    """A file that is no road network, or a damaged one; the message says how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkMeta:
    """Where a network comes from. `bounds` are west, south, east, north in degrees; `cut_off` counts what was lost.

    turn_costs is `osm` (turn-aware) or `none` (node-based). report: sentences on what of the source was left out.
    hours: as OpenStreetMap writes them (geo.osm.hours), of Network.hours_text.
    """

    region: str
    source: str
    source_date: str
    attribution: str
    sample: bool
    built_at: str
    bounds: Bounds
    turn_costs: str
    cut_off_nodes: int = 0
    cut_off_edges: int = 0
    report: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """N nodes, M directed edges, G geometry points.

    node_lon, node_lat: (N,) float64 degrees. edge_from, edge_to: (M,) int32. edge_length_m: (M,) float64.
    edge_class: (M,) uint8 into ROAD_CLASSES. edge_name: (M,) int32 into names. edge_twin: (M,) int32, the same
    street the other way, or -1. shape_start: (M+1,) int64 into shape_lon, shape_lat: (G,) int32 of 1e-7 degrees.
    turn_from, turn_to: (T,) int32 edges; turn_cost_ms: (T,) int32, -1 forbidden: the rules of the source.
    graph: what searches run on. rank: (V,) int32, the importance of each of its vertices, the least 0 (see order).
    edge_doors: (M,) uint8 of Doors.
    edge_local: (M,) uint8, bits by metric (geo.roads.speeds.has_bit): only for who starts there; who ends there, and
    nobody drives through, comes by a copy.
    edge_marks: (M,) int64, a number for who may drive the street, and when: where it changes one may turn about.
    edge_copy: (M,) int32, the next edge that is a copy of the same street and direction, -1 for none: a copy remembers
    whence one came (geo.roads.bans), has the twin of its street, and whoever is to be reached there is on it too.
    hours_edge, hours_text: (H,) int32 and hours_bits: (H,) uint8, edges that are shut at hours, the number of these in
    meta.hours, and in which metrics.
    metrics: name to (M,) int32 milliseconds, CLOSED_MS where the edge is shut. foot: where one walks, and water.
    """

    meta: NetworkMeta
    node_lon: NDArray[np.float64]
    node_lat: NDArray[np.float64]
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    edge_length_m: NDArray[np.float64]
    edge_class: NDArray[np.uint8]
    edge_name: NDArray[np.int32]
    edge_twin: NDArray[np.int32]
    edge_doors: NDArray[np.uint8]
    edge_local: NDArray[np.uint8]
    edge_marks: NDArray[np.int64]
    edge_copy: NDArray[np.int32]
    hours_edge: NDArray[np.int32]
    hours_text: NDArray[np.int32]
    hours_bits: NDArray[np.uint8]
    shape_start: NDArray[np.int64]
    shape_lon: NDArray[np.int32]
    shape_lat: NDArray[np.int32]
    turn_from: NDArray[np.int32]
    turn_to: NDArray[np.int32]
    turn_cost_ms: NDArray[np.int32]
    rank: NDArray[np.int32]
    graph: SearchGraph
    names: tuple[str, ...]
    metrics: Mapping[str, NDArray[np.int32]]
    foot: Footways

    @property
    def node_count(self) -> int:
        """N."""
        return len(self.node_lon)

    @property
    def edge_count(self) -> int:
        """M."""
        return len(self.edge_from)

    @property
    def streets(self) -> NDArray[np.int32]:
        """One edge of each street, of two directions the one with the lower number: (S,)."""
        numbers = np.arange(self.edge_count, dtype=np.int32)
        one = (self.edge_twin < 0) | (self.edge_twin > numbers)
        one[self.edge_copy[self.edge_copy >= 0]] = False
        return numbers[one]

    @property
    def street_of(self) -> NDArray[np.int32]:
        """The edge itself, or that of which it is a copy: (M,)."""
        found = np.arange(self.edge_count, dtype=np.int32)
        streets = np.setdiff1d(found, self.edge_copy)
        copies, row = self.copies(streets)
        found[copies] = streets[row]
        return found

    def inner(self, metric: str) -> NDArray[np.uint8]:
        """Who may be on each edge (M,): 0 all, 1 only who has started there or behind, 2 only who ends there or beyond
        (a copy of an edge with 1), 3 all, but not in every metric.
        """
        if not self.edge_local.any():
            return np.zeros(self.edge_count, np.uint8)
        starts = has_bit(self.edge_local, metric)
        street = self.street_of
        some = (self.edge_local[street] != 0) | np.any([ms >= CLOSED_MS for ms in self.metrics.values()], axis=0)
        others = np.where(some, 3, 0)
        return np.where(starts, 1, np.where(starts[street], 2, others)).astype(np.uint8)

    def copies(self, edge: NDArray[np.integer]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The copies of some edges (n,) and in which row each of these is."""
        found, rows = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)]
        row, here = np.arange(len(edge)), self.edge_copy[edge]
        while (here >= 0).any():
            row, here = row[here >= 0], here[here >= 0]
            found.append(here)
            rows.append(row)
            here = self.edge_copy[here]
        return np.concatenate(found), np.concatenate(rows)

    def shut_streets(self, metric: str) -> NDArray[np.bool_]:
        """The edges (M,) of streets that are shut in a metric in every direction that there is."""
        shut = self.metric(metric) >= CLOSED_MS
        marks: NDArray[np.bool_] = shut & (shut[self.edge_twin] | (self.edge_twin < 0))
        return marks

    def shape(self, edge: int) -> NDArray[np.float64]:
        """The geometry of an edge in travel order: (n, 2) lon, lat in degrees, n >= 2."""
        part = slice(int(self.shape_start[edge]), int(self.shape_start[edge + 1]))
        return np.column_stack((self.shape_lon[part], self.shape_lat[part])) / 1e7

    def metric(self, name: str) -> NDArray[np.int32]:
        """The weights of a metric. Raises KeyError with the names that there are."""
        if name not in self.metrics:
            raise KeyError(f"no metric {name!r} in this network: it has {', '.join(sorted(self.metrics))}")
        return self.metrics[name]


_ARRAYS = tuple(
    field.name for field in fields(Network) if field.name not in ("meta", "graph", "names", "metrics", "foot")
)
_GRAPH_ARRAYS = tuple(field.name for field in fields(SearchGraph) if field.name != "turn_aware")
_FOOT_ARRAYS = tuple(field.name for field in fields(Footways))


def write_network(network: Network, path: Path) -> None:
    """Write the file beside its place and move it there: an interruption leaves no half file."""
    arrays: dict[str, NDArray[Any]] = {name: np.ascontiguousarray(getattr(network, name)) for name in _ARRAYS}
    arrays |= {f"graph:{name}": np.ascontiguousarray(getattr(network.graph, name)) for name in _GRAPH_ARRAYS}
    arrays |= {f"foot:{name}": np.ascontiguousarray(getattr(network.foot, name)) for name in _FOOT_ARRAYS}
    arrays |= {f"metric:{name}": np.ascontiguousarray(values) for name, values in network.metrics.items()}
    arrays["names"] = np.frombuffer("\n".join(network.names).encode(), np.uint8)
    table: list[dict[str, object]] = []
    offset = 0
    for name, array in arrays.items():
        raw = array.tobytes()
        entry = {"name": name, "dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        table.append({**entry, "crc32": zlib.crc32(raw)})
        offset += -(-len(raw) // _ALIGN) * _ALIGN
    header = json.dumps({"meta": asdict(network.meta), "arrays": table}).encode()
    header += b" " * (-(_PREFIX + len(header)) % _ALIGN)
    numbers = (VERSION, len(header), zlib.crc32(header))
    with whole_file(path) as file:
        file.write(MAGIC + b"".join(number.to_bytes(8, "little") for number in numbers) + header)
        for array in arrays.values():
            raw = array.tobytes()
            file.write(raw + b"\0" * (-len(raw) % _ALIGN))


def open_network(path: Path) -> Network:
    """Map a network file read-only. Raises NetworkFileError if it is missing, of another kind or version, cut short or
    damaged.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_PREFIX)
            if len(head) < _PREFIX or head[: len(MAGIC)] != MAGIC:
                raise NetworkFileError(f"{path} is no road network of Jemput: make one with jemput roads build")
            version, header_length, header_crc = (int.from_bytes(head[at : at + 8], "little") for at in (8, 16, 24))
            if version != VERSION:
                raise NetworkFileError(
                    f"{path} has format {version}, this version reads {VERSION}: build it again with jemput roads build"
                )
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise NetworkFileError(f"{path} cannot be read: {error.strerror}") from error
    data_start = _PREFIX + header_length
    if data_start > len(content):
        raise NetworkFileError(f"{path} is cut short: build it again with jemput roads build")
    if zlib.crc32(content[_PREFIX:data_start]) != header_crc:
        raise NetworkFileError(f"{path} is damaged in its header: build it again with jemput roads build")
    try:
        header = json.loads(content[_PREFIX:data_start])
        arrays = {entry["name"]: _array(content, data_start, entry, path) for entry in header["arrays"]}
        lists = {name: tuple(header["meta"][name]) for name in ("bounds", "report", "hours")}
        meta = NetworkMeta(**(header["meta"] | lists))
        names = tuple(arrays.pop("names").tobytes().decode().split("\n"))
        metrics = {name.partition(":")[2]: array for name, array in arrays.items() if name.startswith("metric:")}
        return Network(
            meta=meta,
            names=names,
            graph=SearchGraph(
                turn_aware=meta.turn_costs == "osm", **{name: arrays[f"graph:{name}"] for name in _GRAPH_ARRAYS}
            ),
            metrics=MappingProxyType(metrics),
            foot=Footways(**{name: arrays[f"foot:{name}"] for name in _FOOT_ARRAYS}),
            **{name: arrays[name] for name in _ARRAYS},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise NetworkFileError(f"{path} is damaged ({error}): build it again with jemput roads build") from error


def _array(content: mmap.mmap, start: int, entry: Mapping[str, Any], path: Path) -> NDArray[Any]:
    dtype = np.dtype(entry["dtype"])
    count = int(np.prod(entry["shape"]))
    begin = start + entry["offset"]
    if begin + count * dtype.itemsize > len(content):
        raise NetworkFileError(f"{path} is cut short: build it again with jemput roads build")
    array = np.frombuffer(content, dtype, count, begin).reshape(entry["shape"])
    if zlib.crc32(content[begin : begin + count * dtype.itemsize]) != entry["crc32"]:
        raise NetworkFileError(f"{path} is damaged at {entry['name']}: build it again with jemput roads build")
    return array
