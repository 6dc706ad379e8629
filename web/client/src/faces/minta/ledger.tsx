// The promises of this facility: what it owes, what it waits for, documents that ran out and came in.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Owed } from "../../core/api";
import { busy } from "../../core/attempt";
import { now } from "../../core/clock";
import { owed } from "../../core/promises";
import { fieldTime, zoneName } from "../../core/words";
import { minta } from "../../text/minta";
import { owed as owedText } from "../../text/owed";
import { Button, Field, Form, Phone, Pick } from "../../ui/controls";
import { OwedGroup, OwedList } from "../../ui/owed";
import { callOrder, follow, me, promiseDocument, stock } from "./state";

const words = minta.document;
const opened = signal<"empty" | "came" | null>(null);
const DAY_MS = 86_400_000;

export const owedHere = (promise: Owed) => promise.owner === "staff" || promise.owner === me.value?.id;

export function Ledger() {
  const order = callOrder.value;
  const listed = order ? owed.value.filter((promise) => order.ids.includes(promise.id)) : [];
  const rest = owed.value.filter((promise) => !listed.includes(promise));
  const here = rest.filter(owedHere);
  const elsewhere = rest.filter((promise) => !owedHere(promise));
  return (
    <>
      <div class="column stack">
        <div class="choices two">
          <Opener what="empty" label={words.empty} />
          <Opener what="came" label={words.came} />
        </div>
        {opened.value === "empty" && <Empty />}
        {opened.value === "came" && <Came />}
        {order && <InOrder order={order} />}
        <OwedGroup title={owedText.yours} promises={here} isMine={owedHere} open={follow} />
        {owed.value.length === 0 && <p class="soft">{owedText.none}</p>}
      </div>
      <div class="column stack">
        <OwedGroup title={owedText.waiting} promises={elsewhere} isMine={owedHere} open={follow} />
      </div>
    </>
  );
}

function Opener({ what, label }: { what: "empty" | "came"; label: string }) {
  const isOpen = opened.value === what;
  return (
    <Button label={label} aria-expanded={isOpen} onClick={() => (opened.value = isOpen ? null : what)} />
  );
}

function InOrder({ order }: { order: { subject: string; ids: string[] } }) {
  const promises = order.ids.flatMap((id) => owed.value.filter((promise) => promise.id === id));
  return (
    <section class="stack" aria-label={words.order(order.subject)}>
      <h2>{words.order(order.subject)}</h2>
      {order.ids.length === 0 && <p>{words.cameNone}</p>}
      <OwedList promises={promises} isMine={owedHere} open={follow} />
      <Button label={words.done} onClick={() => (callOrder.value = null)} />
    </section>
  );
}

function Empty() {
  const [subject, setSubject] = useState("");
  const [phone, setPhone] = useState("");
  const [by, setBy] = useState("");
  const known = new Set([...owed.value.flatMap((promise) => promise.subject ?? []), ...words.usual]);
  const send = () => {
    opened.value = null;
    void promiseDocument(subject.trim(), phone, by);
  };
  return (
    <Form class="card stack" aria-label={words.emptyTitle} onSend={send}>
      <h2>{words.emptyTitle}</h2>
      <Field
        label={words.what}
        list="subjects"
        required
        minLength={2}
        maxLength={80}
        autocomplete="off"
        value={subject}
        onType={setSubject}
      />
      <datalist id="subjects">
        {[...known].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Phone label={words.phone} required value={phone} onType={setPhone} />
      <Field
        label={words.by(zoneName())}
        type="datetime-local"
        min={fieldTime(now.peek())}
        max={fieldTime(now.peek() + 366 * DAY_MS)}
        value={by}
        onType={setBy}
      />
      <Button type="submit" label={words.keep} class="primary big" disabled={busy.value} />
    </Form>
  );
}

function Came() {
  const waiting = new Map<string, number>();
  for (const { subject } of owed.value) if (subject) waiting.set(subject, (waiting.get(subject) ?? 0) + 1);
  const [subject, setSubject] = useState([...waiting.keys()][0] ?? "");
  const [count, setCount] = useState(10);
  if (waiting.size === 0) return <p class="card">{words.cameNone}</p>;
  const send = () => {
    opened.value = null;
    void stock(subject, count);
  };
  return (
    <Form class="card stack" aria-label={words.cameTitle} onSend={send}>
      <h2>{words.cameTitle}</h2>
      <Pick
        label={words.cameWhat}
        value={subject}
        options={[...waiting].map(([name, number]) => [name, `${name} (${number} menunggu)`])}
        onPick={setSubject}
      />
      <Field
        label={words.cameCount}
        type="number"
        inputMode="numeric"
        required
        min={1}
        max={500}
        value={count}
        onType={(typed) => setCount(Number(typed) || 1)}
      />
      <Button type="submit" label={words.cameList} class="primary big" disabled={busy.value} />
    </Form>
  );
}
