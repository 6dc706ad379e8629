import { computed, effect, signal, untracked } from "@preact/signals";
import { render } from "preact";
import "../../ui/base.css";
import "./sopir.css";
import { type Assignment, get, type Me, type Offer, type Route, type Step, signedIn } from "../../core/api";
import { connect, online } from "../../core/live";
import { text } from "../../text/id";
import { Beginning, begin } from "../../ui/begin";
import { accuracy, ring, startDevice } from "./device";
import { Duty, Standby } from "./duty";
import { OfferCard } from "./offer";
import { drain, enqueue, reachable, refused, waiting } from "./queue";
import { Trip } from "./trip";
import { remember } from "./undo";

export const me = signal<Me | null>(null);
export const offer = signal<Offer | null>(null);
export const route = signal<Route | null>(null);
export const skew = signal(0);
export const tick = signal(Date.now());
// Where the live connection is down no offer can ring, though nothing waits to be sent.
const cutOff = computed(() => !reachable.value || online.value === false);

let taps = 0;

async function load() {
  await drain();
  if (waiting.value.length > 0) return; // what was tapped without signal is newer than what the server knows
  const tapsThen = taps;
  const now = await get<Me>("/api/me");
  const offered = now.assignment?.state === "offered";
  const stands = offered ? ((await get<Offer | undefined>("/api/me/offer")) ?? null) : null;
  if (tapsThen !== taps) return; // asked before the last tap: an old answer must not bring back an old button
  skew.value = Date.parse(now.now) - Date.now();
  if (stands && stands.assignment_id !== offer.value?.assignment_id) ring(6);
  offer.value = stands;
  const before = me.value?.assignment;
  // Taken without asking: nothing rang for it yet.
  if (before?.id !== now.assignment?.id && now.assignment?.stamps.accepted?.source === "desk") ring(6);
  me.value = now;
  if (now.vehicle && now.vehicle.duty !== "off_duty") startDevice();
  if (now.assignment?.id !== before?.id || now.assignment?.state !== before?.state) await loadRoute(now);
  reachable.value = true;
}

export const reload = () =>
  load().catch(() => {
    reachable.value = false;
  });

async function loadRoute(now: Me) {
  const id = now.assignment?.id;
  route.value = id
    ? await get<Route>(`/api/route?assignment=${encodeURIComponent(id)}`).catch(() => null)
    : null;
}

export async function act(path: string, body: Record<string, unknown>) {
  taps += 1;
  foresee(path, body);
  await enqueue(path, body);
  await reload();
}

const AFTER: Record<string, Step[]> = {
  accepted: ["en_route"],
  en_route: ["on_scene"],
  on_scene: ["transporting", "clear"],
  transporting: ["at_destination"],
  at_destination: ["clear"],
};

// Show at once what a step will make of the trip: without signal the next tap must be possible.
function foresee(path: string, body: Record<string, unknown>) {
  const who = me.value;
  if (who?.vehicle && typeof body["auto_accept"] === "boolean")
    me.value = { ...who, vehicle: { ...who.vehicle, auto_accept: body["auto_accept"] } };
  const [, id, step] = /^\/api\/assignments\/([^/]+)\/([a-z_]+)$/.exec(path) ?? [];
  if (!who?.assignment || who.assignment.id !== id || !step || step === "undo") return;
  remember(who, id, step);
  const state = (step === "accept" ? "accepted" : step) as Assignment["state"];
  const next = AFTER[state];
  const now = new Date().toISOString();
  const stamps = { ...who.assignment.stamps, [state]: { device_time: now, server_time: now, source: "tap" } };
  const vehicle =
    who.vehicle && step === "problem" ? { ...who.vehicle, duty: "out_of_service" as const } : who.vehicle;
  offer.value = null;
  me.value = {
    ...who,
    vehicle,
    assignment: next ? { ...who.assignment, state, stamps, next_steps: next } : null,
  };
}

function Line() {
  const count = waiting.value.length;
  return (
    <p class="line">
      <span>{cutOff.value ? "○ Luring" : "● Daring"}</span>
      <span>{accuracy.value === null ? "GPS –" : `GPS ±${accuracy.value} m`}</span>
      {count > 0 && <span>{count} belum terkirim</span>}
    </p>
  );
}

function App() {
  const who = me.value;
  if (!who) return <Beginning start={start} />;
  const duty = who.vehicle?.duty ?? "off_duty";
  return (
    <>
      {cutOff.value && (
        <p class="lost" role="status">
          ○ {text.sopir.offline(waiting.value.length)}
        </p>
      )}
      <main class="drive">
        <Line />
        <div aria-live="assertive">{refused.value && <p class="error">{refused.value}</p>}</div>
        {offer.value && who.assignment?.state === "offered" ? (
          <OfferCard offer={offer.value} assignment={who.assignment} now={tick.value + skew.value} />
        ) : who.assignment && who.request ? (
          <Trip who={who} />
        ) : duty === "available" ? (
          <Standby who={who} />
        ) : (
          <Duty who={who} />
        )}
      </main>
    </>
  );
}

async function start() {
  await signedIn();
  await load();
  effect(() => {
    if (waiting.value.length === 0) untracked(() => void reload());
  });
  connect({ snapshot: () => void reload(), event: () => void reload() });
  setInterval(() => {
    tick.value = Date.now();
    const left = offer.value ? Date.parse(offer.value.expires_at) - Date.now() - skew.value : 1;
    if (left < -1500) void reload();
  }, 250);
}

render(<App />, document.getElementById("app") as HTMLElement);
void begin(start);
