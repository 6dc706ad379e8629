// What the SOP page holds: where it is, the SOPs, a version or a draft, and how the last work went.
import { computed, signal } from "@preact/signals";
import type { Me } from "../../core/api";
import { attempt as attemptAt } from "../../core/attempt";
import type { Backtest, Draft, DraftTest, Pack, Sop } from "./types";
import { isBlank, isDirty, type Work, type Working } from "./work";

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
export const notice = signal("");
export const wanted = signal("");
export const opened = signal<string | null>(null);
export const meanwhile = signal<Draft | null>(null);
export const tested = signal<{ of: string; result: DraftTest } | null>(null);
export const backtested = signal<{ of: string; result: Backtest } | null>(null);

export const dirty = computed(() => work.value !== null && isDirty(work.value));
// What a test was made of: the draft's rules and figures as they are saved.
export const content = computed(() => JSON.stringify([draft.value?.rules, draft.value?.policy]));
export const keys = computed(() => new Map((sop.value?.keys ?? []).map((key) => [key.name, key])));
export const may = (what: Draft["may"][number]) => draft.value?.may.includes(what) ?? false;

export const pathOf = (agency: string, id: string) =>
  `/api/sop/${encodeURIComponent(agency)}/drafts/${encodeURIComponent(id)}`;
export const draftPath = () => pathOf(draft.value?.agency ?? "", draft.value?.id ?? "");

export function leaveDraft() {
  draft.value = null;
  work.value = null;
  tested.value = null;
  backtested.value = null;
  meanwhile.value = null;
}

export function attempt(at: string, work: () => Promise<unknown>): Promise<boolean> {
  notice.value = "";
  return attemptAt(work, at);
}

export function focusLater(id: string, block: ScrollLogicalPosition = "nearest") {
  requestAnimationFrame(() => {
    const element = document.getElementById(id);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block });
  });
}

export const problemsOf = (rule: Working) =>
  (draft.value?.problems ?? []).filter((problem) => !isBlank(problem.rule) && problem.rule === rule.doc.id);

// What is said of one field: of "when", of "when.need", of "reason_met" (a pack writes it reason.met).
export const problemsAt = (rule: Working, field: string) =>
  problemsOf(rule).filter(
    (problem) => problem.field?.replace("reason.", "reason_").replace("reason_would", "would") === field,
  );
