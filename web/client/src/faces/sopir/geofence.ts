// Whether the phone says that the vehicle stands where it was to go: a suggestion, which the driver confirms.
import type { Me } from "../../core/api";
import { accuracy, here } from "./device";

const NEAR_M = 100;
const METRES_PER_DEGREE = 111_195;

export function hasArrived(who: Me): boolean {
  const at = here.value;
  const state = who.assignment?.state;
  const target =
    state === "en_route" ? who.request?.pickup : state === "transporting" ? who.request?.dropoff : null;
  if (!at || !target || (accuracy.value ?? NEAR_M + 1) > NEAR_M) return false;
  const east = (at.lon - target.lon) * Math.cos((at.lat * Math.PI) / 180);
  return Math.hypot(east, at.lat - target.lat) * METRES_PER_DEGREE <= NEAR_M;
}
