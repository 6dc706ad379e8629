// An offer or a trip ended without the driver's doing: what happened, until it was read.
import { useState } from "preact/hooks";
import type { Ended as Gone, Me } from "../../core/api";
import { ended as words } from "../../text/berakhir";
import { text } from "../../text/id";
import { Button } from "../../ui/controls";
import { act, markRead } from "./state";

export function Ended({ ended, who }: { ended: Gone; who: Me }) {
  const free = !who.assignment;
  const [said, setSaid] = useState(false);
  const go = () => {
    setSaid(true);
    void act(`/api/assignments/${ended.assignment_id}/accept`, {});
  };
  return (
    <section class={free ? "ended stack fill" : "ended card stack"} role="alert" aria-label={words.title}>
      <p class="chip">{text.need[ended.need]}</p>
      <h1>{words.title}</h1>
      <p>
        <strong>{ended.pickup.name}</strong>
      </p>
      <p class="tell">{why(ended)}</p>
      <div class={free ? "push stack" : "stack"}>
        {free && ended.can_go && (
          <Button label={words.go} class="primary huge" disabled={said} onClick={go} />
        )}
        <Button label={words.read} class={ended.can_go ? "wide" : "primary huge"} onClick={markRead} />
      </div>
    </section>
  );
}

// Also over a new offer, whose answer comes first.
export function why({ state, cause, reason, request_state, can_go, was_going }: Gone): string {
  if (state === "expired") return can_go ? words.late : words.expired;
  if (state === "cleared") return words.handedOver;
  const end = words.ends[request_state as keyof typeof words.ends];
  const said = cause ? words.causes[cause as keyof typeof words.causes] : (end ?? words.calledBack);
  return [
    said ?? words.calledBack,
    ...(reason ? [words.reason(reason)] : []),
    was_going ? words.turn : words.stay,
  ].join(" ");
}
