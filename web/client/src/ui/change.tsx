// A kept request is changed: what may be something else now; only what was altered is sent.
import { useState } from "preact/hooks";
import { Problem, type RequestFull, sentence } from "../core/api";
import { now } from "../core/clock";
import { live } from "../core/requests";
import { STATES } from "../core/vocabulary";
import { fieldTime, instantOf, zoneName } from "../core/words";
import { booking } from "../text/pesanan";
import { place as placing } from "../text/tempat";
import { change as words } from "../text/ubah";
import { Button, Check, Field, Form, Phone, Pick } from "./controls";
import { hasUrgency, PatientFields, type Told, UrgencyPick } from "./patient";
import { type Place, PlacePicker, wire } from "./place";

type Document = RequestFull["documents"][number];
const DOCUMENTS = Object.entries(words.document) as [Document, string][];
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

interface Props {
  request: RequestFull;
  onSend: (body: object) => Promise<unknown>;
  onDone: () => void;
  onBack: () => void;
}

// As it was when the form opened: what happens meanwhile takes nothing away that somebody is typing.
export function Change({ request, onSend, onDone, onBack }: Props) {
  const [was] = useState(request);
  const [where, search] = useState<"pickup" | "dropoff" | null>(null);
  const [pickup, setPickup] = useState<Place | null>(null);
  const [dropoff, setDropoff] = useState<Place | null>(null);
  const [urgency, setUrgency] = useState<string>(was.urgency);
  const [told, tell] = useState<Told>(was.patient);
  const [documents, setDocuments] = useState(was.documents);
  const [phone, setPhone] = useState(was.contact_phone ?? "");
  const booked = was.schedule_at ? fieldTime(Date.parse(was.schedule_at)) : "";
  const [at, setAt] = useState(booked);
  const [series, setSeries] = useState("this");
  const [going, setGoing] = useState(false);
  const [wrong, setWrong] = useState("");
  const [lets, setLets] = useState<string[] | null>(null);

  const aboard = live(request).some((trip) => STATES[trip.state].loaded);
  const later = was.rides.some((ride) => ride.state === "scheduled" && ride.id !== was.id);
  const patient = Object.fromEntries(
    Object.entries(told).filter(([code, value]) => !same(value, was.patient[code as keyof Told])),
  );
  const altered = {
    ...(dropoff ? { dropoff: wire(dropoff) } : {}),
    ...(pickup && !aboard ? { pickup: wire(pickup) } : {}),
    ...(urgency !== was.urgency ? { urgency } : {}),
    ...(Object.keys(patient).length ? { patient } : {}),
    ...(same([...documents].sort(), [...was.documents].sort()) ? {} : { documents }),
    ...(phone && phone !== was.contact_phone ? { contact: { phone } } : {}),
    ...(at && at !== booked ? { schedule_at: instantOf(at) } : {}),
  };
  const send = async (agreed: boolean) => {
    setGoing(true);
    setWrong("");
    try {
      await onSend({ ...altered, ...(later ? { series } : {}), ...(agreed ? { agreed } : {}) });
      onDone();
    } catch (error) {
      setGoing(false);
      if (error instanceof Problem && error.code === "needs_choice")
        setLets((error.facts["lets_go"] as string[] | undefined) ?? []);
      else setWrong(sentence(error));
    }
  };

  if (where)
    return (
      <PlacePicker
        label={placing[where]}
        onBack={() => search(null)}
        onPick={(place) => {
          (where === "pickup" ? setPickup : setDropoff)(place);
          search(null);
        }}
      />
    );
  if (lets) {
    const nameOf = (id: string) => was.assignments.find((trip) => trip.vehicle_id === id)?.vehicle_name ?? id;
    return (
      <section class="card stack" role="alertdialog" aria-label={words.title}>
        <p class="warn">{words.lets(lets.map(nameOf).join(", "))}</p>
        <p>{words.follows}</p>
        {wrong && <p class="error">{wrong}</p>}
        <div class="choices two">
          <Button label={words.yes} class="danger" disabled={going} onClick={() => void send(true)} />
          <Button label={words.no} disabled={going} onClick={() => setLets(null)} />
        </div>
      </section>
    );
  }
  const toggle = (document: Document) => (on: boolean) =>
    setDocuments(on ? [...documents, document] : documents.filter((one) => one !== document));
  return (
    <Form class="stack change" aria-label={words.title} onSend={() => void send(false)}>
      <p class="soft">{aboard ? words.aboard : words.how}</p>
      <At label={words.dropoff} name={(dropoff ?? was.dropoff)?.name} onClick={() => search("dropoff")} />
      {!aboard && (
        <>
          <At label={words.pickup} name={(pickup ?? was.pickup).name} onClick={() => search("pickup")} />
          {hasUrgency(was.need) && <UrgencyPick value={urgency} onPick={setUrgency} />}
          {was.need !== "document" && <PatientFields need={was.need} told={told} onTell={tell} />}
          {was.need === "body" && (
            <fieldset>
              <legend>{words.documents}</legend>
              {DOCUMENTS.map(([code, name]) => (
                <Check key={code} label={name} checked={documents.includes(code)} onCheck={toggle(code)} />
              ))}
            </fieldset>
          )}
          {booked && (
            <Field
              label={words.at(zoneName())}
              type="datetime-local"
              min={fieldTime(now.peek())}
              value={at}
              onType={setAt}
            />
          )}
        </>
      )}
      <Phone label={words.phone} value={phone} onType={setPhone} />
      {later && <Pick label={words.which} value={series} options={booking.rides.ways} onPick={setSeries} />}
      <div role="alert">{wrong && <p class="error">{wrong}</p>}</div>
      <div class="choices two">
        <Button
          type="submit"
          label={words.send}
          class="primary"
          disabled={going || Object.keys(altered).length === 0}
        />
        <Button label={words.back} onClick={onBack} />
      </div>
    </Form>
  );
}

const At = (props: { label: string; name: string | undefined; onClick: () => void }) => (
  <p class="apart">
    <span>
      {props.label}: <strong>{props.name ?? words.later}</strong>
    </span>
    <Button
      label={words.place}
      aria-label={`${words.place}: ${props.label}`}
      class="link"
      onClick={props.onClick}
    />
  </p>
);
