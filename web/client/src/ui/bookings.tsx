// Booked rides that are to come, and what is known of each.
import type { Booking, Ride } from "../core/api";
import { now } from "../core/clock";
import { whenText } from "../core/words";
import { text } from "../text/id";
import { booking } from "../text/pesanan";
import { Button } from "./controls";

const words = booking.rides;

export function kept(ride: Ride): string {
  if (ride.uncertain) return words.uncertain(ride.call_by ? whenText(ride.call_by, now.value) : "");
  if (ride.state !== "scheduled") return text.state[ride.state];
  if (ride.waits) return ride.reserved_name ? words.waits(ride.reserved_name) : words.willWait;
  if (ride.on_call) return words.onCall;
  return ride.reserved_name ? words.kept(ride.reserved_name) : words.sought;
}

export const When = ({ ride }: { ride: Ride }) => (
  <strong>
    {ride.schedule_at && whenText(ride.schedule_at, now.value)}
    {ride.returns && ` (${words.back})`}
  </strong>
);

interface Props {
  rides: Booking[];
  open: (id: string) => void;
}

export const Bookings = ({ rides, open }: Props) => (
  <section class="card stack" aria-label={words.coming}>
    <h2>{words.coming}</h2>
    {rides.length === 0 && <p class="soft">{words.none}</p>}
    {rides.map((ride) => (
      <Button class="row apart" key={ride.id} onClick={() => open(ride.id)}>
        <span>
          <When ride={ride} />
          <br />
          {text.need[ride.need]} · {ride.pickup.name}
          {ride.dropoff ? ` → ${ride.dropoff.name}` : ""}
        </span>
        <span class={ride.uncertain ? "warn" : "soft"}>{kept(ride)}</span>
      </Button>
    ))}
  </section>
);
