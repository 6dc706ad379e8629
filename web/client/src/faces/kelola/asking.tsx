// The yeses that families wait for: a health officer answers them here, before any rule.
import { computed, signal } from "@preact/signals";
import type { Me, RequestSummary } from "../../core/api";
import { now, tick } from "../../core/clock";
import { connect } from "../../core/live";
import { text } from "../../text/id";
import { Approve, isAsked } from "../../ui/approve";
import { Trouble } from "./bits";
import { attempt } from "./state";

const requests = signal(new Map<string, RequestSummary>());
const MINUTE_MS = 60_000;

const waiting = computed(() =>
  [...requests.value.values()]
    .flatMap((request) => (request.asked ?? []).map((asked) => ({ request, asked })))
    .sort((a, b) => a.asked.asked_at.localeCompare(b.asked.asked_at)),
);

export function listen(me: Me): void {
  if (me.role !== "health_officer") return;
  connect({
    snapshot: (snapshot) => {
      requests.value = new Map(snapshot.requests.map((request) => [request.id, request]));
    },
    event: (event) => {
      tick();
      if (event.request) requests.value = new Map(requests.value).set(event.request.id, event.request);
    },
  });
  setInterval(tick, MINUTE_MS);
}

export function Asking({ who }: { who: Me }) {
  const mine = waiting.value.filter(({ asked }) => isAsked(who, asked));
  if (mine.length === 0) return null;
  return (
    <section class="page stack asking" aria-label={text.approve.title} aria-live="polite">
      <h2>{text.approve.title}</h2>
      <Trouble at="asking" />
      {mine.map(({ request, asked }) => (
        <Approve
          key={`${request.id} ${asked.vehicle_id} ${asked.rule}`}
          request={request}
          asked={asked}
          now={now.value}
          attempt={(work) => attempt("asking", work)}
        />
      ))}
    </section>
  );
}
