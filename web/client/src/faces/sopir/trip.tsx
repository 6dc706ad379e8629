// The trip: one big button for the next step, the way, and whom to call.
import { signal } from "@preact/signals";
import type { Me, Step } from "../../core/api";
import { clockText, kilometres, minutes } from "../../core/words";
import { text } from "../../text/id";
import { act, route } from "./main";

const LABELS: Partial<Record<Step, string>> = {
  en_route: "SAYA BERANGKAT",
  on_scene: "SAYA SUDAH TIBA",
  transporting: "SUDAH NAIK, BERANGKAT",
  at_destination: "SAMPAI DI TUJUAN",
  clear: "SELESAI",
};
const TRAIL = ["accepted", "en_route", "on_scene", "transporting", "at_destination"] as const;

export function Trip({ who }: { who: Me }) {
  const { assignment, request } = who;
  if (!assignment || !request) return null;
  const next = assignment.next_steps.find((step) => LABELS[step]);
  const loaded = ["on_scene", "transporting", "at_destination"].includes(assignment.state);
  const target = loaded && request.dropoff ? request.dropoff : request.pickup;
  const step = (name: Step) => act(`/api/assignments/${assignment.id}/${name}`, {});
  return (
    <section class="stack fill" aria-label="Tugas">
      <p class="chip">{text.need[request.need]}</p>
      <h1>{target.name}</h1>
      {route.value && (
        <p>
          {kilometres(Number(route.value.properties["distance_m"]))} ·{" "}
          {minutes(Number(route.value.properties["travel_s"]))} menit
        </p>
      )}
      <Way />
      <div class="choices two">
        <a class="button" href={`geo:${target.lat},${target.lon}?q=${target.lat},${target.lon}`}>
          Buka navigasi
        </a>
        {who.contact_phone && (
          <a class="button" href={`tel:${who.contact_phone.replaceAll(" ", "")}`}>
            Telepon
          </a>
        )}
      </div>
      <ol class="trail">
        {TRAIL.map((state) => {
          const stamp = assignment.stamps[state];
          return (
            <li key={state} class={stamp ? "done" : ""}>
              {text.trip[state]} {stamp ? clockText(stamp.device_time ?? stamp.server_time) : ""}
            </li>
          );
        })}
      </ol>
      <div class="push stack">
        {next && (
          <button type="button" key={next} class="primary huge" onClick={() => void step(next)}>
            {LABELS[next]}
          </button>
        )}
        {assignment.next_steps.includes("stand_down") && <Trouble id={assignment.id} />}
        {assignment.state === "on_scene" && request.need !== "body" && (
          <button type="button" class="wide" onClick={() => void step("clear")}>
            Selesai tanpa mengantar
          </button>
        )}
      </div>
    </section>
  );
}

const TROUBLES = ["Kendaraan rusak", "Jalan tertutup", "Pengemudi sakit", "Kendala lain"];
const troubled = signal(false);

function Trouble({ id }: { id: string }) {
  if (!troubled.value) {
    return (
      <button type="button" class="wide" onClick={() => (troubled.value = true)}>
        Ada kendala…
      </button>
    );
  }
  return (
    <fieldset>
      <legend>Kendaraan lain segera dicarikan. Apa kendalanya?</legend>
      <div class="choices two">
        {TROUBLES.map((reason) => (
          <button
            type="button"
            key={reason}
            onClick={() => {
              troubled.value = false;
              void act(`/api/assignments/${id}/stand_down`, { reason });
            }}
          >
            {reason}
          </button>
        ))}
      </div>
      <button type="button" class="wide" onClick={() => (troubled.value = false)}>
        Kembali, tugas diteruskan
      </button>
    </fieldset>
  );
}

function Way() {
  const line = route.value?.geometry["coordinates"] as [number, number][] | undefined;
  if (!line || line.length < 2) return null;
  const squeeze = Math.cos(((line[0]?.[1] ?? 0) * Math.PI) / 180);
  const points = line.map(([lon, lat]) => [lon * squeeze, -lat] as const);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const size = Math.max(Math.max(...xs) - left, (Math.max(...ys) - top) * 2, 1e-6);
  const at = ([x, y]: readonly [number, number]) =>
    `${(((x - left) / size) * 280 + 10).toFixed(1)},${(((y - top) / size) * 280 + 10).toFixed(1)}`;
  const height = ((Math.max(...ys) - top) / size) * 280 + 20;
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last) return null;
  const [fx, fy] = at(first).split(",");
  const [lx, ly] = at(last).split(",");
  return (
    <svg class="way" viewBox={`0 0 300 ${height.toFixed(0)}`} role="img" aria-label="Gambar jalan ke tujuan">
      <polyline points={points.map(at).join(" ")} />
      <circle class="from" cx={fx} cy={fy} r="6" />
      <rect class="to" x={Number(lx) - 6} y={Number(ly) - 6} width="12" height="12" />
    </svg>
  );
}
