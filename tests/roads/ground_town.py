"""A small town by the sea as OpenStreetMap XML: two villages of one district, a lake with an island, houses, names."""

from tests.roads.osm_town import Relation, Tags, Way, xml

# Streets on the grid from (0, 0) to (9, 9); the coast runs along y = 9.5 from east to west: land south of it.
NODES: dict[int, tuple[float, float]] = {
    1: (0, 0), 2: (5, 0), 3: (9, 0), 4: (0, 5), 5: (5, 5), 6: (9, 5), 7: (0, 9), 8: (9, 9),
    # the coast, and the corners of the villages
    20: (90, 9.5), 21: (-90, 9.5),
    30: (-1, -1), 31: (4.5, -1), 32: (4.5, 10), 33: (-1, 10), 34: (10, -1), 35: (10, 10),
    # a lake with an island, of two outer ways
    40: (1, 1), 41: (3, 1), 42: (3, 3), 43: (1, 3), 44: (1.8, 1.8), 45: (2.2, 1.8), 46: (2.2, 2.2), 47: (1.8, 2.2),
    # a hospital's yard, a house, a park
    50: (6, 1), 51: (7, 1), 52: (7, 2), 53: (6, 2), 60: (6.2, 1.2), 61: (6.4, 1.2), 62: (6.4, 1.4), 63: (6.2, 1.4),
    # points with names
    70: (2, 7), 71: (7, 7), 72: (6.1, 1.1),
    # a stream in a tunnel and one in the open
    80: (0, 4), 81: (9, 4), 82: (0, 4.2), 83: (9, 4.2),
}  # fmt: skip
_ROAD = {"highway": "residential"}
WAYS: dict[int, Way] = {
    1: ([1, 2, 3], {"highway": "primary", "name": "Jalan Raya Contoh"}),
    2: ([4, 5, 6], _ROAD | {"name": "Jalan Melati"}),
    3: ([1, 4, 7], _ROAD | {"name": "Jalan Soekarno"}),
    4: ([2, 5], _ROAD),
    5: ([3, 6, 8], _ROAD | {"name": "Gang Mawar III"}),
    20: ([20, 21], {"natural": "coastline"}),
    30: ([31, 30, 33, 32], {"boundary": "administrative", "admin_level": "7"}),
    31: ([32, 31], {"boundary": "administrative", "admin_level": "7"}),
    32: ([31, 34, 35, 32], {"boundary": "administrative", "admin_level": "7"}),
    40: ([40, 41, 42], {}),
    41: ([42, 43, 40], {}),
    42: ([44, 45, 46, 47, 44], {}),
    50: ([50, 51, 52, 53, 50], {"amenity": "hospital", "name": "RS Contoh Sehat"}),
    60: ([60, 61, 62, 63, 60], {"building": "yes"}),
    80: ([80, 81], {"waterway": "stream"}),
    81: ([82, 83], {"waterway": "stream", "tunnel": "culvert"}),
}
RELATIONS: list[Relation] = [
    ([("way", 40, "outer"), ("way", 41, "outer"), ("way", 42, "inner")], {"type": "multipolygon", "natural": "water"}),
    (
        [("way", 30, "outer"), ("way", 31, "outer")],
        {"type": "boundary", "boundary": "administrative", "admin_level": "7", "name": "Sukabaru"},
    ),
    (
        [("way", 31, "outer"), ("way", 32, "outer")],
        {"type": "boundary", "boundary": "administrative", "admin_level": "7", "name": "Karang Contoh"},
    ),
    (
        [("way", 30, "outer"), ("way", 32, "outer")],
        {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": "Kecamatan Contoh"},
    ),
]
TAGS: dict[int, Tags] = {
    70: {"place": "village", "name": "Sukabaru"},
    71: {"amenity": "place_of_worship", "name": "Masjid Al A'zhom Contoh"},
    72: {"amenity": "hospital", "name": "RS Contoh Sehat"},
}


def ground_town() -> str:
    """The text of the file."""
    return xml(NODES, WAYS, RELATIONS, TAGS)
