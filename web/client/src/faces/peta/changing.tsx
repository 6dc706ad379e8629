// An operator changes what is asked for.
import type { RequestFull } from "../../core/api";
import { change as words } from "../../text/ubah";
import { Change } from "../../ui/change";
import { Dialog } from "../../ui/dialog";
import { change, opened } from "./state";

const close = () => (opened.value = null);

export const Changing = ({ request }: { request: RequestFull }) => (
  <Dialog aria-label={words.title} onClose={close}>
    <h2>{words.title}</h2>
    <Change request={request} onSend={(body) => change(request.id, body)} onDone={close} onBack={close} />
  </Dialog>
);
