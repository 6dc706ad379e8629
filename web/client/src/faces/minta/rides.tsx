// Booked rides: those of one booking, and all that are to come.
import type { Booking, Ride } from "../../core/api";
import { now } from "../../core/clock";
import { whenText } from "../../core/words";
import { text } from "../../text/id";
import { booking } from "../../text/pesanan";
import { Button } from "../../ui/controls";
import { bookings, follow } from "./state";

const words = booking.rides;

function kept(ride: Ride): string {
  if (ride.uncertain) return words.uncertain(ride.call_by ? whenText(ride.call_by, now.value) : "");
  if (ride.state !== "scheduled") return text.state[ride.state];
  if (ride.on_call) return words.onCall;
  return ride.reserved_name ? words.kept(ride.reserved_name) : words.sought;
}

const When = ({ ride }: { ride: Ride }) => (
  <strong>
    {ride.schedule_at && whenText(ride.schedule_at, now.value)}
    {ride.returns && ` (${words.back})`}
  </strong>
);

// Of one booking, with the way to each of its rides.
export function Rides({ rides, of }: { rides: Ride[]; of: string }) {
  if (rides.length < 2) return rides[0]?.state === "scheduled" ? <p>{kept(rides[0])}</p> : null;
  const unkept = rides.filter((ride) => ride.state === "scheduled" && !ride.on_call && !ride.reserved);
  return (
    <section class="stack" aria-label={words.title}>
      <h2>{words.title}</h2>
      {unkept.length > 0 && <p class="warn">{words.unkept(unkept.length)}</p>}
      {rides.map((ride) => (
        <Button
          class="row apart"
          key={ride.id}
          aria-current={ride.id === of}
          onClick={() => void follow(ride.id)}
        >
          <When ride={ride} />
          <span class="soft">{kept(ride)}</span>
        </Button>
      ))}
    </section>
  );
}

const Line = ({ ride }: { ride: Booking }) => (
  <Button class="row apart" onClick={() => void follow(ride.id)}>
    <span>
      <When ride={ride} />
      <br />
      {text.need[ride.need]} · {ride.pickup.name}
      {ride.dropoff ? ` → ${ride.dropoff.name}` : ""}
    </span>
    <span class={ride.uncertain ? "warn" : "soft"}>{kept(ride)}</span>
  </Button>
);

export const Bookings = () => (
  <section class="card stack" aria-label={words.coming}>
    <h2>{words.coming}</h2>
    {bookings.value.length === 0 && <p class="soft">{words.none}</p>}
    {bookings.value.map((ride) => (
      <Line key={ride.id} ride={ride} />
    ))}
  </section>
);
