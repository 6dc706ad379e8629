// A promise as its owner sees it: by when, whom to call, how the call went, and the calls so far.
import { useState } from "preact/hooks";
import type { Owed } from "../core/api";
import { type Close, closePromise, logCall, type Outcome } from "../core/promises";
import { clockText, dueText, telephone, whatsapp, whenText } from "../core/words";
import { text } from "../text/id";
import { TOLD, Told } from "./told";
import "./owed.css";

const words = text.owed;
const OUTCOMES: Outcome[] = ["told", "no_answer", "wrong_number"];

interface Props {
  promise: Owed;
  now: number;
  mine: boolean;
  attempt: (work: () => Promise<unknown>) => Promise<unknown>;
  open?: () => void;
  take?: () => void;
}

export function OwedCard({ promise, now, mine, attempt, open, take }: Props) {
  const late = Date.parse(promise.due_at) < now;
  return (
    <li class={`card owed stack ${late ? "late" : ""}`}>
      <p class="candidate">
        <strong>{promise.subject ?? text.need[promise.need]}</strong>
        <span class={late ? "due late" : "due"}>{dueText(promise.due_at, now)}</span>
      </p>
      <p class="soft">
        {promise.pickup.name} · {words.before} {whenText(promise.due_at, now)} · {ownerText(promise, mine)}
      </p>
      <Phone promise={promise} />
      <Answered promise={promise} attempt={attempt} />
      {(open || take) && (
        <div class="wide-two">
          {take && (
            <button type="button" onClick={take}>
              {words.take}
            </button>
          )}
          {open && (
            <button type="button" onClick={open}>
              {words.open}
            </button>
          )}
        </div>
      )}
      <Log promise={promise} />
    </li>
  );
}

function ownerText(promise: Owed, mine: boolean): string {
  if (mine) return words.yours;
  const role = text.role[promise.owner as keyof typeof text.role];
  return words.owner(promise.owner_name ?? role ?? promise.owner);
}

function Phone({ promise }: { promise: Owed }) {
  if (!promise.call_phone) return <p class="soft">{words.noNumber}</p>;
  return (
    <p class="phone">
      <a class="button" href={telephone(promise.call_phone)}>
        {words.call(words.whom[promise.call_whom])} <span class="nowrap">{promise.call_phone}</span>
      </a>
      <a class="button" href={whatsapp(promise.call_phone)} target="_blank" rel="noreferrer">
        WhatsApp
      </a>
    </p>
  );
}

function Answered({ promise, attempt }: Pick<Props, "promise" | "attempt">) {
  const [picked, setPicked] = useState<{ whom: string; told: string } | null>(null);
  const usual = promise.call_whom === "facility" ? text.told.staff : TOLD[0];
  // Whoever is called next is another: what was picked for the last call does not hold for this one.
  const told = picked?.whom === promise.call_whom ? picked.told : usual;
  const [busy, setBusy] = useState(false);
  const work = async (what: () => Promise<unknown>) => {
    setBusy(true);
    await attempt(what);
    setBusy(false);
  };
  const end = (outcome: Close) => work(() => closePromise(promise.id, outcome, told));
  return (
    <>
      <Told
        label={words.told}
        value={told}
        onPick={(who) => setPicked({ whom: promise.call_whom, told: who })}
      />
      <fieldset class="outcomes" aria-label={words.outcome}>
        {OUTCOMES.map((outcome) => (
          <button
            type="button"
            key={outcome}
            class={outcome === "told" ? "primary" : ""}
            disabled={busy}
            onClick={() => void work(() => logCall(promise.id, outcome, told))}
          >
            {words.outcomes[outcome]}
          </button>
        ))}
      </fieldset>
      <details>
        <summary>{words.close}</summary>
        <div class="stack">
          <p class="soft">{words.closeHow(told)}</p>
          <div class="choices two">
            {promise.kind === "document" && (
              <button type="button" disabled={busy} onClick={() => void end("handed_out")}>
                {words.handedOut}
              </button>
            )}
            <button type="button" disabled={busy} onClick={() => void end("not_needed")}>
              {words.notNeeded}
            </button>
          </div>
        </div>
      </details>
    </>
  );
}

function Log({ promise }: { promise: Owed }) {
  if (promise.call_log.length === 0) return null;
  return (
    <ul class="calls" aria-label={words.log}>
      {promise.call_log.map((call) => (
        <li key={call.at}>
          <time>{clockText(call.at)}</time> {words.whom[call.whom]}:{" "}
          {words.outcomes[call.outcome].toLowerCase()}
          {call.told && ` (${call.told})`}
        </li>
      ))}
    </ul>
  );
}
