// The rides of one booking, with the way to each of them.
import type { Ride } from "../../core/api";
import { booking } from "../../text/pesanan";
import { kept, When } from "../../ui/bookings";
import { Button } from "../../ui/controls";
import { follow } from "./state";

const words = booking.rides;

export function Rides({ rides, of }: { rides: Ride[]; of: string }) {
  if (rides.length < 2) return rides[0]?.state === "scheduled" ? <p>{kept(rides[0])}</p> : null;
  const unkept = rides.filter(
    (ride) => ride.state === "scheduled" && !ride.on_call && !ride.waits && !ride.reserved,
  );
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
