// What is booked for later, as it stands whenever something happens to a booked trip.
import { signal, useSignalEffect } from "@preact/signals";
import { type Booking, get } from "../../core/api";
import { say } from "../../core/attempt";
import { newest } from "../../core/newest";
import { Bookings } from "../../ui/bookings";
import { bookedTurn, select } from "./state";

const rides = signal<Booking[]>([]);
const turn = newest();

export function Booked() {
  useSignalEffect(() => {
    void bookedTurn.value;
    const isNewest = turn();
    get<{ bookings: Booking[] }>("/api/bookings")
      .then((found) => {
        if (isNewest()) rides.value = found.bookings;
      })
      .catch(say);
  });
  return <Bookings rides={rides.value} open={(id) => void select(id)} />;
}
