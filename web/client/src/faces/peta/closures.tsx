// Closing roads: drawing on the map, the questions that follow, and the list; loaded once the map is there.
import { computed, effect, signal } from "@preact/signals";
import type { Map as MapView } from "maplibre-gl";
import { render } from "preact";
import { useState } from "preact/hooks";
import type { Closure } from "../../core/api";
import { get, post, sentence } from "../../core/api";
import { online } from "../../core/live";
import { fieldTime, instantOf, whenText, zoneName } from "../../core/words";
import { text } from "../../text/id";
import { words } from "../../text/jalan";
import { openModal } from "../../ui/modal";
import {
  addLayers,
  FEWEST,
  geometryOf,
  goTo,
  type Kind,
  MOST,
  type Position,
  showClosed,
  showDrawn,
} from "./closed";
import { me, problem, recent, tick } from "./state";

const closures = signal<Closure[]>([]);
const step = signal<"draw" | "why" | "list" | null>(null);
const kind = signal<Kind>("line");
const points = signal<Position[]>([]);
const enough = computed(() => points.value.length >= FEWEST[kind.value]);
const MONTH_MS = 30 * 86_400_000;

let asked = 0;

async function load() {
  const mine = ++asked;
  try {
    const found = await get<{ features: Closure[] }>("/api/closures");
    if (mine === asked) closures.value = found.features; // an answer that a newer one overtook says nothing
  } catch (error) {
    problem.value = sentence(error);
  }
}

function start(map: MapView) {
  points.value = [];
  step.value = "draw";
  map.getContainer().scrollIntoView({ block: "start" });
}

function stop() {
  points.value = [];
  step.value = null;
}

function finish() {
  if (enough.value) step.value = "why";
}

function add(at: Position) {
  if (String(points.value.at(-1)) === String(at)) return;
  if (points.value.length < MOST) points.value = kind.value === "point" ? [at] : [...points.value, at];
  if (kind.value === "point") finish();
}

// A second click at the same place is the end of a double click, not another corner.
function dropTwice(map: MapView) {
  const [last, before] = points.value.slice(-2).reverse();
  if (!last || !before) return;
  const a = map.project(last);
  const b = map.project(before);
  if (Math.hypot(a.x - b.x, a.y - b.y) < 8) points.value = points.value.slice(0, -1);
}

function onKey(event: KeyboardEvent) {
  if (step.value !== "draw") return;
  const onButton = (event.target as HTMLElement).closest("button, input, a, summary");
  if (event.key === "Escape") stop();
  else if (event.key === "Enter" && !onButton) finish();
  else return;
  event.preventDefault();
  event.stopPropagation(); // these keys mean the drawing now, not the list of requests
}

export function begin(map: MapView) {
  addLayers(map);
  effect(() => showClosed(map, closures.value));
  effect(() => showDrawn(map, kind.value, points.value));
  effect(() => {
    map.getCanvas().style.cursor = step.value === "draw" ? "crosshair" : "";
  });
  const news = computed(() => recent.value.find((event) => event.kind.startsWith("road_"))?.seq);
  effect(() => {
    void news.value;
    if (online.value) void load();
  });
  map.on("click", (event) => {
    if (step.value === "draw") add([event.lngLat.lng, event.lngLat.lat]);
  });
  map.on("dblclick", (event) => {
    if (step.value !== "draw") return;
    event.preventDefault();
    dropTwice(map);
    finish();
  });
  addEventListener("keydown", onKey, { capture: true });
  const box = document.createElement("div");
  box.className = "closures";
  map.getContainer().after(box);
  render(<Closures map={map} />, box);
}

function Closures({ map }: { map: MapView }) {
  const may = me.value?.role === "operator" || me.value?.role === "admin";
  const count = closures.value.length;
  return (
    <>
      {step.value === "draw" ? (
        <Drawing map={map} />
      ) : (
        <p class="shut">
          {may && (
            <button type="button" onClick={() => start(map)}>
              {words.close}
            </button>
          )}
          {count > 0 && (
            <button type="button" class="danger" onClick={() => (step.value = "list")}>
              <span class="no-entry" aria-hidden="true" /> {words.list(count)}
            </button>
          )}
        </p>
      )}
      {step.value === "why" && <Why />}
      {step.value === "list" && <List map={map} may={may} />}
    </>
  );
}

function Drawing({ map }: { map: MapView }) {
  return (
    <>
      <span class="cross" aria-hidden="true" />
      <section class="drawing" aria-label={words.draw}>
        <fieldset>
          <legend>{words.kind}</legend>
          {(Object.keys(words.kinds) as Kind[]).map((one) => (
            <label class="check" key={one}>
              <input
                type="radio"
                name="kind"
                checked={kind.value === one}
                onChange={() => {
                  kind.value = one;
                  points.value = one === "point" ? [] : points.value;
                }}
              />
              {words.kinds[one]}
            </label>
          ))}
        </fieldset>
        <p aria-live="polite">
          {words.how[kind.value]} {words.points(points.value.length)}.
        </p>
        <p class="keys">{words.finishHow}</p>
        <div class="two">
          <button type="button" onClick={() => add(map.getCenter().toArray())}>
            {words.center}
          </button>
          <button
            type="button"
            onClick={() => {
              points.value = points.value.slice(0, -1);
            }}
          >
            {words.undo}
          </button>
          <button type="button" class="primary" aria-disabled={!enough.value} onClick={finish}>
            {words.done}
          </button>
          <button type="button" onClick={stop}>
            {words.cancel}
          </button>
        </div>
      </section>
    </>
  );
}

type Reason = keyof typeof words.reasons;

function Why() {
  const [reason, setReason] = useState<Reason>("flood");
  const [note, setNote] = useState("");
  const [until, setUntil] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    const body = {
      reason,
      ...(note.trim() && { note: note.trim() }),
      ...(until && { until: instantOf(until) }),
      shape: geometryOf(kind.value, points.value),
    };
    try {
      await post<Closure>("/api/closures", body);
      stop();
      await load();
    } catch (error) {
      setWrong(sentence(error));
    }
    setBusy(false);
  };
  const now = tick.peek();
  return (
    <dialog
      ref={openModal}
      aria-label={words.why}
      onClose={() => {
        if (step.value === "why") step.value = "draw";
      }}
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2>{words.why}</h2>
        {wrong && (
          <p class="error" role="alert">
            {wrong}
          </p>
        )}
        <label>
          {words.reason}
          <select value={reason} onChange={(event) => setReason(event.currentTarget.value as Reason)}>
            {Object.entries(words.reasons).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.note}
          <input value={note} maxLength={300} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <label>
          {words.until(zoneName())}
          <input
            type="datetime-local"
            value={until}
            min={fieldTime(now + 60_000)}
            max={fieldTime(now + MONTH_MS)}
            onInput={(event) => setUntil(event.currentTarget.value)}
          />
        </label>
        <p class="soft">{words.untilHow}</p>
        <div class="two">
          <button type="submit" class="primary" disabled={busy}>
            {words.now}
          </button>
          <button type="button" onClick={() => (step.value = "draw")}>
            {words.redraw}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function List({ map, may }: { map: MapView; may: boolean }) {
  const [wrong, setWrong] = useState("");
  const open = async (closure: Closure) => {
    setWrong("");
    try {
      await post(`/api/closures/${closure.id}/open`, {});
    } catch (error) {
      setWrong(sentence(error));
    }
    await load();
  };
  const close = () => {
    if (step.value === "list") step.value = null;
  };
  return (
    <dialog ref={openModal} aria-label={words.title} onClose={close}>
      <div class="stack">
        <p class="head">
          <strong>{words.title}</strong>
          <button type="button" onClick={close}>
            {text.close}
          </button>
        </p>
        {wrong && (
          <p class="error" role="alert">
            {wrong}
          </p>
        )}
        {closures.value.length === 0 && <p>{words.none}</p>}
        <ul class="trips">
          {closures.value.map((closure) => (
            <li key={closure.id}>
              <One
                closure={closure}
                onShow={() => {
                  close();
                  goTo(map, closure);
                }}
                onOpen={may ? () => void open(closure) : null}
              />
            </li>
          ))}
        </ul>
      </div>
    </dialog>
  );
}

function One({
  closure,
  onShow,
  onOpen,
}: {
  closure: Closure;
  onShow: () => void;
  onOpen: (() => void) | null;
}) {
  const it = closure.properties;
  const now = tick.value;
  return (
    <>
      <p>
        <strong>{words.reasons[it.reason]}</strong> · {words.streets(it.streets)}
      </p>
      <p class="soft">
        {words.since(whenText(it.created_at, now))}
        {it.until && ` · ${words.ends(whenText(it.until, now))}`}
      </p>
      {it.note && <p>{it.note}</p>}
      <div class="two">
        <button type="button" onClick={onShow}>
          {words.show}
        </button>
        {onOpen && (
          <button type="button" class="primary" onClick={onOpen}>
            {words.open}
          </button>
        )}
      </div>
    </>
  );
}
