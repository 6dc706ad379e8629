// Requests that may be the same as one: a question, with what the reader may know of them.
import type { ComponentChildren } from "preact";
import type { Likely } from "../core/api";
import { spanText } from "../core/words";
import { text } from "../text/id";
import { alike as words } from "../text/serupa";

interface Props {
  likely: Likely[];
  named?: (one: Likely) => string;
  act?: (one: Likely) => ComponentChildren;
  children?: ComponentChildren;
}

export const Alike = ({ likely, named, act, children }: Props) =>
  likely.length > 0 && (
    <section class="alike stack" aria-label={words.title}>
      <h3>{words.title}</h3>
      <ul class="plain stack">
        {likely.map((one, at) => (
          <li key={one.request_id ?? at}>
            <p>
              <strong>{named?.(one) ?? text.need[one.need]}</strong> {words.from(one.asked_by)},{" "}
              {words.since(spanText(one.age_s))}
              <br />
              <span class="soft">{one.reasons.map((reason) => words.reasons[reason]).join(", ")}</span>
            </p>
            {act?.(one)}
          </li>
        ))}
      </ul>
      {children}
    </section>
  );
