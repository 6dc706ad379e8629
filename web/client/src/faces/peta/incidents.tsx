// The board of each incident: its people by colour, how far its vehicles have come, and its requests.
import { useEffect, useState } from "preact/hooks";
import { get, type Incident, type IncidentFull, type RequestSummary } from "../../core/api";
import { say } from "../../core/attempt";
import { clockText } from "../../core/words";
import { text } from "../../text/id";
import { words } from "../../text/kejadian";
import { peta } from "../../text/peta";
import { Button } from "../../ui/controls";
import { closeIncident } from "./grouping";
import { incidents, select, selected } from "./state";

const COLOURS = ["red", "yellow", "green", "body"] as const;

export const Incidents = () => (
  <div class="stack">
    {incidents.value.size === 0 && <p class="soft">{words.none}</p>}
    {[...incidents.value.values()].map((incident) => (
      <Board incident={incident} key={incident.id} />
    ))}
  </div>
);

function Board({ incident }: { incident: Incident }) {
  const [members, setMembers] = useState<RequestSummary[]>([]);
  useEffect(() => {
    let current = true;
    get<IncidentFull>(`/api/incidents/${incident.id}`)
      .then((full) => current && setMembers(full.requests))
      .catch(say);
    return () => {
      current = false;
    };
  }, [incident]);
  return (
    <section class="card incident stack" aria-label={`${peta.incidents}: ${incident.name}`}>
      <h2>{incident.name}</h2>
      <p class="soft">
        {incident.place.name} · {clockText(incident.created_at)}
      </p>
      <People of={incident} />
      <p>
        <strong>{vehiclesText(incident)}</strong>
      </p>
      {incident.note && <p>{incident.note}</p>}
      {members.map((one) => (
        <Button
          key={one.id}
          class={`request ${one.need === "body" ? "body" : one.urgency}`}
          aria-pressed={selected.value?.id === one.id}
          onClick={() => void select(one.id)}
        >
          <strong>{text.need[one.need]}</strong>
          <span class="age">{clockText(one.created_at)}</span>
          <span>{one.pickup.name}</span>
          <small>{text.state[one.state]}</small>
        </Button>
      ))}
      <Button label={words.close} onClick={() => void closeIncident(incident.id)} />
    </section>
  );
}

function People({ of }: { of: Incident }) {
  const some = COLOURS.filter((colour) => of.people[colour]);
  if (some.length === 0) return <p class="soft">{words.nobody}</p>;
  return (
    <ul class="people plain flow">
      {some.map((colour) => (
        <li key={colour} class={colour}>
          {of.people[colour]} {words.colour[colour].toLowerCase()}
        </li>
      ))}
    </ul>
  );
}

function vehiclesText({ assigned, sought, done }: Incident): string {
  const said = [words.assigned(assigned)];
  if (sought > 0) said.push(words.sought(sought));
  if (done > 0) said.push(words.done(done));
  return said.join(", ");
}
