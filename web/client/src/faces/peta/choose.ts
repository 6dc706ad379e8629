// What a tap or a digit does for a candidate: send it, ask why it is taken from another request or sent against its
// one rule, or nothing.
import type { Candidate, RequestFull } from "../../core/api";
import { live } from "../../core/requests";
import { assign, diverting, opened, overriding, takenFrom } from "./state";

export function choose(request: RequestFull, candidate: Candidate): (() => void) | null {
  const onIt = live(request).some(
    (trip) => trip.vehicle_id === candidate.vehicle_id && trip.state !== "cleared",
  );
  if (onIt) return null;
  if (candidate.eligible && !candidate.needs_approval)
    return () => void assign(request.id, candidate.vehicle_id);
  if (candidate.blocking.length !== 1) return null;
  if (takenFrom(request, candidate))
    return () => {
      diverting.value = candidate;
      opened.value = "divert";
    };
  return () => {
    overriding.value = candidate;
    opened.value = "override";
  };
}
