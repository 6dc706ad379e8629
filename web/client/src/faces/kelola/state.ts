// What the SOP page shows: where it is (the address says so), what it holds, and a draft being edited.
import { computed, effect, signal } from "@preact/signals";
import { call, get, longPost, type Me, Problem, post, sentence } from "../../core/api";
import { kelola as words } from "../../text/kelola";
import type { Backtest, Draft, DraftTest, Pack, RuleDocument, Sop } from "./types";
import { isBlank, isDirty, merge, newRule, type Work, type Working, wireOf, workOf } from "./work";

export interface Place {
  agency: string | null;
  version: string | null;
  draft: string | null;
  part: "aturan" | "terbit";
}

export const me = signal<Me | null>(null);
export const sop = signal<Sop | null>(null);
export const pack = signal<Pack | null>(null);
export const draft = signal<Draft | null>(null);
export const work = signal<Work | null>(null);
export const place = signal<Place>({ agency: null, version: null, draft: null, part: "aturan" });
export const busy = signal("");
export const trouble = signal<{ at: string; text: string; signedOut: boolean } | null>(null);
export const notice = signal("");
export const opened = signal<string | null>(null);
export const meanwhile = signal<Draft | null>(null);
export const tested = signal<{ of: string; result: DraftTest } | null>(null);
export const backtested = signal<{ of: string; result: Backtest } | null>(null);

export const dirty = computed(() => work.value !== null && isDirty(work.value));
// What a test was made of: the draft's rules and figures as they are saved.
export const content = computed(() => JSON.stringify([draft.value?.rules, draft.value?.policy]));
export const keys = computed(() => new Map((sop.value?.keys ?? []).map((key) => [key.name, key])));
export const may = (what: Draft["may"][number]) => draft.value?.may.includes(what) ?? false;

const path = (agency: string, id: string) =>
  `/api/sop/${encodeURIComponent(agency)}/drafts/${encodeURIComponent(id)}`;
const draftPath = () => path(draft.value?.agency ?? "", draft.value?.id ?? "");
const shelf = (id: string) => `jemput-rancangan-${me.value?.id}-${id}`;

export async function attempt(at: string, what: () => Promise<void>): Promise<boolean> {
  busy.value = at;
  trouble.value = null;
  notice.value = "";
  try {
    await what();
    return true;
  } catch (error) {
    const signedOut = error instanceof Problem && error.status === 401;
    trouble.value = { at, text: sentence(error), signedOut };
    return false;
  } finally {
    busy.value = "";
  }
}

// --- where we are

export const href = (to: Partial<Place>) => {
  const search = new URLSearchParams();
  if (to.agency) search.set("instansi", to.agency);
  if (to.version) search.set("versi", to.version);
  if (to.draft) search.set("rancangan", to.draft);
  if (to.part === "terbit") search.set("bagian", to.part);
  const text = search.toString();
  return text ? `/kelola?${text}` : "/kelola";
};

export function go(to: Partial<Place>) {
  history.pushState(null, "", href(to));
  notice.value = "";
  void arrive();
}

const isSame = (a: Place, b: Place) =>
  a.agency === b.agency && a.version === b.version && a.draft === b.draft;

export async function arrive() {
  const search = new URLSearchParams(location.search);
  const was = place.value;
  const now: Place = {
    agency: search.get("instansi"),
    version: search.get("versi"),
    draft: search.get("rancangan"),
    part: search.get("bagian") === "terbit" ? "terbit" : "aturan",
  };
  place.value = now;
  if (isSame(was, now) && sop.value) return;
  opened.value = null;
  pack.value = null;
  if (now.draft !== was.draft) leaveDraft();
  await load();
}

function leaveDraft() {
  draft.value = null;
  work.value = null;
  tested.value = null;
  backtested.value = null;
  meanwhile.value = null;
}

export const load = () =>
  attempt("load", async () => {
    const here = place.value;
    const { agency, version, draft: id } = here;
    const [listed, one, read] = await Promise.all([
      get<Sop>("/api/sop"),
      agency && id ? get<Draft>(path(agency, id)) : null,
      agency && version && !id
        ? get<Pack>(`/api/sop/${encodeURIComponent(agency)}/${encodeURIComponent(version)}`)
        : null,
    ]);
    sop.value = listed;
    if (!isSame(place.value, here)) return;
    if (one) take(one, true);
    pack.value = read;
  });

// Somebody else may have approved meanwhile: look again when the page comes back to the eye.
export async function refresh() {
  if (document.hidden || dirty.value || busy.value || opened.value) return;
  const now = draft.value;
  if (!now) return;
  const found = await get<Draft>(path(now.agency, now.id)).catch(() => null);
  if (found && draft.value?.id === found.id && !dirty.value && found.edit !== draft.value.edit) take(found);
}

// --- a draft being edited

function take(found: Draft, first = false) {
  draft.value = found;
  meanwhile.value = null;
  const kept = first && found.may.includes("edit") ? unshelve(found.id) : null;
  if (!kept) {
    work.value = workOf(found, work.value ?? undefined);
  } else if (kept.edit === found.edit) {
    work.value = kept.work;
    notice.value = words.restored;
  } else {
    combine(kept.work, found);
  }
}

function combine(mine: Work, theirs: Draft) {
  const { work: both, clashes } = merge(mine, theirs);
  draft.value = theirs;
  work.value = both;
  meanwhile.value = null;
  trouble.value = null;
  const named = clashes.map((id) => id || words.headChanged);
  if (isDirty(both)) notice.value = clashes.length ? words.clashes(named) : words.merged;
}

function unshelve(id: string): { edit: number; work: Work } | null {
  try {
    const kept = JSON.parse(localStorage.getItem(shelf(id)) ?? "null");
    return kept && isDirty(kept.work) ? kept : null;
  } catch {
    return null;
  }
}

export const hasShelved = (id: string) => localStorage.getItem(shelf(id)) !== null;

// What is not saved is kept on this device, so that neither a lost connection nor a closed page takes it away.
effect(() => {
  const now = draft.value;
  if (!now || !work.value || !me.value) return;
  try {
    if (isDirty(work.value))
      localStorage.setItem(shelf(now.id), JSON.stringify({ edit: now.edit, work: work.value }));
    else localStorage.removeItem(shelf(now.id));
  } catch {
    // Storage is full or closed to this page: the page itself still holds the work.
  }
});
addEventListener("beforeunload", (event) => {
  if (dirty.value) event.preventDefault();
});

export function change(key: string, how: (rule: Working) => Working) {
  const now = work.value;
  notice.value = "";
  if (now) work.value = { ...now, rules: now.rules.map((rule) => (rule.key === key ? how(rule) : rule)) };
}
export const write = (key: string, fields: Partial<RuleDocument>) =>
  change(key, (rule) => ({ ...rule, doc: { ...rule.doc, ...fields } }));

export function restore(key: string) {
  const now = work.value;
  const rule = now?.rules.find((one) => one.key === key);
  if (!now || !rule) return;
  if (rule.saved === null) work.value = { ...now, rules: now.rules.filter((one) => one.key !== key) };
  else change(key, (one) => ({ ...one, doc: JSON.parse(rule.saved ?? ""), removed: false, stash: {} }));
}

export function remove(key: string) {
  if (work.value?.rules.find((one) => one.key === key)?.saved === null) restore(key);
  else change(key, (rule) => ({ ...rule, removed: true }));
  if (opened.value === key) opened.value = null;
}

export function add() {
  const now = work.value;
  if (!now) return;
  const rule = newRule(now);
  work.value = { ...now, rules: [...now.rules, rule] };
  opened.value = rule.key;
}

export function drop() {
  if (draft.value) work.value = workOf(draft.value, work.value ?? undefined);
  opened.value = null;
  notice.value = "";
}

const ID = /^[A-Za-z][A-Za-z0-9-]{0,19}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$/;

async function keep() {
  const now = work.value;
  const from = draft.value;
  if (!now || !from) return;
  const wrong = now.rules.find((rule) => !rule.removed && !ID.test(rule.doc.id));
  if (wrong) throw new Error(words.invalidId(wrong.doc.id));
  if (!VERSION.test(now.head.version)) throw new Error(words.invalidVersion);
  try {
    const found = await call<Draft>("PUT", draftPath(), wireOf(now, from.edit));
    const open = now.rules.find((rule) => rule.key === opened.value)?.doc.id;
    if (draft.value?.id !== from.id) return;
    // Typed while the answer was on its way: it stays, on top of what is saved now.
    if (work.value === now) take(found);
    else if (work.value) combine(work.value, found);
    const again = work.value?.rules.find((rule) => rule.doc.id === open);
    const mended = !found.problems.some((problem) => problem.rule === open);
    opened.value = again && !mended ? again.key : null;
    if (open) focusLater(mended ? `ubah-${open}` : `aturan-${open}`, mended ? "nearest" : "start");
    notice.value = found.problems.length ? words.savedWithProblems(found.problems.length) : words.saved;
  } catch (error) {
    if (error instanceof Problem && error.code === "edited_meanwhile")
      meanwhile.value = await get<Draft>(draftPath());
    throw error;
  }
}

export const save = () => attempt("save", keep);
export function mergeMine() {
  const [mine, theirs] = [work.value, meanwhile.value];
  if (mine && theirs) combine(mine, theirs);
}
export function takeTheirs() {
  if (meanwhile.value) take(meanwhile.value);
  trouble.value = null;
}

// --- a draft's way to publication

// Tests and steps speak of what is saved: unsaved edits are saved first.
const step = (at: string, what: (edit: number) => Promise<void>) =>
  attempt(at, async () => {
    if (dirty.value) await keep();
    await what(draft.value?.edit ?? 0);
  });

export const test = () =>
  step("test", async () => {
    const of = content.value;
    tested.value = { of, result: await longPost<DraftTest>(`${draftPath()}/test`, {}) };
    revealLater("hasil-uji");
  });
export const backtest = (days: number) =>
  step("backtest", async () => {
    const of = content.value;
    backtested.value = { of, result: await longPost<Backtest>(`${draftPath()}/backtest`, { days }) };
    revealLater("hasil-data");
  });
const forward = (at: string, body: Record<string, unknown> = {}) =>
  step(at, async (edit) => {
    take(await post<Draft>(`${draftPath()}/${at}`, { edit, ...body }));
    opened.value = null;
    focusLater("berikutnya");
  });
export const submit = () => forward("submit");
export const approve = (yes: boolean, reason: string) => forward("approve", { yes, reason });
export const publish = (from: string) => forward("publish", { effective_from: from });

export const startDraft = (agency: string, from: { from_version: string } | { text: string }) =>
  attempt("draft", async () => {
    const made = await post<Draft>(`/api/sop/${encodeURIComponent(agency)}/drafts`, from);
    go({ agency, draft: made.id });
  });
export const discard = () =>
  attempt("discard", async () => {
    const id = draft.value?.id ?? "";
    await call("DELETE", draftPath());
    localStorage.removeItem(shelf(id));
    leaveDraft();
    go({});
  });

export function focusLater(id: string, block: ScrollLogicalPosition = "nearest") {
  requestAnimationFrame(() => {
    const element = document.getElementById(id);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block });
  });
}

const revealLater = (id: string) =>
  requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView({ block: "nearest" }));

export const problemsOf = (rule: Working) =>
  (draft.value?.problems ?? []).filter((problem) => !isBlank(problem.rule) && problem.rule === rule.doc.id);

// What is said of one field: of "when", of "when.need", of "reason_met" (a pack writes it reason.met).
export const problemsAt = (rule: Working, field: string) =>
  problemsOf(rule).filter(
    (problem) => problem.field?.replace("reason.", "reason_").replace("reason_would", "would") === field,
  );
