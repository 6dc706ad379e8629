// A draft's way to publication: what comes next and who does it, the difference, the tests, and the steps.
import { signal } from "@preact/signals";
import { kelola as words } from "../../text/kelola";
import { openModal } from "../../ui/modal";
import { dateText, Link, Trouble } from "./bits";
import { Problems } from "./problems";
import { approve, backtest, discard, publish, submit, test } from "./publication";
import { BacktestResult, TestResult } from "./results";
import { backtested, busy, dirty, draft, may, place, tested } from "./state";
import type { Draft } from "./types";

const days = signal(30);
const reason = signal("");
const discarding = signal(false);
const from = signal("");

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

function Next({ now }: { now: Draft }) {
  return (
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
}

function Submit() {
  const now = draft.value;
  if (!now || now.problems.length > 0 || (now.diff.length === 0 && !dirty.value)) return null;
  if (!may("submit") && !may("edit")) return null;
  return (
    <div class="stack">
      <button
        type="button"
        class="primary wide"
        disabled={busy.value === "submit"}
        onClick={() => void submit()}
      >
        {words.submit}
      </button>
      <Trouble at="submit" />
      <p class="soft">{words.submitHint}</p>
    </div>
  );
}

function Share() {
  return (
    <p>
      <span class="soft">{words.link}:</span> <span class="link-text">{location.href.split("#")[0]}</span>
    </p>
  );
}

function Approve() {
  const ready = reason.value.trim().length >= 3 && busy.value !== "approve";
  const say = async (yes: boolean) => {
    if (await approve(yes, reason.value.trim())) reason.value = "";
  };
  return (
    <fieldset class="stack">
      <legend>{words.approve}</legend>
      <label>
        {words.approveReason}
        <textarea
          rows={2}
          maxLength={500}
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
      </label>
      <div class="pair">
        <button type="button" class="primary" disabled={!ready} onClick={() => void say(true)}>
          {words.approveYes}
        </button>
        <button type="button" disabled={!ready} onClick={() => void say(false)}>
          {words.approveNo}
        </button>
      </div>
      <Trouble at="approve" />
    </fieldset>
  );
}

const two = (value: number) => String(value).padStart(2, "0");
const localText = (at: Date) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;

function tomorrow(): string {
  const now = new Date();
  return localText(new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1));
}

// The same wall time with this device's offset, as the server takes it.
function withOffset(local: string): string {
  const minutes = -new Date(local).getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${local}:00${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function Publish() {
  const at = from.value || tomorrow();
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void publish(withOffset(at));
      }}
    >
      <label>
        {words.publishFrom}
        <input
          type="datetime-local"
          required
          value={at}
          onInput={(event) => {
            from.value = event.currentTarget.value;
          }}
        />
      </label>
      <p class="soft">{words.publishHint(dateText(withOffset(at)))}</p>
      <button type="submit" class="primary wide" disabled={busy.value === "publish"}>
        {words.publishButton}
      </button>
      <Trouble at="publish" />
    </form>
  );
}

function Diff({ now }: { now: Draft }) {
  return (
    <section class="card stack">
      <h3>{words.diff}</h3>
      <p class="soft">{words.diffOf(now.base_version)}</p>
      {now.diff.length === 0 ? (
        <p>{words.noDiff}</p>
      ) : (
        <ul class="diff">
          {now.diff.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Test() {
  const busyNow = busy.value === "test";
  return (
    <section class="card stack">
      <h3>{words.test}</h3>
      <p class="soft">{words.testHint}</p>
      <button type="button" disabled={busyNow} onClick={() => void test()}>
        {busyNow ? words.testing : words.test}
      </button>
      <Trouble at="test" />
      <div aria-live="polite">{tested.value && <TestResult {...tested.value} />}</div>
    </section>
  );
}

function Backtest() {
  const busyNow = busy.value === "backtest";
  return (
    <section class="card stack">
      <h3>{words.backtest}</h3>
      <p class="soft">{words.backtestHint}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void backtest(days.value);
        }}
      >
        <label>
          {words.daysBack}
          <input
            type="number"
            inputMode="numeric"
            min={1}
            max={366}
            required
            value={days.value || ""}
            onInput={(event) => {
              days.value = Math.trunc(Number(event.currentTarget.value));
            }}
          />
        </label>
        <button type="submit" disabled={busyNow}>
          {busyNow ? words.counting : words.backtestRun(days.value)}
        </button>
      </form>
      <Trouble at="backtest" />
      <div aria-live="polite">{backtested.value && <BacktestResult {...backtested.value} />}</div>
    </section>
  );
}

function Discard() {
  if (!may("discard")) return null;
  return (
    <>
      <button type="button" class="danger wide" onClick={() => (discarding.value = true)}>
        {words.discard}
      </button>
      {discarding.value && (
        <dialog ref={openModal} aria-labelledby="buang" onClose={() => (discarding.value = false)}>
          <div class="stack">
            <h2 id="buang">{words.discardSure}</h2>
            <p>{words.discardHint}</p>
            <Trouble at="discard" />
            <div class="pair">
              <button
                type="button"
                class="danger"
                onClick={async () => {
                  if (await discard()) discarding.value = false;
                }}
              >
                {words.discardYes}
              </button>
              <button type="button" onClick={() => (discarding.value = false)}>
                {words.keep}
              </button>
            </div>
          </div>
        </dialog>
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
