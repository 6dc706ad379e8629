// A draft while it is edited: a copy of its rules, what changed, and how two people's changes come together.
import type { Draft, Effect, RuleDocument, Table } from "./types";

// A rule on the page. `saved` is what the server holds of it (null: not yet anything), `stash` what another effect
// asked for, kept while the effect is tried out.
export interface Working {
  key: string;
  doc: RuleDocument;
  saved: string | null;
  removed: boolean;
  stash: Partial<RuleDocument>;
}
export interface Head {
  title: string;
  version: string;
  policy: Record<string, number | null>;
}
export interface Work {
  head: Head;
  savedHead: string;
  rules: Working[];
}

// What each effect needs beside the conditions (docs/decisions/0004).
export const FIELDS: Record<Effect, readonly (keyof RuleDocument)[]> = {
  deny: [],
  require: ["must", "checklist"],
  approval: ["approver", "approvers", "overrides"],
  prefer: ["must", "prefer_within_min"],
  pair: ["sooner_by_min", "one_each", "overrides"],
  defer: ["documents", "booking", "checklist"],
  hold: ["notify"],
};
const EMPTY = {
  must: [],
  checklist: [],
  approver: null,
  approvers: [],
  overrides: [],
  prefer_within_min: null,
  sooner_by_min: null,
  one_each: null,
  documents: [],
  booking: null,
  notify: [],
} satisfies Partial<RuleDocument>;
const SPECIAL = Object.keys(EMPTY) as (keyof typeof EMPTY)[];

const newKey = () => crypto.randomUUID();

// `old` lends its keys, so that what stands open on the page stays open.
export function workOf(draft: Draft, old?: Work): Work {
  const keys = new Map(old?.rules.filter((rule) => !rule.removed).map((rule) => [rule.doc.id, rule.key]));
  const head = {
    title: draft.title,
    version: draft.version,
    policy: Object.fromEntries(draft.policy.map(([name, , value]) => [name, value])),
  };
  const rules = draft.rules.map((rule) => ({
    key: keys.get(rule.id) ?? newKey(),
    doc: rule.document,
    saved: JSON.stringify(rule.document),
    removed: false,
    stash: {},
  }));
  return { head, savedHead: JSON.stringify(head), rules };
}

export const isChanged = (rule: Working) => rule.removed || JSON.stringify(rule.doc) !== rule.saved;
export const isHeadChanged = (work: Work) => JSON.stringify(work.head) !== work.savedHead;
export const isDirty = (work: Work) => isHeadChanged(work) || work.rules.some(isChanged);

// An empty table would always hold: it is a row that nobody has filled in yet, and is not sent.
const filled = (tables: Table[]) => tables.filter((table) => Object.keys(table).length > 0);

export function wireOf(work: Work, edit: number) {
  const { title, version, policy } = work.head;
  return {
    edit,
    title,
    version,
    policy: Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== null)),
    rules: work.rules
      .filter((rule) => !rule.removed)
      .map(({ doc }) => ({
        ...doc,
        vehicles: filled(doc.vehicles),
        when: filled(doc.when),
        unless: filled(doc.unless),
        must: filled(doc.must),
      })),
  };
}

// Another effect asks for other fields: what it does not know is put aside, and comes back with the old effect.
export function withEffect(rule: Working, effect: Effect): Working {
  const left = SPECIAL.filter((field) => !FIELDS[effect].includes(field));
  const aside = Object.fromEntries(left.map((field) => [field, rule.doc[field]]));
  const stash = { ...rule.stash, ...keepFilled(aside) };
  const back = Object.fromEntries(
    FIELDS[effect].filter((field) => field in stash && isBlank(rule.doc[field])).map((f) => [f, stash[f]]),
  );
  const cleared = Object.fromEntries(left.map((field) => [field, EMPTY[field]]));
  return { ...rule, stash, doc: { ...rule.doc, ...cleared, ...back, effect } };
}

export const isBlank = (value: unknown) =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);
const keepFilled = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isBlank(value)));

export function newRule(work: Work): Working {
  const numbers = work.rules.map((rule) => Number(/^R(\d+)$/.exec(rule.doc.id)?.[1] ?? 0));
  const next = String(Math.max(0, ...numbers) + 1).padStart(2, "0");
  const doc: RuleDocument = {
    id: `R${next}`,
    title: "",
    effect: "deny",
    vehicles: [],
    when: [],
    unless: [],
    ...EMPTY,
    overridable_by: "nobody",
    clause: "",
    source: "",
    reason_met: "",
    reason_unmet: "",
    reason_en: null,
    would_help: null,
  };
  return { key: newKey(), doc, saved: null, removed: false, stash: {} };
}

// My unsaved changes on top of what somebody else saved meanwhile; `clashes` names what both of us changed.
export function merge(mine: Work, theirs: Draft): { work: Work; clashes: string[] } {
  const work = workOf(theirs, mine);
  const clashes: string[] = [];
  for (const rule of mine.rules.filter(isChanged)) {
    const id = rule.saved ? (JSON.parse(rule.saved) as RuleDocument).id : rule.doc.id;
    const at = work.rules.findIndex((other) => other.doc.id === id);
    const there = work.rules[at];
    if (there) {
      const same = !rule.removed && JSON.stringify(rule.doc) === there.saved;
      if (there.saved !== rule.saved && !same) clashes.push(id);
      work.rules[at] = { ...rule, saved: there.saved };
    } else if (!rule.removed) {
      if (rule.saved) clashes.push(id);
      work.rules.push({ ...rule, saved: null });
    }
  }
  if (isHeadChanged(mine)) {
    if (mine.savedHead !== work.savedHead && JSON.stringify(mine.head) !== work.savedHead) clashes.push("");
    work.head = mine.head;
  }
  return { work, clashes };
}

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

// "mon-sat" or "mon,wed" as a set of days; a range may run past Sunday.
export function daysOf(value: unknown): Set<Day> {
  const found = new Set<Day>();
  for (const part of String(value).split(",")) {
    const [first, last] = part.trim().split("-");
    const from = DAYS.indexOf(first as Day);
    const to = DAYS.indexOf((last ?? first) as Day);
    if (from < 0 || to < 0) continue;
    for (let day = from; ; day = (day + 1) % 7) {
      found.add(DAYS[day] as Day);
      if (day === to) break;
    }
  }
  return found;
}

export function daysText(days: Set<Day>): string {
  const runs: string[] = [];
  for (let day = 0; day < 7; day++) {
    if (!days.has(DAYS[day] as Day)) continue;
    let last = day;
    while (last < 6 && days.has(DAYS[last + 1] as Day)) last++;
    runs.push(last > day ? `${DAYS[day]}-${DAYS[last]}` : String(DAYS[day]));
    day = last;
  }
  return runs.join(",");
}
