// Closing roads: drawing on the map, the questions that follow, and the list; loaded once the map is there.
import { computed, effect } from "@preact/signals";
import type { Map as MapView } from "maplibre-gl";
import { render } from "preact";
import { useState } from "preact/hooks";
import { type Closure, can, post, sentence } from "../../core/api";
import { now } from "../../core/clock";
import { online } from "../../core/live";
import { fieldTime, instantOf, whenText, zoneName } from "../../core/words";
import { text } from "../../text/id";
import { words } from "../../text/jalan";
import { Wrong } from "../../ui/above";
import { Button, Check, Field, Pick } from "../../ui/controls";
import { Dialog, Question } from "../../ui/dialog";
import { addLayers, geometryOf, goTo, type Kind, showClosed, showDrawn } from "./closed";
import {
  add,
  closures,
  dropTwice,
  enough,
  finish,
  kind,
  load,
  onKey,
  points,
  start,
  step,
  stop,
  undo,
} from "./closing";
import { me, recent } from "./state";

const MONTH_MS = 30 * 86_400_000;

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
  const may = can(me.value, "close_roads");
  const count = closures.value.length;
  return (
    <>
      {step.value === "draw" ? (
        <Drawing map={map} />
      ) : (
        <p class="shut flow">
          {may && <Button label={words.close} onClick={() => start(map)} />}
          {count > 0 && (
            <Button class="danger" onClick={() => (step.value = "list")}>
              <span class="no-entry" aria-hidden="true" /> {words.list(count)}
            </Button>
          )}
        </p>
      )}
      {step.value === "why" && <Why />}
      {step.value === "list" && <List map={map} may={may} />}
    </>
  );
}

function Drawing({ map }: { map: MapView }) {
  const choose = (one: Kind) => {
    kind.value = one;
    if (one === "point") points.value = [];
  };
  return (
    <>
      <span class="cross" aria-hidden="true" />
      <section class="drawing" aria-label={words.draw}>
        <fieldset class="flow">
          <legend>{words.kind}</legend>
          {(Object.keys(words.kinds) as Kind[]).map((one) => (
            <Check
              key={one}
              label={words.kinds[one]}
              type="radio"
              name="kind"
              checked={kind.value === one}
              onCheck={() => choose(one)}
            />
          ))}
        </fieldset>
        <p aria-live="polite">
          {words.how[kind.value]} {words.points(points.value.length)}.
        </p>
        <p class="keys">{words.finishHow}</p>
        <div class="pair">
          <Button label={words.center} onClick={() => add(map.getCenter().toArray())} />
          <Button label={words.undo} onClick={undo} />
          <Button label={words.done} class="primary" aria-disabled={!enough.value} onClick={finish} />
          <Button label={words.cancel} onClick={stop} />
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
      note: note.trim() || undefined,
      until: until ? instantOf(until) : undefined,
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
  const redraw = () => {
    if (step.value === "why") step.value = "draw";
  };
  const from = now.peek();
  return (
    <Question
      title={words.why}
      button={words.now}
      locked={busy}
      back={words.redraw}
      onSend={send}
      onBack={redraw}
    >
      <Wrong said={wrong} />
      <Pick
        label={words.reason}
        value={reason}
        options={Object.entries(words.reasons)}
        onPick={(picked) => setReason(picked as Reason)}
      />
      <Field label={words.note} value={note} maxLength={300} onType={setNote} />
      <Field
        label={words.until(zoneName())}
        type="datetime-local"
        value={until}
        min={fieldTime(from + 60_000)}
        max={fieldTime(from + MONTH_MS)}
        onType={setUntil}
      />
      <p class="soft">{words.untilHow}</p>
    </Question>
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
  const show = (closure: Closure) => {
    close();
    goTo(map, closure);
  };
  return (
    <Dialog aria-label={words.title} onClose={close}>
      <div class="stack">
        <p class="head">
          <strong>{words.title}</strong>
          <Button label={text.close} onClick={close} />
        </p>
        <Wrong said={wrong} />
        {closures.value.length === 0 && <p>{words.none}</p>}
        <ul class="trips plain">
          {closures.value.map((closure) => (
            <li key={closure.id}>
              <About {...closure.properties} />
              <div class="pair">
                <Button label={words.show} onClick={() => show(closure)} />
                {may && <Button label={words.open} class="primary" onClick={() => void open(closure)} />}
              </div>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

const About = (it: Closure["properties"]) => (
  <>
    <p>
      <strong>{words.reasons[it.reason]}</strong> · {words.streets(it.streets)}
    </p>
    <p class="soft">
      {words.since(whenText(it.created_at, now.value))}
      {it.until && ` · ${words.ends(whenText(it.until, now.value))}`}
    </p>
    {it.note && <p>{it.note}</p>}
  </>
);
