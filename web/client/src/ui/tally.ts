import type { RequestSummary } from "../core/api";
import { live } from "../core/requests";

const said = (found: number, more: number) =>
  `${found} ditugaskan${more > 0 ? `, ${more} masih dicarikan` : ""}`;

// Of several vehicles how many are found and how many not yet; of a single one there is nothing to count.
export function tally(request: RequestSummary): string {
  const found = live(request).filter((trip) => trip.slot >= 0 && trip.stamps.accepted).length;
  const more = Math.max(0, request.wanted - found);
  return request.wanted > 1 && found > 0 ? said(found, more) : "";
}
