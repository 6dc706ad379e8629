// The yeses that families wait for: a health officer answers them here, before any rule.
import { computed } from "@preact/signals";
import type { Me } from "../../core/api";
import { tick } from "../../core/clock";
import { connect } from "../../core/live";
import { askedOf, heardOf, isAsked, isOpen, requests, takeRequest, takeRequests } from "../../core/requests";
import { approve as words } from "../../text/approve";
import { Approvals, HeardAnswers } from "../../ui/approve";
import { Trouble } from "./bits";
import { attempt } from "./state";

const MINUTE_MS = 60_000;

const waiting = computed(() =>
  askedOf([...requests.value.values()]).sort((a, b) => a.asked.asked_at.localeCompare(b.asked.asked_at)),
);

const heard = computed(() => heardOf([...requests.value.values()].filter(isOpen)));

export function listen(me: Me): void {
  if (me.role !== "health_officer") return;
  connect({
    snapshot: (snapshot) => takeRequests(snapshot.requests),
    event: (event) => {
      tick();
      takeRequest(event);
    },
  });
  setInterval(tick, MINUTE_MS);
}

export function Asking({ who }: { who: Me }) {
  const mine = waiting.value.filter(({ asked }) => isAsked(who, asked));
  const mineHeard = heard.value.filter(({ asked }) => isAsked(who, asked));
  if (mine.length + mineHeard.length === 0) return null;
  return (
    <section class="page stack asking" aria-label={words.title} aria-live="polite">
      <h2>{words.title}</h2>
      <Trouble at="asking" />
      <Approvals waiting={mine} attempt={(work) => attempt("asking", work)} />
      <HeardAnswers heard={mineHeard} attempt={(work) => attempt("asking", work)} />
    </section>
  );
}
