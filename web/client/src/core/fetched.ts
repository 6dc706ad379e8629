// Parts of a page that are fetched when they are first wanted.
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { text } from "../text/id";
import { say } from "./attempt";

// A part that is fetched later: where it does not come, the page says so.
export function later<T>(part: Promise<T>, use: (part: T) => void) {
  part.then(use, () => say(new Error(text.partMissing)));
}

// A part that is fetched when it is first wanted, null until then.
export function fetched<T>(
  wanted: ReadonlySignal<unknown>,
  part: () => Promise<T>,
): ReadonlySignal<T | null> {
  const here = signal<T | null>(null);
  effect(() => {
    if (wanted.value && !here.peek()) later(part(), (loaded) => (here.value = loaded));
  });
  return here;
}
