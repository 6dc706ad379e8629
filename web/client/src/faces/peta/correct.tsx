// An operator puts a step right that a driver tapped too early, too late, by slip or not at all.
import { useState } from "preact/hooks";
import type { Assignment, RequestFull } from "../../core/api";
import { now } from "../../core/clock";
import { STEPS, TRAIL } from "../../core/vocabulary";
import { fieldTime, instantOf, takenAt } from "../../core/words";
import { text } from "../../text/id";
import { correct as words } from "../../text/langkah";
import { Check, Field, Pick } from "../../ui/controls";
import { Ask } from "./ask";
import { about, correct } from "./state";

type Step = keyof typeof STEPS;
const MINUTE = 60_000;

export function Correct({ request }: { request: RequestFull }) {
  const trip = request.assignments.find((one) => one.id === about.value);
  return trip ? <Form request={request} trip={trip} /> : null;
}

function Form({ request, trip }: { request: RequestFull; trip: Assignment }) {
  const steps = trip.correctable as Step[];
  const [step, setStep] = useState(steps.find((one) => STEPS[one].to === trip.state) ?? steps[0]);
  const [typed, setTyped] = useState<string>();
  const [stays, setStays] = useState(false);
  if (!step) return null;
  const state = STEPS[step].to;
  const stamp = trip.stamps[state];
  const passed = stamp !== undefined && state !== trip.state;
  const known = stamp ? takenAt(stamp) : new Date(now.value).toISOString();
  const pick = (picked: string) => {
    setStep(picked as Step);
    setTyped(undefined);
  };
  return (
    <Ask
      title={words.what(trip.vehicle_name)}
      label={text.reason}
      button={words.now}
      onSend={(reason) =>
        correct(request.id, trip.id, {
          step,
          device_time: typed ? within(typed, trip, state, passed && stays) : known,
          reason,
          only_time: passed && stays,
        })
      }
    >
      <p>{words.is(text.trip[trip.state])}</p>
      <Pick
        label={words.step}
        value={step}
        options={steps.map((one) => [one, text.trip[STEPS[one].to]])}
        onPick={pick}
      />
      <Field
        type="datetime-local"
        label={words.since}
        value={typed ?? fieldTime(Date.parse(known))}
        max={fieldTime(now.value)}
        required
        onType={setTyped}
      />
      {passed && <Check label={words.onlyTime} checked={stays} onCheck={setStays} />}
      {passed && !stays && <p>{words.back}</p>}
    </Ask>
  );
}

// A field holds no seconds: within the minute of the step before or after it, the time is that step's own.
function within(typed: string, trip: Assignment, state: Assignment["state"], stays: boolean): string {
  const at = Date.parse(instantOf(typed));
  const order = TRAIL as readonly string[];
  const taken = (one: string) => {
    const stamp = trip.stamps[one];
    return stamp ? [takenAt(stamp)] : [];
  };
  const before = order.slice(0, order.indexOf(state)).flatMap(taken).pop();
  const [after] = stays ? order.slice(order.indexOf(state) + 1).flatMap(taken) : [];
  // As the server wrote it: a browser's time would cut off its microseconds.
  const same = (other: string | undefined) =>
    other !== undefined && Math.floor(Date.parse(other) / MINUTE) * MINUTE === at ? other : undefined;
  return same(before) ?? same(after) ?? new Date(at).toISOString();
}
