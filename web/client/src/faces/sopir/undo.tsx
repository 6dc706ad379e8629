// The last step can be taken back for ten seconds, also without signal: the taking back waits behind it in the queue.
import { signal } from "@preact/signals";
import type { Me } from "../../core/api";
import { text } from "../../text/id";
import { act, me, tick } from "./main";

const UNDO_MS = 10_000;
const UNDOABLE = new Set(["en_route", "on_scene", "transporting", "at_destination", "clear"]);
const last = signal<{ id: string; step: string; before: Me; until: number } | null>(null);

// What stood before a tap, so that taking it back shows at once what the server will say.
export function remember(before: Me, id: string, step: string): void {
  last.value = UNDOABLE.has(step) ? { id, step, before, until: Date.now() + UNDO_MS } : null;
}

export function Undo({ who }: { who: Me }) {
  const tap = last.value;
  const seconds = tap ? Math.ceil((tap.until - tick.value) / 1000) : 0;
  if (!tap || seconds <= 0 || (who.assignment && who.assignment.id !== tap.id)) return null;
  const name = tap.step === "clear" ? text.trip.cleared : text.trip[tap.step as keyof typeof text.trip];
  const undo = () => {
    last.value = null;
    me.value = tap.before;
    void act(`/api/assignments/${tap.id}/undo`, {});
  };
  return (
    <button type="button" class="wide undo" onClick={undo}>
      {text.sopir.undo(name, Math.min(seconds, UNDO_MS / 1000))}
    </button>
  );
}
