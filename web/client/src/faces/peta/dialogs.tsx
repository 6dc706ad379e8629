// What an operator is asked before something is done: a reason, a note, how it ends and who was told.
import { useState } from "preact/hooks";
import type { RequestFull } from "../../core/api";
import { text } from "../../text/id";
import { words } from "../../text/tanya";
import { Pick } from "../../ui/controls";
import { HeardByPhone } from "../../ui/heard";
import { TOLD, Told } from "../../ui/told";
import { Ask } from "./ask";
import { Correct } from "./correct";
import { Alive, Died } from "./deaths";
import { Group } from "./group";
import {
  addNote,
  approve,
  assign,
  divert,
  diverting,
  end,
  hold,
  lowerOf,
  merging,
  open,
  opened,
  overriding,
} from "./state";
import { Transfer } from "./transfer";

export function Dialogs({ request }: { request: RequestFull }) {
  switch (opened.value) {
    case "note":
      return (
        <Ask
          title={words.noteWhat}
          label={words.noteWhat}
          button={text.send}
          onSend={(typed) => addNote(request.id, typed)}
        />
      );
    case "hold":
      return (
        <Ask
          title={words.holdWhat}
          label={text.reason}
          button={text.hold.replace("…", "")}
          onSend={(typed) => hold(request.id, true, typed)}
        />
      );
    case "end":
      return <End request={request} />;
    case "override":
      return <Override request={request} />;
    case "divert":
      return <Divert request={request} />;
    case "correct":
      return <Correct request={request} />;
    case "transfer":
      return <Transfer request={request} />;
    case "heard":
      return (
        <HeardByPhone
          request={request}
          onSend={(word) => approve(request.id, word)}
          onBack={() => (opened.value = null)}
        />
      );
    case "died":
      return <Died request={request} />;
    case "alive":
      return <Alive request={request} />;
    case "group":
      return <Group request={request} />;
    default:
      return null;
  }
}

type How = keyof typeof words.ends;

function End({ request }: { request: RequestFull }) {
  const [how, setHow] = useState<How>(merging.value ? "duplicate" : "cancel");
  const [told, setTold] = useState<string>(TOLD[0]);
  const others = open.value.filter((other) => other.id !== request.id);
  const [of, setOf] = useState(merging.value ?? others[0]?.id);
  return (
    <Ask
      title={words.endWhat}
      label={text.reason}
      button={words.endNow}
      onSend={(reason) => end(request.id, how, { told, reason, of })}
    >
      <Pick
        label={words.how}
        value={how}
        options={Object.entries(words.ends)}
        onPick={(picked) => setHow(picked as How)}
      />
      {how === "duplicate" && (
        <Pick
          label={words.sameAs}
          value={of}
          options={others.map((one) => [one.id, `${text.need[one.need]} · ${one.pickup.name}`])}
          onPick={setOf}
        />
      )}
      <Told label={text.told.who} value={told} onPick={setTold} />
    </Ask>
  );
}

function Override({ request }: { request: RequestFull }) {
  const candidate = overriding.value;
  if (!candidate) return null;
  const rule = candidate.blocking[0] ?? "";
  return (
    <Ask
      title={words.overrideTo(candidate.name)}
      label={text.reason}
      button={words.overrideNow}
      onSend={(reason) => assign(request.id, candidate.vehicle_id, { rule, reason })}
    >
      <p>{candidate.findings.find((finding) => finding.rule === rule)?.text}</p>
    </Ask>
  );
}

function Divert({ request }: { request: RequestFull }) {
  const vehicle = diverting.value;
  const lower = vehicle && lowerOf(request, vehicle.vehicle_id);
  if (!vehicle || !lower) return null;
  return (
    <Ask
      title={words.divertWhat(vehicle.name)}
      label={text.reason}
      button={words.divertNow}
      given={vehicle.reason ?? ""}
      onSend={(reason) => divert(request.id, lower.id, vehicle.vehicle_id, reason)}
    >
      <p>{words.divertFrom(text.need[lower.need], lower.pickup.name)}</p>
    </Ask>
  );
}
