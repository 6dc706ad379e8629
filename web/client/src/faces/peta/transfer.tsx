// An operator has another vehicle take the patient over: where the two meet, and which one comes.
import { useEffect, useState } from "preact/hooks";
import { type Assignment, type Facility, get, type RequestFull } from "../../core/api";
import { say } from "../../core/attempt";
import { text } from "../../text/id";
import { transfer as words } from "../../text/langkah";
import { Field, Pick } from "../../ui/controls";
import { Ask } from "./ask";
import { about, transfer, vehicles } from "./state";

const HERE = "";

export function Transfer({ request }: { request: RequestFull }) {
  const trip = request.assignments.find((one) => one.id === about.value);
  return trip ? <Form request={request} trip={trip} /> : null;
}

function Form({ request, trip }: { request: RequestFull; trip: Assignment }) {
  const [facilities, setFacilities] = useState<Facility[]>([]);
  const [at, setAt] = useState(HERE);
  const [near, setNear] = useState("");
  const [by, setBy] = useState("");
  useEffect(() => {
    get<Facility[]>("/api/facilities").then(setFacilities).catch(say);
  }, []);
  const stands = vehicles.value.get(trip.vehicle_id);
  const known = stands?.lon != null && stands.lat != null;
  const place = at || (known ? HERE : (facilities[0]?.id ?? HERE));
  const free = [...vehicles.value.values()].filter((one) => one.duty === "available" && !one.assignment_id);
  const where = place || { lon: stands?.lon, lat: stands?.lat, name: near.trim() || undefined };
  return (
    <Ask
      title={words.what(trip.vehicle_name)}
      label={text.reason}
      button={words.now}
      onSend={(reason) =>
        transfer(request.id, { from: trip.id, at: where, vehicle_id: by || undefined, reason })
      }
    >
      <p>{words.how(trip.vehicle_name)}</p>
      <Pick
        label={words.at}
        value={place}
        options={[
          ...(known ? [[HERE, words.here(trip.vehicle_name)] as const] : []),
          ...facilities.map((one) => [one.id, one.name] as const),
        ]}
        onPick={setAt}
      />
      {place === HERE && <Field label={words.near} value={near} maxLength={200} onType={setNear} />}
      <Pick
        label={words.by}
        value={by}
        options={[["", words.soonest], ...free.map((one) => [one.id, one.name] as const)]}
        onPick={setBy}
      />
    </Ask>
  );
}
