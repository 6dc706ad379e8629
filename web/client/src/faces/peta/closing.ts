// The closed roads, and the one that is being drawn: corner by corner, by pointer or keyboard.
import { computed, signal } from "@preact/signals";
import type { Map as MapView } from "maplibre-gl";
import { type Closure, get } from "../../core/api";
import { say } from "../../core/attempt";
import { newest } from "../../core/newest";
import { FEWEST, type Kind, MOST, type Position } from "./closed";

export const closures = signal<Closure[]>([]);
export const step = signal<"draw" | "why" | "list" | null>(null);
export const kind = signal<Kind>("line");
export const points = signal<Position[]>([]);
export const enough = computed(() => points.value.length >= FEWEST[kind.value]);

const turn = newest();

export async function load() {
  const isNewest = turn();
  try {
    const found = await get<{ features: Closure[] }>("/api/closures");
    if (isNewest()) closures.value = found.features;
  } catch (error) {
    say(error);
  }
}

export function start(map: MapView) {
  points.value = [];
  step.value = "draw";
  map.getContainer().scrollIntoView({ block: "start" });
}

export function stop() {
  points.value = [];
  step.value = null;
}

export function finish() {
  if (enough.value) step.value = "why";
}

export const undo = () => (points.value = points.value.slice(0, -1));

export function add(at: Position) {
  if (String(points.value.at(-1)) === String(at)) return;
  if (points.value.length < MOST) points.value = kind.value === "point" ? [at] : [...points.value, at];
  if (kind.value === "point") finish();
}

// A second click at the same place is the end of a double click, not another corner.
export function dropTwice(map: MapView) {
  const [last, before] = points.value.slice(-2).reverse();
  if (!last || !before) return;
  const a = map.project(last);
  const b = map.project(before);
  if (Math.hypot(a.x - b.x, a.y - b.y) < 8) undo();
}

export function onKey(event: KeyboardEvent) {
  if (step.value !== "draw") return;
  const onButton = (event.target as HTMLElement).closest("button, input, a, summary");
  if (event.key === "Escape") stop();
  else if (event.key === "Enter" && !onButton) finish();
  else return;
  event.preventDefault();
  event.stopPropagation(); // these keys mean the drawing now, not the list of requests
}
