import { signal } from "@preact/signals";
import { Fragment, render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "../../ui/base.css";
import "./peta.css";
import { can, type Me, signedIn } from "../../core/api";
import { problem } from "../../core/attempt";
import { tick } from "../../core/clock";
import { fetched } from "../../core/fetched";
import { connect, type Snapshot } from "../../core/live";
import { ASK_AGAIN_MS, isComing } from "../../core/requests";
import { clockText } from "../../core/words";
import { text } from "../../text/id";
import { peta as words } from "../../text/peta";
import { Lost, Roads, Wrong } from "../../ui/above";
import { Beginning, begin } from "../../ui/begin";
import { Button } from "../../ui/controls";
import { onKey } from "./keys";
import { List } from "./list";
import { makeMap } from "./map";
import {
  counts,
  kept,
  me,
  recent,
  replay,
  select,
  selected,
  tableOpen,
  takeEvent,
  takeRows,
  takeSnapshot,
} from "./state";
import { css, type Mark, shapeOf } from "./vehicles";

const picked = signal<string>("");
const table = fetched(tableOpen, () => import("./table"));
const panel = fetched(me, () => import("./panel"));
let live: ReturnType<typeof connect> | null = null;

const LEGEND = Object.entries(words.legend) as [Mark, string][];

function MapBox() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    void makeMap(
      box.current,
      (view) => live?.send({ view }),
      (vehicle) => {
        picked.value = vehicle
          ? `${vehicle.name} · ${text.duty[vehicle.duty]} · ${text.link[vehicle.link]}`
          : "";
      },
    );
  }, []);
  return (
    <main class="mapbox" aria-label={words.map}>
      <div ref={box} class="map" />
      <ul class="legend plain flow">
        {LEGEND.map(([mark, label]) => (
          <li key={mark}>
            <span style={{ color: css(mark) }} aria-hidden="true">
              {shapeOf(mark)}
            </span>{" "}
            {label}
          </li>
        ))}
      </ul>
      <p class="picked" aria-live="polite">
        {picked.value}
      </p>
    </main>
  );
}

function Header({ who }: { who: Me }) {
  const now = counts.value;
  const share = kept.value?.share ?? null;
  const shown = [
    [words.counts.available, now.available],
    [words.counts.busy, now.moving + now.carrying + now.offered],
    [words.counts.away, now.away],
    [words.counts.waiting, now.waiting],
    ...(share === null ? [] : [[words.counts.kept, `${Math.round(share * 100)} %`]]),
  ];
  return (
    <div class="bar flow">
      <h1>{text.role[who.role]}</h1>
      <dl class="flow">
        {shown.map(([name, count]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{count}</dd>
          </Fragment>
        ))}
      </dl>
      <Button label={words.table} onClick={() => (tableOpen.value = true)} />
      {who.demo && can(who, "replay_demo") && (
        <Button label={words.replay} class="primary" onClick={() => void replay()} />
      )}
    </div>
  );
}

function App() {
  const who = me.value;
  const Table = table.value?.Table;
  if (!who) return <Beginning start={start} />;
  return (
    <div class={selected.value ? "desk with-panel" : "desk"}>
      <Lost />
      <header class="above">
        <Roads who={who} />
        <Header who={who} />
        <Wrong said={problem.value} />
      </header>
      <List />
      <MapBox />
      {selected.value && panel.value && (
        <panel.value.Panel key={selected.value.id} request={selected.value} />
      )}
      <footer class="log">
        <span class="keys">{words.keys}</span>
        {recent.value.slice(0, 4).map((event) => (
          <span key={event.seq}>
            <time>{clockText(event.at)}</time> {event.text}
          </span>
        ))}
      </footer>
      {tableOpen.value && Table && <Table />}
    </div>
  );
}

async function start() {
  const who = await signedIn();
  const snapshot = (seen: Snapshot) => {
    me.value = who; // The page is drawn from what stands, all at once: what came later would move it.
    takeSnapshot(seen);
  };
  live = connect({ snapshot, event: takeEvent, rows: takeRows });
  addEventListener("keydown", onKey);
  setInterval(tick, 1000);
  setInterval(() => {
    if (selected.value && isComing(selected.value)) void select(selected.value.id);
  }, ASK_AGAIN_MS);
}

render(<App />, document.getElementById("app") as HTMLElement);
void begin(start);
