import { effect, untracked } from "@preact/signals";
import { render } from "preact";
import "../../ui/base.css";
import "./sopir.css";
import { signedIn } from "../../core/api";
import { now, tick } from "../../core/clock";
import { connect } from "../../core/live";
import { sopir } from "../../text/sopir";
import { Lost } from "../../ui/above";
import { Beginning, begin } from "../../ui/begin";
import { accuracy } from "./device";
import { Duty, Standby } from "./duty";
import { Ended, why } from "./ended";
import { OfferCard } from "./offer";
import { refusedOf, waiting } from "./queue";
import { cutOff, ended, load, me, offer, reload } from "./state";
import { Trip } from "./trip";

function Line() {
  const count = waiting.value.length;
  return (
    <p class="line">
      <span>{cutOff.value ? "○ Luring" : "● Daring"}</span>
      <span>{accuracy.value === null ? "GPS –" : `GPS ±${accuracy.value} m`}</span>
      {count > 0 && <span>{count} belum terkirim</span>}
    </p>
  );
}

function App() {
  const who = me.value;
  if (!who) return <Beginning start={start} />;
  const duty = who.vehicle?.duty ?? "off_duty";
  const offered = offer.value !== null && who.assignment?.state === "offered";
  const said = refusedOf(who.assignment?.id);
  return (
    <>
      <Lost when={cutOff.value} said={`○ ${sopir.offline(waiting.value.length)}`} />
      <main class="drive">
        <Line />
        <div aria-live="assertive">{said && <p class="error">{said}</p>}</div>
        {ended.value && offered && <p class="tell">{why(ended.value)}</p>}
        {ended.value && !offered && <Ended key={ended.value.assignment_id} ended={ended.value} who={who} />}
        {offered && offer.value && who.assignment ? (
          <OfferCard key={offer.value.assignment_id} offer={offer.value} assignment={who.assignment} />
        ) : who.assignment && who.request ? (
          <Trip key={who.assignment.id} who={who} />
        ) : ended.value ? null : duty === "available" ? (
          <Standby who={who} />
        ) : (
          <Duty who={who} />
        )}
      </main>
    </>
  );
}

async function start() {
  await signedIn();
  await load();
  effect(() => {
    if (waiting.value.length === 0) untracked(() => void reload());
  });
  connect({ snapshot: () => void reload(), event: () => void reload() });
  setInterval(() => {
    tick();
    if (offer.value && Date.parse(offer.value.expires_at) - now.value < -1500) void reload();
  }, 250);
}

render(<App />, document.getElementById("app") as HTMLElement);
void begin(start);
