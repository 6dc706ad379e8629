// Promises as their owners see them: by when, whom to call, how the call went, and the calls so far.
import { useState } from "preact/hooks";
import type { Owed } from "../core/api";
import { attempt } from "../core/attempt";
import { now } from "../core/clock";
import { type Close, closePromise, isLate, logCall, type Outcome } from "../core/promises";
import { id_why } from "../core/vocabulary";
import { clockText, dueText, telephone, whatsapp, whenText } from "../core/words";
import { text } from "../text/id";
import { owed as words } from "../text/owed";
import { Button } from "./controls";
import { TOLD, Told } from "./told";
import "./owed.css";

const OUTCOMES: Outcome[] = ["told", "no_answer", "wrong_number"];

interface Props {
  promises: Owed[];
  isMine: (promise: Owed) => boolean;
  open: (id: string) => void;
  take?: (id: string) => void;
}

export const OwedList = ({ promises, ...props }: Props) => (
  <ol class="plain stack">
    {promises.map((promise) => (
      <Card key={promise.id} promise={promise} {...props} />
    ))}
  </ol>
);

export const OwedGroup = ({ title, ...props }: Props & { title: string }) =>
  props.promises.length > 0 && (
    <section class="stack" aria-label={title}>
      <h2>{title}</h2>
      <OwedList {...props} />
    </section>
  );

function Card({ promise, isMine, open, take }: Omit<Props, "promises"> & { promise: Owed }) {
  const late = isLate(promise);
  const mine = isMine(promise);
  return (
    <li class={`card owed stack ${late ? "late" : ""}`}>
      <p class="apart">
        <strong>{promise.subject ?? text.need[promise.need]}</strong>
        <span class={late ? "due late" : "due"}>{dueText(promise.due_at, now.value)}</span>
      </p>
      <p class="soft">
        {promise.pickup.name} · {words.before} {whenText(promise.due_at, now.value)} ·{" "}
        {ownerText(promise, mine)}
      </p>
      {whyOf(promise) && <p>{whyOf(promise)}</p>}
      <Phone promise={promise} />
      <Answered promise={promise} />
      <div class="flow">
        {take && !mine && <Button label={words.take} onClick={() => take(promise.id)} />}
        <Button label={words.open} onClick={() => open(promise.request_id)} />
      </div>
      <Log promise={promise} />
    </li>
  );
}

// Why the call is owed; of a document it is always the same.
function whyOf({ kind, why }: Owed): string {
  const said = id_why[why as keyof typeof id_why] as string | undefined;
  return kind === "document" || !said ? "" : words.why(said);
}

function ownerText(promise: Owed, mine: boolean): string {
  if (mine) return words.yours;
  const role = text.role[promise.owner as keyof typeof text.role];
  return words.owner(promise.owner_name ?? role ?? promise.owner);
}

function Phone({ promise }: { promise: Owed }) {
  if (!promise.call_phone) return <p class="soft">{words.noNumber}</p>;
  return (
    <p class="phone flow">
      <a class="button" href={telephone(promise.call_phone)}>
        {words.call(words.whom[promise.call_whom])} <span class="nowrap">{promise.call_phone}</span>
      </a>
      <a class="button" href={whatsapp(promise.call_phone)} target="_blank" rel="noreferrer">
        WhatsApp
      </a>
    </p>
  );
}

function Answered({ promise }: { promise: Owed }) {
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
          <Button
            key={outcome}
            class={outcome === "told" ? "primary" : ""}
            disabled={busy}
            onClick={() => void work(() => logCall(promise.id, outcome, told))}
          >
            {words.outcomes[outcome]}
          </Button>
        ))}
      </fieldset>
      <details>
        <summary>{words.close}</summary>
        <div class="stack">
          <p class="soft">{words.closeHow(told)}</p>
          <div class="choices two">
            {promise.kind === "document" && (
              <Button label={words.handedOut} disabled={busy} onClick={() => void end("handed_out")} />
            )}
            <Button label={words.notNeeded} disabled={busy} onClick={() => void end("not_needed")} />
          </div>
        </div>
      </details>
    </>
  );
}

function Log({ promise }: { promise: Owed }) {
  if (promise.call_log.length === 0) return null;
  return (
    <ul class="calls plain" aria-label={words.log}>
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
