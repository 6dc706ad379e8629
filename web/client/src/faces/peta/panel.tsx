// The selected request: its vehicles, what is asked, why this one, and what an operator may do.
import type { Assignment, Candidate, RequestFull } from "../../core/api";
import { arrivalText, clockText, telephone, whenText } from "../../core/words";
import { text } from "../../text/id";
import { Why } from "../../ui/why";
import {
  assign,
  candidates,
  fetched,
  hold,
  isOpen,
  live,
  me,
  opened,
  overriding,
  search,
  select,
} from "./state";

const words = text.peta;
const dialogs = fetched(opened, () => import("./dialogs"));

export function Panel({ request, now }: { request: RequestFull; now: number }) {
  const operator = me.value?.role === "operator";
  const ended = !isOpen(request);
  const shown = candidates.value ?? request.decision;
  return (
    <aside class="panel stack" aria-label={words.panel} tabIndex={-1}>
      <p class="head">
        <span class="chip">{request.subject ?? text.need[request.need]}</span>
        <button type="button" class="link" onClick={() => void select(null)} aria-label={text.close}>
          ✕
        </button>
      </p>
      <h2>
        {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""}
      </h2>
      <State request={request} now={now} />
      {request.contact_phone && (
        <a class="button" href={telephone(request.contact_phone)}>
          {words.caller} {request.contact_phone}
        </a>
      )}
      {operator && !ended && <Buttons request={request} />}
      {shown && (
        <>
          <h3>{text.why}</h3>
          <Why
            decision={shown}
            {...(operator && !ended
              ? { action: (candidate: Candidate) => <Act request={request} candidate={candidate} /> }
              : {})}
          />
        </>
      )}
      <details open>
        <summary>{text.history}</summary>
        <ul class="trail">
          {request.timeline.map((event) => (
            <li key={event.seq}>
              <time>{clockText(event.at)}</time> {event.text}
            </li>
          ))}
        </ul>
      </details>
      {dialogs.value && <dialogs.value.Dialogs request={request} />}
    </aside>
  );
}

function State({ request, now }: { request: RequestFull; now: number }) {
  const trips = live(request);
  const missing = request.wanted - trips.filter((trip) => !trip.first_contact).length;
  const left = request.timeline.some((event) => event.facts["said"] === "left");
  return (
    <div aria-live="polite">
      <p>
        <strong>{text.state[request.state]}</strong>
        {request.promise && ` · ${words.promised(whenText(request.promise.due_at, now))}`}
        {request.schedule_at && ` · ${text.booked(whenText(request.schedule_at, now))}`}
      </p>
      {trips.length > 0 && (
        <ul class="trips" aria-label={words.vehicles}>
          {trips.map((trip) => (
            <li key={trip.id}>
              {trip.first_contact && <span class="chip">{text.firstContact}</span>} {tripText(trip, now)}
            </li>
          ))}
          {isOpen(request) && missing > 0 && <li>{words.more(missing)}</li>}
        </ul>
      )}
      {isOpen(request) && request.held && <p class="mark">{text.held}</p>}
      {isOpen(request) && left && <p class="mark">⚠ {words.familyLeft}</p>}
    </div>
  );
}

function tripText(trip: Assignment, now: number): string {
  const state = `${trip.vehicle_name} ${text.trip[trip.state].toLowerCase()}`;
  if (trip.state === "offered")
    return `${state}, ${Math.max(0, Math.round((Date.parse(trip.expires_at) - now) / 1000))} dtk`;
  if (["accepted", "en_route"].includes(trip.state))
    return `${state}, tiba ±${arrivalText(trip.offered_at, trip.eta_s)}`;
  return state;
}

function Buttons({ request }: { request: RequestFull }) {
  return (
    <div class="two">
      <button type="button" onClick={() => void search(request.id)}>
        {words.again}
      </button>
      <button type="button" onClick={() => (opened.value = "note")}>
        {words.note}
      </button>
      {request.held ? (
        <button type="button" onClick={() => void hold(request.id, false, words.released)}>
          {words.release}
        </button>
      ) : (
        <button type="button" onClick={() => (opened.value = "hold")}>
          {words.hold}
        </button>
      )}
      <button type="button" class="danger" onClick={() => (opened.value = "end")}>
        {words.end}
      </button>
    </div>
  );
}

// What a tap or a digit does for a candidate: send it, ask for the reason against its one rule, or nothing.
export function choose(request: RequestFull, candidate: Candidate): (() => void) | null {
  const onIt = request.assignments.some(
    (trip) =>
      trip.vehicle_id === candidate.vehicle_id && ["offered", "accepted", "en_route"].includes(trip.state),
  );
  if (onIt) return null;
  if (candidate.eligible && !candidate.needs_approval)
    return () => void assign(request.id, candidate.vehicle_id);
  if (candidate.blocking.length !== 1) return null;
  return () => {
    overriding.value = candidate;
    opened.value = "override";
  };
}

function Act({ request, candidate }: { request: RequestFull; candidate: Candidate }) {
  const act = choose(request, candidate);
  if (!act) return null;
  return (
    <button type="button" onClick={act}>
      {candidate.eligible ? words.assign : words.override}
    </button>
  );
}
