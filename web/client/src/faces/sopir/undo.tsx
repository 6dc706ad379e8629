// The last step can be taken back for ten seconds, also without signal: the taking back waits behind it in the queue.
import type { Me } from "../../core/api";
import { now } from "../../core/clock";
import { UNDO_MS } from "../../core/vocabulary";
import { text } from "../../text/id";
import { Button } from "../../ui/controls";
import { act, lastTap, me } from "./state";

export function Undo({ who }: { who: Me }) {
  const tap = lastTap.value;
  const seconds = tap ? Math.ceil((tap.until - now.value) / 1000) : 0;
  if (!tap || seconds <= 0 || (who.assignment && who.assignment.id !== tap.id)) return null;
  const name = tap.step === "clear" ? text.trip.cleared : text.trip[tap.step as keyof typeof text.trip];
  const undo = () => {
    lastTap.value = null;
    me.value = tap.before;
    void act(`/api/assignments/${tap.id}/undo`, {});
  };
  return (
    <Button class="wide undo" onClick={undo}>
      {text.sopir.undo(name, Math.min(seconds, UNDO_MS / 1000))}
    </Button>
  );
}
