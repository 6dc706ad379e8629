// What a driver's page holds: who drives and on what trip, what is offered, and the taps that change it.
import { computed, signal } from "@preact/signals";
import {
  type Assignment,
  type Ended,
  get,
  type Me,
  type Offer,
  Problem,
  post,
  type Route,
} from "../../core/api";
import { now, setServerTime } from "../../core/clock";
import { online } from "../../core/live";
import { newest } from "../../core/newest";
import { STATES, STEPS, UNDO_MS } from "../../core/vocabulary";
import { ring, startDevice } from "./device";
import { drain, enqueue, reachable, tripOf, waiting } from "./queue";

export const me = signal<Me | null>(null);
export const offer = signal<Offer | null>(null);
const route = signal<{ leg: string; way: Route } | null>(null);
// Where the trip leads: to the pick-up and, once the vehicle was there, on, unless another one is to meet it.
export const targetOf = (trip: Assignment, request: Me["request"]) =>
  STATES[trip.state].met && !trip.hands_over ? (request?.dropoff ?? request?.pickup) : request?.pickup;
const legOf = (who: Me | null) =>
  who?.assignment ? JSON.stringify([who.assignment.id, targetOf(who.assignment, who.request)]) : "";
export const way = computed(() => (route.value?.leg === legOf(me.value) ? route.value.way : null));
// Where the live connection is down no offer can ring, though nothing waits to be sent.
export const cutOff = computed(() => !reachable.value || online.value === false);

// What ended without the driver's doing stays on the page until it was read, also over a reload.
const TRIP = "jemput-trip";
const ENDED = "jemput-ended";
export const ended = signal<Ended | null>(JSON.parse(localStorage.getItem(ENDED) ?? "null"));
function keepEnded(found: Ended | null) {
  ended.value = found;
  if (found) localStorage.setItem(ENDED, JSON.stringify(found));
  else localStorage.removeItem(ENDED);
}
const READ = "jemput-read";
export function markRead() {
  localStorage.setItem(READ, ended.value?.assignment_id ?? "");
  keepEnded(null);
}

const turn = newest();
let delivered = "";
let begun = false;

// The trip that this page last showed is not the vehicle's any more: how did it end? What is not read yet is looked at
// again, for the time in which a late yes is taken passes; at first also what ran out while the page was shut.
async function findEnded(trip: string): Promise<Ended | null> {
  const shown = localStorage.getItem(TRIP) ?? "";
  const gone = shown && shown !== trip ? shown : (ended.value?.assignment_id ?? "");
  if (!gone && (begun || trip)) return null;
  const found = await get<Ended | undefined>(`/api/me/ended${gone ? `?assignment=${gone}` : ""}`).catch(
    (error) => {
      // Of another driver who had this phone before.
      if (error instanceof Problem && error.status === 404) return undefined;
      throw error;
    },
  );
  return found && found.assignment_id !== localStorage.getItem(READ) ? found : null;
}

export async function load() {
  await drain();
  if (waiting.value.length > 0) return; // what was tapped without signal is newer than what the server knows
  const isNewest = turn();
  const now = await get<Me>("/api/me");
  const offered = now.assignment?.state === "offered";
  let stands = offered ? ((await get<Offer | undefined>("/api/me/offer")) ?? null) : null;
  if (stands && delivered !== stands.assignment_id) {
    // From here on the time to answer runs: told first, so that the countdown does not jump.
    const told = await post<Assignment>(`/api/assignments/${stands.assignment_id}/delivered`, {});
    delivered = told.id;
    stands = { ...stands, expires_at: told.expires_at };
  }
  const trip = now.assignment?.id ?? "";
  const over = await findEnded(trip);
  if (!isNewest()) return; // an answer from before the last tap must not bring back an old button
  setServerTime(now.now);
  if (stands && stands.assignment_id !== offer.value?.assignment_id) ring(6);
  offer.value = stands;
  const before = me.value?.assignment;
  // Taken without asking: nothing rang for it yet.
  if (before?.id !== now.assignment?.id && now.assignment?.stamps.accepted?.source === "desk") ring(6);
  keepEnded(over);
  localStorage.setItem(TRIP, trip);
  begun = true;
  me.value = now;
  if (now.vehicle && now.vehicle.duty !== "off_duty") startDevice();
  if (!way.value) await loadRoute(now);
  reachable.value = true;
}

export const reload = () =>
  load().catch(() => {
    reachable.value = false;
  });

async function loadRoute(now: Me) {
  const id = now.assignment?.id;
  if (!id) return;
  const leg = legOf(now);
  const found = await get<Route>(`/api/route?assignment=${encodeURIComponent(id)}`).catch(() => null);
  if (found && legOf(me.value) === leg) route.value = { leg, way: found };
}

export async function act(path: string, body: Record<string, unknown>) {
  turn();
  foresee(path, body);
  await enqueue(path, body);
  await reload();
}

type Tap = keyof typeof STEPS;
const stepsFrom = (state: Assignment["state"]) =>
  (Object.keys(STEPS) as Tap[]).filter((step) => (STEPS[step].from as readonly string[]).includes(state));

interface Tapped {
  id: string;
  step: Tap;
  before: Me;
  until: number;
}
const lastTap = signal<Tapped | null>(null);
// On a trip its own last step can be taken back, without one only the step that ended it.
export const undoable = computed(() => {
  const [tap, trip] = [lastTap.value, me.value?.assignment];
  if (!tap || (trip ? trip.id !== tap.id : stepsFrom(STEPS[tap.step].to).length > 0)) return null;
  return tap;
});

// What stood before a tap, so that taking it back shows at once what the server will say.
function remember(before: Me, id: string, step: Tap): void {
  lastTap.value = STEPS[step].undoable ? { id, step, before, until: now.peek() + UNDO_MS } : null;
}

export function undo(tap: Tapped) {
  lastTap.value = null;
  me.value = tap.before;
  void act(`/api/assignments/${tap.id}/undo`, {});
}

// Show at once what a step will make of the trip: without signal the next tap must be possible.
function foresee(path: string, body: Record<string, unknown>) {
  const who = me.value;
  if (who?.vehicle && typeof body["auto_accept"] === "boolean")
    me.value = { ...who, vehicle: { ...who.vehicle, auto_accept: body["auto_accept"] } };
  const [id, step] = [tripOf(path), path.split("/").pop()];
  if (!who?.assignment || who.assignment.id !== id || !step || !(step in STEPS)) return;
  remember(who, id, step as Tap);
  const state = STEPS[step as Tap].to;
  const next = stepsFrom(state);
  const now = new Date().toISOString();
  const stamps = { ...who.assignment.stamps, [state]: { device_time: now, server_time: now, source: "tap" } };
  const vehicle =
    who.vehicle && step === "problem" ? { ...who.vehicle, duty: "out_of_service" as const } : who.vehicle;
  offer.value = null;
  me.value = {
    ...who,
    vehicle,
    assignment: next.length > 0 ? { ...who.assignment, state, stamps, next_steps: next } : null,
  };
}
