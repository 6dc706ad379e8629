// What comes to this facility and waits for its word: a crew's report that its patient has died.
import { useState } from "preact/hooks";
import { attempt, busy } from "../../core/attempt";
import { confirmDeath, type Death, deaths, mannerOf } from "../../core/deaths";
import { clockText } from "../../core/words";
import { text } from "../../text/id";
import { Button, Pick } from "../../ui/controls";
import { follow } from "./state";

const words = text.deaths;

export const Received = () =>
  deaths.value.length > 0 && (
    <section class="stack" aria-label={words.received}>
      <h2>{words.received}</h2>
      {deaths.value.map((report) => (
        <Report report={report} key={report.request_id + report.vehicle_id} />
      ))}
    </section>
  );

function Report({ report }: { report: Death }) {
  const [opened, setOpened] = useState(false);
  const [death, setDeath] = useState("");
  const say = (confirmed: "yes" | "no") =>
    attempt(async () => {
      const answered = await confirmDeath(report, { confirmed, by: "facility", death: mannerOf(death) });
      if (answered.onward) await follow(answered.onward);
    });
  return (
    <div class="card stack">
      <p>
        <strong>{words.reports(report.vehicle_name, clockText(report.reported_at))}</strong>
      </p>
      <p>{words.receivedHow}</p>
      {opened ? (
        <>
          <Pick label={words.manner} value={death} options={words.manners} onPick={setDeath} />
          <p class="soft">{words.confirmedHow}</p>
          <div class="choices two">
            <Button
              label={words.confirmed}
              class="primary"
              disabled={busy.value}
              onClick={() => void say("yes")}
            />
            <Button label={words.alive} disabled={busy.value} onClick={() => void say("no")} />
          </div>
          <Button label={text.back} onClick={() => setOpened(false)} />
        </>
      ) : (
        <Button label={words.confirm} class="primary" onClick={() => setOpened(true)} />
      )}
    </div>
  );
}
