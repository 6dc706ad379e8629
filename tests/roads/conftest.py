"""Real networks, built once a test run and read back from their files."""

import pytest

from geo.build import build_from_graphml, build_from_tables
from geo.hierarchy import Hierarchy
from geo.network import Network, open_network, write_network
from geo.order import node_order
from geo.road_table import Origin
from geo.snap import Snapper
from tests.roads.graphs import Graph, graph_of_network
from tests.shared import shared_data


@pytest.fixture(scope="session")
def jakarta(tmp_path_factory: pytest.TempPathFactory) -> Network:
    nodes = shared_data("roads/jakarta/jakarta_drive_nodes.csv.gz")
    edges = shared_data("roads/jakarta/jakarta_drive_edges.csv.gz")
    origin = Origin(region="DKI Jakarta", source="OpenStreetMap via InaSAFE", source_date="2012")
    path = tmp_path_factory.mktemp("roads") / "jakarta.roads"
    write_network(build_from_tables(nodes, edges, origin, lambda _: None), path)
    return open_network(path)


@pytest.fixture(scope="session")
def jakarta_snapper(jakarta: Network) -> Snapper:
    return Snapper(jakarta)


@pytest.fixture(scope="session")
def jakarta_graph(jakarta: Network) -> Graph:
    return graph_of_network(jakarta)


@pytest.fixture(scope="session")
def jakarta_hierarchy(jakarta: Network, jakarta_graph: Graph) -> Hierarchy:
    graph = jakarta_graph
    rank = node_order(graph.first_out, graph.head, jakarta.node_lon, jakarta.node_lat, lambda _: None)
    return Hierarchy.build(graph.first_out, graph.head, rank)


@pytest.fixture(scope="session")
def balikpapan(tmp_path_factory: pytest.TempPathFactory) -> Network:
    graph = shared_data("roads/balikpapan/simpl_balikpapan_kota_drive.graphml.gz")
    origin = Origin(region="Balikpapan", source="OpenStreetMap via osmnx", source_date="unknown")
    path = tmp_path_factory.mktemp("roads") / "balikpapan.roads"
    write_network(build_from_graphml(graph, origin, lambda _: None), path)
    return open_network(path)
