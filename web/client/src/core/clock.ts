// The server's time as the page shows it: it goes on in steps, and what is drawn from it is drawn again. A device whose
// clock is wrong says the same times as everybody else.
import { signal } from "@preact/signals";

let ahead = 0;
const serverTime = () => Date.now() + ahead;
export const now = signal(serverTime());

export const tick = () => (now.value = serverTime());
export function setServerTime(said: string): void {
  ahead = Date.parse(said) - Date.now();
  tick();
}
