// Requests that are one, or come from one event: what an operator says of them. Fetched with the panel or the boards.
import { type Incident, type Likely, post, type RequestFull } from "../../core/api";
import { attempt } from "../../core/attempt";
import { requests } from "../../core/requests";
import { lookAgain, merging, opened, select, selected, takeIncident } from "./state";

// How the selected request ends: perhaps as the same as another.
export function askEnd(of: string | null) {
  merging.value = of;
  opened.value = "end";
}

// The one that was asked for later is the same as the earlier one.
export async function merge(request: RequestFull, other: Likely) {
  const known = requests.value.get(other.request_id ?? "");
  if (!known) return;
  const [first, second] = known.created_at < request.created_at ? [known, request] : [request, known];
  if (selected.value?.id !== second.id) await select(second.id);
  askEnd(first.id);
}

export const openIncident = (body: object) =>
  attempt(async () => takeIncident(await post<Incident>("/api/incidents", body)));
const change = (id: string, what: string, body: object) =>
  attempt(async () => {
    takeIncident(await post<Incident>(`/api/incidents/${id}/${what}`, body));
    await lookAgain();
  });
export const regroup = (id: string, body: { add?: string[]; remove?: string[] }) =>
  change(id, "requests", body);
export const closeIncident = (id: string) => change(id, "close", {});
