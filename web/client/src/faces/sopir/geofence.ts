// Whether the phone says that the vehicle stands where it was to go: a suggestion, which the driver confirms.
import type { Me } from "../../core/api";
import { accuracy, here, metres } from "./device";

const NEAR_M = 100;

export function hasArrived(who: Me): boolean {
  const at = here.value;
  const state = who.assignment?.state;
  const target =
    state === "en_route"
      ? who.request?.pickup
      : state === "transporting" && !who.assignment?.hands_over
        ? who.request?.dropoff
        : null;
  if (!at || !target || (accuracy.value ?? NEAR_M + 1) > NEAR_M) return false;
  return metres(at, target) <= NEAR_M;
}
