// Going on duty and off, and the dark screen of waiting.
import { signal } from "@preact/signals";
import type { Me } from "../../core/api";
import { text } from "../../text/id";
import { startDevice, stopDevice, unlockSound } from "./device";
import { act } from "./main";

const atBase = signal(true);

export function Duty({ who }: { who: Me }) {
  const duty = who.vehicle?.duty ?? "off_duty";
  const begin = () => {
    unlockSound();
    startDevice();
    void act("/api/me/duty", { duty: "available", at_base: atBase.value });
  };
  return (
    <section class="stack fill">
      <h1>{who.vehicle?.name ?? "Belum ada kendaraan"}</h1>
      <p class="soft">
        {who.name} · {text.duty[duty]}
      </p>
      <div class="push stack">
        <label class="check">
          <input
            type="checkbox"
            checked={atBase.value}
            onChange={(event) => {
              atBase.value = event.currentTarget.checked;
            }}
          />
          Kendaraan ada di pangkalan
        </label>
        <button type="button" class="primary huge" disabled={!who.vehicle} onClick={begin}>
          {duty === "cleaning" ? "SUDAH BERSIH, SIAGA" : "MULAI BERTUGAS"}
        </button>
        <p class="soft">Ketukan ini juga menyalakan bunyi tawaran.</p>
      </div>
    </section>
  );
}

export function Standby({ who }: { who: Me }) {
  const end = () => {
    stopDevice();
    void act("/api/me/duty", { duty: "off_duty" });
  };
  return (
    <section class="standby fill">
      <div class="middle">
        <h1>SIAGA</h1>
        <p>Menunggu tugas</p>
        <p class="soft">{who.vehicle?.name}</p>
      </div>
      <div class="choices two push">
        <button type="button" onClick={unlockSound}>
          Uji bunyi
        </button>
        <button type="button" onClick={end}>
          Selesai bertugas
        </button>
      </div>
    </section>
  );
}
