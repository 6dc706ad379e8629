// A yes that somebody waits for, answered where it is read.
import { useState } from "preact/hooks";
import { type Answered, type Asked, post, type RequestSummary } from "../core/api";
import { now } from "../core/clock";
import { OWN } from "../core/requests";
import { clockText, spanText } from "../core/words";
import { heard as byPhone, approve as words } from "../text/approve";
import { text } from "../text/id";
import { Button, Field } from "./controls";

interface Waiting {
  request: RequestSummary;
  asked: Asked;
}
type Attempt = (work: () => Promise<unknown>) => Promise<unknown>;

export const Approvals = ({ waiting, attempt }: { waiting: Waiting[]; attempt: Attempt }) =>
  waiting.map((one) => (
    <Approve key={`${one.request.id} ${one.asked.vehicle_id} ${one.asked.rule}`} {...one} attempt={attempt} />
  ));

function Approve({ request, asked, attempt }: Waiting & { attempt: Attempt }) {
  const aid = asked.approver === OWN;
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const answer = async (yes: boolean) => {
    setBusy(true);
    await attempt(() =>
      aid
        ? post(`/api/requests/${request.id}/mutual_aid`, { yes, vehicle_id: asked.vehicle_id })
        : post(`/api/requests/${request.id}/approve`, {
            rule: asked.rule,
            vehicle_id: asked.vehicle_id,
            yes,
            reason: reason.trim(),
          }),
    );
    setBusy(false);
  };
  const ready = !busy && (aid || reason.trim().length >= 3);
  return (
    <div class="card stack approve">
      <p>
        <strong>{request.subject ?? text.need[request.need]}</strong> · {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""} ·{" "}
        {words.since(spanText((now.value - Date.parse(asked.asked_at)) / 1000))}
      </p>
      <p>{(aid ? words.aid : words.ask)(asked.vehicle_name, asked.rule_name)}</p>
      {!aid && <Field label={text.reason} value={reason} maxLength={500} onType={setReason} />}
      <div class="choices two">
        <Button class="primary" disabled={!ready} onClick={() => void answer(true)}>
          {aid ? words.aidYes : words.yes}
        </Button>
        <Button label={aid ? words.aidNo : words.no} disabled={!ready} onClick={() => void answer(false)} />
      </div>
    </div>
  );
}

export const HeardAnswers = ({ heard, attempt }: { heard: HeardOne[]; attempt: Attempt }) =>
  heard.map((one) => (
    <HeardAnswer
      key={`${one.request.id} ${one.asked.vehicle_id} ${one.asked.rule}`}
      {...one}
      attempt={attempt}
    />
  ));

interface HeardOne {
  request: RequestSummary;
  asked: Answered;
}

// One's own answer as somebody heard it: right, or otherwise.
function HeardAnswer({ request, asked, attempt }: HeardOne & { attempt: Attempt }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const given = asked.state === "given";
  const answer = async (yes: boolean, why: string) => {
    setBusy(true);
    const word = { rule: asked.rule, vehicle_id: asked.vehicle_id, yes, reason: why };
    await attempt(() => post(`/api/requests/${request.id}/approve`, word));
    setBusy(false);
  };
  return (
    <div class="card stack approve">
      <p>
        <strong>{request.subject ?? text.need[request.need]}</strong> · {request.pickup.name}
        {request.dropoff ? ` → ${request.dropoff.name}` : ""}
      </p>
      <p>{heardLine(asked)}</p>
      <Button class="primary" disabled={busy} onClick={() => void answer(given, words.rightReason)}>
        {words.right}
      </Button>
      <Field label={text.reason} value={reason} maxLength={500} onType={setReason} />
      <p class="soft">{words.takeBackHow}</p>
      <Button
        class={given ? "danger" : ""}
        disabled={busy || reason.trim().length < 3}
        onClick={() => void answer(!given, reason.trim())}
      >
        {given ? words.takeBack : words.yes}
      </Button>
    </div>
  );
}

// Who answered by phone, and who wrote it down.
export const heardLine = (answer: Answered) =>
  byPhone.line(
    answer.vehicle_name,
    answer.state === "given",
    answer.heard_from ?? answer.approver_name,
    answer.heard_at ? clockText(answer.heard_at) : "",
    answer.answered_by ?? "",
  );

export const HeardLines = ({ request }: { request: RequestSummary }) => (
  <>
    {(request.heard ?? []).map((answer) => (
      <p class="soft" key={answer.vehicle_id + answer.rule}>
        {heardLine(answer)}
      </p>
    ))}
  </>
);
