// Small pieces that every part of the SOP page uses: links, fields, problems beside an action.
import type { ComponentChildren } from "preact";
import { signInPath } from "../../core/api";
import { trouble } from "../../core/attempt";
import { kelola as words } from "../../text/kelola";
import { Check } from "../../ui/controls";
import { go, href } from "./place";
import { type Place, problemsAt } from "./state";
import type { Value } from "./types";
import type { Working } from "./work";

export function Link(props: {
  to: Partial<Place>;
  class?: string;
  current?: boolean;
  children: ComponentChildren;
}) {
  return (
    <a
      href={href(props.to)}
      class={props.class}
      aria-current={props.current ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(props.to);
      }}
    >
      {props.children}
    </a>
  );
}

export const Trouble = ({ at }: { at: string }) => (
  <div role="alert">
    {trouble.value?.at === at && (
      <p class="error">
        {trouble.value.text} {trouble.value.signedOut && <a href={signInPath()}>{words.signIn}</a>}
      </p>
    )}
  </div>
);

// What is to be mended in one field, said below it.
export const FieldProblem = ({ rule, field }: { rule: Working; field: string }) => (
  <>
    {problemsAt(rule, field).map((problem) => (
      <p class="mend" key={problem.sentence}>
        {problem.sentence}
      </p>
    ))}
  </>
);

export const labelOf = (pairs: [string, string][] | undefined, value: string) =>
  pairs?.find(([name]) => name === value)?.[1] ?? value;

export const Hint = ({ of, children }: { of: string; children: string }) => (
  <small class="soft" id={`${of}-hint`}>
    {children}
  </small>
);

// A list of which some are checked; the first box has the id.
export const Checks = (props: {
  id?: string;
  choices: [string, string][];
  chosen: string[];
  set: (chosen: string[]) => void;
}) => (
  <div class="checks">
    {props.choices.map(([name, label], at) => (
      <Check
        key={name}
        id={at === 0 ? props.id : undefined}
        label={label}
        checked={props.chosen.includes(name)}
        onCheck={(on) => props.set(withOrWithout(props.chosen, name, on))}
      />
    ))}
  </div>
);

export const withOrWithout = (names: string[], name: string, on: boolean) =>
  on ? [...names, name] : names.filter((one) => one !== name);

export interface Numbered {
  id?: string | undefined;
  label?: string;
  value: Value | null | undefined;
  set: (value: number | null) => void;
}

// A number, null while nothing is typed.
export const NumberInput = ({ id, label, value, set }: Numbered) => (
  <input
    id={id}
    type="number"
    inputMode="decimal"
    step="any"
    aria-label={label}
    value={String(value ?? "")}
    onInput={({ currentTarget: { value: typed } }) => set(typed === "" ? null : Number(typed))}
  />
);
