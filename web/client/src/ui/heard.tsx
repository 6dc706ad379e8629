// An approver's answer that somebody heard by phone, written down by whoever heard it.
import { useState } from "preact/hooks";
import type { RequestSummary } from "../core/api";
import { busy, problem } from "../core/attempt";
import { now } from "../core/clock";
import { fieldTime, instantOf, zoneName } from "../core/words";
import { heard as words } from "../text/approve";
import { text } from "../text/id";
import { Field, Pick } from "./controls";
import { Question } from "./dialog";

// What was heard, as the API takes it.
export interface Word {
  rule: string;
  vehicle_id: string;
  yes: boolean;
  reason: string;
  heard_from: { name: string; at: string; approver: string; agency: string | null };
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
  const [at, setAt] = useState(fieldTime(now.peek()));
  const [yes, setYes] = useState("yes");
  const [reason, setReason] = useState("");
  const of = asked[Number(which)];
  if (!of) return null;
  const ready = name.trim().length > 1 && at !== "" && reason.trim().length > 2;
  const send = async () => {
    const heard_from = {
      name: name.trim(),
      at: instantOf(at),
      approver: of.approver,
      agency: of.agency ?? null,
    };
    const word = { rule: of.rule, vehicle_id: of.vehicle_id, yes: yes === "yes", reason: reason.trim() };
    if (await onSend({ ...word, heard_from })) onBack();
  };
  const asks = asked.map((one, place): [string, string] => [
    String(place),
    `${one.vehicle_name} · ${one.approver_name} (${one.rule_name})`,
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
        <p>{words.ask(of.approver_name, of.vehicle_name, of.rule_name)}</p>
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
        max={fieldTime(now.peek())}
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
