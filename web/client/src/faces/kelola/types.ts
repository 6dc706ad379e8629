// The SOP as it comes over the wire, and as a form holds it.
import type { Schema } from "../../core/api";

export type Key = Schema<"KeyOut">;
export type Part = Key["parts"][number];
export type Effect = Schema<"Effect">;
export type Table = NonNullable<Schema<"RuleDocument">["must"]>[number];
export type Value = Table[string];
export type Sop = Schema<"SopOut">;
export type SopAgency = Schema<"SopAgencyOut">;
export type DraftSummary = Schema<"DraftSummaryOut">;
export type DraftProblem = Schema<"DraftProblemOut">;
export type DraftTest = Schema<"DraftTestOut">;
export type Scenario = Schema<"ScenarioOut">;
export type Backtest = Schema<"BacktestOut">;
export type BacktestRow = Schema<"BacktestRowOut">;
export type What = Schema<"WhatOut">;

// In a form every field of a rule stands, and a number may not be typed yet.
export type Booking = Omit<Schema<"BookingDocument">, "notice_min"> & { notice_min: number | null };
export type RuleDocument = Omit<Required<Schema<"RuleDocument">>, "booking"> & { booking: Booking | null };
export type Rule = Omit<Schema<"RuleOut">, "document"> & { document: RuleDocument };
export type Pack = Omit<Schema<"PackOut">, "rules"> & { rules: Rule[] };
export type Draft = Omit<Schema<"DraftOut">, "rules"> & { rules: Rule[] };
