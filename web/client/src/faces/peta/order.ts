// The order in which open requests are served (R24); the server says when waiting brings one a level up.
import type { RequestSummary } from "../../core/api";

export function inOrder(requests: RequestSummary[], now: number): RequestSummary[] {
  const levelOf = ({ level, rises }: RequestSummary) =>
    level - (rises ?? []).filter((at) => Date.parse(at) <= now).length;
  const level = new Map(requests.map((request) => [request, levelOf(request)]));
  return requests.sort(
    (a, b) =>
      (level.get(a) ?? 0) - (level.get(b) ?? 0) ||
      Number(b.broken) - Number(a.broken) ||
      a.created_at.localeCompare(b.created_at) ||
      a.id.localeCompare(b.id),
  );
}
