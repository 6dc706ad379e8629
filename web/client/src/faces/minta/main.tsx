import { signal } from "@preact/signals";
import { render } from "preact";
import "../../ui/base.css";
import "./minta.css";
import { type Facility, get, type Me, type RequestSummary, signedIn } from "../../core/api";
import { connect, online } from "../../core/live";
import { clockText } from "../../core/words";
import { text } from "../../text/id";
import { Ask } from "./ask";
import { Answer, Follow } from "./follow";
import { decision, facilities, followed, me, mine, pickup, problem, refresh } from "./state";

const OPEN = new Set(["searching", "assigned", "in_progress", "awaiting_approval", "scheduled", "waiting"]);
export const tick = signal(Date.now());

function Banner({ who }: { who: Me }) {
  if (who.roads === "sample")
    return (
      <p class="banner">
        {text.sampleRoads} <span class="how">{text.sampleHow}</span>
      </p>
    );
  if (who.roads === "none") return <p class="banner">{text.straightLines}</p>;
  return null;
}

function Mine() {
  const open = mine.value.filter((request) => OPEN.has(request.state) && request.id !== followed.value?.id);
  if (open.length === 0) return null;
  return (
    <section class="card stack">
      <h2>Permintaan dan janji yang berjalan</h2>
      {open.map((request) => (
        <button type="button" class="row" key={request.id} onClick={() => void follow(request)}>
          <span>
            <strong>{text.need[request.need]}</strong> {clockText(request.created_at)}
          </span>
          <span class="chip">
            {request.promise && request.state === "waiting"
              ? `telepon kembali ${clockText(request.promise.due_at)}`
              : text.state[request.state]}
          </span>
        </button>
      ))}
    </section>
  );
}

async function follow(request: RequestSummary) {
  followed.value = await get(`/api/requests/${request.id}`);
  window.scrollTo({ top: 0 });
}

function App() {
  const who = me.value;
  if (!who) return <main class="ask soft">Memuat…</main>;
  return (
    <>
      <header>
        <Banner who={who} />
        <div class="top">
          <h1>Minta kendaraan</h1>
          <p>
            {who.facility?.name ?? "Operator"} · {who.name}
          </p>
          {!online.value && <p class="banner">{text.offline}</p>}
        </div>
      </header>
      <main class="ask">
        <div class="column stack">
          {!followed.value && <Ask />}
          <Mine />
        </div>
        <div class="column stack" id="answer" aria-live="polite">
          {problem.value && <p class="error">{problem.value}</p>}
          {followed.value ? <Follow now={tick.value} /> : decision.value && <Answer />}
        </div>
      </main>
    </>
  );
}

async function start() {
  const who = await signedIn();
  me.value = who;
  if (who.facility) pickup.value = { facility: who.facility.id, name: who.facility.name };
  facilities.value = await get<Facility[]>("/api/facilities");
  connect({
    snapshot: (snapshot) => {
      mine.value = snapshot.requests;
      void refresh();
    },
    event: (event) => {
      const request = event.request;
      if (!request) return;
      mine.value = [request, ...mine.value.filter((known) => known.id !== request.id)];
      if (request.id === followed.value?.id) void refresh();
    },
  });
  setInterval(() => {
    tick.value = Date.now();
  }, 1000);
}

render(<App />, document.getElementById("app") as HTMLElement);
void start();
