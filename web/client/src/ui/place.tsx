// Choosing a place: what is typed or pasted is looked up by the server; a point may be given a name.
import { useState } from "preact/hooks";
import { text } from "../text/id";
import { place as words } from "../text/tempat";
import { Button } from "./controls";
import { Found, type Place } from "./found";

export type { Place };
// As the API takes it.
export const wire = (place: Place) =>
  "facility" in place ? place.facility : { lon: place.lon, lat: place.lat, name: place.name };

export function PlacePicker(props: { label: string; onPick: (place: Place) => void; onBack: () => void }) {
  const [typed, setTyped] = useState("");
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
      <Found typed={typed} onPick={props.onPick} />
      <Button label={text.back} onClick={props.onBack} />
    </div>
  );
}
