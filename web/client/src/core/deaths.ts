// Crews' reports that a patient has died, for those who can confirm them, and the word that answers each.
import { signal } from "@preact/signals";
import { get, post, type Schema } from "./api";
import { newest } from "./newest";

export type Death = Schema<"DeathOut">;
type Word = Schema<"ConfirmDeathIn">;

export const deaths = signal<Death[]>([]);

// How somebody died, as it is picked from a list, whose first choice is that nobody knows.
export const mannerOf = (picked: string) => (picked ? (picked as NonNullable<Word["death"]>) : null);

const turn = newest();

export async function loadDeaths(): Promise<void> {
  const isNewest = turn();
  const found = await get<Death[]>("/api/deaths");
  if (isNewest()) deaths.value = found;
}

// What may bring a report here, take it away, or lead it elsewhere.
const KINDS = new Set(["trip_noticed", "death_answered", "step_taken", "step_undone", "request_changed"]);
export const touchesDeaths = (event: { kind: string }) => KINDS.has(event.kind);

export async function confirmDeath(report: Death, word: Omit<Word, "vehicle_id">): Promise<Death> {
  const path = `/api/requests/${report.request_id}/confirm_death`;
  const answered = await post<Death>(path, { ...word, vehicle_id: report.vehicle_id });
  await loadDeaths();
  return answered;
}
