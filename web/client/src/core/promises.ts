// The promises on a page: the list, and what is written down about each.
import { signal } from "@preact/signals";
import { get, type Owed, post } from "./api";
import { now } from "./clock";
import { newest } from "./newest";

export type Outcome = "told" | "no_answer" | "wrong_number";
export type Close = "handed_out" | "not_needed";

export const owed = signal<Owed[]>([]);

export const isLate = (promise: { due_at: string }) => Date.parse(promise.due_at) < now.value;

const turn = newest();

export async function loadOwed(): Promise<void> {
  const isNewest = turn();
  const found = await get<Owed[]>("/api/promises");
  if (isNewest()) owed.value = found;
}

async function act<T>(path: string, body: unknown): Promise<T> {
  const done = await post<T>(`/api/promises/${path}`, body);
  await loadOwed();
  return done;
}

export const logCall = (id: string, outcome: Outcome, told: string) =>
  act(`${id}/calls`, { outcome, told: outcome === "told" ? told : undefined });
export const closePromise = (id: string, outcome: Close, told: string) =>
  act(`${id}/close`, { outcome, told });
export const takeOver = (id: string) => act(`${id}/take`, {});
export const handOver = (to: string) => act("hand_over", { to });

// The order of an answer of stock_came is the order in which to call; it stays until it is put away.
export const stockCame = async (subject: string, count: number) =>
  (await act<Owed[]>("stock", { subject, count })).map((promise) => promise.id);
