// What follows from a request as the server tells it: whether it is open, and which vehicles are on it.
import { signal } from "@preact/signals";
import { text } from "../text/id";
import type { Asked, Assignment, Me, RequestFull, RequestSummary, TimelineEvent } from "./api";
import { OPEN, STATES } from "./vocabulary";
import { clockText, spanText } from "./words";

const STILL_OPEN: ReadonlySet<string> = new Set(OPEN);

// Those that the live connection told of.
export const requests = signal(new Map<string, RequestSummary>());
export const takeRequests = (all: RequestSummary[]) =>
  (requests.value = new Map(all.map((request) => [request.id, request])));
export function takeRequest({ request }: { request?: RequestSummary }) {
  if (request) requests.value = new Map(requests.value).set(request.id, request);
}

// The yeses that are waited for, each with its request.
export const askedOf = (some: RequestSummary[]) =>
  some.flatMap((request) => (request.asked ?? []).map((asked) => ({ request, asked })));
// The answers by phone that their approver has not said in person yet.
export const heardOf = (some: RequestSummary[]) =>
  some.flatMap((request) => (request.heard ?? []).map((asked) => ({ request, asked })));

// Whether a vehicle is on its way: what is calculated again and comes to the same minute is told by no event, so that
// a page that says how old it is asks for it every so often.
export const ASK_AGAIN_MS = 30_000;
export const isComing = (request: RequestSummary | null) =>
  request?.assignments.some((trip) => trip.arrives_at && trip.stamps.accepted) ?? false;

export const isOpen = (request: RequestSummary) => STILL_OPEN.has(request.state);
// What is booked for later has a list of its own.
export const isRunning = (request: RequestSummary) => isOpen(request) && request.state !== "scheduled";
export const isLive = (trip: Assignment) => STATES[trip.state].phase !== "lost";
export const live = (request: RequestSummary) =>
  request.assignments.filter(isLive).sort((a, b) => arrivesAt(a) - arrivesAt(b) || a.slot - b.slot);
// Who is there already comes first.
const arrivesAt = (trip: Assignment) =>
  STATES[trip.state].met
    ? 0
    : Date.parse(trip.arrives_at ?? "") || Date.parse(trip.offered_at) + (trip.eta_s ?? 0) * 1000;
// How many vehicles are still to be found.
export const missing = (request: RequestSummary) => {
  const trips = live(request);
  const empty = request.wanted - trips.filter((trip) => trip.slot >= 0).length;
  return Math.max(0, empty - trips.filter((trip) => trip.instead).length);
};
export const familyLeft = (request: RequestFull) =>
  request.timeline.some((event) => event.facts["said"] === "left");
// When a vehicle arrives where it heads, and how that differs from what was said first: every page says it with these
// words. How old it is stands beside it once that is longer than a standing phone is silent and a page waits.
const OLD_S = 120;
export function arrival(trip: Assignment, now?: number): string {
  if (!trip.arrives_at || !trip.leg) return "";
  const old = trip.as_of && now ? (now - Date.parse(trip.as_of)) / 1000 : 0;
  return [
    text.arrives[trip.leg](clockText(trip.arrives_at)),
    ...(trip.later_min ? [text.change(trip.later_min)] : []),
    ...(old > OLD_S ? [text.updated(spanText(old))] : []),
  ].join(", ");
}
// By what the vehicle is found in a street, as far as it is known.
export const car = (trip: Assignment) =>
  [
    ...(trip.plate ? [text.car.plate(trip.plate)] : []),
    ...(trip.driver ? [text.car.driver(trip.driver)] : []),
  ].join(" · ");
// Of arrivals what who waits was told by a message: each minute would bury all else that happened.
export const isTold = (event: TimelineEvent) =>
  event.kind !== "arrival_changed" || event.facts["notable"] === true;
// How long a vehicle that was asked may still answer.
export const secondsLeft = (trip: Assignment, now: number) =>
  Math.max(0, Math.round((Date.parse(trip.expires_at) - now) / 1000));

export const OWN = "own_operator";

// What this person may answer: what the rule asks of the role (of one agency), or of the operator of the vehicle's own
// agency.
type Of = Pick<Asked, "approver" | "vehicle_id" | "agency">;
export const isAsked = (me: Me, asked: Of, agencyOf?: (vehicle: string) => string | undefined) =>
  asked.approver === OWN
    ? me.role === "operator" && me.agency !== null && agencyOf?.(asked.vehicle_id) === me.agency
    : asked.approver === me.role && (!asked.agency || !me.agency || asked.agency === me.agency);

// Whether somebody's yes is waited for.
export const isAwaited = (request: RequestSummary) => (request.asked ?? []).length > 0;
