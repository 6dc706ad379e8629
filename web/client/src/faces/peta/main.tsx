import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import "../../ui/base.css";
import "./peta.css";
import { type RequestSummary, signedIn } from "../../core/api";
import { connect, online } from "../../core/live";
import { ago, clockText } from "../../core/words";
import { text } from "../../text/id";
import { makeMap } from "./map";
import { Panel } from "./panel";
import {
  assign,
  counts,
  me,
  open,
  problem,
  recent,
  replay,
  select,
  selected,
  takeEvent,
  takeRows,
  takeSnapshot,
} from "./state";
import { Table, tableOpen } from "./table";
import { css, type Mark, SHAPES } from "./vehicles";

const tick = signal(Date.now());
const picked = signal<string>("");
let live: ReturnType<typeof connect> | null = null;

const LEGEND: [Mark, string][] = [
  ["available", "siaga"],
  ["offered", "ditawari"],
  ["moving", "menjemput"],
  ["carrying", "mengantar"],
  ["away", "tidak aktif"],
];

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
    <main class="mapbox" aria-label="Peta">
      <div ref={box} class="map" />
      <ul class="legend">
        {LEGEND.map(([mark, label]) => (
          <li key={mark}>
            <span style={{ color: css(mark) }} aria-hidden="true">
              {SHAPES[mark]}
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

function Row({ request }: { request: RequestSummary }) {
  const trip = request.assignments.find((a) => a.state === "offered");
  const left = trip
    ? ` ${Math.max(0, Math.round((Date.parse(trip.expires_at) - tick.value) / 1000))} dtk`
    : "";
  return (
    <button
      type="button"
      class={`request ${request.need === "body" ? "body" : request.urgency}`}
      aria-pressed={selected.value?.id === request.id}
      onClick={() => void select(request.id)}
    >
      <strong>{text.need[request.need]}</strong>
      <span class="age">{ago((tick.value - Date.parse(request.created_at)) / 1000)}</span>
      <span>{request.pickup.name}</span>
      <small>
        {text.state[request.state]}
        {left}
      </small>
    </button>
  );
}

function Header() {
  const now = counts.value;
  const who = me.value;
  return (
    <div class="bar">
      <h1>{text.role[who?.role ?? "operator"]}</h1>
      <dl>
        <dt>Siaga</dt>
        <dd>{now.available}</dd>
        <dt>Bertugas</dt>
        <dd>{now.moving + now.carrying + now.offered}</dd>
        <dt>Tidak aktif</dt>
        <dd>{now.away}</dd>
        <dt>Antre</dt>
        <dd>{now.waiting}</dd>
      </dl>
      <button type="button" onClick={() => (tableOpen.value = true)}>
        Tabel kendaraan
      </button>
      {who?.demo && who.role === "operator" && (
        <button type="button" class="primary" onClick={() => void replay()}>
          Putar ulang kasus Cikokol
        </button>
      )}
    </div>
  );
}

function App() {
  const who = me.value;
  return (
    <div class={selected.value ? "desk with-panel" : "desk"}>
      <header class="above">
        {who?.roads === "sample" && (
          <p class="banner">
            {text.sampleRoads} <span class="how">{text.sampleHow}</span>
          </p>
        )}
        {who?.roads === "none" && <p class="banner">{text.straightLines}</p>}
        {who && !online.value && <p class="banner">{text.offline}</p>}
        <Header />
        {problem.value && (
          <p class="error" role="alert">
            {problem.value}
          </p>
        )}
      </header>
      <nav class="list" aria-label="Permintaan">
        <h2>Permintaan</h2>
        {open.value.length === 0 && <p class="soft">Belum ada permintaan yang berjalan.</p>}
        {open.value.map((request) => (
          <Row request={request} key={request.id} />
        ))}
      </nav>
      {who && <MapBox />}
      {selected.value && <Panel request={selected.value} now={tick.value} />}
      <footer class="log">
        {recent.value.slice(0, 4).map((event) => (
          <span key={event.seq}>
            <time>{clockText(event.at)}</time> {event.text}
          </span>
        ))}
      </footer>
      {tableOpen.value && <Table />}
    </div>
  );
}

function onKey(event: KeyboardEvent) {
  const target = event.target as HTMLElement;
  if (target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey)
    return;
  const list = open.value;
  const at = list.findIndex((request) => request.id === selected.value?.id);
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const next = list[Math.min(list.length - 1, Math.max(0, at + (key === "j" ? 1 : -1)))];
    if (next) void select(next.id);
  } else if (key === "t" || key === "/") {
    event.preventDefault();
    tableOpen.value = true;
  } else if (/^[1-9]$/.test(key) && selected.value?.decision && me.value?.role === "operator") {
    const candidate = selected.value.decision.candidates.find((c) => c.rank === Number(key));
    if (candidate?.eligible && !candidate.needs_approval)
      void assign(selected.value.id, candidate.vehicle_id);
  }
}

async function start() {
  const who = await signedIn();
  me.value = who;
  live = connect({ snapshot: takeSnapshot, event: takeEvent, rows: takeRows });
  addEventListener("keydown", onKey);
  setInterval(() => {
    tick.value = Date.now();
  }, 1000);
}

render(<App />, document.getElementById("app") as HTMLElement);
void start();
