// What became of saving: done, a problem, or somebody else's changes to be brought together with one's own.
import { kelola as words } from "../../text/kelola";
import { Button } from "../../ui/controls";
import { Trouble } from "./bits";
import { mergeMine, takeTheirs } from "./editing";
import { meanwhile, notice } from "./state";

export function Said() {
  const conflict = meanwhile.value;
  return (
    <div class="said">
      <Trouble at="save" />
      {conflict && (
        <div class="banner stack">
          <p>{words.meanwhile(conflict.updated_by)}</p>
          <div class="acts flow">
            <Button label={words.mergeMine} class="primary" onClick={mergeMine} />
            <Button label={words.takeTheirs} onClick={takeTheirs} />
          </div>
        </div>
      )}
      <p class="notice" role="status">
        {notice.value}
      </p>
    </div>
  );
}
