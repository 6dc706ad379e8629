// A calm notice that somebody may have asked for the same already; it keeps nobody from going on.
import type { Likely } from "../../core/api";
import { minta } from "../../text/minta";
import { Alike } from "../../ui/alike";
import { Button } from "../../ui/controls";
import { follow } from "./state";

function Open({ id }: { id: string | null }) {
  return id && <Button label={minta.alike.open} onClick={() => void follow(id)} />;
}

export const Same = ({ likely, how }: { likely: Likely[]; how: string }) => (
  <Alike likely={likely} act={(one) => <Open id={one.request_id} />}>
    <p>{how}</p>
  </Alike>
);
