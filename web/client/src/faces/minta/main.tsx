import { render } from "preact";
import "../../ui/base.css";
import "./minta.css";
import { type Facility, get, signedIn } from "../../core/api";
import { problem, say } from "../../core/attempt";
import { now, tick } from "../../core/clock";
import { loadDeaths, touchesDeaths } from "../../core/deaths";
import { connect } from "../../core/live";
import { loadOwed, owed } from "../../core/promises";
import { ASK_AGAIN_MS, isComing, isRunning } from "../../core/requests";
import { clockText, dueText } from "../../core/words";
import { text } from "../../text/id";
import { minta } from "../../text/minta";
import { owed as owedText } from "../../text/owed";
import { booking } from "../../text/pesanan";
import { Lost, Roads, Wrong } from "../../ui/above";
import { Beginning, begin } from "../../ui/begin";
import { Bookings } from "../../ui/bookings";
import { Button } from "../../ui/controls";
import { Answer } from "./answer";
import { Ask } from "./ask";
import { Follow } from "./follow";
import { Ledger, owedHere } from "./ledger";
import { Received } from "./received";
import {
  bookings,
  decision,
  facilities,
  follow,
  followed,
  loadBookings,
  me,
  mine,
  refresh,
  startAgain,
  view,
} from "./state";

function Mine() {
  const open = mine.value.filter((request) => isRunning(request) && request.id !== followed.value?.id);
  if (open.length === 0) return null;
  return (
    <section class="card stack">
      <h2>{minta.running}</h2>
      {open.map((request) => (
        <Button class="row apart" key={request.id} onClick={() => void follow(request.id)}>
          <span>
            <strong>{request.subject ?? text.need[request.need]}</strong> {clockText(request.created_at)}
          </span>
          <span class="chip">
            {request.promise && request.state === "waiting"
              ? `telepon kembali ${dueText(request.promise.due_at, now.value)}`
              : text.state[request.state]}
          </span>
        </Button>
      ))}
    </section>
  );
}

const turnTo = (name: typeof view.value) => {
  view.value = name;
  if (name === "booked") void loadBookings().catch(say);
};

function Views() {
  const late = owed.value.filter(owedHere).length;
  return (
    <nav class="views" aria-label={minta.title}>
      {(["ask", "booked", "owed"] as const).map((name) => (
        <Button key={name} aria-pressed={view.value === name} onClick={() => turnTo(name)}>
          {minta.views[name]}
          {name === "owed" && owed.value.length > 0 && ` (${late || owed.value.length})`}
        </Button>
      ))}
    </nav>
  );
}

const TITLES = { ask: minta.title, booked: booking.rides.coming, owed: owedText.title };

function App() {
  const who = me.value;
  if (!who) return <Beginning start={start} />;
  return (
    <>
      <Lost />
      <header>
        <Roads who={who} />
        <div class="top">
          <h1>{TITLES[view.value]}</h1>
          <p>
            {who.facility?.name ?? "Operator"} · {who.name}
          </p>
          <Views />
        </div>
      </header>
      <main class="ask">
        {view.value === "booked" && (
          <div class="column stack">
            <Wrong said={problem.value} />
            <Bookings rides={bookings.value} open={(id) => void follow(id)} />
          </div>
        )}
        {view.value === "owed" && (
          <>
            <Wrong said={problem.value} />
            <Ledger />
          </>
        )}
        {view.value === "ask" && (
          <>
            <div class="column stack">
              <Received />
              {!followed.value && <Ask />}
              <Mine />
            </div>
            <div class="column stack" id="answer" aria-live="polite">
              {problem.value && <p class="error">{problem.value}</p>}
              {followed.value ? (
                <Follow key={followed.value.id} request={followed.value} />
              ) : (
                decision.value && <Answer />
              )}
            </div>
          </>
        )}
      </main>
    </>
  );
}

// In the background: it must not lock a button that is just being tapped.
const keepUp = () => loadOwed().catch(say);
const look = () => void loadDeaths().catch(say);
const LOOK_MS = 60_000; // a trip that is led here from elsewhere is told to nobody's page

async function start() {
  const who = await signedIn();
  facilities.value = await get<Facility[]>("/api/facilities"); // before the form: what came later would move it
  me.value = who;
  startAgain();
  connect({
    snapshot: (snapshot) => {
      mine.value = snapshot.requests;
      refresh().catch(say);
      void keepUp();
      look();
    },
    event: (event) => {
      if (touchesDeaths(event)) look();
      const request = event.request;
      if (!request) return;
      mine.value = [request, ...mine.value.filter((known) => known.id !== request.id)];
      if (request.id === followed.value?.id) refresh().catch(say);
      // Every promise begins and ends with an event of its request.
      if (request.promise || owed.value.some((promise) => promise.request_id === request.id)) void keepUp();
    },
  });
  setInterval(tick, 1000);
  setInterval(look, LOOK_MS);
  setInterval(() => {
    if (isComing(followed.value)) refresh().catch(say);
  }, ASK_AGAIN_MS);
}

render(<App />, document.getElementById("app") as HTMLElement);
void begin(start);
