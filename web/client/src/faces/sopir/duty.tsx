// Going on duty and off, and the dark screen of waiting.
import { signal } from "@preact/signals";
import type { Me } from "../../core/api";
import { now } from "../../core/clock";
import { whenText } from "../../core/words";
import { text } from "../../text/id";
import { sopir as words } from "../../text/sopir";
import { Button, Check } from "../../ui/controls";
import { startDevice, stopDevice, unlockSound } from "./device";
import { act } from "./state";
import { Undo } from "./undo";

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
      <h1>{who.vehicle?.name ?? words.noVehicle}</h1>
      <p class="soft">
        {who.name} · {text.duty[duty]}
      </p>
      {duty === "out_of_service" && <p class="tell">{words.replaced}</p>}
      <div class="push stack">
        <Undo />
        <Check label={words.atBase} checked={atBase.value} onCheck={(on) => (atBase.value = on)} />
        <Button class="primary huge" disabled={!who.vehicle} onClick={begin}>
          {duty === "cleaning" ? words.clean : duty === "out_of_service" ? words.repaired : words.begin}
        </Button>
        <p class="soft">{words.beginHow}</p>
      </div>
    </section>
  );
}

export function Standby({ who }: { who: Me }) {
  const on = who.vehicle?.auto_accept ?? false;
  const end = () => {
    stopDevice();
    void act("/api/me/duty", { duty: "off_duty" });
  };
  const toggle = () =>
    act("/api/me/duty", {
      duty: "available",
      at_base: who.vehicle?.at_base ?? false, // the switch says nothing of where the vehicle stands
      auto_accept: !on,
    });
  return (
    <section class="standby fill">
      <div class="middle">
        <h1>{words.standby}</h1>
        {who.waiting ? (
          <>
            <p class="tell">{words.waitsThere(who.waiting.place.name)}</p>
            <p>{words.waitsUntil(whenText(who.waiting.schedule_at, now.value))}</p>
          </>
        ) : (
          <p>{words.waiting}</p>
        )}
        <p class="soft">{who.vehicle?.name}</p>
      </div>
      <div class="push stack">
        <Undo />
        <Button label={words.autoAccept(on)} class="wide" aria-pressed={on} onClick={() => void toggle()} />
        {on && <p class="soft">{words.autoHow}</p>}
        <div class="choices two">
          <Button label={words.tone} onClick={unlockSound} />
          <Button label={words.end} onClick={end} />
        </div>
      </div>
    </section>
  );
}
