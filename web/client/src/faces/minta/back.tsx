// The way back of a request that is kept already: when it is, and whether the vehicle waits for it.
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { busy } from "../../core/attempt";
import { booking } from "../../text/pesanan";
import { Button, Field, Form, Pick } from "../../ui/controls";
import { addBack, type Back } from "./state";

const words = booking.back;
const WAYS = words.ways.filter(([way]) => way !== "none");

export const mayReturn = (request: RequestFull) =>
  request.need !== "document" &&
  request.need !== "body" &&
  !!request.dropoff &&
  !request.returns &&
  !request.rides.some((ride) => ride.returns === request.id && ride.state === "scheduled");

export function AddBack({ onSent }: { onSent: () => void }) {
  const [way, setWay] = useState<Back>("at");
  const [time, setTime] = useState("");
  const send = async () => {
    if (await addBack(way, time)) onSent();
  };
  return (
    <Form onSend={send}>
      <Pick label={words.title} value={way} options={WAYS} onPick={(picked) => setWay(picked as Back)} />
      <Field label={words[way]} type="time" required value={time} onType={setTime} />
      <Button type="submit" label={words.keep} disabled={busy.value || !time} />
    </Form>
  );
}
