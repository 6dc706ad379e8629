// Choosing a place: what is typed or pasted is looked up by the server; a point may be given a name.
import { useState } from "preact/hooks";
import { text } from "../../text/id";
import { minta } from "../../text/minta";
import { Button } from "../../ui/controls";
import { Found } from "./found";
import type { Place } from "./state";

const words = minta.place;

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
