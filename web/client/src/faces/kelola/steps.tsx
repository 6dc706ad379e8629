// A draft's way to publication: what comes next and who does it, the difference, the tests, and the steps.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { doing } from "../../core/attempt";
import { dateText } from "../../core/words";
import { kelola as words } from "../../text/kelola";
import { Area, Button, Field, Form } from "../../ui/controls";
import { Dialog } from "../../ui/dialog";
import { Lines } from "../../ui/lines";
import { Link, Trouble } from "./bits";
import { Problems } from "./problems";
import { approve, backtest, discard, publish, submit, test } from "./publication";
import { BacktestResult, TestResult } from "./results";
import { backtested, dirty, draft, may, place, tested } from "./state";
import type { Draft } from "./types";

const days = signal(30);

function nextSentence(now: Draft): string {
  const who = now.submitted_by ?? now.updated_by;
  if (now.state === "published")
    return words.nextPublished(now.version, now.effective_from ? dateText(now.effective_from) : "");
  if (now.state === "approved")
    return (may("publish") ? words.nextPublish : words.nextPublishOther)(now.approved_by ?? "");
  if (now.state === "submitted") return may("approve") ? words.nextApprove(who) : words.nextWait(who);
  if (!may("edit")) return words.nextReadOnly;
  if (dirty.value) return words.nextUnsaved;
  if (now.problems.length) return words.mend(now.problems.length);
  return now.diff.length ? words.nextOpen : words.nextNothing;
}

const Next = ({ now }: { now: Draft }) => (
  <section class="card stack next">
    <h3 id="berikutnya" tabIndex={-1}>
      {words.next}
    </h3>
    <p class="say" aria-live="polite">
      {nextSentence(now)}
    </p>
    {now.state === "open" && now.reason && (
      <p>{words.returned(now.approved_by ?? now.updated_by, now.reason)}</p>
    )}
    {(now.state === "approved" || now.state === "published") && now.reason && (
      <p class="soft">{words.approvedNote(now.reason)}</p>
    )}
    <Problems />
    {now.state === "open" && <Submit />}
    {now.state === "submitted" && (may("approve") ? <Approve /> : <Share />)}
    {now.state === "approved" && may("publish") && <Publish />}
    {now.state === "published" && (
      <Link class="button" to={{ agency: now.agency, version: now.version }}>
        {words.openPublished}
      </Link>
    )}
  </section>
);

function Submit() {
  const now = draft.value;
  if (!now || now.problems.length > 0 || (now.diff.length === 0 && !dirty.value)) return null;
  if (!may("submit") && !may("edit")) return null;
  return (
    <div class="stack">
      <Button class="primary wide" disabled={doing.value === "submit"} onClick={() => void submit()}>
        {words.submit}
      </Button>
      <Trouble at="submit" />
      <p class="soft">{words.submitHint}</p>
    </div>
  );
}

const Share = () => (
  <p>
    <span class="soft">{words.link}:</span> <span class="link-text">{location.href.split("#")[0]}</span>
  </p>
);

function Approve() {
  const [reason, setReason] = useState("");
  const ready = reason.trim().length >= 3 && doing.value !== "approve";
  const say = async (yes: boolean) => {
    if (await approve(yes, reason.trim())) setReason("");
  };
  return (
    <fieldset class="stack">
      <legend>{words.approve}</legend>
      <Area label={words.approveReason} rows={2} maxLength={500} value={reason} onType={setReason} />
      <div class="pair">
        <Button label={words.approveYes} class="primary" disabled={!ready} onClick={() => void say(true)} />
        <Button label={words.approveNo} disabled={!ready} onClick={() => void say(false)} />
      </div>
      <Trouble at="approve" />
    </fieldset>
  );
}

function tomorrow(): string {
  const now = new Date();
  const then = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return new Date(then.getTime() - then.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const two = (value: number) => String(value).padStart(2, "0");

// The same wall time with this device's offset, as the server takes it.
function withOffset(local: string): string {
  const minutes = -new Date(local).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${local}:00${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function Publish() {
  const [from, setFrom] = useState("");
  const at = from || tomorrow();
  return (
    <Form onSend={() => publish(withOffset(at))}>
      <Field label={words.publishFrom} type="datetime-local" required value={at} onType={setFrom} />
      <p class="soft">{words.publishHint(dateText(withOffset(at)))}</p>
      <Button
        type="submit"
        label={words.publishButton}
        class="primary wide"
        disabled={doing.value === "publish"}
      />
      <Trouble at="publish" />
    </Form>
  );
}

const Diff = ({ now }: { now: Draft }) => (
  <section class="card stack">
    <h3>{words.diff}</h3>
    <p class="soft">{words.diffOf(now.base_version)}</p>
    {now.diff.length === 0 ? <p>{words.noDiff}</p> : <Lines class="diff" of={now.diff} />}
  </section>
);

function Test() {
  const going = doing.value === "test";
  return (
    <section class="card stack">
      <h3>{words.test}</h3>
      <p class="soft">{words.testHint}</p>
      <Button label={going ? words.testing : words.test} disabled={going} onClick={() => void test()} />
      <Trouble at="test" />
      <div aria-live="polite">{tested.value && <TestResult {...tested.value} />}</div>
    </section>
  );
}

function Backtest() {
  const going = doing.value === "backtest";
  return (
    <section class="card stack">
      <h3>{words.backtest}</h3>
      <p class="soft">{words.backtestHint}</p>
      <Form onSend={() => backtest(days.value)}>
        <Field
          label={words.daysBack}
          type="number"
          inputMode="numeric"
          min={1}
          max={366}
          required
          value={days.value || ""}
          onType={(typed) => (days.value = Math.trunc(Number(typed)))}
        />
        <Button
          type="submit"
          label={going ? words.counting : words.backtestRun(days.value)}
          disabled={going}
        />
      </Form>
      <Trouble at="backtest" />
      <div aria-live="polite">{backtested.value && <BacktestResult {...backtested.value} />}</div>
    </section>
  );
}

function Discard() {
  const [asking, ask] = useState(false);
  if (!may("discard")) return null;
  const close = () => ask(false);
  const yes = async () => {
    if (await discard()) close();
  };
  return (
    <>
      <Button label={words.discard} class="danger wide" onClick={() => ask(true)} />
      {asking && (
        <Dialog aria-labelledby="buang" onClose={close}>
          <div class="stack">
            <h2 id="buang">{words.discardSure}</h2>
            <p>{words.discardHint}</p>
            <Trouble at="discard" />
            <div class="pair">
              <Button label={words.discardYes} class="danger" onClick={yes} />
              <Button label={words.keep} onClick={close} />
            </div>
          </div>
        </Dialog>
      )}
    </>
  );
}

export function Steps() {
  const now = draft.value;
  if (!now) return null;
  return (
    <aside class="steps stack" aria-label={words.nextTab} key={place.value.draft}>
      <Next now={now} />
      <Diff now={now} />
      {now.state !== "published" && <Test />}
      {now.state !== "published" && <Backtest />}
      <Discard />
    </aside>
  );
}
