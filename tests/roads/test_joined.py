"""From where a road leads to a place at all, beside what scipy says of it."""

import numpy as np
import pytest

from geo.roads.network import Network
from geo.roads.traffic import under
from geo.search.engine import Engine
from geo.search.joined import joined
from geo.search.snap import Snapper
from tests.roads.oracle import NEVER, Oracle


@pytest.mark.roads
@pytest.mark.parametrize("share", [0.0, 0.05, 0.3])
def test_on_jakarta_with_streets_closed_at_random_it_is_as_scipy_says(
    jakarta: Network, jakarta_snapper: Snapper, share: float
) -> None:
    rng = np.random.default_rng(11)
    shut = rng.random(jakarta.edge_count) < share
    net = under(jakarta, None, shut)
    engine, oracle = Engine(net), Oracle(net, "siren")
    node = rng.integers(net.node_count, size=200)
    snaps = jakarta_snapper.snap(
        net.node_lon[node] + rng.normal(0, 3e-4, 200), net.node_lat[node] + rng.normal(0, 3e-4, 200)
    )
    apart = 0
    for at in range(8):
        target = snaps.some(slice(at, at + 1))
        expected = oracle.travel_ms(snaps, target) != NEVER
        assert joined(engine, snaps, target, metric="siren").tolist() == expected.tolist()
        apart += int((~expected).sum())
    assert apart > 0 or share == 0.0
