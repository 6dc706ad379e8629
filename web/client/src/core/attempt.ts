// What is done for whoever looks at the page: which of its works goes on, and what went wrong with which.
import { computed, signal } from "@preact/signals";
import { Problem, sentence } from "./api";

export const doing = signal("");
export const busy = computed(() => doing.value !== "");
export const trouble = signal<{ at: string; text: string; signedOut: boolean } | null>(null);
export const problem = computed(() => trouble.value?.text ?? "");

export const say = (error: unknown, at = "") => {
  const signedOut = error instanceof Problem && error.status === 401;
  trouble.value = { at, text: sentence(error), signedOut };
};

// Whether it was done; if not, the page says why.
export async function attempt(work: () => Promise<unknown>, at = "page"): Promise<boolean> {
  doing.value = at;
  trouble.value = null;
  try {
    await work();
    return true;
  } catch (error) {
    say(error, at);
    return false;
  } finally {
    doing.value = "";
  }
}
