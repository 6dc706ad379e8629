// The vehicles of a request, each with its own time and steps, in the order of their arrival.
import type { Assignment, RequestFull } from "../../core/api";
import { now } from "../../core/clock";
import { arrival, car, live, missing, secondsLeft } from "../../core/requests";
import { STATES, TRAIL } from "../../core/vocabulary";
import { capital, clockText, isWalk, kilometres, takenAt } from "../../core/words";
import { text } from "../../text/id";
import { minta } from "../../text/minta";
import { tally } from "../../ui/tally";

const words = minta.vehicle;
// One that goes ahead hands over at the pick-up, and its trip is over.
const AHEAD = [...TRAIL.filter((state) => !STATES[state].met || state === "on_scene"), "cleared"] as const;

export function Coming({ request }: { request: RequestFull }) {
  const trips = live(request);
  if (trips.length === 0) return null;
  return (
    <>
      {tally(request) && <p class="when">{tally(request)}</p>}
      <ol class="coming plain" aria-label={minta.comes}>
        {trips.map((trip) => (
          <li key={trip.id} class="stack">
            {trip.first_contact && <p class="chip">{text.firstContact}</p>}
            <h2 class="status">{line(trip)}</h2>
            {car(trip) && <p>{capital(car(trip))}</p>}
            {trip.leg === "pickup" && isWalk(trip.walk_m) && <p>{text.onFoot(kilometres(trip.walk_m))}</p>}
            {trip.first_contact && <p class="soft">{followed(request)}</p>}
            {trip.stamps.accepted && <Trail trip={trip} />}
          </li>
        ))}
        {missing(request) > 0 && (
          <li>
            <p class="when">{words.searching}</p>
          </li>
        )}
      </ol>
    </>
  );
}

function line(trip: Assignment): string {
  const name = trip.vehicle_name;
  if (trip.state === "offered") return words.asked(name, secondsLeft(trip, now.value));
  const at = arrival(trip, now.value);
  if (trip.state === "accepted") return words.accepted(name, capital(at));
  return words.moving(name, text.trip[trip.state].toLowerCase(), at);
}

// That an emergency ambulance follows is said once one is on its way.
const followed = (request: RequestFull) =>
  live(request).some((trip) => trip.slot === 0 && trip.stamps.accepted) ? words.follows : words.followsNot;

const Trail = ({ trip }: { trip: Assignment }) => (
  <ol class="steps plain">
    {(trip.first_contact ? AHEAD : TRAIL).map((step) => (
      <li key={step} class={trip.stamps[step] ? "done" : ""}>
        {text.trip[step]} {trip.stamps[step] ? clockText(takenAt(trip.stamps[step])) : ""}
      </li>
    ))}
  </ol>
);
