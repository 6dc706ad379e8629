// The order in which open requests are served (R24), as dispatch/domain/order.py has it.
import type { RequestSummary } from "../../core/api";

const YELLOW = 1;

// Waiting brings a request up, but never among the red; a booked trip waits from its time on.
export function levelOf(request: RequestSummary, ageingS: number | null, now: number): number {
  if (request.level < YELLOW || !ageingS) return request.level;
  const waited = Math.max(0, now - Date.parse(request.schedule_at ?? request.created_at)) / 1000;
  return Math.max(YELLOW, request.level - Math.floor(waited / ageingS));
}

export function inOrder(requests: RequestSummary[], ageingS: number | null, now: number): RequestSummary[] {
  const level = new Map(requests.map((request) => [request, levelOf(request, ageingS, now)]));
  return requests.sort(
    (a, b) =>
      (level.get(a) ?? 0) - (level.get(b) ?? 0) ||
      Number(b.broken) - Number(a.broken) ||
      a.created_at.localeCompare(b.created_at) ||
      a.id.localeCompare(b.id),
  );
}
