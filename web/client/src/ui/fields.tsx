// The fields of the forms: each with its label, saying what was typed, picked or checked.
import type { ComponentChildren, ComponentProps, LooseInputHTMLAttributes } from "preact";

interface Labelled {
  label: ComponentChildren;
}
// Preact parts this type by roles, which a rest of it no longer fits: hence `as object` below.
type Input = LooseInputHTMLAttributes<HTMLInputElement> & { list?: string };
type Typed = Labelled & { onType: (typed: string) => void };

export const Field = ({ label, onType, ...input }: Typed & Input) => (
  <label>
    {label}
    <input {...(input as object)} onInput={(event) => onType(event.currentTarget.value)} />
  </label>
);

export const Phone = (props: Typed & Input) => (
  <Field
    type="tel"
    inputMode="tel"
    autocomplete="off"
    placeholder="+62 8…"
    pattern="\+?[0-9][0-9 \-]{5,18}[0-9]"
    {...props}
  />
);

export const Area = ({ label, onType, ...area }: Typed & ComponentProps<"textarea">) => (
  <label>
    {label}
    <textarea {...area} onInput={(event) => onType(event.currentTarget.value)} />
  </label>
);

type Checked = Labelled & { onCheck: (on: boolean) => void };

export const Check = ({ label, onCheck, ...input }: Checked & Input) => (
  <label class="check">
    <input
      type="checkbox"
      {...(input as object)}
      onChange={(event) => onCheck(event.currentTarget.checked)}
    />
    {label}
  </label>
);

// One of some; each is a value and its words.
type Picked = Labelled & {
  options: readonly (readonly [value: string, words: string])[];
  onPick: (value: string) => void;
};

export const Pick = ({ label, options, onPick, ...select }: Picked & ComponentProps<"select">) => (
  <label>
    {label}
    <select {...select} onChange={(event) => onPick(event.currentTarget.value)}>
      {options.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  </label>
);

// A form that the page sends itself.
type Sent = { onSend: (form: HTMLFormElement) => unknown };

export const Form = ({ onSend, ...form }: Sent & ComponentProps<"form">) => (
  <form
    class="stack"
    {...form}
    onSubmit={(event) => {
      event.preventDefault();
      onSend(event.currentTarget);
    }}
  />
);
