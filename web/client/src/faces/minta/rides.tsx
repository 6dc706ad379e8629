// The rides of one booking, with the way to each of them.
import type { Ride } from "../../core/api";
import { booking } from "../../text/pesanan";
import { kept, When } from "../../ui/bookings";
import { Button } from "../../ui/controls";
import { follow } from "./state";

const words = booking.rides;
const NEAR = 6;

export function Rides({ rides, of }: { rides: Ride[]; of: string }) {
  if (rides.length < 2) return rides[0]?.state === "scheduled" ? <p>{kept(rides[0])}</p> : null;
  const unkept = rides.filter(
    (ride) => ride.state === "scheduled" && !ride.on_call && !ride.waits && !ride.reserved,
  );
  // Those around the one that is read; months of rides would keep its buttons out of sight.
  const from = Math.max(0, Math.min(rides.findIndex((ride) => ride.id === of) - 1, rides.length - NEAR));
  const near = rides.slice(from, from + NEAR);
  const others = rides.filter((ride) => !near.includes(ride));
  return (
    <section class="stack" aria-label={words.title}>
      <h2>{words.title}</h2>
      {unkept.length > 0 && <p class="warn">{words.unkept(unkept.length)}</p>}
      {near.map((ride) => (
        <Row key={ride.id} ride={ride} of={of} />
      ))}
      {others.length > 0 && (
        <details key={of}>
          <summary>{words.others(others.length)}</summary>
          <div class="stack">
            {others.map((ride) => (
              <Row key={ride.id} ride={ride} of={of} />
            ))}
          </div>
        </details>
      )}
    </section>
  );
}

const Row = ({ ride, of }: { ride: Ride; of: string }) => (
  <Button class="row apart" aria-current={ride.id === of} onClick={() => void follow(ride.id)}>
    <When ride={ride} />
    <span class="soft">{kept(ride)}</span>
  </Button>
);
