// The map: the server's own tiles, vehicles, and the selected request with its way.
import "maplibre-gl/dist/maplibre-gl.css";
import { computed, effect } from "@preact/signals";
import {
  type GeoJSONSource,
  LngLatBounds,
  Map as MapView,
  Marker,
  NavigationControl,
  type StyleSpecification,
  setWorkerUrl,
} from "maplibre-gl";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Vehicle } from "../../core/api";
import { fetched, later } from "../../core/fetched";
import { incidents, moved, route, selected, vehicles } from "./state";
import { pick, VehicleLayer } from "./vehicles";

setWorkerUrl(worker);
const flags = fetched(
  computed(() => incidents.value.size > 0),
  () => import("./flags"),
);

const EMPTY = { type: "FeatureCollection" as const, features: [] };
const NO_ROADS: StyleSpecification = {
  version: 8,
  sources: {},
  layers: [{ id: "land", type: "background", paint: { "background-color": "#f3f0e9" } }],
};

// The server's style; where no roads are loaded there is none, and vehicles stand on plain ground.
async function loadStyle(): Promise<StyleSpecification> {
  const answer = await fetch("/style.json");
  return answer.ok ? answer.json() : NO_ROADS;
}

function boundsOf(all: Iterable<{ lon: number | null; lat: number | null }>): LngLatBounds | null {
  const bounds = new LngLatBounds();
  for (const { lon, lat } of all) if (lon !== null && lat !== null) bounds.extend([lon, lat]);
  return bounds.isEmpty() ? null : bounds;
}

export async function makeMap(
  container: HTMLElement,
  onView: (view: [number, number, number, number]) => void,
  onPick: (vehicle: Vehicle | null) => void,
): Promise<MapView> {
  // Labels are drawn from the page's font: it has to be there before the first label is.
  const [style] = await Promise.all([
    loadStyle(),
    document.fonts.load("400 16px 'Noto Sans'"),
    document.fonts.load("700 16px 'Noto Sans'"),
  ]);
  const map = new MapView({
    container,
    style,
    center: [106.62, -6.2],
    zoom: 10.5,
    maxZoom: 18,
    attributionControl: { compact: false },
    dragRotate: false,
  });
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  const layer = new VehicleLayer();
  const marks: Marker[] = [];

  map.on("load", () => {
    map.addSource("way", { type: "geojson", data: EMPTY });
    for (const [id, colour, width] of [
      ["way-casing", "#ffffff", 9],
      ["way", "#1a5fd0", 5],
    ] as const)
      map.addLayer({
        id,
        type: "line",
        source: "way",
        layout: { "line-cap": "round", "line-join": "round" },
        paint: { "line-color": colour, "line-width": width },
      });
    map.addLayer(layer);
    effect(() => {
      void moved.value;
      layer.set(vehicles.value.values());
    });
    effect(() => {
      const data = route.value ? { type: "Feature", geometry: route.value.geometry, properties: {} } : EMPTY;
      (map.getSource("way") as GeoJSONSource).setData(data as Parameters<GeoJSONSource["setData"]>[0]);
    });
    effect(() => flags.value?.show(map));
    let shown = "";
    effect(() => {
      const request = selected.value;
      for (const mark of marks.splice(0)) mark.remove();
      if (!request) {
        shown = "";
        return;
      }
      for (const [point, colour] of [
        [request.pickup, "#9b1c1c"],
        [request.dropoff, "#0b4f43"],
      ] as const) {
        if (point) marks.push(new Marker({ color: colour }).setLngLat([point.lon, point.lat]).addTo(map));
      }
      if (shown !== request.id) {
        shown = request.id;
        // The panel has just taken its place: look again how large the map is, then show all that matters.
        requestAnimationFrame(() => {
          map.resize();
          const going = [...vehicles.peek().values()].filter((vehicle) => vehicle.request_id === request.id);
          const bounds = boundsOf([request.pickup, ...(request.dropoff ? [request.dropoff] : []), ...going]);
          if (bounds) map.fitBounds(bounds, { padding: 80, maxZoom: 14.5 });
        });
      }
    });
    const stop = effect(() => {
      const bounds = boundsOf(vehicles.value.values());
      if (!bounds) return;
      if (!selected.peek()) map.fitBounds(bounds, { padding: 60, maxZoom: 13.5, duration: 0 });
      queueMicrotask(() => stop());
    });
    later(import("./closures"), (closures) => closures.begin(map));
    container.dataset["ready"] = "yes";
    map.once("idle", () => {
      const labels = map.queryRenderedFeatures().filter((feature) => feature.layer.type === "symbol");
      container.dataset["labels"] = String(labels.length);
    });
  });
  map.on("click", (event) => onPick(pick(map, vehicles.value.values(), event.point.x, event.point.y)));
  map.on("moveend", () => {
    const bounds = map.getBounds();
    onView([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]);
  });
  return map;
}
