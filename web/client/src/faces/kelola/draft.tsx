// A draft: its rules with their forms and problems, and what is not saved yet.
import { doing } from "../../core/attempt";
import { kelola as words } from "../../text/kelola";
import { Button, Field } from "../../ui/controls";
import { Lines } from "../../ui/lines";
import { Hint, Link, NumberInput } from "./bits";
import { add, drop, openRule, restore, save } from "./editing";
import { titleOf } from "./list";
import { HEAD } from "./problems";
import { Find, matches, PolicyText, RuleText } from "./read";
import { RuleForm } from "./rule_form";
import { Said } from "./said";
import { dirty, draft, may, meanwhile, opened, place, problemsOf, work } from "./state";
import { Steps } from "./steps";
import { isChanged, isHeadChanged, type Working } from "./work";

const Undo = ({ rule: { doc, key } }: { rule: Working }) => (
  <Button label={words.undo} aria-label={words.undoRule(doc.id)} onClick={() => restore(key)} />
);

function Rule({ rule }: { rule: Working }) {
  const { doc, key } = rule;
  if (rule.removed)
    return (
      <div class="gone apart">
        <p>{words.removed(doc.id, doc.title)}</p>
        <Undo rule={rule} />
      </div>
    );
  const problems = problemsOf(rule);
  const changed = isChanged(rule);
  const isOpen = opened.value === key;
  const told = draft.value?.rules.find((one) => one.id === doc.id)?.sentence;
  return (
    <>
      {problems.length > 0 && (
        <div class="error">
          <strong>{words.ruleProblems}</strong>
          <Lines of={problems.map((problem) => problem.sentence)} />
        </div>
      )}
      {changed && (
        <p class="state">
          <span class="chip unsaved">
            {rule.saved === null ? `${words.newChip}, ${words.unsavedChip}` : words.unsavedChip}
          </span>{" "}
          <span class="soft">{rule.saved === null ? words.newSentence : words.staleSentence}</span>
        </p>
      )}
      {isOpen ? (
        <>
          <h3>
            <span class="code">{doc.id}</span> {doc.title}
          </h3>
          <RuleForm rule={rule} />
        </>
      ) : (
        <RuleText doc={doc} sentence={rule.saved === null ? "" : (told ?? "")}>
          {may("edit") && (
            <div class="acts flow">
              {changed && <Undo rule={rule} />}
              <Button
                id={`ubah-${doc.id}`}
                aria-label={words.editRule(doc.id)}
                onClick={() => openRule(rule)}
              >
                {words.edit}
              </Button>
            </div>
          )}
        </RuleText>
      )}
    </>
  );
}

function Head() {
  const now = work.value;
  const kept = draft.value;
  if (!now || !kept) return null;
  const set = (fields: Partial<typeof now.head>) =>
    (work.value = { ...now, head: { ...now.head, ...fields } });
  return (
    <details class="card head" id={HEAD} open={isHeadChanged(now)}>
      <summary>{words.head}</summary>
      <div class="stack">
        <Field
          id={`${HEAD}-judul`}
          label={words.headTitle}
          value={now.head.title}
          maxLength={200}
          onType={(title) => set({ title })}
        />
        <Field
          label={words.headVersion}
          value={now.head.version}
          maxLength={40}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="versi-hint"
          onType={(version) => set({ version: version.trim() })}
        />
        <Hint of="versi">{words.headVersionHint}</Hint>
        {kept.policy.length > 0 && <h3>{words.policy}</h3>}
        {kept.policy.map(([name, line]) => (
          <label key={name}>
            {line}
            <NumberInput
              value={now.head.policy[name]}
              set={(value) => set({ policy: { ...now.head.policy, [name]: value } })}
            />
          </label>
        ))}
      </div>
    </details>
  );
}

// What is not saved yet, and saving it; while a rule's form is open, the form saves.
function Unsaved() {
  const now = work.value;
  if (!now || opened.value) return null;
  const names = now.rules.filter(isChanged).map((rule) => rule.doc.id);
  if (isHeadChanged(now)) names.unshift(words.headChanged);
  return (
    <div class="unsaved-bar">
      <Said />
      {dirty.value && !meanwhile.value && (
        <div class="bar">
          <p>
            <strong>{words.unsaved}:</strong> {names.join(", ")}
          </p>
          <div class="acts flow">
            <Button class="primary" disabled={doing.value === "save"} onClick={() => void save()}>
              {doing.value === "save" ? words.saving : words.save}
            </Button>
            <Button label={words.drop} onClick={drop} />
          </div>
        </div>
      )}
    </div>
  );
}

function Rules() {
  const now = work.value;
  if (!now) return null;
  const told = new Map((draft.value?.rules ?? []).map((rule) => [rule.id, rule.sentence]));
  const shown = now.rules.filter(
    (rule) => rule.key === opened.value || isChanged(rule) || matches(rule.doc, told.get(rule.doc.id) ?? ""),
  );
  return (
    <section class="rules stack" aria-label={words.rulesTab}>
      {may("edit") ? <Head /> : <PolicyText policy={draft.value?.policy ?? []} />}
      <Find shown={shown.length} all={now.rules.length} />
      <ul class="plain stack">
        {shown.map((rule) => (
          <li
            class={`card rule ${rule.removed ? "removed" : ""}`}
            key={rule.key}
            id={`aturan-${rule.doc.id}`}
            tabIndex={-1}
          >
            <Rule rule={rule} />
          </li>
        ))}
      </ul>
      {may("edit") && (
        <Button class="wide" onClick={add}>
          + {words.addRule}
        </Button>
      )}
    </section>
  );
}

export function DraftPage() {
  const now = draft.value;
  if (!now) return null;
  const here = place.value;
  return (
    <div class="draft">
      <div class="draft-head stack">
        <Link class="back" to={{}}>
          ‹ {words.back}
        </Link>
        <h2 id="judul" tabIndex={-1}>
          {work.value?.head.title || titleOf(now.agency)}{" "}
          <span class={`chip ${now.state}`}>{words.draftState[now.state]}</span>
        </h2>
        <p class="soft">
          {words.draftOf(now.base_version)} · {words.version(now.version)}
        </p>
        <nav class="tabs pair" aria-label={words.sections}>
          <Link to={{ ...here, part: "aturan" }} class="button" current={here.part === "aturan"}>
            {words.rulesTab}
          </Link>
          <Link to={{ ...here, part: "terbit" }} class="button" current={here.part === "terbit"}>
            {words.nextTab}
          </Link>
        </nav>
      </div>
      <div class={`columns ${here.part}`}>
        <Rules />
        <Steps />
      </div>
      <Unsaved />
    </div>
  );
}
