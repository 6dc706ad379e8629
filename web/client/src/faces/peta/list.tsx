// The left side: what waits for an answer, the requests in their order, and the promises.
import { computed } from "@preact/signals";
import { type Assignment, can, type RequestSummary } from "../../core/api";
import { now } from "../../core/clock";
import { deaths } from "../../core/deaths";
import { fetched } from "../../core/fetched";
import { isLate, owed } from "../../core/promises";
import { live, missing, secondsLeft } from "../../core/requests";
import { ago, dueText } from "../../core/words";
import { text } from "../../text/id";
import { peta as words } from "../../text/peta";
import { Button } from "../../ui/controls";
import {
  asking,
  heard,
  incidents,
  mayBeSame,
  me,
  open,
  proposed,
  select,
  selected,
  shownList,
} from "./state";

const ledger = fetched(
  computed(() => shownList.value === "promises"),
  () => import("./ledger"),
);
const booked = fetched(
  computed(() => shownList.value === "booked"),
  () => import("./booked"),
);
const asked = fetched(
  computed(() => asking.value.length + heard.value.length > 0),
  () => import("./asking"),
);
const reported = fetched(
  computed(() => deaths.value.length > 0),
  () => import("./reported"),
);
const boards = fetched(
  computed(() => shownList.value === "incidents"),
  () => import("./incidents"),
);
const proposals = fetched(
  computed(() => proposed.value.length > 0),
  () => import("./proposal"),
);

export function List() {
  const late = owed.value.filter(isLate).length;
  const Ledger = ledger.value?.Ledger;
  const Booked = booked.value?.Booked;
  const Asking = asked.value?.Asking;
  const Reported = reported.value?.Reported;
  const Incidents = boards.value?.Incidents;
  const groups = can(me.value, "keep_incidents");
  const Proposals = proposals.value?.Proposals;
  return (
    <nav class="list" aria-label={words.requests}>
      {Asking && asking.value.length + heard.value.length > 0 && <Asking />}
      {Reported && deaths.value.length > 0 && <Reported />}
      {Proposals && proposed.value.length > 0 && <Proposals />}
      <div class="tabs">
        <Button aria-pressed={shownList.value === "requests"} onClick={() => (shownList.value = "requests")}>
          {words.requests} {open.value.length}
        </Button>
        {can(me.value, "see_requests") && (
          <Button
            label={words.booked}
            aria-pressed={shownList.value === "booked"}
            onClick={() => (shownList.value = "booked")}
          />
        )}
        <Button
          class={late > 0 ? "danger" : ""}
          aria-pressed={shownList.value === "promises"}
          onClick={() => (shownList.value = "promises")}
        >
          {words.promises} {owed.value.length}
          {late > 0 && ` ⚠${late}`}
        </Button>
        {groups && (
          <Button
            aria-pressed={shownList.value === "incidents"}
            onClick={() => (shownList.value = "incidents")}
          >
            {words.incidents} {incidents.value.size}
          </Button>
        )}
      </div>
      {shownList.value === "promises" && Ledger && <Ledger />}
      {shownList.value === "booked" && Booked && <Booked />}
      {shownList.value === "incidents" && Incidents && <Incidents />}
      {shownList.value === "requests" && (
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

function Row({ request }: { request: RequestSummary }) {
  const trips = live(request);
  const to = request.escalated_to;
  const late = request.promise && isLate(request.promise);
  const loud = to || late || request.notices.length > 0;
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
      {mayBeSame(request) && <small class="same">≈ {words.alike}</small>}
      {request.incident && <small>{incidents.value.get(request.incident)?.name}</small>}
      {request.broken && trips.length === 0 && <small class="mark">⚠ {words.broken}</small>}
      {to && (
        <small class="mark">⚠ {words.escalated(text.approver[to as keyof typeof text.approver] ?? to)}</small>
      )}
      {request.notices.map((one) => (
        <small class="mark" key={one.vehicle_id + one.what}>
          ⚠ {one.vehicle_name}: {one.text}
        </small>
      ))}
      {late && <small class="mark">⚠ {words.late}</small>}
    </Button>
  );
}

function tripLine(trip: Assignment): string {
  const state = text.trip[trip.state].toLowerCase();
  const ahead = trip.first_contact ? ` (${text.firstContact.toLowerCase()})` : "";
  return `${trip.vehicle_name}${ahead} ${state}${trip.state === "offered" ? ` ${secondsLeft(trip, now.value)} dtk` : ""}`;
}
