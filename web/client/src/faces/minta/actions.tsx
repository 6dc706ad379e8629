// What may be done about a request that is under way: one thing open at a time.
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { busy } from "../../core/attempt";
import { isAwaited } from "../../core/requests";
import { heard } from "../../text/approve";
import { text } from "../../text/id";
import { minta as words } from "../../text/minta";
import { booking } from "../../text/pesanan";
import { Area, Button, Form, Pick } from "../../ui/controls";
import { HeardByPhone } from "../../ui/heard";
import { TOLD, Told } from "../../ui/told";
import { AddBack, mayReturn } from "./back";
import { PlacePicker } from "./place";
import { addNote, approve, cancel, deliver, hold } from "./state";

type What = "note" | "hold" | "cancel" | "deliver" | "heard" | "back";

export function Actions({ request }: { request: RequestFull }) {
  const [opened, setOpened] = useState<What | null>(null);
  const [noted, setNoted] = useState(false);
  const close = () => setOpened(null);
  const document = request.need === "document" && !request.dropoff;
  const toggle = (what: What, label: string, danger = false) => (
    <Button
      class={danger ? "danger" : ""}
      aria-expanded={opened === what}
      onClick={() => {
        setOpened(opened === what ? null : what);
        setNoted(false);
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
        {mayReturn(request) && toggle("back", booking.back.add)}
        {isAwaited(request) && toggle("heard", heard.button)}
        {toggle("cancel", words.cancel, true)}
      </div>
      {noted && <p role="status">{words.noteSent}</p>}
      {opened === "heard" && <HeardByPhone request={request} onSend={approve} onBack={close} />}
      {opened === "back" && <AddBack onSent={close} />}
      {opened === "note" && (
        <Note
          onSent={() => {
            close();
            setNoted(true);
          }}
        />
      )}
      {opened === "hold" && (
        <Reasons
          how={words.holdHow}
          reasons={words.holds}
          onPick={(reason) => {
            close();
            void hold(true, reason);
          }}
        />
      )}
      {opened === "cancel" && (
        <Cancel
          several={request.rides.some((ride) => ride.state === "scheduled" && ride.id !== request.id)}
          onPick={(reason, told, series) => {
            close();
            void cancel(reason, told, series);
          }}
        />
      )}
      {opened === "deliver" && (
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

function Note({ onSent }: { onSent: () => void }) {
  const [typed, setTyped] = useState("");
  const send = async () => {
    if (await addNote(typed.trim())) onSent();
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
  return (
    <fieldset class="choices">
      <legend>{props.how}</legend>
      {props.reasons.map((reason) => (
        <Button label={reason} key={reason} disabled={busy.value} onClick={() => props.onPick(reason)} />
      ))}
    </fieldset>
  );
}

type Cancelled = (reason: string, told: string, series: string) => void;

function Cancel({ several, onPick }: { several: boolean; onPick: Cancelled }) {
  const [told, setTold] = useState<string>(TOLD[0]);
  const [series, setSeries] = useState<string>("this");
  return (
    <div class="stack">
      <Told label={text.told.who} value={told} onPick={setTold} />
      {several && (
        <Pick label={booking.rides.which} value={series} options={booking.rides.ways} onPick={setSeries} />
      )}
      <Reasons
        how={words.cancelHow}
        reasons={words.cancels}
        onPick={(reason) => onPick(reason, told, series)}
      />
    </div>
  );
}
