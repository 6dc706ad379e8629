// What an operator is asked before something is done: a reason, a note, how it ends and who was told.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { busy, problem } from "../../core/attempt";
import { mannerOf } from "../../core/deaths";
import { fieldTime, instantOf, zoneName } from "../../core/words";
import { text } from "../../text/id";
import { Field, Pick } from "../../ui/controls";
import { Question } from "../../ui/dialog";
import { TOLD, Told } from "../../ui/told";
import {
  addNote,
  assign,
  divert,
  end,
  hold,
  lowerOf,
  open,
  opened,
  overriding,
  reportOf,
  sayDeath,
} from "./state";

const words = text.peta;
const close = () => (opened.value = null);

export function Dialogs({ request }: { request: RequestFull }) {
  switch (opened.value) {
    case "note":
      return (
        <Ask
          title={words.noteWhat}
          label={words.noteWhat}
          button={text.send}
          onSend={(typed) => addNote(request.id, typed)}
        />
      );
    case "hold":
      return (
        <Ask
          title={words.holdWhat}
          label={text.reason}
          button={text.hold.replace("…", "")}
          onSend={(typed) => hold(request.id, true, typed)}
        />
      );
    case "end":
      return <End request={request} />;
    case "override":
      return <Override request={request} />;
    case "divert":
      return <Divert request={request} />;
    case "died":
      return <Died request={request} />;
    case "alive":
      return <Alive request={request} />;
    default:
      return null;
  }
}

interface Asking {
  title: string;
  label: string;
  button: string;
  children?: ComponentChildren;
  onSend: (typed: string) => Promise<boolean>;
}

function Ask({ title, label, button, children, onSend }: Asking) {
  const [typed, setTyped] = useState("");
  const [sent, setSent] = useState<"no" | "going" | "failed">("no");
  const send = async () => {
    const asked = opened.value;
    setSent("going");
    const done = await onSend(typed.trim());
    setSent(done ? "no" : "failed");
    if (done && opened.value === asked) close();
  };
  const locked = typed.trim().length < 3 || sent === "going";
  return (
    <Question title={title} button={button} locked={locked} onSend={send} onBack={close}>
      {children}
      <Field label={label} value={typed} required minLength={3} maxLength={500} onType={setTyped} />
      <div role="alert">{sent === "failed" && <p class="error">{problem.value}</p>}</div>
    </Question>
  );
}

type How = keyof typeof words.ends;

function End({ request }: { request: RequestFull }) {
  const [how, setHow] = useState<How>("cancel");
  const [told, setTold] = useState<string>(TOLD[0]);
  const others = open.value.filter((other) => other.id !== request.id);
  const [of, setOf] = useState(others[0]?.id);
  return (
    <Ask
      title={words.endWhat}
      label={text.reason}
      button={words.endNow}
      onSend={(reason) => end(request.id, how, { told, reason, of })}
    >
      <Pick
        label={words.how}
        value={how}
        options={Object.entries(words.ends)}
        onPick={(picked) => setHow(picked as How)}
      />
      {how === "duplicate" && (
        <Pick
          label={words.sameAs}
          value={of}
          options={others.map((one) => [one.id, `${text.need[one.need]} · ${one.pickup.name}`])}
          onPick={setOf}
        />
      )}
      <Told label={text.told.who} value={told} onPick={setTold} />
    </Ask>
  );
}

function Override({ request }: { request: RequestFull }) {
  const candidate = overriding.value;
  if (!candidate) return null;
  const rule = candidate.blocking[0] ?? "";
  return (
    <Ask
      title={words.overrideTo(candidate.name)}
      label={text.reason}
      button={words.overrideNow}
      onSend={(reason) => assign(request.id, candidate.vehicle_id, { rule, reason })}
    >
      <p>
        {rule}: {candidate.findings.find((finding) => finding.rule === rule)?.text}
      </p>
    </Ask>
  );
}

function Divert({ request }: { request: RequestFull }) {
  const candidate = overriding.value;
  const lower = candidate && lowerOf(request, candidate);
  if (!candidate || !lower) return null;
  return (
    <Ask
      title={words.divertWhat(candidate.name)}
      label={text.reason}
      button={words.divertNow}
      onSend={(reason) => divert(request.id, lower.id, candidate.vehicle_id, reason)}
    >
      <p>{words.divertFrom(text.need[lower.need], lower.pickup.name)}</p>
    </Ask>
  );
}

// Who said so by phone, and when; as it is written down, or null where something lacks.
function Doctor({ onSay }: { onSay: (doctor: { name: string; heard_at: string } | null) => void }) {
  const [name, setName] = useState("");
  const [at, setAt] = useState(fieldTime(Date.now()));
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
        max={fieldTime(Date.now())}
        onType={(typed) => {
          setAt(typed);
          say(name, typed);
        }}
      />
    </>
  );
}

type Heard = { name: string; heard_at: string } | null;

function Died({ request }: { request: RequestFull }) {
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

function Alive({ request }: { request: RequestFull }) {
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
