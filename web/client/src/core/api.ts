// Calls to the server: JSON in and out, one idempotency key a command, problems as errors with an Indonesian title.
import { setServerTime } from "./clock";
import { ROLES } from "./vocabulary";
import type { components } from "./wire";
import { setZone } from "./words";

// A shape of the wire by its name; tools/wire.py writes to ./wire those that are named so.
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Me = Schema<"MeOut">;
export type Decision = Schema<"DecisionOut">;
export type Suggestion = Schema<"SuggestionOut">;
export type Likely = Schema<"LikelyOut">;
export type Incident = Schema<"IncidentOut">;
export type IncidentFull = Schema<"IncidentFullOut">;
export type Candidate = Schema<"CandidateOut">;
export type Facility = Schema<"FacilityOut">;
export type Vehicle = Schema<"VehicleOut">;
export type Assignment = Schema<"AssignmentOut">;
export type RequestSummary = Schema<"RequestSummaryOut">;
export type RequestFull = Schema<"RequestOut">;
export type Booking = Schema<"BookingOut">;
export type Ride = Schema<"RideOut">;
export type Offer = Schema<"OfferOut">;
export type Owed = Schema<"OwedOut">;
export type Asked = Schema<"AskedOut">;
export type Answered = Schema<"ApprovalOut">;
export type Heir = Schema<"HeirOut">;
export type Kept = Schema<"KeptOut">;
export type Closure = Schema<"ClosureOut">;
export type Person = Schema<"PersonOut">;
export type Route = Schema<"RouteOut">;
export type TimelineEvent = Schema<"EventOut">;
export type Need = Schema<"Need">;
export type Step = Schema<"Step">;
export type Patient = Schema<"PatientOut">;
export type Ended = Schema<"EndedOut">;

// Whether a role may do something.
export const can = (who: Me | null, permission: (typeof ROLES)[keyof typeof ROLES][number]) =>
  who !== null && (ROLES[who.role] as readonly string[]).includes(permission);

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly facts: Record<string, unknown> = {},
  ) {
    super(title);
  }
}

const OFFLINE = "Sambungan terputus. Periksa internet lalu coba lagi.";
// So long a page waits for an answer: a connection that died silently must not hold a button for minutes.
const PATIENCE_MS = 20_000;
// What got no answer may have been carried out: said again within this time it has the same key, and counts once.
const AGAIN_MS = 60_000;
const unanswered = new Map<string, { key: string; at: number }>();

function keyFor(said: string): string {
  for (const [other, { at }] of unanswered) if (Date.now() - at > AGAIN_MS) unanswered.delete(other);
  return unanswered.get(said)?.key ?? crypto.randomUUID();
}

export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  key?: string,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const said = `${method} ${path} ${init.body ?? ""}`;
  const under = key ?? keyFor(said);
  if (method !== "GET") headers["Idempotency-Key"] = under;
  const patience = new AbortController();
  const clock = setTimeout(() => patience.abort(), patienceMs);
  let response: Response;
  let answer: T & { code?: string; title?: string; facts?: Record<string, unknown> };
  try {
    response = await fetch(path, { ...init, signal: patience.signal });
    answer = response.status === 204 ? undefined : await response.json();
  } catch {
    // Also where somebody on the way answered for the server, in words that are no JSON.
    if (method !== "GET" && !key) unanswered.set(said, { key: under, at: Date.now() });
    throw new Problem(0, "offline", OFFLINE);
  } finally {
    clearTimeout(clock);
  }
  unanswered.delete(said);
  if (!response.ok)
    throw new Problem(
      response.status,
      answer.code ?? "error",
      answer.title ?? "Coba lagi sebentar.",
      answer.facts,
    );
  return answer as T;
}

export const get = <T>(path: string) => call<T>("GET", path);
export const post = <T>(path: string, body: unknown, key?: string) => call<T>("POST", path, body, key);
// What the server has to work on for a while.
export const longPost = <T>(path: string, body: unknown) => call<T>("POST", path, body, undefined, 600_000);

// Where one signs in, to come back to this page.
export const signInPath = () => `/masuk?ke=${encodeURIComponent(location.pathname + location.search)}`;

// Who is signed in; whoever is not goes to the sign-in page and comes back.
export async function signedIn(): Promise<Me> {
  try {
    const me = await get<Me>("/api/me");
    setZone(me.timezone);
    setServerTime(me.now);
    return me;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      location.replace(signInPath());
      await new Promise(() => undefined);
    }
    throw error;
  }
}

export const sentence = (error: unknown) => (error instanceof Error ? error.message : OFFLINE);
