// What the desk proposes to the operator for a red: a vehicle that would be there much sooner, and what that costs.
import type { RequestSummary } from "../../core/api";
import { words } from "../../text/usulan";
import { Button } from "../../ui/controls";
import { assign, diverting, opened, proposalOf, proposed, select } from "./state";

export function Proposal({ request }: { request: RequestSummary }) {
  const found = proposalOf(request);
  if (!found) return null;
  const { said, lower } = found;
  const gain = words.gain(said.eta_s, said.without_s);
  const label = lower
    ? `${words.divert(said.vehicle_name)} ${gain}, ${words.cost(words.colour[lower.urgency], said.waits_s)}`
    : words.send(said.vehicle_name, said.eta_s, said.without_s, said.instead_of_name ?? "");
  const act = async () => {
    await select(request.id);
    if (!lower) return void assign(request.id, said.vehicle_id);
    diverting.value = { vehicle_id: said.vehicle_id, name: said.vehicle_name, reason: words.reason(gain) };
    opened.value = "divert";
  };
  return <Button label={label} class="primary" onClick={() => void act()} />;
}

// Above the list: one ready button for each.
export const Proposals = () => (
  <section class="stack asked" aria-label={words.title}>
    <h2>{words.title}</h2>
    {proposed.value.map((request) => (
      <div class="stack" key={request.id}>
        <p>
          <strong>{request.pickup.name}</strong>
        </p>
        <Proposal request={request} />
      </div>
    ))}
  </section>
);
