// The trip: one big button for the next step, the way, and whom to call.
import { useState } from "preact/hooks";
import type { Me, Step } from "../../core/api";
import { now } from "../../core/clock";
import { arrival } from "../../core/requests";
import { STATES, TRAIL } from "../../core/vocabulary";
import { capital, clockText, isWalk, kilometres, minutes, takenAt, telephone } from "../../core/words";
import { text } from "../../text/id";
import { sopir as words } from "../../text/sopir";
import { Button } from "../../ui/controls";
import { hasArrived } from "./geofence";
import { Notes } from "./notes";
import { act, targetOf, way } from "./state";
import { Undo } from "./undo";

const LABELS: Partial<Record<Step, string>> = words.steps;
const BESIDE = {
  clear: words.onScene.clear_beside,
  stand_down: words.onScene.stand_down_beside,
  transporting: words.onScene.transporting_beside,
};

export function Trip({ who }: { who: Me }) {
  const [troubled, setTroubled] = useState(false);
  const { assignment, request } = who;
  if (!assignment || !request) return null;
  const target = targetOf(assignment, request) ?? request.pickup;
  const told = arrival(assignment);
  const step = (name: Step, source = "tap") =>
    void act(`/api/assignments/${assignment.id}/${name}`, { source });
  return (
    <section class="stack fill" aria-label="Tugas">
      <p class="chip">{text.need[request.need]}</p>
      <h1>{target.name}</h1>
      {told && <p class="eta">{capital(told)}</p>}
      {way.value && (
        <p>
          {kilometres(Number(way.value.properties["distance_m"]))}
          {!told && ` · ${minutes(Number(way.value.properties["travel_s"]))} menit`}
        </p>
      )}
      {assignment.leg === "pickup" && isWalk(assignment.walk_m) && (
        <p>{words.onFoot(kilometres(assignment.walk_m))}</p>
      )}
      {assignment.stamps.accepted?.source === "desk" && <p class="tell">{words.taken}</p>}
      <Notes request={request} assignment={assignment} now={now.value} />
      <Way />
      <div class="choices two">
        <a class="button" href={`geo:${target.lat},${target.lon}?q=${target.lat},${target.lon}`}>
          {words.navigate}
        </a>
        {who.contact_phone && (
          <a class="button" href={telephone(who.contact_phone)}>
            {words.phone}
          </a>
        )}
      </div>
      <ol class="trail plain flow">
        {TRAIL.map((state) => {
          const stamp = assignment.stamps[state];
          return (
            <li key={state} class={stamp ? "done" : ""}>
              {text.trip[state]} {stamp ? clockText(takenAt(stamp)) : ""}
            </li>
          );
        })}
      </ol>
      <div class="push stack dock">
        {troubled ? (
          <Trouble who={who} onEnd={() => setTroubled(false)} />
        ) : (
          <Next who={who} step={step} onTrouble={() => setTroubled(true)} />
        )}
      </div>
    </section>
  );
}

interface Steps {
  who: Me;
  step: (name: Step, source?: string) => void;
  onTrouble: () => void;
}

function Next({ who, step, onTrouble }: Steps) {
  const { assignment, request } = who;
  const next = assignment?.next_steps.find((name) => LABELS[name]);
  if (!assignment || !next) return null;
  const onScene = assignment.state === "on_scene";
  // Who goes ahead hands over to the ambulance that follows, and takes nobody along unless it has to.
  const [main, other]: [Step, keyof typeof BESIDE | null] =
    assignment.first_contact && onScene
      ? ["clear", "transporting"]
      : [next, onScene ? (assignment.next_steps.includes("clear") ? "clear" : "stand_down") : null];
  // Where nobody was found the vehicle stays until somebody has rung.
  const stays = onScene && !!request?.stays_until && Date.parse(request.stays_until) > now.value;
  const arrived = hasArrived(who);
  return (
    <>
      <Button
        key={main}
        class={`primary huge ${arrived ? "pulse" : ""}`}
        onClick={() => step(main, arrived ? "geofence" : "tap")}
      >
        {arrived && <small>{words.arrived}</small>}
        {main === "clear" && onScene ? words.onScene.clear : LABELS[main]}
      </Button>
      <div class="beside flow">
        <Button label={words.trouble} onClick={onTrouble} />
        {other && !(stays && other !== "transporting") && (
          <Button label={BESIDE[other]} onClick={() => step(other)} />
        )}
        <Undo />
      </div>
    </>
  );
}

function Trouble({ who, onEnd }: { who: Me; onEnd: () => void }) {
  const { assignment, request } = who;
  if (!assignment || !request) return null;
  const send = (what: string, body: Record<string, unknown>) => {
    onEnd();
    void act(`/api/assignments/${assignment.id}/${what}`, body);
  };
  const tell = (reason: string) => send("problem", { reason });
  const onScene = assignment.state === "on_scene";
  const carries = STATES[assignment.state].met && request.need !== "body" && request.need !== "document";
  return (
    <>
      {(onScene || carries) && (
        <fieldset class="stack">
          <legend>{words.reports}</legend>
          <div class="choices two">
            {onScene && <Button label={words.nobodyThere} onClick={() => send("nobody_there", {})} />}
            {carries && !request.death_reported && (
              <Button label={words.patientDied} onClick={() => send("patient_died", {})} />
            )}
          </div>
        </fieldset>
      )}
      <fieldset class="stack">
        <legend>{words.troubleHow}</legend>
        <div class="choices two">
          {words.troubles.map((reason) => (
            <Button label={reason} key={reason} onClick={() => tell(reason)} />
          ))}
        </div>
        <Button label={words.goOn} class="wide" onClick={onEnd} />
      </fieldset>
    </>
  );
}

function Way() {
  const line = way.value?.geometry["coordinates"] as [number, number][] | undefined;
  if (!line || line.length < 2) return null;
  const squeeze = Math.cos(((line[0]?.[1] ?? 0) * Math.PI) / 180);
  const points = line.map(([lon, lat]) => [lon * squeeze, -lat] as const);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const size = Math.max(Math.max(...xs) - left, (Math.max(...ys) - top) * 2, 1e-6);
  const drawn = points.map(([x, y]) =>
    [x - left, y - top].map((far) => ((far / size) * 280 + 10).toFixed(1)),
  );
  const height = ((Math.max(...ys) - top) / size) * 280 + 20;
  const [fx, fy] = drawn[0] ?? [];
  const [lx, ly] = drawn.at(-1) ?? [];
  return (
    <svg class="way" viewBox={`0 0 300 ${height.toFixed(0)}`} role="img" aria-label={words.way}>
      <polyline points={drawn.join(" ")} />
      <circle class="from" cx={fx} cy={fy} r="6" />
      <rect class="to" x={Number(lx) - 6} y={Number(ly) - 6} width="12" height="12" />
    </svg>
  );
}
