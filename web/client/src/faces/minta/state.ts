// The state of the request page: what is asked, the answer, and the request that is followed.
import { computed, effect, signal } from "@preact/signals";
import {
  type Booking,
  type Facility,
  get,
  type Me,
  type Need,
  post,
  type RequestFull,
  type RequestSummary,
  type Schema,
  type Suggestion,
} from "../../core/api";
import { attempt, trouble } from "../../core/attempt";
import { now } from "../../core/clock";
import { newest } from "../../core/newest";
import { loadOwed, stockCame } from "../../core/promises";
import { fieldTime, instantOf } from "../../core/words";
import type { Word } from "../../ui/heard";
import { hasUrgency, type Told, UNTOLD } from "../../ui/patient";
import { type Place, wire } from "../../ui/place";

export const me = signal<Me | null>(null);
export const facilities = signal<Facility[]>([]);
export const view = signal<"ask" | "booked" | "owed">("ask");
export const need = signal<Need | null>(null);
export const pickup = signal<Place | null>(null);
export const dropoff = signal<Place | null>(null);
export const phone = signal("");
export const note = signal("");
export const patient = signal<Told>(UNTOLD);
export const urgency = signal(""); // as the need has it, unless somebody says another
export const later = signal("");
// What is booked more than once, and the way back: days and an end, a time or the earliest one.
export type Weekday = Schema<"Weekday">;
export const days = signal<readonly Weekday[]>([]);
export const until = signal("");
export type Back = "at" | "after" | "waits";
export const back = signal<"none" | Back>("none");
export const backTime = signal("");
export const bookings = signal<Booking[]>([]);
export const decision = signal<Suggestion | null>(null);
export const followed = signal<RequestFull | null>(null);
export const mine = signal<RequestSummary[]>([]);
export const callOrder = signal<{ subject: string; ids: string[] } | null>(null);

export const ownPhone = computed(() => me.value?.facility?.phone ?? me.value?.phone ?? "");

let sendKey = "";

export const question = computed(() => {
  if (!need.value || !pickup.value) return null;
  const body = need.value === "body";
  const { count, infectious, death, ...living } = patient.value;
  return {
    need: need.value,
    urgency: (hasUrgency(need.value) && urgency.value) || undefined,
    pickup: wire(pickup.value),
    dropoff: dropoff.value ? wire(dropoff.value) : undefined,
    schedule_at: later.value ? instantOf(later.value) : undefined,
    patient: {
      count,
      infectious,
      ...(body ? { living: false, death: death ?? "natural" } : living),
    },
  };
});

effect(() => {
  void question.value;
  decision.value = null; // it answered another question
});

// Of the request that is followed.
const turn = newest();

// What stands over the empty form; the browser's way back leads to the form, and not off the page.
const over = computed(() => view.value !== "ask" || decision.value !== null || followed.value !== null);
effect(() => {
  if (over.value && history.state?.over !== true) history.pushState({ over: true }, "");
});
addEventListener("popstate", () => {
  if (view.value !== "ask") view.value = "ask";
  else if (followed.value) startAgain();
  else decision.value = null;
  if (over.peek()) history.pushState({ over: true }, "");
});

export const find = () =>
  attempt(async () => {
    sendKey = crypto.randomUUID();
    const asked = question.value;
    const answer = await post<Suggestion>("/api/suggestions", { ...asked, phone: phone.value || undefined });
    if (question.value !== asked) return;
    decision.value = answer;
    showAnswer();
  });

export const send = (choose?: string) =>
  attempt(async () => {
    const contact = { phone: phone.value || ownPhone.value };
    const body = { ...question.value, ...booked(), contact, note: note.value || undefined, choose };
    turn();
    followed.value = await post<RequestFull>("/api/requests", body, `${sendKey}${choose ?? ""}`);
    decision.value = null;
    showAnswer();
  });

// The way back is on the day of the ride; one that ends after midnight is on the next.
export function booked() {
  if (!later.value || need.value === "body") return {};
  return {
    repeat: days.value.length && until.value ? { days: days.value, until: until.value } : undefined,
    return:
      backTime.value && back.value !== "none"
        ? returning(back.value, backTime.value, later.value)
        : undefined,
  };
}

function returning(way: Back, time: string, there: string) {
  const typed = `${there.slice(0, 10)}T${time}`;
  const next = typed <= there ? 86_400_000 : 0;
  const at = new Date(Date.parse(instantOf(typed)) + next).toISOString();
  return way === "at" ? { at } : { after: at, waits: way === "waits" };
}

export const loadBookings = async () => {
  bookings.value = (await get<{ bookings: Booking[] }>("/api/bookings")).bookings;
};

// A document that has run out is promised: who asked is called when it comes.
export const promiseDocument = (subject: string, phoneOf: string, by: string) =>
  attempt(async () => {
    if (!pickup.value) return;
    turn();
    followed.value = await post<RequestFull>("/api/requests", {
      need: "document",
      subject,
      pickup: me.value?.facility?.id ?? wire(pickup.value),
      contact: { phone: phoneOf },
      due_at: by ? instantOf(by) : undefined,
    });
    view.value = "ask";
    await loadOwed();
    showAnswer();
  });

export const stock = (subject: string, count: number) =>
  attempt(async () => {
    callOrder.value = { subject, ids: await stockCame(subject, count) };
  });

const act = (what: string, body: unknown) =>
  attempt(async () => {
    if (!followed.value) return;
    const isNewest = turn();
    const full = await post<RequestFull>(`/api/requests/${followed.value.id}/${what}`, body);
    if (isNewest()) followed.value = full;
  });
export const cancel = (reason: string, told: string, series: string) =>
  act("cancel", { told, reason, series });
export const addBack = (way: Back, time: string) => {
  const there = Math.max(Date.parse(followed.value?.schedule_at ?? "") || 0, now.peek());
  return act("return", returning(way, time, fieldTime(there)));
};
export const ready = () => act("ready", undefined);
export const hold = (on: boolean, reason: string) => act("hold", { on, reason });
export const addNote = (words: string) => act("note", { text: words });
export const approve = (word: Word) => act("approve", word);
// What goes wrong is the form's to say: it may be a question.
export async function change(id: string, body: object) {
  const isNewest = turn();
  const full = await post<RequestFull>(`/api/requests/${id}/change`, body);
  if (isNewest()) followed.value = full;
}
export const deliver = (to: Place) => act("deliver", { to: wire(to) });

export async function refresh() {
  if (!followed.value) return;
  const isNewest = turn();
  const full = await get<RequestFull>(`/api/requests/${followed.value.id}`);
  if (isNewest()) followed.value = full;
}

export const follow = (id: string) =>
  attempt(async () => {
    const isNewest = turn();
    const full = await get<RequestFull>(`/api/requests/${id}`);
    if (!isNewest()) return;
    followed.value = full;
    view.value = "ask";
    window.scrollTo({ top: 0 });
  });

// An empty form; what is asked is usually for where one works.
export function startAgain() {
  turn();
  const home = me.value?.facility;
  trouble.value = null;
  followed.value = null;
  decision.value = null;
  need.value = null;
  pickup.value = home ? { facility: home.id, name: home.name } : null;
  dropoff.value = null;
  phone.value = "";
  note.value = "";
  patient.value = UNTOLD;
  urgency.value = "";
  later.value = "";
  days.value = [];
  until.value = "";
  back.value = "none";
  backTime.value = "";
}

export function nearest(kind: Facility["kind"], count: number): Facility[] {
  const from = me.value?.facility;
  if (!from) return [];
  const far = (f: Facility) => Math.hypot(f.lon - from.lon, f.lat - from.lat);
  return facilities.value
    .filter((facility) => facility.kind === kind)
    .sort((a, b) => far(a) - far(b))
    .slice(0, count);
}

// On a phone the answer stands below the question: bring it to the eye.
function showAnswer() {
  requestAnimationFrame(() => document.getElementById("answer")?.scrollIntoView({ block: "start" }));
}
