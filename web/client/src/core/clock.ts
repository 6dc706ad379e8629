// The time as the page shows it: it goes on in steps, and what is drawn from it is drawn again.
import { signal } from "@preact/signals";

export const now = signal(Date.now());

export const tick = () => (now.value = Date.now());
