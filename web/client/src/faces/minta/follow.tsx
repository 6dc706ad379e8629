// What becomes of a request: its state, every vehicle that comes, and what may be done about it.
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { busy } from "../../core/attempt";
import { now } from "../../core/clock";
import { isLate } from "../../core/promises";
import { familyLeft, isOpen, live } from "../../core/requests";
import { clockText, whenText } from "../../core/words";
import { text } from "../../text/id";
import { minta as words } from "../../text/minta";
import { booking } from "../../text/pesanan";
import { HeardLines } from "../../ui/approve";
import { Button } from "../../ui/controls";
import { History } from "../../ui/history";
import { Why } from "../../ui/why";
import { Actions } from "./actions";
import { Coming } from "./coming";
import { Rides } from "./rides";
import { Same } from "./same";
import { ready, startAgain } from "./state";

export function Follow({ request }: { request: RequestFull }) {
  const ended = !isOpen(request);
  // Once a driver has said yes the vehicle's own line is newer than what was said when it was asked.
  const goes = live(request).some((trip) => trip.stamps.accepted);
  return (
    <section class="card stack" aria-label="Permintaan ini">
      <p>
        <span class="chip">{request.subject ?? text.need[request.need]}</span> {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""}
      </p>
      {!ended && <Coming request={request} />}
      {(ended || live(request).length === 0) && <h2 class="status">{headline(request)}</h2>}
      {!ended &&
        amiss(request).map((said) => (
          <p class="warn" key={said}>
            {said}
          </p>
        ))}
      {!ended && <HeardLines request={request} />}
      {!ended && request.held && <p class="warn">{text.held}</p>}
      {!ended && familyLeft(request) && <p class="warn">{words.familyLeft}</p>}
      {request.schedule_at && <p>{text.booked(whenText(request.schedule_at, now.value))}</p>}
      {!ended && request.on_call && (
        <Button
          class="primary big"
          label={booking.back.ready}
          disabled={busy.value}
          onClick={() => void ready()}
        />
      )}
      <Rides rides={request.rides} of={request.id} />
      {request.decision && !ended && !goes && <p class="say">{request.decision.say}</p>}
      {!ended && <Same likely={request.likely_duplicates ?? []} how={words.alike.after} />}
      {!ended && <Share link={request.track_url} />}
      {!ended && <Actions request={request} />}
      {request.decision && request.need !== "document" && (
        <details>
          <summary>{text.why}</summary>
          <Why decision={request.decision} />
        </details>
      )}
      <History request={request} />
      <Button label={words.newRequest} onClick={startAgain} />
    </section>
  );
}

const GOES: ReadonlySet<string> = new Set([
  "offer_accepted",
  "offer_withdrawn",
  "stood_down",
  "approval_taken_back",
]);
const RED: ReadonlySet<unknown> = new Set(["red_first", "red_diverts"]);

// What does not go as it should, as whoever asked has to know it.
function amiss(request: RequestFull): string[] {
  const said = request.notices.map((one) =>
    one.what === "nobody_there"
      ? words.amiss.nobodyThere(one.vehicle_name)
      : words.amiss.of(one.vehicle_name, one.text),
  );
  if (request.escalated_why === "red_silent") said.push(words.amiss.silent);
  // Until another driver has said yes.
  const last = request.timeline.filter((event) => GOES.has(event.kind)).pop();
  if (RED.has(last?.facts["cause"])) said.push(words.amiss.diverted);
  const lost = request.approvals.find((one) => one.vehicle_id === last?.vehicle_id);
  const comes =
    last?.kind === "approval_taken_back" && live(request).some((trip) => trip.vehicle_id === last.vehicle_id);
  if (lost && (comes || last?.facts["cause"] === "approval_taken_back"))
    said.push(words.amiss.takenBack(lost.vehicle_name, comes));
  return said;
}

function headline(request: RequestFull): string {
  const asked = request.approvals.find((approval) => approval.state === "asked");
  if (request.state === "awaiting_approval" && asked) {
    return words.awaits(asked.approver_name, asked.rule_name);
  }
  if (request.state === "waiting" && request.promise) {
    const due = whenText(request.promise.due_at, now.value);
    if (isLate(request.promise)) return words.callsLate(due);
    if (request.promise.kind === "document") {
      const receipt = words.document.receipt(request.subject ?? "");
      return `${receipt}. ${words.document.receiptHow(request.contact_phone ?? "", due)}`;
    }
    return words.calls(due, clockText(request.promise.retry_at ?? request.promise.due_at));
  }
  return text.state[request.state];
}

function Share({ link }: { link: string }) {
  const [shared, setShared] = useState<"" | "copied" | "shown">("");
  const share = async () => {
    if (navigator.share) await navigator.share({ url: link }).catch(() => undefined);
    else {
      // Without https the browser has no clipboard: the link then stands there to be selected.
      await navigator.clipboard?.writeText(link);
      setShared(navigator.clipboard ? "copied" : "shown");
    }
  };
  return (
    <>
      <Button label={shared === "copied" ? words.shared : words.share} onClick={() => void share()} />
      {shared === "shown" && <p class="link-text">{link}</p>}
    </>
  );
}
