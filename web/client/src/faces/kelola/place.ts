// Where the page is, as its address says, and what is loaded to be shown there.
import { get } from "../../core/api";
import { busy } from "../../core/attempt";
import { take } from "./editing";
import type { Place } from "./state";
import { attempt, dirty, draft, leaveDraft, notice, opened, pack, pathOf, place, sop, wanted } from "./state";
import type { Draft, Pack, Sop } from "./types";

export const href = (to: Partial<Place>) => {
  const search = new URLSearchParams();
  if (to.agency) search.set("instansi", to.agency);
  if (to.version) search.set("versi", to.version);
  if (to.draft) search.set("rancangan", to.draft);
  if (to.part === "terbit") search.set("bagian", to.part);
  const text = search.toString();
  return text ? `/kelola?${text}` : "/kelola";
};

export function go(to: Partial<Place>) {
  history.pushState(null, "", href(to));
  notice.value = "";
  void arrive();
}

const isSame = (a: Place, b: Place) =>
  a.agency === b.agency && a.version === b.version && a.draft === b.draft;

export async function arrive() {
  const search = new URLSearchParams(location.search);
  const was = place.value;
  const now: Place = {
    agency: search.get("instansi"),
    version: search.get("versi"),
    draft: search.get("rancangan"),
    part: search.get("bagian") === "terbit" ? "terbit" : "aturan",
  };
  place.value = now;
  if (isSame(was, now) && sop.value) return;
  opened.value = null;
  wanted.value = "";
  pack.value = null;
  if (now.draft !== was.draft) leaveDraft();
  await load();
}

export const load = () =>
  attempt("load", async () => {
    const here = place.value;
    const { agency, version, draft: id } = here;
    const [listed, one, read] = await Promise.all([
      get<Sop>("/api/sop"),
      agency && id ? get<Draft>(pathOf(agency, id)) : null,
      agency && version && !id
        ? get<Pack>(`/api/sop/${encodeURIComponent(agency)}/${encodeURIComponent(version)}`)
        : null,
    ]);
    sop.value = listed;
    if (!isSame(place.value, here)) return;
    if (one) take(one, true);
    pack.value = read;
  });

// Somebody else may have approved meanwhile: look again when the page comes back to the eye.
export async function refresh() {
  if (document.hidden || dirty.value || busy.value || opened.value) return;
  const now = draft.value;
  if (!now) return;
  const found = await get<Draft>(pathOf(now.agency, now.id)).catch(() => null);
  if (found && draft.value?.id === found.id && !dirty.value && found.edit !== draft.value.edit) take(found);
}
