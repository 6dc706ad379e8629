"""Real networks, built once a test run in either meaning and read back from their files."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.roads.build_osm import build_from_osm
from geo.roads.build_osmnx import build_from_graphml
from geo.roads.build_tables import build_from_tables
from geo.roads.network import Network, open_network, write_network
from geo.roads.order import node_order
from geo.roads.table import Origin
from geo.search.hierarchy import Hierarchy
from geo.search.snap import Snapper
from tests.roads.graphs import Graph, graph_of_network
from tests.shared import made_once, shared_data

RealNetwork = Callable[[str, str], Network]


def quiet(_: str) -> None:
    pass


def auckland_tables(folder: Path) -> tuple[Path, Path]:
    """The road tables of Auckland as node and edge tables: km and days become metres and km/h of mode 2, no lights."""
    with zipfile.ZipFile(shared_data("roads/auckland/roads.zip")) as packed:
        texts = {name: packed.read(name).decode() for name in ("nodes.csv", "arcs.csv")}
    rows = {name: list(csv.DictReader(io.StringIO(text[text.index("index,") :]))) for name, text in texts.items()}
    nodes, edges = folder / "nodes.csv", folder / "edges.csv"
    with nodes.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("node", "lon", "lat"), *((r["index"], r["x"], r["y"]) for r in rows["nodes.csv"] if r["x"])]
        )
    with edges.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("u", "v", "length_m", "highway", "speed_kph"))
        for r in rows["arcs.csv"]:
            if r["distance"] is None:
                continue
            km = float(r["distance"])
            table.writerow((r["fromNode"], r["toNode"], km * 1000, "road", km / (float(r["mode_2"]) * 24)))
    return nodes, edges


def build_real(name: str, turn_costs: str, folder: Path) -> Network:
    match name:
        case "porto":
            return build_from_osm(shared_data("roads/porto/porto.osm.pbf"), quiet, region=name, turn_costs=turn_costs)
        case "helsinki":
            path = shared_data("roads/helsinki/Helsinki.osm.pbf")
            return build_from_osm(path, quiet, region=name, turn_costs=turn_costs)
        case "balikpapan":
            path = shared_data("roads/balikpapan/simpl_balikpapan_kota_drive.graphml.gz")
            origin = Origin(region=name, source="OpenStreetMap via osmnx", source_date="unknown")
            return build_from_graphml(path, origin, quiet, turn_costs=turn_costs)
        case "jakarta":
            nodes = shared_data("roads/jakarta/jakarta_drive_nodes.csv.gz")
            edges = shared_data("roads/jakarta/jakarta_drive_edges.csv.gz")
        case _:
            nodes, edges = auckland_tables(folder)
    origin = Origin(region=name, source="OpenStreetMap", source_date="unknown")
    return build_from_tables(nodes, edges, origin, quiet, turn_costs=turn_costs)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> RealNetwork:
    """The network of a city in a meaning: real("porto", "osm")."""
    opened: dict[tuple[str, str], Network] = {}

    def of(name: str, turn_costs: str) -> Network:
        if (name, turn_costs) not in opened:

            def make(path: Path) -> None:
                write_network(build_real(name, turn_costs, tmp_path_factory.mktemp("roads")), path)

            opened[name, turn_costs] = open_network(made_once(tmp_path_factory, f"{name}-{turn_costs}.roads", make))
        return opened[name, turn_costs]

    return of


@pytest.fixture(scope="session")
def jakarta(real: RealNetwork) -> Network:
    return real("jakarta", "osm")


@pytest.fixture(scope="session")
def jakarta_snapper(jakarta: Network) -> Snapper:
    return Snapper(jakarta)


@pytest.fixture(scope="session")
def balikpapan(real: RealNetwork) -> Network:
    return real("balikpapan", "osm")


@pytest.fixture(scope="session")
def jakarta_plain(real: RealNetwork) -> Network:
    return real("jakarta", "none")


@pytest.fixture(scope="session")
def jakarta_graph(jakarta_plain: Network) -> Graph:
    return graph_of_network(jakarta_plain)


@pytest.fixture(scope="session")
def jakarta_hierarchy(jakarta_plain: Network, jakarta_graph: Graph) -> Hierarchy:
    graph, node = jakarta_graph, jakarta_plain.graph.vertex_node(jakarta_plain.edge_to)
    lon, lat = jakarta_plain.node_lon[node], jakarta_plain.node_lat[node]
    rank = node_order(graph.first_out, graph.head, lon, lat, lambda _: None)
    return Hierarchy.build(graph.first_out, graph.head, rank)
