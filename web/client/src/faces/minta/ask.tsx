// What is needed, from where and to where: one tap each, the rest may follow.
import { signal } from "@preact/signals";
import type { Facility, Need } from "../../core/api";
import { text } from "../../text/id";
import { Found } from "./found";
import {
  busy,
  canSit,
  death,
  decision,
  dropoff,
  find,
  infectious,
  nearest,
  need,
  note,
  ownPhone,
  type Place,
  phone,
  pickup,
} from "./state";

const NEEDS: Need[] = ["emergency", "referral", "transport", "body"];
const searching = signal<"pickup" | "dropoff" | null>(null);
const words = signal("");

function choose(place: Place) {
  if (searching.value === "pickup") pickup.value = place;
  else dropoff.value = place;
  searching.value = null;
  decision.value = null;
}

function Search() {
  return (
    <div class="stack">
      <label>
        {searching.value === "pickup" ? "Jemput dari mana?" : "Antar ke mana?"}
        <input
          type="search"
          aria-describedby="place-how"
          ref={(element) => element?.focus()}
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
          }}
        />
      </label>
      <p class="soft" id="place-how">
        Nama tempat, jalan, kelurahan; atau tempelkan tautan peta atau koordinat.
      </p>
      <Found typed={words.value} onPick={choose} />
      <button type="button" onClick={() => (searching.value = null)}>
        Kembali
      </button>
    </div>
  );
}

function Destination() {
  const body = need.value === "body";
  const suggested = body ? nearest("cemetery", 2) : nearest("hospital", 2);
  const picked = dropoff.value;
  const isPicked = (facility: Facility) =>
    picked !== null && "facility" in picked && picked.facility === facility.id;
  const other = picked !== null && !suggested.some(isPicked);
  return (
    <fieldset>
      <legend>Tujuan {body && <span class="soft">(boleh menyusul)</span>}</legend>
      <div class="choices">
        {suggested.map((facility) => (
          <button
            type="button"
            key={facility.id}
            aria-pressed={isPicked(facility)}
            onClick={() => {
              dropoff.value = isPicked(facility) ? null : { facility: facility.id, name: facility.name };
              decision.value = null;
            }}
          >
            {facility.name}
          </button>
        ))}
        <button type="button" aria-pressed={other} onClick={() => (searching.value = "dropoff")}>
          {other && picked ? picked.name : "Cari…"}
        </button>
      </div>
    </fieldset>
  );
}

function Details() {
  return (
    <details class="card">
      <summary>Data pasien (boleh menyusul)</summary>
      <div class="stack">
        {need.value === "body" ? (
          <label>
            Keadaan meninggal
            <select
              value={death.value}
              onChange={(event) => {
                death.value = event.currentTarget.value as typeof death.value;
              }}
            >
              <option value="natural">Wajar</option>
              <option value="unnatural">Tidak wajar (kecelakaan, tenggelam)</option>
              <option value="unidentified">Belum dikenal</option>
            </select>
          </label>
        ) : (
          <label class="check">
            <input
              type="checkbox"
              checked={canSit.value}
              onChange={(event) => {
                canSit.value = event.currentTarget.checked;
              }}
            />
            Pasien dapat duduk
          </label>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={infectious.value}
            onChange={(event) => {
              infectious.value = event.currentTarget.checked;
            }}
          />
          Menular
        </label>
        <label>
          Catatan untuk sopir
          <textarea
            maxLength={500}
            value={note.value}
            onInput={(event) => {
              note.value = event.currentTarget.value;
            }}
          />
        </label>
      </div>
    </details>
  );
}

export function Ask() {
  if (searching.value) return <Search />;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void find();
      }}
    >
      <fieldset>
        <legend>Kebutuhan</legend>
        <div class="choices two">
          {NEEDS.map((kind) => (
            <button
              type="button"
              key={kind}
              aria-pressed={need.value === kind}
              onClick={() => {
                need.value = kind;
                dropoff.value = null;
                decision.value = null;
              }}
            >
              {text.need[kind]}
            </button>
          ))}
        </div>
      </fieldset>
      {need.value && <Destination />}
      <p class="from">
        <span>
          Jemput: <strong>{pickup.value?.name ?? "pilih tempat"}</strong>
        </span>
        <button type="button" class="link" onClick={() => (searching.value = "pickup")}>
          Ubah
        </button>
      </p>
      <label>
        {need.value === "body" ? "Telepon keluarga" : "Telepon yang dikabari"}{" "}
        <span class="soft">{ownPhone.value ? "(kosong: telepon petugas)" : ""}</span>
        <input
          type="tel"
          inputMode="tel"
          autocomplete="off"
          placeholder="+62 8…"
          required={!ownPhone.value}
          pattern="\+?[0-9][0-9 \-]{5,18}[0-9]"
          value={phone.value}
          onInput={(event) => {
            phone.value = event.currentTarget.value;
          }}
        />
      </label>
      {need.value && <Details />}
      <button class="primary big" type="submit" disabled={busy.value || !need.value || !pickup.value}>
        {busy.value ? "Mencari…" : "CARI KENDARAAN"}
      </button>
    </form>
  );
}
