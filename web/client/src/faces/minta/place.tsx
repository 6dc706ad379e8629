// Choosing a place: a facility by its name, or a point that somebody sent.
import { useState } from "preact/hooks";
import { text } from "../../text/id";
import { facilities, type Place } from "./state";

const words = text.minta.place;
const PAIR = /(-?\d{1,2}[.,]\d{3,})\s*[,; ]\s*(-?\d{2,3}[.,]\d{3,})/;

// Latitude and longitude as map programs write them, also within a link.
export function pointOf(typed: string): { lat: number; lon: number } | null {
  const [, lat, lon] =
    PAIR.exec(decodeURIComponent(typed.replaceAll("%", "%25")).replaceAll("%2C", ",")) ?? [];
  if (!lat || !lon) return null;
  const found = { lat: Number(lat.replace(",", ".")), lon: Number(lon.replace(",", ".")) };
  return Math.abs(found.lat) <= 90 && Math.abs(found.lon) <= 180 ? found : null;
}

export function PlacePicker(props: { label: string; onPick: (place: Place) => void; onBack: () => void }) {
  const [typed, setTyped] = useState("");
  const [name, setName] = useState("");
  const point = pointOf(typed);
  const wanted = typed.toLowerCase().split(" ").filter(Boolean);
  const found = facilities.value
    .filter((facility) => wanted.every((word) => facility.name.toLowerCase().includes(word)))
    .slice(0, 8);
  return (
    <div class="stack">
      <label>
        {props.label}
        <input
          type="search"
          aria-describedby="place-how"
          ref={(element) => {
            if (!typed) element?.focus();
          }}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <p class="soft" id="place-how">
        {words.how}
      </p>
      {point ? (
        <>
          <label>
            {words.name}
            <input maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
          </label>
          <button
            type="button"
            class="primary"
            onClick={() => props.onPick({ ...point, name: name.trim() || words.point })}
          >
            {words.use(point.lat.toFixed(4), point.lon.toFixed(4))}
          </button>
        </>
      ) : (
        found.map((facility) => (
          <button
            type="button"
            class="row"
            key={facility.id}
            onClick={() => props.onPick({ facility: facility.id, name: facility.name })}
          >
            {facility.name}
          </button>
        ))
      )}
      <button type="button" onClick={props.onBack}>
        {text.back}
      </button>
    </div>
  );
}
