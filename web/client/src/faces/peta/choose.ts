// What a tap or a digit does for a candidate: send it, ask why it is taken from another request or sent against its
// one rule where its SOP leaves that to whoever taps, or nothing.
import type { Candidate, RequestFull } from "../../core/api";
import { live } from "../../core/requests";
import { assign, diverting, me, opened, overriding, takenFrom } from "./state";

export function choose(request: RequestFull, candidate: Candidate): (() => void) | null {
  const onIt = live(request).some(
    (trip) => trip.vehicle_id === candidate.vehicle_id && trip.state !== "cleared",
  );
  if (onIt) return null;
  if (candidate.eligible && !candidate.needs_approval)
    return () => void assign(request.id, candidate.vehicle_id);
  const [rule, ...more] = candidate.blocking;
  if (!rule || more.length > 0) return null;
  if (takenFrom(request, candidate))
    return () => {
      diverting.value = candidate;
      opened.value = "divert";
    };
  const against = candidate.findings.find((finding) => finding.blocks && finding.rule === rule);
  if (against && against.overridable_by !== me.value?.role) return null;
  return () => {
    overriding.value = candidate;
    opened.value = "override";
  };
}
