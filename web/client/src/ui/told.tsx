// Who was told: a choice that is filled in already, so that one tap is enough.
import { text } from "../text/id";

export const TOLD = text.told.choices;

export function Told(props: { label: string; value: string; onPick: (told: string) => void }) {
  return (
    <label>
      {props.label}
      <select value={props.value} onChange={(event) => props.onPick(event.currentTarget.value)}>
        {TOLD.map((who) => (
          <option key={who}>{who}</option>
        ))}
      </select>
    </label>
  );
}
