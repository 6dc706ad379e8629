// The answer before it is sent: who comes and when, what to say, and who else could.
import type { Candidate, Decision } from "../../core/api";
import { busy } from "../../core/attempt";
import { now } from "../../core/clock";
import { clockText, dayText, instantOf, isWalk, kilometres, minutes, whenText } from "../../core/words";
import { text } from "../../text/id";
import { minta as words } from "../../text/minta";
import { booking } from "../../text/pesanan";
import { Button } from "../../ui/controls";
import { Lines } from "../../ui/lines";
import { Why } from "../../ui/why";
import { Same } from "./same";
import { back, backTime, booked, decision, later, send } from "./state";

export function Answer() {
  const answer = decision.value;
  if (!answer) return null;
  const chosen = answer.chosen.flatMap((id) => answer.candidates.filter((c) => c.vehicle_id === id));
  const others = answer.candidates.filter(
    (c) => c.eligible && !c.needs_approval && !chosen.includes(c) && c.eta_s !== null,
  );
  const first = chosen[0];
  return (
    <section class="card stack" aria-label="Jawaban">
      {first ? <Comes chosen={chosen} /> : <h2>{heading(answer)}</h2>}
      <p>{answer.sentence}</p>
      <p class="say">{answer.say}</p>
      <Rides />
      <Same likely={answer.likely_duplicates} how={words.alike.before} />
      <Button class="primary big" disabled={busy.value} onClick={() => void send()}>
        {words.buttons[answer.outcome === "offers" ? "offer" : answer.outcome]}
      </Button>
      {chosen.length === 1 && others.length > 0 && <Others others={others.slice(0, 3)} />}
      {answer.checklist && answer.checklist.length > 0 && (
        <Lines of={answer.checklist.map((item) => item.text)} />
      )}
      <details>
        <summary>{text.why}</summary>
        <Why decision={answer} />
      </details>
      <p class="soft">
        Dihitung {clockText(answer.at)}
        {typeof first?.fix_age_s === "number" && ` · posisi kendaraan ${first.fix_age_s} dtk lalu`}
      </p>
    </section>
  );
}

// What is booked beside the trip that was answered for.
function Rides() {
  const { repeat, return: way } = booked();
  const clock = backTime.value.replace(":", ".");
  return (
    <>
      {repeat && (
        <p>
          {booking.repeat.said(
            repeat.days.map((day) => booking.repeat.days[day]),
            dayText(repeat.until),
          )}
        </p>
      )}
      {way && back.value !== "none" && <p>{booking.back.said[back.value](clock)}</p>}
    </>
  );
}

const heading = (answer: Decision) =>
  answer.outcome === "approval"
    ? words.approval
    : answer.outcome === "schedule"
      ? text.booked(whenText(instantOf(later.value), now.peek()))
      : words.promised;

function Comes({ chosen }: { chosen: Candidate[] }) {
  const ordered = [...chosen].sort((a, b) => Number(b.first_contact) - Number(a.first_contact));
  const [only, second] = ordered;
  return (
    <>
      <h2>{second ? words.asks : words.fastest}</h2>
      {only && !second && <Time candidate={only} />}
      {second && (
        <ol class="coming plain">
          {ordered.map((candidate) => (
            <li key={candidate.vehicle_id}>
              {candidate.first_contact && <p class="chip">{text.firstContact}</p>}
              <Time candidate={candidate} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

const Time = ({ candidate }: { candidate: Candidate }) => (
  <>
    {later.value ? (
      <p class="eta">{whenText(instantOf(later.value), now.peek())}</p>
    ) : (
      <p class="eta">
        {minutes(candidate.eta_s)} menit{" "}
        <small>
          ({minutes(candidate.eta_low_s)}–{minutes(candidate.eta_high_s)} menit)
        </small>
      </p>
    )}
    <p>
      <strong>{candidate.name}</strong> · {kilometres(candidate.distance_m)}
      {candidate.method === "straight_line" ? " (garis lurus)" : ""}
    </p>
    {isWalk(candidate.walk_m) && <p>{text.onFoot(kilometres(candidate.walk_m))}</p>}
  </>
);

const Others = ({ others }: { others: Candidate[] }) => (
  <div>
    <h2>{words.more}</h2>
    {others.map((candidate) => (
      <p class="other apart" key={candidate.vehicle_id}>
        <span>
          {!later.value && `${minutes(candidate.eta_s)} mnt · `}
          {candidate.name}
        </span>
        <Button label={words.choose} disabled={busy.value} onClick={() => void send(candidate.vehicle_id)} />
      </p>
    ))}
  </div>
);
