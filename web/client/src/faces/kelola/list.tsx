// Every agency's SOP: the version in force, the drafts that wait for somebody, and the others folded away.
import { dateText, shortText } from "../../core/words";
import { kelola as words } from "../../text/kelola";
import { Link } from "./bits";
import { hasShelved } from "./editing";
import { me, place, sop } from "./state";
import type { DraftSummary, SopAgency } from "./types";

const NATIONAL = "national";

const inForce = (agency: SopAgency) => agency.versions.find((version) => version.state === "in_force");
export const titleOf = (id: string) => {
  const agency = sop.value?.agencies.find((one) => one.agency === id);
  return (agency && (inForce(agency) ?? agency.versions[0])?.title) || id;
};

const DraftRow = ({ draft, where }: { draft: DraftSummary; where?: boolean }) => (
  <Link
    class={`row ${draft.state}`}
    to={{ agency: draft.agency, draft: draft.id }}
    current={place.value.draft === draft.id}
  >
    <span>
      <strong>
        {words.drafts} {draft.version}
      </strong>{" "}
      <span class={`chip ${draft.state}`}>{words.draftState[draft.state]}</span>
      {hasShelved(draft.id) && <span class="chip unsaved">{words.unsavedHere}</span>}
    </span>
    <small class="soft">
      {where && `${draft.title} · `}
      {words.changedBy(draft.updated_by, shortText(draft.updated_at))}
    </small>
  </Link>
);

function Agency({ agency }: { agency: SopAgency }) {
  const now = inForce(agency);
  const others = agency.versions.filter((version) => version !== now);
  const open = agency.drafts.filter((draft) => draft.state !== "published");
  const chosen = place.value.agency === agency.agency ? place.value.version : null;
  return (
    <li class="card agency stack">
      {now ? (
        <Link
          class="row"
          to={{ agency: agency.agency, version: now.version }}
          current={chosen === now.version}
        >
          <strong>{now.title}</strong>
          <small class="soft">
            {words.inForceSince(dateText(now.effective_from))} · {words.rules(now.rules)}
          </small>
        </Link>
      ) : (
        <p>
          <strong>{titleOf(agency.agency)}</strong> <span class="soft">{words.noneInForce}</span>
        </p>
      )}
      {open.map((draft) => (
        <DraftRow draft={draft} key={draft.id} />
      ))}
      {others.length > 0 && (
        <details open={others.some((version) => version.version === chosen)}>
          <summary>{words.otherVersions(others.length)}</summary>
          {others.map((version) => (
            <Link
              class="row"
              key={version.version}
              to={{ agency: agency.agency, version: version.version }}
              current={chosen === version.version}
            >
              <span>
                {version.version} <span class={`chip ${version.state}`}>{words.state[version.state]}</span>
              </span>
              <small class="soft">{words.from(dateText(version.effective_from))}</small>
            </Link>
          ))}
        </details>
      )}
    </li>
  );
}

export function List() {
  // One's own first, then what holds for everybody.
  const nearness = (agency: SopAgency) =>
    agency.agency === me.value?.agency ? 0 : agency.agency === NATIONAL ? 1 : 2;
  const agencies = [...(sop.value?.agencies ?? [])].sort((a, b) => nearness(a) - nearness(b));
  const mine = new Set(sop.value?.may_edit);
  const waiting = agencies
    .filter((agency) => mine.has(agency.agency))
    .flatMap((agency) => agency.drafts)
    .filter((draft) => draft.state === "submitted" || draft.state === "approved");
  return (
    <nav class="list stack" aria-label={words.list}>
      {waiting.length > 0 && (
        <section class="card stack waiting">
          <h2>{words.waiting}</h2>
          {waiting.map((draft) => (
            <DraftRow draft={draft} where key={draft.id} />
          ))}
        </section>
      )}
      {sop.value && agencies.length === 0 && <p class="soft">{words.none}</p>}
      <ul class="plain stack">
        {agencies.map((agency) => (
          <Agency agency={agency} key={agency.agency} />
        ))}
      </ul>
    </nav>
  );
}

export const How = () => (
  <section class="card stack">
    <h2>{words.how}</h2>
    <ol class="how-to">
      {words.steps.map(([step, rest]) => (
        <li key={step}>
          <strong>{step}</strong> {rest}
        </li>
      ))}
    </ol>
    <p class="soft">{words.choose}</p>
  </section>
);
