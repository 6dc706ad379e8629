// An offer with its countdown: accept with the thumb, decline with one tap more.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Assignment, Offer } from "../../core/api";
import { now } from "../../core/clock";
import { isWalk, kilometres, minutes } from "../../core/words";
import { text } from "../../text/id";
import { sopir } from "../../text/sopir";
import { Button } from "../../ui/controls";
import { Notes } from "./notes";
import { act } from "./state";

const REASONS = ["Kendaraan rusak", "Di luar jangkauan", "Sedang isi BBM", "Alasan lain"];
const answered = signal("");

export function OfferCard({ offer, assignment }: { offer: Offer; assignment: Assignment }) {
  const [declining, setDeclining] = useState(false);
  const left = Math.max(0, Math.ceil((Date.parse(offer.expires_at) - now.value) / 1000));
  const path = `/api/assignments/${offer.assignment_id}`;
  const answer = (step: string, body: Record<string, unknown>) => {
    if (answered.value === offer.assignment_id) return;
    answered.value = offer.assignment_id;
    setDeclining(false);
    void act(`${path}/${step}`, body).finally(() => {
      answered.value = "";
    });
  };
  return (
    <section class="stack fill" aria-label="Tawaran">
      <h1 class="kind">{text.need[offer.request.need].toUpperCase()}</h1>
      <dl>
        <dt>Jemput</dt>
        <dd>{offer.request.pickup.name}</dd>
        <dt>Antar</dt>
        <dd>{offer.request.dropoff?.name ?? sopir.later}</dd>
      </dl>
      <p class="eta">
        {kilometres(offer.distance_m)}
        {!offer.request.schedule_at && ` · ${minutes(offer.eta_s)} menit`}
      </p>
      {isWalk(offer.walk_m) && <p>{sopir.onFoot(kilometres(offer.walk_m))}</p>}
      <Notes request={offer.request} assignment={assignment} now={now.value} />
      <div class="push stack">
        <div class="count">
          <progress
            max={offer.offer_s}
            value={Math.min(left, offer.offer_s)}
            aria-label="Sisa waktu menjawab"
          />
          <strong role="timer">{left}</strong>
        </div>
        {declining ? (
          <>
            <fieldset class="choices two" aria-label="Alasan">
              {REASONS.map((reason) => (
                <Button label={reason} key={reason} onClick={() => answer("decline", { reason })} />
              ))}
            </fieldset>
            <Button label={text.back} class="wide" onClick={() => setDeclining(false)} />
          </>
        ) : (
          <>
            <Button label="TERIMA" class="primary huge" onClick={() => answer("accept", {})} />
            <Button label="Tolak…" class="wide" onClick={() => setDeclining(true)} />
          </>
        )}
      </div>
    </section>
  );
}
