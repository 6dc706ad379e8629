"""The network file: the same network comes back, and a wrong, cut or damaged file says so."""

import mmap
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.roads.foot import Footways
from geo.roads.graph import SearchGraph
from geo.roads.network import VERSION, Network, NetworkFileError, open_network, write_network
from tests.roads import tiny


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("file") / "contoh.roads"
    write_network(tiny.no_left_turn("osm"), path)
    return path


def same(a: Network | SearchGraph | Footways, b: Network | SearchGraph | Footways) -> None:
    for field in fields(a):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype, field.name
            assert one.tolist() == other.tolist(), field.name
        elif isinstance(one, SearchGraph | Footways):
            same(one, other)
        elif field.name != "metrics":
            assert one == other
    if not isinstance(a, Network) or not isinstance(b, Network):
        return
    assert {name: values.tolist() for name, values in a.metrics.items()} == {
        name: values.tolist() for name, values in b.metrics.items()
    }


def test_a_network_comes_back_from_its_file_as_it_was(file: Path) -> None:
    opened = open_network(file)
    same(replace(tiny.no_left_turn("osm"), meta=opened.meta), opened)
    assert opened.graph.turn_aware
    assert (opened.turn_from.tolist(), opened.turn_to.tolist(), opened.turn_cost_ms.tolist()) == ([0], [4], [-1])
    assert opened.meta.sample
    assert opened.meta.region == "Contoh"
    assert set(opened.metrics) == {"car", "siren", "hearse"}


def test_an_opened_network_cannot_be_changed(file: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        open_network(file).metrics["car"][0] = 1


def test_every_array_of_an_opened_network_lies_in_the_file_so_that_processes_share_it(file: Path) -> None:
    network = open_network(file)
    arrays = [getattr(part, field.name) for part in (network, network.graph, network.foot) for field in fields(part)]
    arrays = [array for array in (*arrays, *network.metrics.values()) if isinstance(array, np.ndarray)]
    assert len(arrays) > 25
    for array in arrays:
        owner = array
        while isinstance(owner, np.ndarray):
            owner = owner.base
        assert isinstance(owner.obj if isinstance(owner, memoryview) else owner, mmap.mmap)


def test_the_file_carries_a_rank_of_vertices_and_any_metric(tmp_path: Path) -> None:
    net = tiny.one_way()
    weights = MappingProxyType({**net.metrics, "siang": np.array([5, 6, 7, 8], np.int32)})
    net = replace(net, rank=np.array([3, 1, 0, 2], np.int32), metrics=weights)
    write_network(net, tmp_path / "net")
    same(net, open_network(tmp_path / "net"))


def test_a_file_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(NetworkFileError, match="No such file"):
        open_network(tmp_path / "nothing")


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"node,lon,lat\n1,106.8,-6.2\n" * 9])
def test_a_file_of_another_kind_is_refused_with_the_command_that_makes_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(NetworkFileError, match="no road network of Jemput: make one with jemput roads build"):
        open_network(tmp_path / "other")


def test_a_file_of_another_version_asks_to_be_built_again(tmp_path: Path, file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[8] = 99
    (tmp_path / "later").write_bytes(content)
    with pytest.raises(NetworkFileError, match=f"has format 99, this version reads {VERSION}: build it again"):
        open_network(tmp_path / "later")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_file_cut_short_anywhere_is_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, file: Path
) -> None:
    content = file.read_bytes()
    cut = tmp_path_factory.getbasetemp() / "cut.roads"
    # The last array ends before the padding: less than one alignment of zeros may go.
    cut.write_bytes(content[: data.draw(st.integers(0, len(content) - 64))])
    with pytest.raises(NetworkFileError, match="build"):
        open_network(cut)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_bit_flipped_anywhere_is_noticed_or_lies_in_the_padding(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, file: Path
) -> None:
    content = bytearray(file.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    before = content[at]
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    damaged = tmp_path_factory.getbasetemp() / "damaged.roads"
    damaged.write_bytes(content)
    try:
        opened = open_network(damaged)
    except NetworkFileError:
        return
    assert before == 0
    same(open_network(file), opened)


def test_an_interruption_while_writing_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "contoh.roads"
    write_network(tiny.one_way(), path)
    before = path.read_bytes()

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_network(tiny.no_left_turn(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_metric_is_refused_with_the_names_of_those_that_there_are(file: Path) -> None:
    with pytest.raises(KeyError, match="car, hearse, siren"):
        open_network(file).metric("truk")


@pytest.mark.roads
def test_jakarta_and_balikpapan_come_back_whole(jakarta: Network, balikpapan: Network) -> None:
    # The longest part has 32,665 nodes; 15 more with over 4 km of directed road, 306 nodes together, stay beside it.
    assert (jakarta.node_count, jakarta.meta.cut_off_nodes) == (32_665 + 306, 33_894 - 32_665 - 306)
    assert any(line.startswith("16 parts with no way there and back") for line in jakarta.meta.report)
    assert jakarta.names[0] == ""
    assert not jakarta.meta.sample
    assert balikpapan.node_count + balikpapan.meta.cut_off_nodes == 1_207
    assert balikpapan.edge_count + balikpapan.meta.cut_off_edges == 2_683
