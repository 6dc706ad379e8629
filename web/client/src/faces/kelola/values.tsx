// The controls for a condition's value, one for each kind of key.
import type { FunctionComponent } from "preact";
import { useState } from "preact/hooks";
import { kelola as words } from "../../text/kelola";
import { Button, Check, Field } from "../../ui/controls";
import { Checks, Hint, NumberInput, withOrWithout } from "./bits";
import type { Key, Value } from "./types";
import { DAYS, type Day, daysOf, daysText } from "./work";

const OWN = "own";
const OWN_HOURS = "hours";
const OWN_PLACES = new Set(["area", "resident_of", "pickup_area", "dropoff_area"]);
export const START: Record<Key["kind"], Value> = {
  choice: [],
  flag: true,
  number: "",
  days: "mon-fri",
  hours: "08:00-16:00",
  names: [],
};

const listOf = (value: Value) => (Array.isArray(value) ? value : value === "" ? [] : [String(value)]);

interface Control {
  id: string;
  spec: Key;
  value: Value;
  set: (value: Value) => void;
}

const Flag = ({ id, value, set }: Control) => (
  <div class="pair">
    <Button label={words.yes} id={id} aria-pressed={value === true} onClick={() => set(true)} />
    <Button label={words.no} aria-pressed={value === false} onClick={() => set(false)} />
  </div>
);

function Days({ id, value, set }: Control) {
  const chosen = daysOf(value);
  const toggle = (day: Day, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(day);
    else next.delete(day);
    set(daysText(next));
  };
  return (
    <div class="checks days">
      {DAYS.map((day, at) => (
        <Check
          key={day}
          id={at === 0 ? id : undefined}
          label={words.days[day][0]}
          aria-label={words.days[day][1]}
          checked={chosen.has(day)}
          onCheck={(on) => toggle(day, on)}
        />
      ))}
    </div>
  );
}

// Hours as "08:00-16:00", by two clocks.
export function Span({ id, value, set }: { id?: string; value: string; set: (value: string) => void }) {
  const [from = "", to = ""] = value.split("-");
  return (
    <div class="pair">
      <Field id={id} label={words.opens} type="time" value={from} onType={(typed) => set(`${typed}-${to}`)} />
      <Field label={words.closes} type="time" value={to} onType={(typed) => set(`${from}-${typed}`)} />
    </div>
  );
}

function Hours({ id, value, set }: Control) {
  const own = value === OWN;
  return (
    <div>
      {!own && <Span id={id} value={String(value)} set={set} />}
      <Check
        id={own ? id : undefined}
        label={words.ownHours}
        checked={own}
        onCheck={(on) => set(on ? OWN : START.hours)}
      />
    </div>
  );
}

const shownName = (name: string) => (name === OWN ? words.own : name);
const readNames = (raw: string) =>
  raw
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean)
    .map((word) => (word.toLowerCase() === words.own ? OWN : word));

// Words parted by commas; what is typed stays as typed while it means the same list.
export function Names(props: { id: string; value: string[]; set: (names: string[]) => void; hint: string }) {
  const [raw, setRaw] = useState("");
  const meant = readNames(raw).join() === props.value.join();
  return (
    <>
      <input
        id={props.id}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-describedby={`${props.id}-hint`}
        value={meant ? raw : props.value.map(shownName).join(", ")}
        onInput={(event) => {
          setRaw(event.currentTarget.value);
          props.set(readNames(event.currentTarget.value));
        }}
      />
      <Hint of={props.id}>{props.hint}</Hint>
    </>
  );
}

function NamesOf({ id, spec, value, set }: Control) {
  const names = listOf(value);
  return (
    <div>
      {spec.choices.length > 0 ? (
        <Checks id={id} choices={spec.choices} chosen={names} set={set} />
      ) : (
        <Names id={id} value={names} set={set} hint={words.names} />
      )}
      {OWN_PLACES.has(spec.name) && !spec.choices.some(([name]) => name === OWN) && (
        <Check
          label={words.ownPlace}
          checked={names.includes(OWN)}
          onCheck={(on) => set(withOrWithout(names, OWN, on))}
        />
      )}
    </div>
  );
}

const NumberOf = ({ id, spec, value, set }: Control) => (
  <div class="number">
    <NumberInput
      id={id}
      label={spec.unit ? `${spec.label}, ${spec.unit}` : spec.label}
      value={value}
      set={(typed) => set(typed ?? "")}
    />
    {spec.unit && <span aria-hidden="true">{spec.unit}</span>}
  </div>
);

const CONTROLS: Record<Key["kind"], FunctionComponent<Control>> = {
  choice: ({ id, spec, value, set }) => (
    <Checks id={id} choices={spec.choices} chosen={listOf(value)} set={set} />
  ),
  flag: Flag,
  days: Days,
  hours: (control) => (control.spec.name === OWN_HOURS ? <Hours {...control} /> : <NamesOf {...control} />),
  number: NumberOf,
  names: NamesOf,
};

export function ValueOf(control: Control) {
  const One = CONTROLS[control.spec.kind];
  return <One {...control} />;
}
