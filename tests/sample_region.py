"""The sample network, made once for all tests that need it."""

from functools import cache

from geo.roads.network import Network
from geo.sample.roads import sample_network


@cache
def sample() -> Network:
    """The sample region's roads (some six seconds)."""
    return sample_network(lambda _: None)
