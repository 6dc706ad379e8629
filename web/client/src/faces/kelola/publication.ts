// A draft's way to publication: tested, submitted, approved and published, or thrown away.
import { call, longPost, post } from "../../core/api";
import { forget, keep, take } from "./editing";
import { go } from "./place";
import {
  attempt,
  backtested,
  content,
  dirty,
  draft,
  draftPath,
  focusLater,
  leaveDraft,
  opened,
  tested,
} from "./state";
import type { Backtest, Draft, DraftTest } from "./types";

const revealLater = (id: string) =>
  requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView({ block: "nearest" }));

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
    forget(id);
    leaveDraft();
    go({});
  });
