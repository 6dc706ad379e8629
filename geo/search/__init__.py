"""Ways over the road network: the nearest vehicles, the ways there, and times."""
