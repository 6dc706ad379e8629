"""What OpenStreetMap's tags mean for a map beside its roads: ground, water, lines, names (wiki: Map features)."""

from collections.abc import Mapping

from geo.osm.features import LandKind, LineKind, PlaceKind

Tags = Mapping[str, str]
KEYS = (
    "aeroway", "amenity", "boundary", "building", "healthcare", "landuse", "leisure", "natural", "place", "railway",
    "shop", "tourism", "waterway",
)  # fmt: skip

_LAND: dict[str, dict[str, LandKind]] = {
    "amenity": dict.fromkeys(("hospital", "clinic"), LandKind.HOSPITAL)
    | dict.fromkeys(("school", "university", "college", "kindergarten"), LandKind.SCHOOL)
    | {"grave_yard": LandKind.CEMETERY},
    "leisure": dict.fromkeys(
        ("park", "garden", "pitch", "golf_course", "nature_reserve", "playground", "stadium", "sports_centre"),
        LandKind.PARK,
    ),
    "landuse": {"forest": LandKind.WOOD, "cemetery": LandKind.CEMETERY, "recreation_ground": LandKind.PARK}
    | dict.fromkeys(("grass", "meadow", "village_green", "flowerbed"), LandKind.GRASS)
    | dict.fromkeys(("farmland", "farm", "orchard", "plantation", "paddy", "allotments"), LandKind.FARM)
    | dict.fromkeys(("industrial", "port", "railway", "depot"), LandKind.INDUSTRY),
    "natural": {"wood": LandKind.WOOD}
    | dict.fromkeys(("scrub", "grassland", "heath", "wetland"), LandKind.GRASS)
    | dict.fromkeys(("sand", "beach", "shoal"), LandKind.SAND),
}
_LINES: dict[str, dict[str, LineKind]] = {
    "waterway": dict.fromkeys(("river", "canal"), LineKind.RIVER)
    | dict.fromkeys(("stream", "drain", "ditch"), LineKind.STREAM),
    "railway": dict.fromkeys(("rail", "light_rail", "narrow_gauge"), LineKind.RAIL) | {"tram": LineKind.TRAM},
}
_PLACES = (
    dict.fromkeys(("city", "town", "municipality"), PlaceKind.CITY)
    | {"borough": PlaceKind.DISTRICT}
    | dict.fromkeys(("suburb", "village"), PlaceKind.VILLAGE)
    | dict.fromkeys(("quarter", "neighbourhood", "hamlet"), PlaceKind.HAMLET)
)
# Indonesia (wiki: Indonesia/Admin boundaries): 5 kabupaten and kota, 6 kecamatan, 7 kelurahan and desa. Elsewhere the
# finer levels stand for what people call their part of the town.
_LEVELS = {
    "4": PlaceKind.CITY, "5": PlaceKind.CITY, "6": PlaceKind.DISTRICT, "7": PlaceKind.VILLAGE, "8": PlaceKind.VILLAGE,
    "9": PlaceKind.VILLAGE, "10": PlaceKind.VILLAGE,
}  # fmt: skip
# Largest first.
BORDERS = {
    PlaceKind.CITY: LineKind.CITY_BORDER,
    PlaceKind.DISTRICT: LineKind.DISTRICT_BORDER,
    PlaceKind.VILLAGE: LineKind.VILLAGE_BORDER,
}
_HEALTH = frozenset({"hospital", "clinic", "health_post"})
_LANDMARKS = {
    "aeroway": frozenset({"aerodrome", "terminal"}),
    "amenity": frozenset(
        {
            "bus_station", "college", "community_centre", "courthouse", "doctors", "ferry_terminal", "fire_station",
            "fuel", "grave_yard", "kindergarten", "library", "marketplace", "place_of_worship", "police", "prison",
            "school", "theatre", "townhall", "university",
        }
    ),
    "landuse": frozenset({"cemetery"}),
    "leisure": frozenset({"park", "stadium", "sports_centre", "nature_reserve", "marina"}),
    "railway": frozenset({"station", "halt"}),
    "shop": frozenset({"mall", "supermarket", "department_store"}),
    "tourism": frozenset({"attraction", "hotel", "museum"}),
}  # fmt: skip


def land_of(tags: Tags) -> LandKind | None:
    """What covers an area."""
    return next((kinds[tags[key]] for key, kinds in _LAND.items() if tags.get(key) in kinds), None)


def is_water(tags: Tags) -> bool:
    """Whether an area is water."""
    return (
        tags.get("natural") in ("water", "bay")
        or tags.get("waterway") in ("riverbank", "dock")
        or tags.get("landuse") in ("reservoir", "basin", "salt_pond", "aquaculture")
    )


def is_building(tags: Tags) -> bool:
    """Whether an area is a building."""
    return tags.get("building", "no") != "no"


def line_of(tags: Tags) -> LineKind | None:
    """What line a way is; none for what runs below the ground, and for the tracks of a yard."""
    if tags.get("tunnel", "no") != "no" or ("railway" in tags and "service" in tags):
        return None
    kind = next((kinds[tags[key]] for key, kinds in _LINES.items() if tags.get(key) in kinds), None)
    level = level_of(tags)
    return kind or (BORDERS[level] if level else None)


def level_of(tags: Tags) -> PlaceKind | None:
    """How large an administrative area is."""
    return _LEVELS.get(tags.get("admin_level", "")) if tags.get("boundary") == "administrative" else None


def place_of(tags: Tags) -> PlaceKind | None:
    """What a name stands for, if it is worth a name on the map."""
    if "name" not in tags:
        return None
    if tags.get("place") in _PLACES:
        return _PLACES[tags["place"]]
    if tags.get("amenity") in _HEALTH or tags.get("healthcare") in _HEALTH:
        return PlaceKind.HOSPITAL
    if any(tags.get(key) in values for key, values in _LANDMARKS.items()):
        return PlaceKind.LANDMARK
    return None
