// What a doctor said by phone of a death that the crew reports.
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { busy, problem } from "../../core/attempt";
import { now } from "../../core/clock";
import { mannerOf } from "../../core/deaths";
import { fieldTime, instantOf, zoneName } from "../../core/words";
import { text } from "../../text/id";
import { Field, Pick } from "../../ui/controls";
import { Question } from "../../ui/dialog";
import { opened, reportOf, sayDeath } from "./state";

const close = () => (opened.value = null);

// Who said so by phone, and when; as it is written down, or null where something lacks.
function Doctor({ onSay }: { onSay: (doctor: { name: string; heard_at: string } | null) => void }) {
  const [name, setName] = useState("");
  const [at, setAt] = useState(fieldTime(now.peek()));
  const say = (called: string, heard: string) => {
    const said =
      called.trim().length > 1 && heard ? { name: called.trim(), heard_at: instantOf(heard) } : null;
    onSay(said);
  };
  return (
    <>
      <Field
        label={text.deaths.doctorName}
        value={name}
        required
        minLength={2}
        maxLength={120}
        autocomplete="off"
        onType={(typed) => {
          setName(typed);
          say(typed, at);
        }}
      />
      <Field
        label={text.deaths.heardAt(zoneName())}
        type="datetime-local"
        required
        value={at}
        max={fieldTime(now.peek())}
        onType={(typed) => {
          setAt(typed);
          say(name, typed);
        }}
      />
    </>
  );
}

type Heard = { name: string; heard_at: string } | null;

export function Died({ request }: { request: RequestFull }) {
  const [doctor, setDoctor] = useState<Heard>(null);
  const [death, setDeath] = useState("");
  const report = reportOf(request.id);
  if (!report) return null;
  const send = async () => {
    if (doctor && (await sayDeath(report, { confirmed: "yes", by: doctor, death: mannerOf(death) }))) close();
  };
  return (
    <Question
      title={text.deaths.doctorWhat}
      button={text.deaths.keep}
      locked={!doctor || busy.value}
      onSend={send}
      onBack={close}
    >
      <Doctor onSay={setDoctor} />
      <Pick label={text.deaths.manner} value={death} options={text.deaths.manners} onPick={setDeath} />
      <p class="soft">{text.deaths.confirmedHow}</p>
      <div role="alert">{problem.value && <p class="error">{problem.value}</p>}</div>
    </Question>
  );
}

export function Alive({ request }: { request: RequestFull }) {
  const [doctor, setDoctor] = useState<Heard>(null);
  const [according, setAccording] = useState("crew");
  const report = reportOf(request.id);
  if (!report) return null;
  const by = according === "crew" ? "crew" : doctor;
  const send = async () => {
    if (by && (await sayDeath(report, { confirmed: "no", by }))) close();
  };
  return (
    <Question
      title={text.deaths.notConfirmedWhat}
      button={text.deaths.keepAlive}
      locked={!by || busy.value}
      onSend={send}
      onBack={close}
    >
      <Pick
        label={text.deaths.according}
        value={according}
        options={text.deaths.sources}
        onPick={setAccording}
      />
      {according === "doctor" && <Doctor onSay={setDoctor} />}
      <div role="alert">{problem.value && <p class="error">{problem.value}</p>}</div>
    </Question>
  );
}
