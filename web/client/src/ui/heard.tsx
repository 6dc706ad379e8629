// An approver's answer that somebody heard by phone: written down by whoever heard it, and read beside the request.
import { useState } from "preact/hooks";
import type { Answered, RequestSummary } from "../core/api";
import { busy, problem } from "../core/attempt";
import { clockText, fieldTime, instantOf, zoneName } from "../core/words";
import { text } from "../text/id";
import { Field, Pick } from "./controls";
import { Question } from "./dialog";

const words = text.heard;

export const approverName = (who: string) => text.approver[who as keyof typeof text.approver] ?? who;

// Whether somebody's yes is waited for.
export const isAwaited = (request: RequestSummary) => (request.asked ?? []).length > 0;

// What was heard, as the API takes it.
export interface Word {
  rule: string;
  vehicle_id: string;
  yes: boolean;
  reason: string;
  heard_from: { name: string; at: string; approver: string };
}

interface Asking {
  request: RequestSummary;
  onSend: (word: Word) => Promise<boolean>;
  onBack: () => void;
}

export function HeardByPhone({ request, onSend, onBack }: Asking) {
  // What was asked when the dialog opened: an answer of somebody else does not change what is being written down.
  const [asked] = useState(request.asked ?? []);
  const [which, setWhich] = useState("0");
  const [name, setName] = useState("");
  const [at, setAt] = useState(fieldTime(Date.now()));
  const [yes, setYes] = useState("yes");
  const [reason, setReason] = useState("");
  const of = asked[Number(which)];
  if (!of) return null;
  const ready = name.trim().length > 1 && at !== "" && reason.trim().length > 2;
  const send = async () => {
    const heard_from = { name: name.trim(), at: instantOf(at), approver: of.approver };
    const word = { rule: of.rule, vehicle_id: of.vehicle_id, yes: yes === "yes", reason: reason.trim() };
    if (await onSend({ ...word, heard_from })) onBack();
  };
  const asks = asked.map((one, place): [string, string] => [
    String(place),
    `${one.vehicle_name} · ${approverName(one.approver)} (${one.rule})`,
  ]);
  return (
    <Question
      title={words.title}
      button={words.keep}
      locked={!ready || busy.value}
      onSend={send}
      onBack={onBack}
    >
      {asks.length > 1 ? (
        <Pick label={words.which} value={which} options={asks} onPick={setWhich} />
      ) : (
        <p>{words.ask(approverName(of.approver), of.vehicle_name, of.rule)}</p>
      )}
      <Field
        label={words.who}
        value={name}
        required
        minLength={2}
        maxLength={80}
        autocomplete="off"
        onType={setName}
      />
      <Field
        label={words.at(zoneName())}
        type="datetime-local"
        required
        value={at}
        max={fieldTime(Date.now())}
        onType={setAt}
      />
      <Pick label={words.answer} value={yes} options={words.answers} onPick={setYes} />
      <Field
        label={text.reason}
        value={reason}
        required
        minLength={3}
        maxLength={500}
        autocomplete="off"
        onType={setReason}
      />
      <p class="soft">{words.how}</p>
      <div role="alert">{problem.value && <p class="error">{problem.value}</p>}</div>
    </Question>
  );
}

// Who answered by phone, and who wrote it down.
export const heardLine = (answer: Answered) =>
  words.line(
    answer.vehicle_name,
    answer.state === "given",
    answer.heard_from ?? approverName(answer.approver),
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
