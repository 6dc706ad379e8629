// What keeps a draft from being submitted, each with a way to the place where it is mended.
import { kelola as words } from "../../text/kelola";
import { Button } from "../../ui/controls";
import { openRule } from "./editing";
import { go } from "./place";
import { draft, focusLater, place, work } from "./state";
import type { DraftProblem } from "./types";

export const HEAD = "judul-dan-versi";

// Open the rule that a problem speaks of, or the draft's head, and bring the reader there.
function show(problem: DraftProblem) {
  const rule = work.value?.rules.find((one) => one.doc.id === problem.rule && !one.removed);
  if (place.value.part !== "aturan") go({ ...place.value, part: "aturan" });
  if (rule) {
    openRule(rule);
  } else {
    const head = document.getElementById(HEAD);
    if (head instanceof HTMLDetailsElement) head.open = true;
    focusLater(`${HEAD}-judul`);
  }
}

export function Problems() {
  const problems = draft.value?.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <section class="error problems" aria-labelledby="masalah">
      <h3 id="masalah">{words.problems(problems.length)}</h3>
      <ul class="plain">
        {problems.map((problem) => (
          <li key={`${problem.rule} ${problem.field} ${problem.sentence}`}>
            <Button class="link" onClick={() => show(problem)}>
              {problem.rule ?? words.general}: {problem.sentence}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
