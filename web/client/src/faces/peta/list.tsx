// The left side: what waits for an answer, the requests in their order, and the promises.
import { computed, signal } from "@preact/signals";
import { type Assignment, can, type RequestSummary } from "../../core/api";
import { attempt } from "../../core/attempt";
import { now } from "../../core/clock";
import { deaths } from "../../core/deaths";
import { isLate, owed } from "../../core/promises";
import { live, missing, secondsLeft } from "../../core/requests";
import { ago, clockText, dueText } from "../../core/words";
import { text } from "../../text/id";
import { peta as words } from "../../text/peta";
import { Approvals } from "../../ui/approve";
import { Button } from "../../ui/controls";
import { answerDeath, asking, fetched, me, open, proposed, select, selected } from "./state";

export const shown = signal<"requests" | "booked" | "promises">("requests");
const ledger = fetched(
  computed(() => shown.value === "promises"),
  () => import("./ledger"),
);
const booked = fetched(
  computed(() => shown.value === "booked"),
  () => import("./booked"),
);
const proposals = fetched(
  computed(() => proposed.value.length > 0),
  () => import("./proposal"),
);

export function List() {
  const late = owed.value.filter(isLate).length;
  const Ledger = ledger.value?.Ledger;
  const Booked = booked.value?.Booked;
  const Proposals = proposals.value?.Proposals;
  return (
    <nav class="list" aria-label={words.requests}>
      {asking.value.length > 0 && <Asking />}
      {deaths.value.length > 0 && <Deaths />}
      {Proposals && proposed.value.length > 0 && <Proposals />}
      <div class="tabs">
        <Button aria-pressed={shown.value === "requests"} onClick={() => (shown.value = "requests")}>
          {words.requests} {open.value.length}
        </Button>
        {can(me.value, "see_requests") && (
          <Button
            label={words.booked}
            aria-pressed={shown.value === "booked"}
            onClick={() => (shown.value = "booked")}
          />
        )}
        <Button
          class={late > 0 ? "danger" : ""}
          aria-pressed={shown.value === "promises"}
          onClick={() => (shown.value = "promises")}
        >
          {words.promises} {owed.value.length}
          {late > 0 && ` ⚠${late}`}
        </Button>
      </div>
      {shown.value === "promises" && Ledger && <Ledger />}
      {shown.value === "booked" && Booked && <Booked />}
      {shown.value === "requests" && (
        <>
          {open.value.length === 0 && <p class="soft">{words.none}</p>}
          {open.value.map((request) => (
            <Row request={request} key={request.id} />
          ))}
        </>
      )}
    </nav>
  );
}

const Asking = () => (
  <section class="stack asked" aria-label={text.approve.title}>
    <h2>{text.approve.title}</h2>
    <Approvals waiting={asking.value} attempt={attempt} />
    {me.value?.role === "operator" && <hr />}
  </section>
);

const Deaths = () => (
  <section class="stack asked" aria-label={text.deaths.title}>
    <h2>{text.deaths.title}</h2>
    {deaths.value.map((report) => (
      <div class="stack" key={report.request_id + report.vehicle_id}>
        <p>
          <strong>{report.vehicle_name}</strong> {clockText(report.reported_at)} ·{" "}
          {report.coming ? text.deaths.coming : text.deaths.scene} {report.lies_at.name}
        </p>
        <p class="soft">{text.deaths.untold}</p>
        <Button label={text.deaths.doctor} onClick={() => void answerDeath(report.request_id, "died")} />
        <Button
          label={text.deaths.notConfirmed}
          onClick={() => void answerDeath(report.request_id, "alive")}
        />
      </div>
    ))}
  </section>
);

function Row({ request }: { request: RequestSummary }) {
  const trips = live(request);
  const to = request.escalated_to;
  const late = request.promise && isLate(request.promise);
  const loud = to || late;
  return (
    <Button
      id={request.id}
      class={`request ${request.need === "body" ? "body" : request.urgency} ${loud ? "loud" : ""}`}
      aria-pressed={selected.value?.id === request.id}
      onClick={() => void select(request.id)}
    >
      <strong>{request.subject ?? text.need[request.need]}</strong>
      <span class="age">{ago((now.value - Date.parse(request.created_at)) / 1000)}</span>
      <span>{request.pickup.name}</span>
      {trips.length === 0 && (
        <small>
          {text.state[request.state]}
          {request.promise && ` · ${dueText(request.promise.due_at, now.value)}`}
        </small>
      )}
      {trips.map((trip) => (
        <small key={trip.id}>{tripLine(trip)}</small>
      ))}
      {trips.length > 0 && missing(request) > 0 && <small>{words.more(missing(request))}</small>}
      {request.held && <small>{text.held}</small>}
      {request.broken && trips.length === 0 && <small class="mark">⚠ {words.broken}</small>}
      {to && (
        <small class="mark">⚠ {words.escalated(text.approver[to as keyof typeof text.approver] ?? to)}</small>
      )}
      {late && <small class="mark">⚠ {words.late}</small>}
    </Button>
  );
}

function tripLine(trip: Assignment): string {
  const state = text.trip[trip.state].toLowerCase();
  const ahead = trip.first_contact ? ` (${text.firstContact.toLowerCase()})` : "";
  return `${trip.vehicle_name}${ahead} ${state}${trip.state === "offered" ? ` ${secondsLeft(trip, now.value)} dtk` : ""}`;
}
