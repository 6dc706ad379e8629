// The last step can be taken back for ten seconds, also without signal: the taking back waits behind it in the queue.
import { now } from "../../core/clock";
import { UNDO_MS } from "../../core/vocabulary";
import { text } from "../../text/id";
import { sopir } from "../../text/sopir";
import { Button } from "../../ui/controls";
import { undo, undoable } from "./state";

export function Undo() {
  const tap = undoable.value;
  const seconds = tap ? Math.ceil((tap.until - now.value) / 1000) : 0;
  if (!tap || seconds <= 0) return null;
  const name = tap.step === "clear" ? text.trip.cleared : text.trip[tap.step as keyof typeof text.trip];
  return (
    <Button class="wide undo" onClick={() => undo(tap)}>
      {sopir.undo(name, Math.min(seconds, UNDO_MS / 1000))}
    </Button>
  );
}
