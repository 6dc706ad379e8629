// The promises: those that this person has to keep first, and the hand-over at the end of a shift.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { get, type Heir, type Owed } from "../../core/api";
import { attempt } from "../../core/attempt";
import { handOver, isLate, owed, takeOver } from "../../core/promises";
import { owed as owedText } from "../../text/owed";
import { peta as words } from "../../text/peta";
import { Button, Pick } from "../../ui/controls";
import { Question } from "../../ui/dialog";
import { OwedGroup } from "../../ui/owed";
import { me, select } from "./state";

const handing = signal(false);

export function Ledger() {
  const who = me.value;
  if (!who) return null;
  const isNamed = (promise: Owed) => promise.owner === who.id;
  const isMine = (promise: Owed) => isNamed(promise) || promise.owner === who.role;
  const byName = owed.value.filter(isNamed).length;
  const group = (title: string, promises: Owed[]) => (
    <OwedGroup
      title={title}
      promises={[...promises].sort((a, b) => Number(isLate(b)) - Number(isLate(a)))}
      isMine={isNamed}
      open={select}
      take={(id) => void attempt(() => takeOver(id))}
    />
  );
  return (
    <div class="stack">
      {owed.value.length === 0 && <p class="soft">{owedText.none}</p>}
      {byName > 0 && <Button label={words.handOver} class="wide" onClick={() => (handing.value = true)} />}
      {group(owedText.yours, owed.value.filter(isMine))}
      {group(
        words.others,
        owed.value.filter((promise) => !isMine(promise)),
      )}
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
  const close = () => (handing.value = false);
  const send = () => {
    close();
    void attempt(() => handOver(to));
  };
  return (
    <Question title={words.handOverWhat(count)} button={words.handOverNow} onSend={send} onBack={close}>
      <Pick
        label={words.handOverTo}
        value={to}
        options={[
          ["operator", words.anyOperator],
          ...heirs.map(({ id, name }) => [id, name] as const),
          ["health_officer", words.supervisor],
        ]}
        onPick={setTo}
      />
    </Question>
  );
}
