// What is needed, from where and to where: one tap each, the rest may follow.
import { useState } from "preact/hooks";
import type { Facility, Need } from "../../core/api";
import { busy } from "../../core/attempt";
import { now } from "../../core/clock";
import { NEEDS_URGENCY } from "../../core/vocabulary";
import { fieldTime, zoneName } from "../../core/words";
import { text } from "../../text/id";
import { minta } from "../../text/minta";
import { booking } from "../../text/pesanan";
import { place as placing } from "../../text/tempat";
import { Area, Button, bound, Field, Form, Phone, Pick } from "../../ui/controls";
import { hasUrgency, PatientFields, UNTOLD, UrgencyPick } from "../../ui/patient";
import { type Place, PlacePicker } from "../../ui/place";
import {
  back,
  backTime,
  days,
  dropoff,
  find,
  later,
  nearest,
  need,
  note,
  ownPhone,
  patient,
  phone,
  pickup,
  until,
  urgency,
  type Weekday,
} from "./state";

const NEEDS: Need[] = ["emergency", "referral", "transport", "body"];

function Destination({ onSearch }: { onSearch: () => void }) {
  const body = need.value === "body";
  const suggested = body ? nearest("cemetery", 2) : nearest("hospital", 2);
  const picked = dropoff.value;
  const isPicked = (facility: Facility) =>
    picked !== null && "facility" in picked && picked.facility === facility.id;
  const other = picked !== null && !suggested.some(isPicked);
  return (
    <fieldset>
      <legend>
        {minta.dropoff} <span class="soft">{minta.mayFollow}</span>
      </legend>
      <div class="choices">
        {suggested.map((facility) => (
          <Button
            key={facility.id}
            aria-pressed={isPicked(facility)}
            onClick={() =>
              (dropoff.value = isPicked(facility) ? null : { facility: facility.id, name: facility.name })
            }
          >
            {facility.name}
          </Button>
        ))}
        <Button aria-pressed={other} onClick={onSearch}>
          {other && picked ? picked.name : "Cari…"}
        </Button>
      </div>
    </fieldset>
  );
}

const Details = ({ of }: { of: Need }) => (
  <details class="card">
    <summary>{minta.details}</summary>
    <div class="stack">
      <PatientFields need={of} told={patient.value} onTell={(told) => (patient.value = told)} />
      {hasUrgency(of) && (
        <UrgencyPick
          value={urgency.value || NEEDS_URGENCY[of]}
          onPick={(picked) => (urgency.value = picked)}
        />
      )}
      <Area label="Catatan untuk sopir" maxLength={500} {...bound(note)} />
    </div>
  </details>
);

const repeat = booking.repeat;

function Repeat() {
  const toggle = (day: Weekday) =>
    (days.value = days.value.includes(day) ? days.value.filter((one) => one !== day) : [...days.value, day]);
  return (
    <fieldset class="stack">
      <legend>{repeat.title}</legend>
      <div class="choices days">
        {(Object.keys(repeat.days) as Weekday[]).map((day) => (
          <Button
            key={day}
            label={repeat.days[day]}
            aria-pressed={days.value.includes(day)}
            onClick={() => toggle(day)}
          />
        ))}
      </div>
      {days.value.length > 0 && (
        <Field label={repeat.until} type="date" required min={later.value.slice(0, 10)} {...bound(until)} />
      )}
    </fieldset>
  );
}

const Back = () => (
  <>
    <Pick
      label={booking.back.title}
      value={back.value}
      options={booking.back.ways}
      onPick={(way) => (back.value = way as typeof back.value)}
    />
    {back.value !== "none" && (
      <Field label={booking.back[back.value]} type="time" required {...bound(backTime)} />
    )}
  </>
);

function Later() {
  const set = (typed: string) => (later.value = typed);
  return (
    <details class="card" open={later.value !== ""}>
      <summary>{minta.later}</summary>
      <div class="stack">
        <Field
          label={minta.laterAt(zoneName())}
          type="datetime-local"
          min={fieldTime(now.peek())}
          value={later.value}
          onType={set}
        />
        {later.value && need.value !== "body" && <Repeat />}
        {later.value && need.value !== "body" && dropoff.value && <Back />}
        {later.value && <Button label={minta.now} onClick={() => set("")} />}
      </div>
    </details>
  );
}

export function Ask() {
  const [where, search] = useState<"pickup" | "dropoff" | null>(null);
  const choose = (place: Place) => {
    if (where === "pickup") pickup.value = place;
    else dropoff.value = place;
    search(null);
  };
  if (where) return <PlacePicker label={placing[where]} onPick={choose} onBack={() => search(null)} />;
  const pick = (kind: Need) => {
    if (kind !== need.value) {
      urgency.value = "";
      patient.value = UNTOLD;
    }
    need.value = kind;
    if (kind === "emergency") later.value = "";
    dropoff.value = null;
  };
  return (
    <Form onSend={find}>
      <fieldset>
        <legend>Kebutuhan</legend>
        <div class="choices two">
          {NEEDS.map((kind) => (
            <Button key={kind} aria-pressed={need.value === kind} onClick={() => pick(kind)}>
              {text.need[kind]}
            </Button>
          ))}
        </div>
      </fieldset>
      {need.value && <Destination onSearch={() => search("dropoff")} />}
      <p class="apart">
        <span>
          Jemput: <strong>{pickup.value?.name ?? "pilih tempat"}</strong>
        </span>
        <Button label="Ubah" class="link" onClick={() => search("pickup")} />
      </p>
      <Phone
        label={
          <>
            {need.value === "body" ? "Telepon keluarga" : "Telepon yang dikabari"}{" "}
            <span class="soft">{ownPhone.value ? "(kosong: telepon petugas)" : ""}</span>
          </>
        }
        required={!ownPhone.value}
        {...bound(phone)}
      />
      {need.value && <Details of={need.value} />}
      {need.value && need.value !== "emergency" && <Later />}
      <button class="primary big" type="submit" disabled={busy.value || !need.value || !pickup.value}>
        {busy.value ? "Mencari…" : "CARI KENDARAAN"}
      </button>
    </Form>
  );
}
