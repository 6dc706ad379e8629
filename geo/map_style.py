"""How the project's own map looks: a MapLibre style over the tiles of geo.tiles, calm, so that vehicles stand out."""

from typing import Any

from geo.network import NetworkMeta

# No `glyphs` key: MapLibre then draws letters itself, with the font that the page has loaded under this name.
FONT = ["Noto Sans"]
_LAND, _WATER, _WATER_TEXT = "#f3f0e9", "#b4d2e6", "#2c5f82"
_TEXT, _HALO = "#3b3a36", "#fbfaf6"

# classes, first zoom, fill, edge, and the width in pixels at zoom 6, 10, 13, 16 and 19
_ROADS: tuple[tuple[str, tuple[str, ...], int, str, str, tuple[float, ...]], ...] = (
    ("service", ("service", "living_street"), 14, "#ffffff", "#d9d3c6", (0.0, 0.0, 0.5, 3.0, 12.0)),
    ("street", ("residential", "road"), 13, "#ffffff", "#cbc3b1", (0.0, 0.2, 1.1, 5.0, 20.0)),
    ("lane", ("unclassified",), 13, "#ffffff", "#c7beaa", (0.0, 0.4, 1.4, 5.5, 21.0)),
    ("tertiary", ("tertiary", "tertiary_link"), 11, "#ffffff", "#bdb39d", (0.0, 0.7, 2.4, 8.0, 26.0)),
    ("secondary", ("secondary", "secondary_link"), 9, "#fbeebb", "#c9b56f", (0.4, 1.1, 3.2, 10.0, 30.0)),
    ("primary", ("primary", "primary_link"), 8, "#f9d995", "#c79a45", (0.6, 1.6, 4.0, 12.0, 34.0)),
    (
        "trunk",
        ("trunk", "trunk_link", "motorway", "motorway_link"),
        6,
        "#f0ab84",
        "#b86a3d",
        (0.9, 2.2, 5.0, 14.0, 38.0),
    ),
)
# kind, first zoom, last zoom, and the size in pixels at zoom 6, 10, 13, 16
_PLACES: tuple[tuple[str, int, int, tuple[float, ...]], ...] = (
    ("village", 12, 24, (10.0, 10.0, 11.5, 15.0)),
    ("district", 10, 17, (10.0, 11.5, 14.5, 18.0)),
    ("city", 6, 13, (12.0, 16.0, 20.0, 22.0)),
)


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
            {"id": "water", "type": "fill", "paint": {"fill-color": _WATER}} | _from("water"),
            *(_road(road, casing=True) for road in _ROADS),
            *(_road(road, casing=False) for road in _ROADS),
            *_road_names(),
            _water_names(),
            *(_place(*place) for place in _PLACES),
        ],
    }


def _from(layer: str) -> dict[str, Any]:
    return {"source": "roads", "source-layer": layer}


def _by_zoom(zooms: tuple[int, ...], values: tuple[float, ...], add: float = 0.0, base: float = 1.4) -> list[Any]:
    stops = [part for zoom, value in zip(zooms, values, strict=True) for part in (zoom, round(value + add, 2))]
    return ["interpolate", ["exponential", base], ["zoom"], *stops]


def _road(road: tuple[str, tuple[str, ...], int, str, str, tuple[float, ...]], *, casing: bool) -> dict[str, Any]:
    name, classes, first_zoom, fill, edge, widths = road
    return {
        "id": f"{name}-casing" if casing else name,
        "type": "line",
        "minzoom": first_zoom,
        "filter": ["in", ["get", "class"], ["literal", list(classes)]],
        "layout": {"line-cap": "round", "line-join": "round"},
        "paint": {
            "line-color": edge if casing else fill,
            "line-width": _by_zoom((6, 10, 13, 16, 19), widths, add=1.3 if casing else 0.0),
        },
    } | _from("roads")


def _road_names() -> list[dict[str, Any]]:
    """Names of main roads from zoom 13, of streets from 15."""
    return [
        {
            "id": name,
            "type": "symbol",
            "minzoom": first_zoom,
            "filter": [
                "all",
                ["has", "name"],
                ["in", ["get", "class"], ["literal", [c for road in roads for c in road[1]]]],
            ],
            "layout": {
                "symbol-placement": "line",
                "symbol-spacing": 350,
                "text-field": ["get", "name"],
                "text-font": FONT,
                "text-size": _by_zoom((13, 17), sizes),
                "text-max-angle": 35,
                "text-padding": 6,
            },
            "paint": {"text-color": _TEXT, "text-halo-color": _HALO, "text-halo-width": 1.6},
        }
        | _from("roads")
        for name, first_zoom, roads, sizes in (
            ("street-names", 15, _ROADS[:3], (10.0, 12.5)),
            ("road-names", 13, _ROADS[3:], (10.5, 14.0)),
        )
    ]


def _water_names() -> dict[str, Any]:
    return {
        "id": "water-names",
        "type": "symbol",
        "minzoom": 10,
        "filter": ["==", ["get", "kind"], "water"],
        "layout": {
            "text-field": ["get", "name"],
            "text-font": FONT,
            "text-size": _by_zoom((10, 16), (11.5, 16.0)),
            "text-letter-spacing": 0.08,
        },
        "paint": {"text-color": _WATER_TEXT, "text-halo-color": "#e3eff7", "text-halo-width": 1.4},
    } | _from("places")


def _place(kind: str, first_zoom: int, last_zoom: int, sizes: tuple[float, ...]) -> dict[str, Any]:
    upper = {"text-transform": "uppercase", "text-letter-spacing": 0.06} if kind == "district" else {}
    return {
        "id": f"{kind}-names",
        "type": "symbol",
        "minzoom": first_zoom,
        "maxzoom": last_zoom,
        "filter": ["==", ["get", "kind"], kind],
        "layout": {
            "text-field": ["get", "name"],
            "text-font": FONT,
            "text-size": _by_zoom((6, 10, 13, 16), sizes, base=1.0),
            "text-max-width": 8,
            "text-padding": 4,
            **upper,
        },
        "paint": {
            "text-color": "#57544c" if kind == "village" else "#23221f",
            "text-halo-color": _HALO,
            "text-halo-width": 1.8,
        },
    } | _from("places")
