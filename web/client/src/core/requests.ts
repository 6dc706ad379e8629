// What follows from a request as the server tells it: whether it is open, and which vehicles are on it.
import type { Assignment, RequestFull, RequestSummary } from "./api";

const OPEN = new Set(["searching", "assigned", "in_progress", "awaiting_approval", "scheduled", "waiting"]);
const GONE = new Set(["declined", "expired", "withdrawn", "stood_down"]);

export const isOpen = (request: RequestSummary) => OPEN.has(request.state);
export const isLive = (trip: Assignment) => !GONE.has(trip.state);
export const live = (request: RequestSummary) =>
  request.assignments.filter(isLive).sort((a, b) => a.slot - b.slot);
// How many vehicles are still to be found.
export const missing = (request: RequestSummary) =>
  request.wanted - live(request).filter((trip) => !trip.first_contact).length;
export const familyLeft = (request: RequestFull) =>
  request.timeline.some((event) => event.facts["said"] === "left");
// How long a vehicle that was asked may still answer.
export const secondsLeft = (trip: Assignment, now: number) =>
  Math.max(0, Math.round((Date.parse(trip.expires_at) - now) / 1000));
