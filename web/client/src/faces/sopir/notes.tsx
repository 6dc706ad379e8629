// What a driver must know of a request beside the places: in the offer and on the trip.
import type { Assignment, Offer } from "../../core/api";
import { clockText, whenText } from "../../core/words";
import { text } from "../../text/id";
import { sopir as words } from "../../text/sopir";

export function Notes(props: { request: Offer["request"]; assignment: Assignment | null; now: number }) {
  const { request, assignment, now } = props;
  return (
    <>
      {assignment?.first_contact && <p class="tell">{words.ahead(request.followed)}</p>}
      {assignment?.hands_over && <p class="tell">{words.handsOver}</p>}
      {request.aboard && !assignment?.hands_over && <p class="tell">{words.takesOver(request.aboard)}</p>}
      {request.schedule_at && <p class="tell">{text.booked(whenText(request.schedule_at, now))}</p>}
      {request.waits && request.dropoff && <p class="tell">{words.waitsThere(request.dropoff.name)}</p>}
      {request.family_left && <p class="tell">{words.familyLeft}</p>}
      {request.stays_until && Date.parse(request.stays_until) > now && (
        <p class="tell">{words.staysUntil(clockText(request.stays_until))}</p>
      )}
      {request.death_reported && <p class="tell">{words.deathReported}</p>}
      {request.held && <p class="tell">{words.held}</p>}
      {request.note && <p class="note">{request.note}</p>}
    </>
  );
}
