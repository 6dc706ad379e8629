// The controls for a condition's value, one for each kind of key.
import { useState } from "preact/hooks";
import { kelola as words } from "../../text/kelola";
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

function Choice({ id, spec, value, set }: Control) {
  const chosen = listOf(value);
  return (
    <div class="checks">
      {spec.choices.map(([name, label], at) => (
        <label class="check" key={name}>
          <input
            id={at === 0 ? id : undefined}
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={(event) =>
              set(event.currentTarget.checked ? [...chosen, name] : chosen.filter((one) => one !== name))
            }
          />
          {label}
        </label>
      ))}
    </div>
  );
}

function Flag({ id, value, set }: Control) {
  return (
    <div class="pair">
      <button type="button" id={id} aria-pressed={value === true} onClick={() => set(true)}>
        {words.yes}
      </button>
      <button type="button" aria-pressed={value === false} onClick={() => set(false)}>
        {words.no}
      </button>
    </div>
  );
}

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
        <label class="check" key={day}>
          <input
            id={at === 0 ? id : undefined}
            type="checkbox"
            aria-label={words.days[day][1]}
            checked={chosen.has(day)}
            onChange={(event) => toggle(day, event.currentTarget.checked)}
          />
          {words.days[day][0]}
        </label>
      ))}
    </div>
  );
}

// Hours as "08:00-16:00", by two clocks.
export function Span({ id, value, set }: { id?: string; value: string; set: (value: string) => void }) {
  const [from = "", to = ""] = value.split("-");
  return (
    <div class="pair">
      <label>
        {words.opens}
        <input
          id={id}
          type="time"
          value={from}
          onInput={(event) => set(`${event.currentTarget.value}-${to}`)}
        />
      </label>
      <label>
        {words.closes}
        <input type="time" value={to} onInput={(event) => set(`${from}-${event.currentTarget.value}`)} />
      </label>
    </div>
  );
}

function Hours({ id, value, set }: Control) {
  const own = value === OWN;
  return (
    <div>
      {!own && <Span id={id} value={String(value)} set={set} />}
      <label class="check">
        <input
          id={own ? id : undefined}
          type="checkbox"
          checked={own}
          onChange={(event) => set(event.currentTarget.checked ? OWN : START.hours)}
        />
        {words.ownHours}
      </label>
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
export function Names(props: {
  id: string;
  value: string[];
  set: (names: string[]) => void;
  describedBy?: string;
}) {
  const [raw, setRaw] = useState("");
  const meant = readNames(raw).join() === props.value.join();
  return (
    <input
      id={props.id}
      autocomplete="off"
      autocapitalize="none"
      spellcheck={false}
      aria-describedby={props.describedBy}
      value={meant ? raw : props.value.map(shownName).join(", ")}
      onInput={(event) => {
        setRaw(event.currentTarget.value);
        props.set(readNames(event.currentTarget.value));
      }}
    />
  );
}

function NamesOf({ id, spec, value, set }: Control) {
  const names = listOf(value);
  return (
    <div>
      {spec.choices.length > 0 ? (
        <Choice id={id} spec={spec} value={names} set={set} />
      ) : (
        <>
          <Names id={id} value={names} set={set} describedBy={`${id}-hint`} />
          <small class="soft" id={`${id}-hint`}>
            {words.names}
          </small>
        </>
      )}
      {OWN_PLACES.has(spec.name) && !spec.choices.some(([name]) => name === OWN) && (
        <label class="check">
          <input
            type="checkbox"
            checked={names.includes(OWN)}
            onChange={(event) =>
              set(event.currentTarget.checked ? [...names, OWN] : names.filter((name) => name !== OWN))
            }
          />
          {words.ownPlace}
        </label>
      )}
    </div>
  );
}

function NumberOf({ id, spec, value, set }: Control) {
  return (
    <div class="number">
      <input
        id={id}
        type="number"
        inputMode="decimal"
        step="any"
        value={String(value)}
        aria-label={spec.unit ? `${spec.label}, ${spec.unit}` : spec.label}
        onInput={(event) => set(event.currentTarget.value === "" ? "" : Number(event.currentTarget.value))}
      />
      {spec.unit && <span aria-hidden="true">{spec.unit}</span>}
    </div>
  );
}

export function ValueOf(control: Control) {
  switch (control.spec.kind) {
    case "choice":
      return <Choice {...control} />;
    case "flag":
      return <Flag {...control} />;
    case "days":
      return <Days {...control} />;
    case "hours":
      return control.spec.name === OWN_HOURS ? <Hours {...control} /> : <NamesOf {...control} />;
    case "number":
      return <NumberOf {...control} />;
    case "names":
      return <NamesOf {...control} />;
  }
}
