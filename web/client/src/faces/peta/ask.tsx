// A dialog that asks for a few words, and stays open with what went wrong until they have arrived.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { problem } from "../../core/attempt";
import { Field } from "../../ui/controls";
import { Question } from "../../ui/dialog";
import { opened } from "./state";

const close = () => (opened.value = null);

interface Asking {
  title: string;
  label: string;
  button: string;
  given?: string; // what is proposed to be said
  children?: ComponentChildren;
  onSend: (typed: string) => Promise<boolean>;
}

export function Ask({ title, label, button, given = "", children, onSend }: Asking) {
  const [typed, setTyped] = useState(given);
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
