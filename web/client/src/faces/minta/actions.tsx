// What may be done about a request that is under way: one thing open at a time.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { busy } from "../../core/attempt";
import { text } from "../../text/id";
import { Area, Button, Form } from "../../ui/controls";
import { TOLD, Told } from "../../ui/told";
import { PlacePicker } from "./place";
import { addNote, cancel, deliver, hold } from "./state";

const words = text.minta;
const opened = signal<"note" | "hold" | "cancel" | "deliver" | null>(null);
const noted = signal("");
const close = () => (opened.value = null);

export function Actions({ request }: { request: RequestFull }) {
  const document = request.need === "document" && !request.dropoff;
  const toggle = (what: typeof opened.value, label: string, danger = false) => (
    <Button
      class={danger ? "danger" : ""}
      aria-expanded={opened.value === what}
      onClick={() => {
        opened.value = opened.value === what ? null : what;
        noted.value = "";
      }}
    >
      {label}
    </Button>
  );
  return (
    <>
      <div class="actions flow">
        {document ? toggle("deliver", words.document.deliver) : toggle("note", words.note)}
        {!document &&
          (request.held ? (
            <Button disabled={busy.value} onClick={() => void hold(false, text.released)}>
              {text.release}
            </Button>
          ) : (
            toggle("hold", text.hold)
          ))}
        {toggle("cancel", words.cancel, true)}
      </div>
      {noted.value === request.id && <p role="status">{words.noteSent}</p>}
      {opened.value === "note" && <Note id={request.id} />}
      {opened.value === "hold" && (
        <Reasons how={words.holdHow} reasons={words.holds} onPick={(reason) => void hold(true, reason)} />
      )}
      {opened.value === "cancel" && <Cancel />}
      {opened.value === "deliver" && (
        <PlacePicker
          label={words.place.home}
          onBack={close}
          onPick={(place) => {
            close();
            void deliver(place);
          }}
        />
      )}
    </>
  );
}

function Note({ id }: { id: string }) {
  const [typed, setTyped] = useState("");
  const send = async () => {
    if (!(await addNote(typed.trim()))) return;
    close();
    noted.value = id;
  };
  return (
    <Form onSend={send}>
      <Area
        label={words.note.replace("…", "")}
        required
        minLength={2}
        maxLength={500}
        value={typed}
        onType={setTyped}
      />
      <Button type="submit" label={words.noteSend} disabled={busy.value || typed.trim().length < 2} />
    </Form>
  );
}

function Reasons(props: { how: string; reasons: readonly string[]; onPick: (reason: string) => void }) {
  const pick = (reason: string) => {
    close();
    props.onPick(reason);
  };
  return (
    <fieldset class="choices">
      <legend>{props.how}</legend>
      {props.reasons.map((reason) => (
        <Button label={reason} key={reason} disabled={busy.value} onClick={() => pick(reason)} />
      ))}
    </fieldset>
  );
}

function Cancel() {
  const [told, setTold] = useState<string>(TOLD[0]);
  return (
    <div class="stack">
      <Told label={text.told.who} value={told} onPick={setTold} />
      <Reasons how={words.cancelHow} reasons={words.cancels} onPick={(reason) => void cancel(reason, told)} />
    </div>
  );
}
