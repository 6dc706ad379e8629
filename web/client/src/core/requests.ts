// What follows from a request as the server tells it: whether it is open, and which vehicles are on it.
import { signal } from "@preact/signals";
import type { Assignment, RequestFull, RequestSummary } from "./api";
import { OPEN, STATES } from "./vocabulary";

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

export const isOpen = (request: RequestSummary) => STILL_OPEN.has(request.state);
export const isLive = (trip: Assignment) => STATES[trip.state].phase !== "lost";
export const live = (request: RequestSummary) =>
  request.assignments.filter(isLive).sort((a, b) => a.slot - b.slot);
// How many vehicles are still to be found.
export const missing = (request: RequestSummary) =>
  request.wanted - live(request).filter((trip) => trip.slot >= 0).length;
export const familyLeft = (request: RequestFull) =>
  request.timeline.some((event) => event.facts["said"] === "left");
// How long a vehicle that was asked may still answer.
export const secondsLeft = (trip: Assignment, now: number) =>
  Math.max(0, Math.round((Date.parse(trip.expires_at) - now) / 1000));
