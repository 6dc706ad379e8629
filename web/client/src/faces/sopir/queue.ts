// Steps taken without signal wait here in order and are sent when an answer comes again.
import { signal } from "@preact/signals";
import { Problem, post } from "../../core/api";

interface Waiting {
  seq: number;
  key: string;
  path: string;
  body: Record<string, unknown>;
}

const STORE = "jemput-queue";
const SEQ = "jemput-seq";

export const waiting = signal<Waiting[]>(JSON.parse(localStorage.getItem(STORE) ?? "[]"));
export const reachable = signal(true);
const refused = signal({ path: "", said: "" });

const TRIP = "/api/assignments/";
export const tripOf = (path: string) => (path.startsWith(TRIP) ? path.split("/")[3] : undefined);

// The server's no to the last step, unless that was one of another trip than this.
export function refusedOf(trip: string | undefined): string {
  const of = tripOf(refused.value.path);
  return of && trip && of !== trip ? "" : refused.value.said;
}

const keep = (next: Waiting[]) => {
  waiting.value = next;
  localStorage.setItem(STORE, JSON.stringify(next));
};

function nextSeq(): number {
  const seq = Math.max(Date.now(), Number(localStorage.getItem(SEQ) ?? 0) + 1);
  localStorage.setItem(SEQ, String(seq));
  return seq;
}

let running: Promise<void> | null = null;

export function enqueue(path: string, body: Record<string, unknown>): Promise<void> {
  const seq = nextSeq();
  const said = { ...body, seq, device_time: new Date().toISOString() };
  keep([...waiting.value, { seq, key: crypto.randomUUID(), path, body: said }]);
  return drain();
}

export async function drain(): Promise<void> {
  while (running) await running;
  if (waiting.value.length === 0) return;
  running = sendAll().finally(() => {
    running = null;
  });
  await running;
}

async function sendAll() {
  while (waiting.value.length > 0) {
    const item = waiting.value[0];
    if (!item) return;
    try {
      await post(item.path, item.body, item.key);
      refused.value = { path: "", said: "" };
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 0 || error.status >= 500 || error.status === 429) {
        reachable.value = false;
        return;
      }
      // The server said no for good: it is shown, and what comes after it goes on.
      refused.value = { path: item.path, said: error.message };
    }
    reachable.value = true;
    keep(waiting.value.slice(1));
  }
}

setInterval(() => {
  if (waiting.value.length > 0) void drain();
}, 4000);
