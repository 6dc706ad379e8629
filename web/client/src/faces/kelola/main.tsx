import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import "../../ui/base.css";
import "./kelola.css";
import "./form.css";
import "./results.css";
import { get, type RequestSummary, signedIn } from "../../core/api";
import { text } from "../../text/id";
import { kelola as words } from "../../text/kelola";
import { Trouble } from "./bits";
import { DraftPage } from "./draft";
import { How, List } from "./list";
import { Read } from "./read";
import { arrive, busy, draft, load, me, pack, place, refresh, sop, trouble } from "./state";

const APPROVERS = new Set(["health_officer"]);
const EVERY_MS = 30_000;
const asked = signal(0);

// A family may be waiting for this officer's yes: rules can wait.
async function lookForApprovals() {
  if (document.hidden || !APPROVERS.has(me.value?.role ?? "")) return;
  const found = await get<RequestSummary[]>("/api/requests?state=awaiting_approval").catch(() => null);
  if (found) asked.value = found.length;
}

function Header() {
  const who = me.value;
  return (
    <header class="top">
      <div>
        <h1>{words.title}</h1>
        <p>{who && `${text.role[who.role]} · ${who.name}`}</p>
      </div>
      {who && (
        <a class="button" href={who.role === "staff" ? "/minta" : "/peta"}>
          {who.role === "staff" ? words.toMinta : words.toMap}
        </a>
      )}
      {asked.value > 0 && (
        <p class="banner" role="status">
          {words.approvalsWaiting(asked.value)} <a href="/peta">{words.openMap}</a>
        </p>
      )}
    </header>
  );
}

function Shown() {
  const here = place.value;
  const what = draft.value?.id ?? pack.value?.version;
  useEffect(() => {
    const heading = document.getElementById("judul");
    document.title = `${heading?.firstChild?.textContent ?? words.title} – ${text.app}`;
    if (!what) return;
    heading?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [what]);
  if (trouble.value?.at === "load")
    return (
      <main class="page stack">
        <Trouble at="load" />
        <button type="button" onClick={() => void load()}>
          {words.again}
        </button>
      </main>
    );
  if (!sop.value || (here.draft && !draft.value)) return <main class="page soft">{words.loading}</main>;
  if (here.draft)
    return (
      <main class="page">
        <DraftPage />
      </main>
    );
  return (
    <main class={`page shelf ${here.version ? "reading" : ""}`}>
      <List />
      <div class="content">{here.version ? pack.value ? <Read /> : words.loading : <How />}</div>
    </main>
  );
}

function App() {
  return (
    <>
      <Header />
      <Shown />
      {busy.value && <span class="visually-hidden">{words.loading}</span>}
    </>
  );
}

async function start() {
  me.value = await signedIn();
  addEventListener("popstate", () => void arrive());
  document.addEventListener("visibilitychange", () => {
    void refresh();
    void lookForApprovals();
  });
  setInterval(() => void lookForApprovals(), EVERY_MS);
  void lookForApprovals();
  await arrive();
}

render(<App />, document.getElementById("app") as HTMLElement);
void start();
