// Small pieces that every part of the SOP page uses: links, problems beside an action, dates.
import type { ComponentChildren } from "preact";
import { clockText } from "../../core/words";
import { kelola as words } from "../../text/kelola";
import { go, href } from "./place";
import { type Place, problemsAt, sop, trouble } from "./state";
import type { Effect } from "./types";
import type { Working } from "./work";

const ZONE = "Asia/Jakarta";
const day = new Intl.DateTimeFormat("id-ID", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: ZONE,
});
const short = new Intl.DateTimeFormat("id-ID", { day: "numeric", month: "short", timeZone: ZONE });

export function dateText(at: string | Date): string {
  const clock = clockText(at);
  const date = day.format(new Date(at));
  return clock === "00.00" ? date : `${date} pukul ${clock}`;
}
export const shortText = (at: string) => `${short.format(new Date(at))} ${clockText(at)}`;

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

export function Trouble({ at }: { at: string }) {
  return (
    <div role="alert">
      {trouble.value?.at === at && (
        <p class="error">
          {trouble.value.text}{" "}
          {trouble.value.signedOut && (
            <a href={`/masuk?ke=${encodeURIComponent(location.pathname + location.search)}`}>
              {words.signIn}
            </a>
          )}
        </p>
      )}
    </div>
  );
}

// What is to be mended in one field, said below it.
export function FieldProblem({ rule, field }: { rule: Working; field: string }) {
  return (
    <>
      {problemsAt(rule, field).map((problem) => (
        <p class="mend" key={problem.sentence}>
          {problem.sentence}
        </p>
      ))}
    </>
  );
}

export function EffectWord({ effect }: { effect: Effect }) {
  const label = sop.value?.effects.find(([name]) => name === effect)?.[1] ?? effect;
  return <span class={`effect ${effect}`}>{label}</span>;
}

export const labelOf = (pairs: [string, string][] | undefined, value: string) =>
  pairs?.find(([name]) => name === value)?.[1] ?? value;
