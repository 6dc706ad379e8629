// The promises on a page: the list, and what is written down about each.
import { signal } from "@preact/signals";
import { get, type Owed, post } from "./api";
import { now } from "./clock";

export type Outcome = "told" | "no_answer" | "wrong_number";
export type Close = "handed_out" | "not_needed";

export const owed = signal<Owed[]>([]);

export const isLate = (promise: { due_at: string }) => Date.parse(promise.due_at) < now.value;

let asked = 0;

export async function loadOwed(): Promise<void> {
  asked += 1;
  const mine = asked;
  const found = await get<Owed[]>("/api/promises");
  if (mine === asked) owed.value = found; // an older answer that comes late does not overwrite a newer one
}

async function act(path: string, body: unknown): Promise<Owed> {
  const done = await post<Owed>(path, body);
  await loadOwed();
  return done;
}

export const logCall = (id: string, outcome: Outcome, told: string) =>
  act(`/api/promises/${id}/calls`, outcome === "told" ? { outcome, told } : { outcome });
export const closePromise = (id: string, outcome: Close, told: string) =>
  act(`/api/promises/${id}/close`, { outcome, told });
export const takeOver = (id: string) => act(`/api/promises/${id}/take`, {});

export async function handOver(to: string): Promise<void> {
  await post("/api/promises/hand_over", { to });
  await loadOwed();
}

// The order of an answer of stock_came is the order in which to call; it stays until it is put away.
export async function stockCame(subject: string, count: number): Promise<string[]> {
  const found = await post<Owed[]>("/api/promises/stock", { subject, count });
  await loadOwed();
  return found.map((promise) => promise.id);
}
