// A page before it knows who is there: that it loads, or why it cannot begin, with a button to try once more.
import { signal } from "@preact/signals";
import { sentence } from "../core/api";
import { online } from "../core/live";
import { text } from "../text/id";
import { Button } from "./controls";

const failed = signal("");

export async function begin(start: () => Promise<void>): Promise<void> {
  failed.value = "";
  try {
    await start();
  } catch (error) {
    failed.value = sentence(error);
  }
}

export const Beginning = ({ start }: { start: () => Promise<void> }) => (
  <main class="begin stack">
    <h1>{text.app}</h1>
    <p class={failed.value ? "error" : "soft"} role="status">
      {failed.value || (online.value === false ? text.offline : text.loading)}
    </p>
    {failed.value && <Button label={text.again} onClick={() => void begin(start)} />}
  </main>
);
