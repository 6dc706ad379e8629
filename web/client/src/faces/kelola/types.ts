// The wire of the SOP, as web/schemas_sop.py says it.
export type Value = string | number | boolean | string[];
export type Table = Record<string, Value>;
export type Part = "vehicles" | "when" | "unless" | "must";
export type Effect = "deny" | "require" | "approval" | "prefer" | "pair" | "defer" | "hold";

export interface Key {
  name: string;
  group: "request" | "patient" | "trip" | "vehicle" | "moment";
  label: string;
  kind: "choice" | "flag" | "number" | "days" | "hours" | "names";
  unit: string | null;
  choices: [string, string][];
  parts: Part[];
}
export interface PackSummary {
  version: string;
  title: string;
  effective_from: string;
  rules: number;
  state: "past" | "in_force" | "coming";
}
export interface DraftSummary {
  id: string;
  agency: string;
  title: string;
  state: "open" | "submitted" | "approved" | "published";
  version: string;
  updated_at: string;
  updated_by: string;
}
export interface SopAgency {
  agency: string;
  versions: PackSummary[];
  drafts: DraftSummary[];
}
export interface Sop {
  agencies: SopAgency[];
  may_edit: string[];
  keys: Key[];
  approvers: [string, string][];
  effects: [string, string][];
  overridable: [string, string][];
  policy: [string, string, string][];
}
export interface Booking {
  notice_min: number | null;
  hours: string;
}
export interface RuleDocument {
  id: string;
  title: string;
  effect: Effect;
  vehicles: Table[];
  when: Table[];
  unless: Table[];
  must: Table[];
  overrides: string[];
  approver: string | null;
  prefer_within_min: number | null;
  sooner_by_min: number | null;
  one_each: boolean | null;
  documents: string[];
  checklist: string[];
  notify: string[];
  booking: Booking | null;
  overridable_by: "nobody" | "operator" | "health_officer";
  clause: string;
  source: string;
  reason_met: string;
  reason_unmet: string;
  would_help: string | null;
}
export interface Rule {
  id: string;
  sentence: string;
  document: RuleDocument;
}
export interface Pack {
  agency: string;
  title: string;
  version: string;
  effective_from: string;
  state: PackSummary["state"];
  rules: Rule[];
  policy: [string, string, number][];
  text: string;
}
export interface DraftProblem {
  rule: string | null;
  field: string | null;
  line: number;
  sentence: string;
}
export interface Draft extends DraftSummary {
  base_version: string | null;
  effective_from: string | null;
  edit: number;
  created_by: string;
  submitted_by: string | null;
  approved_by: string | null;
  reason: string | null;
  rules: Rule[];
  policy: [string, string, number][];
  problems: DraftProblem[];
  diff: string[];
  may: ("edit" | "submit" | "approve" | "publish" | "discard")[];
}
export interface Scenario {
  name: string;
  title: string;
  state: "passed" | "failed" | "waiting";
  lines: string[];
}
export interface DraftTest {
  passed: number;
  failed: number;
  waiting: number;
  scenarios: Scenario[];
}
export interface What {
  outcome: string;
  vehicle_id: string | null;
  vehicle: string | null;
  eta_s: number | null;
  sentence: string;
}
export interface BacktestRow {
  request_id: string;
  at: string;
  need: string;
  pickup: string;
  change: "same" | "sooner" | "later" | "other" | "solution" | "promise";
  before: What;
  after: What;
}
export interface Backtest {
  since: string;
  until: string;
  requests: number;
  same: number;
  sooner: number;
  later: number;
  other: number;
  median_change_s: number | null;
  promises_before: number;
  promises_after: number;
  approvals_before: number;
  approvals_after: number;
  summary: string;
  rows: BacktestRow[];
}
