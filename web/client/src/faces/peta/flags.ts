// Where incidents are; a flag leads to their boards. Fetched with the first.
import { type Map as MapView, Marker } from "maplibre-gl";
import { peta } from "../../text/peta";
import { incidents, shownList } from "./state";

const flags: Marker[] = [];

export function show(map: MapView) {
  for (const flag of flags.splice(0)) flag.remove();
  for (const { name, place } of incidents.value.values()) {
    const element = document.createElement("button");
    element.className = "event";
    element.textContent = "⚑";
    element.title = `${peta.incidents}: ${name}`;
    element.addEventListener("click", () => (shownList.value = "incidents"));
    flags.push(
      new Marker({ element, anchor: "right", offset: [-16, -24] })
        .setLngLat([place.lon, place.lat])
        .addTo(map),
    );
  }
}
