// The family's page renews itself, but never while somebody reads what an answer will do.
const EVERY_MS = 30_000;

async function renew() {
  const main = document.querySelector("main[data-live]");
  if (!main || document.hidden || main.querySelector("details[open]")) return;
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return; // what is shown stays until the next time
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.querySelector("main");
  if (next) main.replaceWith(next);
}

setInterval(() => void renew(), EVERY_MS);
