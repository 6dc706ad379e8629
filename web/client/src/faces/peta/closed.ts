// What is closed and what is being drawn, on the map: barrier stripes and no-entry signs, so that no colour alone says it.
import {
  type GeoJSONSource,
  type LineLayerSpecification,
  LngLatBounds,
  type Map as MapView,
} from "maplibre-gl";
import type { Closure } from "../../core/api";

export type Kind = "line" | "area" | "point";
export type Position = [number, number];
export const FEWEST: Record<Kind, number> = { line: 2, area: 3, point: 1 };
export const MOST = 200;
const RED = "#9b1c1c";
const TYPES = { line: "LineString", area: "Polygon", point: "Point" } as const;

export function geometryOf(kind: Kind, points: Position[]): Closure["geometry"] {
  const first = points[0] ?? [0, 0];
  if (kind === "area") return { type: TYPES.area, coordinates: [[...points, first]] };
  if (kind === "line") return { type: TYPES.line, coordinates: points };
  return { type: TYPES.point, coordinates: first };
}

function image(size: number, draw: (pen: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  draw(pen);
  return pen.getImageData(0, 0, size, size);
}

// Diagonal stripes that go on from tile to tile.
const stripes = () =>
  image(24, (pen) => {
    pen.fillStyle = "rgb(255 255 255 / 45%)";
    pen.fillRect(0, 0, 24, 24);
    pen.strokeStyle = "rgb(155 28 28 / 75%)";
    pen.lineWidth = 6;
    for (const from of [-24, 0, 24]) {
      pen.beginPath();
      pen.moveTo(from - 4, 28);
      pen.lineTo(from + 28, -4);
      pen.stroke();
    }
  });

const sign = () =>
  image(52, (pen) => {
    const disc = (radius: number, colour: string) => {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(26, 26, radius, 0, 7);
      pen.fill();
    };
    disc(26, "#fff");
    disc(23, RED);
    pen.fillStyle = "#fff";
    pen.fillRect(11, 21, 30, 10);
  });

export function addLayers(map: MapView) {
  map.addImage("stripes", stripes(), { pixelRatio: 2 });
  map.addImage("no-entry", sign(), { pixelRatio: 2 });
  const below = map.getLayer("way-casing") ? "way-casing" : undefined;
  for (const source of ["closed", "closing"]) {
    map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer(
      {
        id: `${source}-area`,
        type: "fill",
        source,
        filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-pattern": "stripes" },
      },
      below,
    );
    const line = (name: string, rest: Partial<LineLayerSpecification>) =>
      map.addLayer({ id: `${source}-${name}`, type: "line", source, ...rest }, below);
    line("edge", { layout: { "line-join": "round" }, paint: { "line-color": RED, "line-width": 8 } });
    line("tape", { paint: { "line-color": "#ffffff", "line-width": 4, "line-dasharray": [1.5, 1.5] } });
  }
  map.addLayer({
    id: "closing-points",
    type: "circle",
    source: "closing",
    paint: {
      "circle-radius": 7,
      "circle-color": "#ffffff",
      "circle-stroke-color": RED,
      "circle-stroke-width": 3,
    },
  });
  for (const [id, placement] of [
    ["closed-sign", "point"],
    ["closed-line-sign", "line-center"],
  ] as const) {
    map.addLayer({
      id,
      type: "symbol",
      source: "closed",
      filter: [placement === "point" ? "!=" : "==", ["geometry-type"], "LineString"],
      layout: {
        "icon-image": "no-entry",
        "icon-allow-overlap": true,
        "icon-rotation-alignment": "viewport",
        "symbol-placement": placement,
      },
    });
  }
}

function show(map: MapView, source: string, features: object[]) {
  const data = { type: "FeatureCollection", features };
  (map.getSource(source) as GeoJSONSource).setData(data as Parameters<GeoJSONSource["setData"]>[0]);
}

export function showClosed(map: MapView, closures: Closure[]) {
  show(map, "closed", closures);
  map.getContainer().dataset["closed"] = String(closures.length);
}

export function showDrawn(map: MapView, kind: Kind, points: Position[]) {
  const whole = points.length >= FEWEST[kind] ? kind : "line";
  const shape =
    whole !== "point" && points.length > 1
      ? [{ type: "Feature", properties: {}, geometry: geometryOf(whole, points) }]
      : [];
  const corners = points.map((at) => ({
    type: "Feature",
    properties: {},
    geometry: geometryOf("point", [at]),
  }));
  show(map, "closing", [...shape, ...corners]);
}

export function goTo(map: MapView, closure: Closure) {
  const { geometry } = closure;
  const all: Position[] =
    geometry.type === "Polygon"
      ? (geometry.coordinates[0] ?? [])
      : geometry.type === "LineString"
        ? geometry.coordinates
        : [geometry.coordinates];
  const bounds = all.reduce((found, at) => found.extend(at), new LngLatBounds());
  map.fitBounds(bounds, { padding: 90, maxZoom: 16 });
}
