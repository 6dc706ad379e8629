// What is done for whoever looks at the page: whether it goes on, and what went wrong.
import { signal } from "@preact/signals";
import { sentence } from "./api";

export const busy = signal(false);
export const problem = signal("");

export const say = (error: unknown) => {
  problem.value = sentence(error);
};

// Whether it was done; if not, the page says why.
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  busy.value = true;
  problem.value = "";
  try {
    await work();
    return true;
  } catch (error) {
    say(error);
    return false;
  } finally {
    busy.value = false;
  }
}
