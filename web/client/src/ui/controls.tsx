// What a page is worked with: buttons, and forms whose fields say what was typed, picked or checked.
import type { Signal } from "@preact/signals";
import type { ComponentChildren, ComponentProps, LooseInputHTMLAttributes } from "preact";

// A button, which sends its form only where it is of type submit; what is more than words are its children.
export const Button = ({ label, children, ...button }: { label?: string } & ComponentProps<"button">) => (
  <button type="button" {...button}>
    {label ?? children}
  </button>
);

interface Labelled {
  label: ComponentChildren;
}
// Preact parts this type by roles, which a rest of it no longer fits: hence `as object` below.
type Input = LooseInputHTMLAttributes<HTMLInputElement> & { list?: string };
type Typed = Labelled & { onType: (typed: string) => void };

// A field that holds what a signal holds.
export const bound = (held: Signal<string>) => ({
  value: held.value,
  onType: (typed: string) => (held.value = typed),
});

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
