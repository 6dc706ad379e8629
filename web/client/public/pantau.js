// The family's page renews itself, but never while somebody reads what an answer will do.
const EVERY_MS = 15_000; // as often as arrivals are calculated
// The step that ended the trip may still be taken back: so often the page looks again.
const AFTER_END = 2;
let left = AFTER_END;

async function renew() {
  const main = document.querySelector("main");
  if (!main || document.hidden || main.querySelector("details[open]")) return;
  if (main.matches("[data-live]")) left = AFTER_END;
  else if (left === 0) return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return; // what is shown stays until the next time
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.querySelector("main");
  if (!main.matches("[data-live]")) left -= 1;
  if (next) main.replaceWith(next);
}

setInterval(() => void renew(), EVERY_MS);
