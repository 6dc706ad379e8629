// Why this one: the candidates in order, and for each that was passed over the words of the rule and what would help.
import type { ComponentChildren } from "preact";
import type { Candidate, Decision } from "../core/api";
import { kilometres, minutes } from "../core/words";
import { text } from "../text/id";

const SHOWN = 12;
// The rule by which a vehicle is passed over to whom no road leads: it has no minutes, and that is its reason.
const APART = "JALAN";

type Action = ((candidate: Candidate) => ComponentChildren) | undefined;

export function Why({ decision, action }: { decision: Decision; action?: Action }) {
  const withReasons = decision.candidates
    .filter((c) => c.eta_s !== null || c.blocking.includes(APART))
    .slice(0, SHOWN);
  return (
    <section class="why stack" aria-label={text.why}>
      <p>{decision.sentence}</p>
      <ol class="plain">
        {withReasons.map((candidate) => (
          <li key={candidate.vehicle_id}>
            <Row candidate={candidate} action={action} />
          </li>
        ))}
      </ol>
      <p class="soft">
        {decision.considered} kendaraan dipertimbangkan dalam {Math.round(decision.computed_in_ms)} milidetik
        · {decision.sop.map((pack) => `SOP ${pack.name} ${pack.version}`).join(", ")}
      </p>
    </section>
  );
}

function Row({ candidate, action }: { candidate: Candidate; action: Action }) {
  const blocking = candidate.findings.filter((finding) => finding.blocks);
  return (
    <div>
      <div class="apart">
        <div>
          <strong>
            {candidate.rank}. {candidate.name}
          </strong>
          <p class="soft">
            {candidate.eta_s !== null &&
              `${minutes(candidate.eta_s)} menit · ${kilometres(candidate.distance_m)}`}
            {candidate.method === "straight_line" ? " · garis lurus" : ""}
            {candidate.eligible && (
              <span class="chip">{candidate.needs_approval ? text.needsYes : text.mayGo}</span>
            )}
          </p>
        </div>
        {action?.(candidate)}
      </div>
      {blocking.map((finding) => (
        <p class="no" key={finding.rule} title={finding.clause ?? ""}>
          {finding.text} {finding.would_help && <span class="soft">{finding.would_help}</span>}
        </p>
      ))}
    </div>
  );
}
