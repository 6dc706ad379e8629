// The selected request: its vehicles, what is asked, why this one, and what an operator may do.
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Assignment, Candidate, Likely, RequestFull } from "../../core/api";
import { now } from "../../core/clock";
import { fetched } from "../../core/fetched";
import { isLate } from "../../core/promises";
import {
  arrival,
  car,
  familyLeft,
  isAwaited,
  isOpen,
  live,
  missing,
  requests,
  secondsLeft,
} from "../../core/requests";
import { id_why, STATES } from "../../core/vocabulary";
import { capital, clockText, telephone, whenText } from "../../core/words";
import { heard } from "../../text/approve";
import { text } from "../../text/id";
import { words as grouping } from "../../text/kejadian";
import { correct, transfer } from "../../text/langkah";
import { peta as words } from "../../text/peta";
import { change } from "../../text/ubah";
import { Alike } from "../../ui/alike";
import { HeardLines } from "../../ui/approve";
import { kept } from "../../ui/bookings";
import { Button } from "../../ui/controls";
import { History } from "../../ui/history";
import { tally } from "../../ui/tally";
import { Why } from "../../ui/why";
import { choose } from "./choose";
import { askEnd, merge, regroup } from "./grouping";
import { Proposal } from "./proposal";
import {
  about,
  candidates,
  hold,
  incidents,
  me,
  opened,
  reportOf,
  search,
  select,
  selected,
  takenFrom,
  toPanel,
} from "./state";

const dialogs = fetched(opened, () => import("./dialogs"));

// On a phone the panel stands above the list, out of sight.
function leadTo(id: string) {
  document.querySelector(".panel")?.scrollIntoView();
  return () =>
    requestAnimationFrame(() => {
      const back = document.getElementById(id) ?? document.querySelector(".list");
      if (!selected.value) back?.scrollIntoView({ block: "nearest" });
    });
}

export function Panel({ request }: { request: RequestFull }) {
  const operator = me.value?.role === "operator";
  const ended = !isOpen(request);
  const shown = candidates.value ?? request.decision;
  const act = (candidate: Candidate) => <Act request={request} candidate={candidate} />;
  const box = useRef<HTMLElement>(null);
  useEffect(() => leadTo(request.id), []);
  useSignalEffect(() => {
    if (!toPanel.value) return;
    box.current?.focus();
    toPanel.value = false;
  });
  return (
    <aside ref={box} class="panel stack" aria-label={words.panel} tabIndex={-1}>
      <p class="head">
        <span class="chip">{request.subject ?? text.need[request.need]}</span>
        <Button label="✕" class="link" onClick={() => void select(null)} aria-label={text.close} />
      </p>
      <h2>
        {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""}
      </h2>
      <State request={request} />
      {operator && <Proposal request={request} />}
      {request.contact_phone && (
        <a class="button" href={telephone(request.contact_phone)}>
          {words.caller} {request.contact_phone}
        </a>
      )}
      {reportOf(request.id) && (
        <p class="mark">
          ⚠ {text.deaths.title}. {text.deaths.untold}
        </p>
      )}
      <Linked to={request.onward} label={text.deaths.onward} />
      <Linked to={request.onward_of} label={text.deaths.onwardOf} />
      {operator && !ended && <Same request={request} />}
      {operator && <OfIncident request={request} />}
      {operator && !ended && <Buttons request={request} />}
      {shown && (
        <>
          <h3>{text.why}</h3>
          <Why decision={shown} action={operator && !ended ? act : undefined} />
        </>
      )}
      <History request={request} open />
      {dialogs.value && <dialogs.value.Dialogs request={request} />}
    </aside>
  );
}

const Linked = ({ to, label }: { to: string | null | undefined; label: string }) =>
  to ? <Button label={label} onClick={() => void select(to)} /> : null;

function State({ request }: { request: RequestFull }) {
  const trips = live(request);
  const ride = request.rides.find((one) => one.id === request.id);
  return (
    <div aria-live="polite">
      <p>
        <strong>{text.state[request.state]}</strong>
        {request.promise && ` · ${words.promised(whenText(request.promise.due_at, now.value))}`}
        {request.promise && isLate(request.promise) && <span class="mark"> ⚠ {words.late}</span>}
        {request.schedule_at && ` · ${text.booked(whenText(request.schedule_at, now.value))}`}
      </p>
      {ride?.state === "scheduled" && <p>{kept(ride)}</p>}
      {isOpen(request) && tally(request) && <p>{tally(request)}</p>}
      {trips.length > 0 && (
        <ul class="trips plain" aria-label={words.vehicles}>
          {trips.map((trip) => (
            <li key={trip.id}>
              {trip.first_contact && <span class="chip">{text.firstContact}</span>}
              {trip.instead && <span class="chip">{text.instead}</span>} {tripText(trip)}
              {trip.state !== "offered" && car(trip) && <p class="soft">{car(trip)}</p>}
              {me.value?.role === "operator" && <OfTrip request={request} trip={trip} />}
            </li>
          ))}
          {isOpen(request) && missing(request) > 0 && !tally(request) && (
            <li>{words.more(missing(request))}</li>
          )}
        </ul>
      )}
      <Amiss request={request} />
      <HeardLines request={request} />
      {isOpen(request) && request.held && <p class="mark">{text.held}</p>}
      {isOpen(request) && familyLeft(request) && <p class="mark">⚠ {words.familyLeft}</p>}
    </div>
  );
}

// What is not as it should be, since when, until it is over.
const Amiss = ({ request }: { request: RequestFull }) => (
  <>
    {request.notices.map((one) => (
      <p class="mark" key={one.vehicle_id + one.what}>
        ⚠ {one.vehicle_name}: {one.text} ({clockText(one.at)})
      </p>
    ))}
    {isOpen(request) && request.escalated_why && (
      <p class="mark">⚠ {capital(id_why[request.escalated_why])}</p>
    )}
  </>
);

function OfTrip({ request, trip }: { request: RequestFull; trip: Assignment }) {
  const ask = (what: "correct" | "transfer") => () => {
    about.value = trip.id;
    opened.value = what;
  };
  const moves = STATES[trip.state].loaded;
  if (trip.correctable.length === 0 && !moves) return null;
  return (
    <p class="flow">
      {trip.correctable.length > 0 && <Button label={correct.button} class="link" onClick={ask("correct")} />}
      {moves && (
        <Button
          label={transfer.button[request.need === "body" ? 1 : 0]}
          class="link"
          onClick={ask("transfer")}
        />
      )}
    </p>
  );
}

function tripText(trip: Assignment): string {
  const state = trip.hands_over
    ? transfer.keeps(trip.vehicle_name)
    : `${trip.vehicle_name} ${text.trip[trip.state].toLowerCase()}`;
  if (trip.state === "offered") return `${state}, ${secondsLeft(trip, now.value)} dtk`;
  return [state, arrival(trip, now.value)].filter(Boolean).join(", ");
}

function Same({ request }: { request: RequestFull }) {
  const known = (one: Likely) => requests.value.get(one.request_id ?? "");
  const act = (one: Likely) => {
    const other = known(one);
    return (
      <div class="pair">
        <Button label={grouping.look} onClick={() => void select(one.request_id)} />
        {other && isOpen(other) && <Button label={grouping.merge} onClick={() => void merge(request, one)} />}
      </div>
    );
  };
  const named = (one: Likely) => {
    const other = known(one);
    return other ? `${text.need[one.need]} · ${other.pickup.name}` : text.need[one.need];
  };
  return (
    <Alike likely={request.likely_duplicates ?? []} named={named} act={act}>
      {!request.incident && <Button label={grouping.sameEvent} onClick={() => (opened.value = "group")} />}
    </Alike>
  );
}

function OfIncident({ request }: { request: RequestFull }) {
  const id = request.incident;
  if (!id) return null;
  const incident = incidents.value.get(id);
  return (
    <div class="stack">
      <p>{incident ? grouping.part(incident.name) : grouping.partOver}</p>
      <Button label={grouping.leave} onClick={() => void regroup(id, { remove: [request.id] })} />
    </div>
  );
}

const Buttons = ({ request }: { request: RequestFull }) => (
  <div class="pair">
    <Button label={words.again} onClick={() => void search(request.id)} />
    <Button label={change.button} onClick={() => (opened.value = "change")} />
    <Button label={words.note} onClick={() => (opened.value = "note")} />
    {request.held ? (
      <Button label={text.release} onClick={() => void hold(request.id, false, text.released)} />
    ) : (
      <Button label={text.hold} onClick={() => (opened.value = "hold")} />
    )}
    {isAwaited(request) && <Button label={heard.button} onClick={() => (opened.value = "heard")} />}
    {!request.incident && <Button label={grouping.group} onClick={() => (opened.value = "group")} />}
    <Button label={words.end} class="danger" onClick={() => askEnd(null)} />
  </div>
);

function Act({ request, candidate }: { request: RequestFull; candidate: Candidate }) {
  const act = choose(request, candidate);
  const against = takenFrom(request, candidate) ? words.divert : words.override;
  return act && <Button label={candidate.eligible ? words.assign : against} onClick={act} />;
}
