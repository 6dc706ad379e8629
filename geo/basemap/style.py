"""How the project's own map looks: a calm MapLibre style over the tiles, so that vehicles stand out."""

from collections.abc import Iterator
from typing import Any

from geo.osm.features import LandKind, LineKind, PlaceKind
from geo.roads.network import NetworkMeta

# No `glyphs` key: MapLibre then draws letters itself, with the font that the page has loaded under this name.
FONT = ["Noto Sans"]
_LAND, _WATER, _WATER_TEXT, _WATER_HALO = "#e4e1d8", "#a8c9de", "#215273", "#d3e4ef"
_TEXT, _HALO = "#35342f", "#f7f5ef"
_BUILDING_PAINT = {
    "fill-color": "#d2ccbf",
    "fill-outline-color": "#bbb4a4",
    "fill-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0.5, 16, 1.0],
}
_RAIL, _RAIL_GAP, _BORDER = "#8f8b84", "#f2f0ea", "#85769c"

# A yard of a hospital is what people here look for: it alone is warm.
_GROUND = {
    LandKind.FARM: "#e4e6cf",
    LandKind.GRASS: "#d9e3ca",
    LandKind.WOOD: "#c8dabb",
    LandKind.PARK: "#cce1bd",
    LandKind.CEMETERY: "#cfdcc8",
    LandKind.SCHOOL: "#ece2c9",
    LandKind.INDUSTRY: "#dfdce1",
    LandKind.SAND: "#efe5c3",
    LandKind.HOSPITAL: "#f4d3d0",
}
_WIDTH_AT = (6, 10, 13, 16, 19)
# classes, first zoom, fill, edge, and the width in pixels at these zooms
_LINKS = ("secondary_link", "primary_link", "trunk_link", "motorway_link")
_Road = tuple[str, tuple[str, ...], int, str, str, tuple[float, ...]]
_ROADS: tuple[_Road, ...] = (
    ("service", ("service", "living_street"), 14, "#fbfaf6", "#c9c3b5", (0.0, 0.0, 0.6, 3.2, 13.0)),
    ("street", ("residential", "road"), 13, "#ffffff", "#aca493", (0.0, 0.2, 1.6, 6.0, 22.0)),
    ("lane", ("unclassified",), 13, "#ffffff", "#a89f8c", (0.0, 0.4, 1.8, 6.5, 23.0)),
    ("tertiary", ("tertiary", "tertiary_link"), 11, "#ffffff", "#978d77", (0.0, 0.8, 2.8, 8.5, 27.0)),
    ("link", _LINKS, 12, "#f6d7a6", "#b98b4b", (0.0, 0.6, 1.7, 6.5, 20.0)),
    ("secondary", ("secondary",), 9, "#f8e59c", "#ab9145", (0.3, 0.9, 3.2, 10.0, 30.0)),
    ("primary", ("primary",), 8, "#f6c975", "#a9771f", (0.5, 1.3, 3.9, 12.0, 34.0)),
    ("trunk", ("trunk", "motorway"), 6, "#e98f63", "#98481c", (0.9, 1.8, 4.4, 13.0, 36.0)),
)
# On the water its edge is not seen.
_FERRY: _Road = ("ferry", ("ferry",), 8, "#5b84a6", _WATER, (0.5, 0.9, 1.3, 1.8, 2.4))
_DASHES = {"ferry": [4.0, 3.0]}
_EDGES = (0.5, 0.8, 1.2, 1.8, 2.4)
# The classes of the roads whose names are written, from which zoom, and the size in pixels at zoom 13 and 17.
_NAMED_ROADS: tuple[tuple[str, tuple[str, ...], int, tuple[float, float]], ...] = (
    ("street-names", ("service", "street", "lane"), 15, (10.0, 12.5)),
    ("lane-names", ("tertiary",), 14, (10.0, 13.5)),
    ("road-names", ("secondary", "primary", "trunk"), 12, (10.5, 14.0)),
)
# kind, first zoom, last zoom, and the size in pixels at zoom 6, 10, 13, 16; what stands later is written first
_PLACES: tuple[tuple[PlaceKind, float, float, tuple[float, ...]], ...] = (
    (PlaceKind.LANDMARK, 15.5, 24, (9.0, 9.0, 9.5, 11.5)),
    (PlaceKind.HAMLET, 13.5, 24, (9.0, 9.5, 10.5, 13.0)),
    (PlaceKind.VILLAGE, 12, 24, (10.0, 10.0, 11.5, 15.0)),
    (PlaceKind.DISTRICT, 10, 17, (10.0, 11.5, 14.5, 18.0)),
    (PlaceKind.HOSPITAL, 13, 24, (9.5, 10.0, 10.5, 13.0)),
    (PlaceKind.CITY, 6, 14, (12.0, 16.0, 20.0, 22.0)),
)
_PLACE_TEXT = {
    PlaceKind.CITY: "#1d1c19",
    PlaceKind.DISTRICT: "#2b2a26",
    PlaceKind.HOSPITAL: "#9c1c1c",
    PlaceKind.LANDMARK: "#5d5a50",
}


def style(base_url: str, meta: NetworkMeta) -> dict[str, Any]:
    """A MapLibre style (version 8) whose tiles come from `base_url`/tiles; the network's attribution stays on the map.

    The page loads the font Noto Sans before it makes the map. Beyond zoom 14 the same tiles are drawn larger.
    """
    west, south, east, north = meta.bounds
    return {
        "version": 8,
        "name": f"Jemput – {meta.region}",
        "metadata": {"jemput:sample": meta.sample, "jemput:source": meta.source, "jemput:date": meta.source_date},
        "center": [round((west + east) / 2, 4), round((south + north) / 2, 4)],
        "zoom": 10,
        "sources": {
            "roads": {
                "type": "vector",
                "tiles": [f"{base_url}/tiles/{{z}}/{{x}}/{{y}}.mvt"],
                "minzoom": 6,
                "maxzoom": 14,
                "bounds": [west - 1.0, south - 1.0, east + 1.0, north + 1.0],
                "attribution": meta.attribution,
            }
        },
        "layers": [
            {"id": "land", "type": "background", "paint": {"background-color": _LAND}},
            *(
                _layer(f"ground-{kind}", "fill", "land", {"fill-color": color, "fill-antialias": False}, kind=kind)
                for kind, color in _GROUND.items()
            ),
            _layer("water", "fill", "water", {"fill-color": _WATER}),
            *(_line(*line) for line in _STREAMS),
            _layer("buildings", "fill", "buildings", _BUILDING_PAINT, minzoom=14),
            *(_line(*line) for line in _BORDERS),
            *(_road(road, casing=True) for road in (_FERRY, *_ROADS)),
            *(_road(road, casing=False) for road in (_FERRY, *_ROADS)),
            *(_line(*line) for line in _RAILS),
            *_road_names(),
            _water_names(),
            *(_place(*place) for place in _PLACES),
        ],
    }


def _layer(
    name: str,
    type_: str,
    source: str,
    paint: dict[str, Any],
    *,
    kind: str | None = None,
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """A layer over one of the tiles; of one kind alone, where that is given."""
    only = {} if kind is None else {"filter": ["==", ["get", "kind"], kind]}
    return {"id": name, "type": type_, "source": "roads", "source-layer": source, "paint": paint} | only | more


def _text(
    name: str,
    source: str,
    color: str,
    halo: tuple[str, float],
    layout: dict[str, Any],
    **more: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """A layer of names."""
    paint = {"text-color": color, "text-halo-color": halo[0], "text-halo-width": halo[1]}
    layout = {"text-field": ["get", "name"], "text-font": FONT} | layout
    return _layer(name, "symbol", source, paint, layout=layout, **more)


def _by_zoom(zooms: tuple[int, ...], values: tuple[float, ...], base: float = 1.4) -> list[Any]:
    stops = [part for zoom, value in zip(zooms, values, strict=True) for part in (zoom, round(value, 2))]
    return ["interpolate", ["exponential", base], ["zoom"], *stops]


def _line(
    name: str, kind: LineKind, first_zoom: int, color: str, widths: tuple[float, ...], dash: tuple[float, ...]
) -> dict[str, Any]:
    paint = {"line-color": color, "line-width": _by_zoom(_WIDTH_AT, widths)}
    paint |= {"line-dasharray": list(dash)} if dash else {}
    return _layer(name, "line", "lines", paint, kind=kind, minzoom=first_zoom, layout={"line-join": "round"})


# id, kind, first zoom, colour, width in pixels at zoom 6, 10, 13, 16, 19, dashes in widths
_Line = tuple[str, LineKind, int, str, tuple[float, ...], tuple[float, ...]]
_STREAMS: tuple[_Line, ...] = (
    ("streams", LineKind.STREAM, 13, _WATER, (0.0, 0.3, 0.8, 2.0, 4.0), ()),
    ("rivers", LineKind.RIVER, 9, _WATER, (0.5, 1.0, 2.2, 5.0, 9.0), ()),
)
_BORDERS: tuple[_Line, ...] = (
    ("village-borders", LineKind.VILLAGE_BORDER, 13, _BORDER, (0.0, 0.4, 0.7, 1.2, 1.6), (2.0, 3.0)),
    ("district-borders", LineKind.DISTRICT_BORDER, 10, _BORDER, (0.4, 0.7, 1.1, 1.6, 2.2), (4.0, 3.0)),
    ("city-borders", LineKind.CITY_BORDER, 7, _BORDER, (0.7, 1.1, 1.6, 2.2, 3.0), (6.0, 2.0, 1.5, 2.0)),
)
_RAILS: tuple[_Line, ...] = (
    ("trams", LineKind.TRAM, 14, _RAIL, (0.0, 0.0, 0.5, 0.9, 1.6), ()),
    ("rails", LineKind.RAIL, 11, _RAIL, (0.3, 0.6, 1.2, 3.0, 5.0), ()),
    ("rail-gaps", LineKind.RAIL, 14, _RAIL_GAP, (0.0, 0.0, 0.5, 1.8, 3.2), (5.0, 5.0)),
)


def _road(road: _Road, *, casing: bool) -> dict[str, Any]:
    name, classes, first_zoom, fill, edge, widths = road
    wide = tuple(width + edges for width, edges in zip(widths, _EDGES, strict=True)) if casing else widths
    paint = {"line-color": edge if casing else fill, "line-width": _by_zoom(_WIDTH_AT, wide)}
    return _layer(
        f"{name}-casing" if casing else name,
        "line",
        "roads",
        paint | ({"line-dasharray": _DASHES[name]} if name in _DASHES and not casing else {}),
        minzoom=first_zoom,
        filter=["in", ["get", "class"], ["literal", list(classes)]],
        layout={"line-cap": "round", "line-join": "round"},
    )


def _road_names() -> Iterator[dict[str, Any]]:
    """Names of main roads first, those of streets from where there is room for them."""
    classes = {name: of for name, of, *_ in _ROADS}
    along = {"symbol-placement": "line", "symbol-spacing": 350, "text-max-angle": 35, "text-padding": 6}
    for name, roads, first_zoom, sizes in _NAMED_ROADS:
        of_these = ["in", ["get", "class"], ["literal", [each for road in roads for each in classes[road]]]]
        layout = along | {"text-size": _by_zoom((13, 17), sizes)}
        only = ["all", ["has", "name"], of_these]
        yield _text(name, "roads", _TEXT, (_HALO, 1.6), layout, minzoom=first_zoom, filter=only)


def _water_names() -> dict[str, Any]:
    layout = {"text-size": _by_zoom((10, 16), (11.5, 16.0)), "text-letter-spacing": 0.08, "text-padding": 60}
    return _text("water-names", "places", _WATER_TEXT, (_WATER_HALO, 1.4), layout, kind="water", minzoom=10)


def _place(kind: PlaceKind, first_zoom: float, last_zoom: float, sizes: tuple[float, ...]) -> dict[str, Any]:
    layout = {"text-size": _by_zoom((6, 10, 13, 16), sizes, base=1.0), "text-max-width": 8, "text-padding": 4}
    if kind is PlaceKind.DISTRICT:
        layout |= {"text-transform": "uppercase", "text-letter-spacing": 0.06}
    color, zooms = _PLACE_TEXT.get(kind, "#4d4a42"), {"minzoom": first_zoom, "maxzoom": last_zoom}
    return _text(f"{kind}-names", "places", color, (_HALO, 1.8), layout, kind=kind, **zooms)
