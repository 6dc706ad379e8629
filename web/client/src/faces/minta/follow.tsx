// What becomes of a request: its state, every vehicle that comes, and what may be done about it.
import { signal } from "@preact/signals";
import type { RequestFull } from "../../core/api";
import { clockText, whenText } from "../../core/words";
import { text } from "../../text/id";
import { Why } from "../../ui/why";
import { Actions } from "./actions";
import { Coming, live } from "./coming";
import { followed, startAgain } from "./state";

const words = text.minta;
const ENDED = new Set(["completed", "cancelled_by_requester", "duplicate", "unfounded"]);

export function Follow({ now }: { now: number }) {
  const request = followed.value;
  if (!request) return null;
  const ended = ENDED.has(request.state);
  const left = request.timeline.some((event) => event.facts["said"] === "left");
  return (
    <section class="card stack" aria-label="Permintaan ini">
      <p>
        <span class="chip">{request.subject ?? text.need[request.need]}</span> {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""}
      </p>
      {!ended && <Coming request={request} now={now} />}
      {(ended || live(request).length === 0) && <h2 class="status">{headline(request, now)}</h2>}
      {!ended && request.held && <p class="warn">{text.held}</p>}
      {!ended && left && <p class="warn">{words.familyLeft}</p>}
      {request.schedule_at && <p>{text.booked(whenText(request.schedule_at, now))}</p>}
      {request.decision && !ended && <p class="say">{request.decision.say}</p>}
      {!ended && <Share link={request.track_url} />}
      {!ended && <Actions request={request} />}
      {request.decision && request.need !== "document" && (
        <details>
          <summary>{text.why}</summary>
          <Why decision={request.decision} />
        </details>
      )}
      <details>
        <summary>{text.history}</summary>
        <ul class="trail">
          {request.timeline.map((event) => (
            <li key={event.seq}>
              <time>{clockText(event.at)}</time> {event.text}
            </li>
          ))}
        </ul>
      </details>
      <button type="button" onClick={startAgain}>
        {words.newRequest}
      </button>
    </section>
  );
}

function headline(request: RequestFull, now: number): string {
  const asked = request.approvals.find((approval) => approval.state === "asked");
  if (request.state === "awaiting_approval" && asked) {
    const who = text.approver[asked.approver as keyof typeof text.approver] ?? asked.approver;
    return words.awaits(who, asked.rule);
  }
  if (request.state === "waiting" && request.promise) {
    const due = whenText(request.promise.due_at, now);
    if (request.promise.kind === "document") {
      const receipt = words.document.receipt(request.subject ?? "");
      return `${receipt}. ${words.document.receiptHow(request.contact_phone ?? "", due)}`;
    }
    return words.calls(due, clockText(request.promise.retry_at));
  }
  return text.state[request.state];
}

const shared = signal<"" | "copied" | "shown">("");

function Share({ link }: { link: string }) {
  const share = async () => {
    if (navigator.share) await navigator.share({ url: link }).catch(() => undefined);
    else {
      // Without https the browser has no clipboard: the link then stands there to be selected.
      await navigator.clipboard?.writeText(link);
      shared.value = navigator.clipboard ? "copied" : "shown";
    }
  };
  return (
    <>
      <button type="button" onClick={() => void share()}>
        {shared.value === "copied" ? words.shared : words.share}
      </button>
      {shared.value === "shown" && <p class="link-text">{link}</p>}
    </>
  );
}
