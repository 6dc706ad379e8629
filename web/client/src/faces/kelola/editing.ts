// A draft being edited: its rules change here, are kept on this device, and are saved or brought together.
import { effect } from "@preact/signals";
import { call, get, Problem } from "../../core/api";
import { trouble } from "../../core/attempt";
import { kelola as words } from "../../text/kelola";
import { attempt, dirty, draft, draftPath, focusLater, me, meanwhile, notice, opened, work } from "./state";
import type { Draft, RuleDocument } from "./types";
import { isDirty, merge, newRule, type Work, type Working, wireOf, workOf } from "./work";

const shelf = (id: string) => `jemput-rancangan-${me.value?.id}-${id}`;

export function take(found: Draft, first = false) {
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

export const forget = (id: string) => localStorage.removeItem(shelf(id));
export const hasShelved = (id: string) => localStorage.getItem(shelf(id)) !== null;

// What is not saved is kept on this device, so that neither a lost connection nor a closed page takes it away.
effect(() => {
  const now = draft.value;
  if (!now || !work.value || !me.value) return;
  try {
    if (isDirty(work.value))
      localStorage.setItem(shelf(now.id), JSON.stringify({ edit: now.edit, work: work.value }));
    else forget(now.id);
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
  focusLater(`title-${rule.key}`);
}

export function openRule(rule: Working) {
  opened.value = rule.key;
  focusLater(`aturan-${rule.doc.id}`, "start");
}

export function drop() {
  if (draft.value) work.value = workOf(draft.value, work.value ?? undefined);
  opened.value = null;
  notice.value = "";
}

const ID = /^[A-Za-z][A-Za-z0-9-]{0,19}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$/;

export async function keep() {
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
