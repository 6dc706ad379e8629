// A request becomes one of an incident: of one that is there, or of a new one with others of the same event.
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { problem } from "../../core/attempt";
import { clockText } from "../../core/words";
import { text } from "../../text/id";
import { words } from "../../text/kejadian";
import { Area, Check, Field, Pick } from "../../ui/controls";
import { Question } from "../../ui/dialog";
import { openIncident, regroup } from "./grouping";
import { incidents, open, opened } from "./state";

const close = () => (opened.value = null);

export function Group({ request }: { request: RequestFull }) {
  const [which, setWhich] = useState("");
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [sent, setSent] = useState<"no" | "going" | "failed">("no");
  const likely = (request.likely_duplicates ?? []).flatMap((one) => one.request_id ?? []);
  const [others, setOthers] = useState<string[]>(likely);
  const free = open.value.filter((one) => one.id !== request.id && !one.incident);
  const chosen = others.filter((id) => free.some((one) => one.id === id));
  const send = async () => {
    setSent("going");
    const ids = [request.id, ...chosen];
    const { lon, lat, facility, name: place } = request.pickup;
    const at = facility ?? { lon, lat, name: place };
    const body = { name: name.trim(), place: at, note: note.trim() || undefined, requests: ids };
    const done = which ? await regroup(which, { add: ids }) : await openIncident(body);
    setSent(done ? "no" : "failed");
    if (done && opened.value === "group") close();
  };
  const locked = sent === "going" || (!which && name.trim().length < 3);
  return (
    <Question title={words.groupWhat} button={words.send} locked={locked} onSend={send} onBack={close}>
      {incidents.value.size > 0 && (
        <Pick
          label={words.which}
          value={which}
          options={[
            ["", words.new],
            ...[...incidents.value.values()].map((one) => [one.id, one.name] as const),
          ]}
          onPick={setWhich}
        />
      )}
      {!which && (
        <>
          <Field label={words.name} value={name} required minLength={3} maxLength={80} onType={setName} />
          <Area label={words.note} value={note} maxLength={500} onType={setNote} />
        </>
      )}
      {free.length > 0 && (
        <fieldset>
          <legend>{words.also}</legend>
          {free.map((one) => (
            <Check
              key={one.id}
              label={`${text.need[one.need]} · ${one.pickup.name} · ${clockText(one.created_at)}`}
              checked={others.includes(one.id)}
              onCheck={(on) => setOthers(on ? [...others, one.id] : others.filter((id) => id !== one.id))}
            />
          ))}
        </fieldset>
      )}
      <div role="alert">{sent === "failed" && <p class="error">{problem.value}</p>}</div>
    </Question>
  );
}
