// What the operator sees: vehicles and requests as they stand, and what is selected.
import { computed, signal } from "@preact/signals";
import {
  type Candidate,
  can,
  type Decision,
  get,
  type Incident,
  type Kept,
  type Me,
  post,
  type RequestFull,
  type RequestSummary,
  type Route,
  type Vehicle,
} from "../../core/api";
import { attempt, say, trouble } from "../../core/attempt";
import { now } from "../../core/clock";
import { confirmDeath, type Death, deaths, loadDeaths, touchesDeaths } from "../../core/deaths";
import type { LiveEvent, Snapshot } from "../../core/live";
import { newest } from "../../core/newest";
import { loadOwed, owed } from "../../core/promises";
import {
  askedOf,
  heardOf,
  isAsked,
  isLive,
  isOpen,
  isRunning,
  isTold,
  requests,
  takeRequest,
  takeRequests,
} from "../../core/requests";
import { DUTIES, STATES } from "../../core/vocabulary";
import type { Word } from "../../ui/heard";
import { inOrder } from "./order";
import { markOf } from "./vehicles";

export const me = signal<Me | null>(null);
export const vehicles = signal(new Map<string, Vehicle>());
export const selected = signal<RequestFull | null>(null);
export const candidates = signal<Decision | null>(null);
export const route = signal<Route | null>(null);
export const moved = signal(0);
export const tableOpen = signal(false);
export const toPanel = signal(false); // the keyboard goes to the panel, as soon as it is there
export const about = signal(""); // the trip that is to be corrected or handed over
// What an operator is being asked about the selected request, whom an override or a diversion would send, and the
// reason that is proposed for it.
export const opened = signal<
  | "note"
  | "hold"
  | "end"
  | "override"
  | "divert"
  | "group"
  | "correct"
  | "transfer"
  | "died"
  | "alive"
  | "heard"
  | "change"
  | null
>(null);
export const merging = signal<string | null>(null); // the request that the selected one may be the same as
export const shownList = signal<"requests" | "booked" | "promises" | "incidents">("requests");
export const incidents = signal(new Map<string, Incident>());
export const overriding = signal<Candidate | null>(null);
export const diverting = signal<{ vehicle_id: string; name: string; reason?: string } | null>(null);
export const recent = signal<LiveEvent[]>([]);
export const kept = signal<Kept | null>(null);
export const bookedTurn = signal(0); // how often something has happened to a booked trip
// The order changes with waiting, but not so fast that a row would jump while somebody reaches for it.
const slowly = computed(() => Math.floor(now.value / 10_000) * 10_000);

const ON_A_TRIP = "DINAS"; // the rule by which a vehicle on a trip is not free
const LINKS = ["live", "old", "lost"] as const;

export const open = computed(() => inOrder([...requests.value.values()].filter(isRunning), slowly.value));

const agencyOf = (id: string) => vehicles.value.get(id)?.agency;
const isMine = ({ asked }: { asked: Parameters<typeof isAsked>[1] }) =>
  me.value !== null && isAsked(me.value, asked, agencyOf);
// What waits for the answer of whoever is signed in, and what somebody has heard of it by phone.
export const asking = computed(() => askedOf(open.value).filter(isMine));
export const heard = computed(() => heardOf(open.value).filter(isMine));

// What is proposed to the operator; the server tells nobody else of it.
export const proposed = computed(() => open.value.filter((request) => proposalOf(request) !== null));

export const counts = computed(() => {
  void moved.value;
  const found = { available: 0, offered: 0, moving: 0, carrying: 0, away: 0, waiting: 0 };
  for (const vehicle of vehicles.value.values()) found[markOf(vehicle)] += 1;
  found.waiting = open.value.filter((r) => r.state === "waiting" || r.state === "awaiting_approval").length;
  return found;
});

export function takeSnapshot(snapshot: Snapshot) {
  vehicles.value = new Map(snapshot.vehicles.map((vehicle) => [vehicle.id, vehicle]));
  takeRequests(snapshot.requests);
  alike.clear();
  for (const request of snapshot.requests) pair(request);
  incidents.value = new Map((snapshot.incidents ?? []).map((one) => [one.id, one]));
  byNumber.clear();
  for (const vehicle of snapshot.vehicles) byNumber.set(vehicle.no, vehicle.id);
  if (wanted) void select(wanted);
  keepUp();
  bookedTurn.value += 1;
  lookForDeaths();
}

// The ledger in the background.
function keepUp() {
  loadOwed().catch(say);
  if (me.value?.role !== "admin")
    get<Kept>("/api/reports/promises")
      .then((found) => (kept.value = found))
      .catch(say);
}

function lookForDeaths() {
  if (can(me.value, "confirm_death")) loadDeaths().catch(say);
}

// What a crew reported of the selected request, or of whichever is chosen in the list.
export const reportOf = (id: string) => deaths.value.find((report) => report.request_id === id);
export async function answerDeath(id: string, how: "died" | "alive") {
  await select(id);
  if (selected.value?.id === id) opened.value = how;
}
export const sayDeath = (report: Death, word: Parameters<typeof confirmDeath>[1]) =>
  attempt(async () => {
    const answered = await confirmDeath(report, word);
    await select(answered.onward ?? report.request_id);
  });

const byNumber = new Map<number, string>();

export function takeRows(rows: DataView) {
  for (let at = 0; at + 16 <= rows.byteLength; at += 16) {
    const id = byNumber.get(rows.getUint32(at, true));
    const vehicle = id === undefined ? undefined : vehicles.value.get(id);
    if (!vehicle) continue;
    vehicle.lon = rows.getFloat32(at + 4, true);
    vehicle.lat = rows.getFloat32(at + 8, true);
    vehicle.duty = DUTIES[rows.getUint8(at + 14)] ?? vehicle.duty;
    vehicle.link = LINKS[rows.getUint8(at + 15)] ?? vehicle.link;
    vehicle.fix_age_s = 0;
  }
  moved.value += 1;
}

export function takeEvent(event: LiveEvent) {
  takeRequest(event);
  if (event.request) pair(event.request);
  if (event.incident) takeIncident(event.incident);
  if (event.vehicle) vehicles.value = new Map(vehicles.value).set(event.vehicle.id, event.vehicle);
  if ((event.request_id && isTold(event)) || event.kind.startsWith("road_"))
    recent.value = [event, ...recent.value].slice(0, 30);
  moved.value += 1;
  if (event.request?.schedule_at) bookedTurn.value += 1;
  if (touchesDeaths(event)) lookForDeaths();
  if (event.request_id && event.request_id === wanted) void select(event.request_id);
  if (event.request?.promise || owed.value.some((promise) => promise.request_id === event.request_id))
    keepUp();
}

// What the operator looks at, or waits to see: an answer that comes after he turned away opens nothing again.
let wanted: string | null = null;
const turn = newest();

export async function select(id: string | null) {
  wanted = id;
  const isNewest = turn();
  if (selected.value?.id !== id) {
    candidates.value = null;
    route.value = null;
    trouble.value = null;
  }
  if (id === null) {
    selected.value = null;
    return;
  }
  try {
    const full = await get<RequestFull>(`/api/requests/${id}`);
    if (!isNewest()) return;
    if (selected.value?.id !== id) opened.value = null; // it was asked about another
    selected.value = full;
    const trip = full.assignments.find((one) => isLive(one) && one.state !== "cleared");
    const way = trip
      ? await get<Route>(`/api/route?assignment=${encodeURIComponent(trip.id)}`).catch(() => null)
      : null;
    if (isNewest()) route.value = way;
  } catch (error) {
    say(error);
  }
}

// The same once more, where something of it has changed.
export const lookAgain = async () => {
  if (wanted) await select(wanted);
};

export const search = (id: string) =>
  attempt(async () => {
    const found = await get<Decision>(`/api/requests/${id}/candidates`);
    if (wanted === id) candidates.value = found;
  });

const send = (id: string, what: "assign" | "divert" | "transfer", body: object) =>
  attempt(async () => {
    await post<RequestFull>(`/api/requests/${id}/${what}`, body);
    if (wanted !== id) return;
    candidates.value = null;
    await select(id);
  });
export const assign = (id: string, vehicle: string, override?: { rule: string; reason: string }) =>
  send(id, "assign", { vehicle_id: vehicle, override });
export const divert = (id: string, from: string, vehicle: string, reason: string) =>
  send(id, "divert", { from, vehicle_id: vehicle, reason });

export const correct = (id: string, trip: string, body: object) =>
  attempt(async () => {
    await post(`/api/assignments/${trip}/correct`, body);
    if (wanted === id) await select(id);
  });

export const transfer = (id: string, body: object) => send(id, "transfer", body);

// The request that a vehicle would be taken from: no life is at stake there, and nobody is aboard yet.
export function lowerOf(request: RequestSummary, vehicle_id: string) {
  const vehicle = vehicles.value.get(vehicle_id);
  const other = requests.value.get(vehicle?.request_id ?? "");
  const state = vehicle?.assignment_state;
  if (request.urgency !== "red" || !other || !state || other.urgency === "red") return null;
  return STATES[state].loaded || state === "at_destination" ? null : other;
}
// The same of a candidate that nothing but that trip keeps from going.
export const takenFrom = (request: RequestSummary, candidate: Candidate) =>
  candidate.blocking.join() === ON_A_TRIP ? lowerOf(request, candidate.vehicle_id) : null;

// What is proposed for a red, with the request that its vehicle leaves: as long as that is on its way there, or free.
export function proposalOf(request: RequestSummary) {
  const said = request.proposal;
  const vehicle = vehicles.value.get(said?.vehicle_id ?? "");
  if (!said || !vehicle) return null;
  if (!said.taken_from)
    return vehicle.request_id || vehicle.duty !== "available" ? null : { said, lower: null };
  const lower = lowerOf(request, said.vehicle_id);
  const coming = vehicle.assignment_state === "accepted" || vehicle.assignment_state === "en_route";
  return coming && lower?.id === said.taken_from ? { said, lower } : null;
}

// Two that may be the same are so for both: what the newer word of either says holds.
const alike = new Map<string, Set<string>>();
function pair({ id, likely_duplicates }: RequestSummary) {
  for (const other of alike.get(id) ?? []) alike.get(other)?.delete(id);
  const others = (likely_duplicates ?? []).flatMap((one) => one.request_id ?? []);
  alike.set(id, new Set(others));
  for (const other of others) alike.set(other, (alike.get(other) ?? new Set()).add(id));
}
export const mayBeSame = ({ id, incident }: RequestSummary) =>
  [...(alike.get(id) ?? [])].some((name) => {
    const other = requests.value.get(name);
    return other && isOpen(other) && !(incident && incident === other.incident);
  });

export function takeIncident(incident: Incident) {
  const held = new Map(incidents.value);
  if (incident.closed_at) held.delete(incident.id);
  else held.set(incident.id, incident);
  incidents.value = held;
}

const act = (id: string, what: string, body: unknown) =>
  attempt(async () => {
    const isNewest = turn();
    const full = await post<RequestFull>(`/api/requests/${id}/${what}`, body);
    if (isNewest()) selected.value = full;
  });
export const end = (id: string, how: string, body: object) => act(id, how, body);
export const hold = (id: string, on: boolean, reason: string) => act(id, "hold", { on, reason });
export const approve = (id: string, word: Word) => act(id, "approve", word);
export const addNote = (id: string, words: string) => act(id, "note", { text: words });

// What goes wrong is the form's to say: it may be a question.
export async function change(id: string, body: object) {
  const isNewest = turn();
  const full = await post<RequestFull>(`/api/requests/${id}/change`, body);
  if (isNewest()) selected.value = full;
}

export const replay = () =>
  attempt(async () => {
    const made = await post<RequestFull>("/api/demo/cikokol", {});
    await select(made.id);
  });
