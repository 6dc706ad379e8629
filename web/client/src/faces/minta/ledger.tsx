// The promises of this facility: what it owes, what it waits for, documents that ran out and came in.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Owed } from "../../core/api";
import { owed } from "../../core/promises";
import { fieldTime, zoneName } from "../../core/words";
import { text } from "../../text/id";
import { OwedCard } from "../../ui/owed";
import { attempt, busy, callOrder, follow, me, promiseDocument, stock } from "./state";

const words = text.minta.document;
const opened = signal<"empty" | "came" | null>(null);
const DAY_MS = 86_400_000;

export const owedHere = (promise: Owed) => promise.owner === "staff" || promise.owner === me.value?.id;

export function Ledger({ now }: { now: number }) {
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
        {order && <InOrder order={order} now={now} />}
        {here.length > 0 && <Group title={text.owed.owing} promises={here} now={now} />}
        {owed.value.length === 0 && <p class="soft">{text.owed.none}</p>}
      </div>
      <div class="column stack">
        {elsewhere.length > 0 && <Group title={text.owed.waiting} promises={elsewhere} now={now} />}
      </div>
    </>
  );
}

function Opener({ what, label }: { what: "empty" | "came"; label: string }) {
  return (
    <button
      type="button"
      aria-expanded={opened.value === what}
      onClick={() => {
        opened.value = opened.value === what ? null : what;
      }}
    >
      {label}
    </button>
  );
}

function Group({ title, promises, now }: { title: string; promises: Owed[]; now: number }) {
  return (
    <section class="stack" aria-label={title}>
      <h2>{title}</h2>
      <ol class="owed-list stack">
        {promises.map((promise) => (
          <Card key={promise.id} promise={promise} now={now} />
        ))}
      </ol>
    </section>
  );
}

const Card = ({ promise, now }: { promise: Owed; now: number }) => (
  <OwedCard
    promise={promise}
    now={now}
    mine={owedHere(promise)}
    attempt={attempt}
    open={() => void follow(promise.request_id)}
  />
);

function InOrder({ order, now }: { order: { subject: string; ids: string[] }; now: number }) {
  const promises = order.ids.flatMap((id) => owed.value.filter((promise) => promise.id === id));
  return (
    <section class="stack" aria-label={words.order(order.subject)}>
      <h2>{words.order(order.subject)}</h2>
      {order.ids.length === 0 && <p>{words.cameNone}</p>}
      <ol class="owed-list stack">
        {promises.map((promise) => (
          <Card key={promise.id} promise={promise} now={now} />
        ))}
      </ol>
      <button
        type="button"
        onClick={() => {
          callOrder.value = null;
        }}
      >
        {words.done}
      </button>
    </section>
  );
}

function Empty() {
  const [subject, setSubject] = useState("");
  const [phone, setPhone] = useState("");
  const [by, setBy] = useState("");
  const known = new Set([...owed.value.flatMap((promise) => promise.subject ?? []), ...words.usual]);
  return (
    <form
      class="card stack"
      aria-label={words.emptyTitle}
      onSubmit={(event) => {
        event.preventDefault();
        opened.value = null;
        void promiseDocument(subject.trim(), phone, by);
      }}
    >
      <h2>{words.emptyTitle}</h2>
      <label>
        {words.what}
        <input
          list="subjects"
          required
          minLength={2}
          maxLength={80}
          autocomplete="off"
          value={subject}
          onInput={(event) => setSubject(event.currentTarget.value)}
        />
      </label>
      <datalist id="subjects">
        {[...known].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <label>
        {words.phone}
        <input
          type="tel"
          inputMode="tel"
          required
          autocomplete="off"
          placeholder="+62 8…"
          pattern="\+?[0-9][0-9 \-]{5,18}[0-9]"
          value={phone}
          onInput={(event) => setPhone(event.currentTarget.value)}
        />
      </label>
      <label>
        {words.by(zoneName())}
        <input
          type="datetime-local"
          min={fieldTime(Date.now())}
          max={fieldTime(Date.now() + 366 * DAY_MS)}
          value={by}
          onInput={(event) => setBy(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary big" disabled={busy.value}>
        {words.keep}
      </button>
    </form>
  );
}

function Came() {
  const waiting = new Map<string, number>();
  for (const { subject } of owed.value) if (subject) waiting.set(subject, (waiting.get(subject) ?? 0) + 1);
  const [subject, setSubject] = useState([...waiting.keys()][0] ?? "");
  const [count, setCount] = useState(10);
  if (waiting.size === 0) return <p class="card">{words.cameNone}</p>;
  return (
    <form
      class="card stack"
      aria-label={words.cameTitle}
      onSubmit={(event) => {
        event.preventDefault();
        opened.value = null;
        void stock(subject, count);
      }}
    >
      <h2>{words.cameTitle}</h2>
      <label>
        {words.cameWhat}
        <select value={subject} onChange={(event) => setSubject(event.currentTarget.value)}>
          {[...waiting].map(([name, number]) => (
            <option key={name} value={name}>
              {name} ({number} menunggu)
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.cameCount}
        <input
          type="number"
          inputMode="numeric"
          required
          min={1}
          max={500}
          value={count}
          onInput={(event) => setCount(event.currentTarget.valueAsNumber || 1)}
        />
      </label>
      <button type="submit" class="primary big" disabled={busy.value}>
        {words.cameList}
      </button>
    </form>
  );
}
