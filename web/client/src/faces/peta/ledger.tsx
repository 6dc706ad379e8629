// The promises: those that this person has to keep first, and the hand-over at the end of a shift.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { get, type Heir, type Owed } from "../../core/api";
import { handOver, owed, takeOver } from "../../core/promises";
import { text } from "../../text/id";
import { openModal } from "../../ui/modal";
import { OwedCard } from "../../ui/owed";
import { attempt, me, select, tick } from "./state";

const words = text.peta;
const handing = signal(false);

export function Ledger() {
  const who = me.value;
  if (!who) return null;
  const isMine = (promise: Owed) => promise.owner === who.id || promise.owner === who.role;
  const late = (promise: Owed) => Date.parse(promise.due_at) < tick.value;
  const mine = owed.value.filter(isMine);
  const others = owed.value.filter((promise) => !isMine(promise));
  const byName = mine.filter((promise) => promise.owner === who.id).length;
  const group = (title: string, promises: Owed[]) =>
    promises.length > 0 && (
      <section class="stack" aria-label={title}>
        <h2>{title}</h2>
        <ol class="owed-list stack">
          {[...promises.filter(late), ...promises.filter((promise) => !late(promise))].map((promise) => (
            <OwedCard
              key={promise.id}
              promise={promise}
              now={tick.value}
              mine={promise.owner === who.id}
              attempt={attempt}
              open={() => void select(promise.request_id)}
              {...(promise.owner === who.id ? {} : { take: () => void attempt(() => takeOver(promise.id)) })}
            />
          ))}
        </ol>
      </section>
    );
  return (
    <div class="stack">
      {owed.value.length === 0 && <p class="soft">{text.owed.none}</p>}
      {byName > 0 && (
        <button type="button" class="wide" onClick={() => (handing.value = true)}>
          {words.handOver}
        </button>
      )}
      {group(words.mine, mine)}
      {group(words.others, others)}
      {handing.value && <HandOver count={byName} />}
    </div>
  );
}

function HandOver({ count }: { count: number }) {
  const [heirs, setHeirs] = useState<Heir[]>([]);
  const [to, setTo] = useState("operator");
  useEffect(() => {
    void attempt(async () => setHeirs(await get<Heir[]>("/api/promises/heirs")));
  }, []);
  const close = () => {
    handing.value = false;
  };
  return (
    <dialog ref={openModal} onClose={close} aria-label={words.handOverWhat(count)}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          close();
          void attempt(() => handOver(to));
        }}
      >
        <h2>{words.handOverWhat(count)}</h2>
        <label>
          {words.handOverTo}
          <select value={to} onChange={(event) => setTo(event.currentTarget.value)}>
            <option value="operator">{words.anyOperator}</option>
            {heirs.map((heir) => (
              <option key={heir.id} value={heir.id}>
                {heir.name}
              </option>
            ))}
            <option value="health_officer">{words.supervisor}</option>
          </select>
        </label>
        <div class="two">
          <button type="submit" class="primary">
            {words.handOverNow}
          </button>
          <button type="button" onClick={close}>
            {text.back}
          </button>
        </div>
      </form>
    </dialog>
  );
}
