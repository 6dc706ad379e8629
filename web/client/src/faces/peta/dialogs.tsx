// What an operator is asked before something is done: a reason, a note, how it ends and who was told.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { text } from "../../text/id";
import { openModal } from "../../ui/modal";
import { TOLD, Told } from "../../ui/told";
import { addNote, assign, end, hold, opened, overriding, problem } from "./state";

const words = text.peta;
const close = () => {
  opened.value = null;
};

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
          button={words.hold.replace("…", "")}
          onSend={(typed) => hold(request.id, true, typed)}
        />
      );
    case "end":
      return <End request={request} />;
    case "override":
      return <Override request={request} />;
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
  return (
    <dialog ref={openModal} onClose={close} aria-label={title}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2>{title}</h2>
        {children}
        <label>
          {label}
          <input
            value={typed}
            required
            minLength={3}
            maxLength={500}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div role="alert">{sent === "failed" && <p class="error">{problem.value}</p>}</div>
        <div class="two">
          <button type="submit" class="primary" disabled={typed.trim().length < 3 || sent === "going"}>
            {button}
          </button>
          <button type="button" onClick={close}>
            {text.back}
          </button>
        </div>
      </form>
    </dialog>
  );
}

type How = keyof typeof words.ends;

function End({ request }: { request: RequestFull }) {
  const [how, setHow] = useState<How>("cancel");
  const [told, setTold] = useState<string>(TOLD[0]);
  return (
    <Ask
      title={words.endWhat}
      label={text.reason}
      button={words.endNow}
      onSend={(reason) => end(request.id, how, told, reason)}
    >
      <label>
        {words.how}
        <select value={how} onChange={(event) => setHow(event.currentTarget.value as How)}>
          {Object.entries(words.ends).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
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
