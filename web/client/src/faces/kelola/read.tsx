// A published version, read as sentences.
import type { ComponentChildren } from "preact";
import { doing } from "../../core/attempt";
import { dateText } from "../../core/words";
import { kelola as words } from "../../text/kelola";
import { Button, Form } from "../../ui/controls";
import { Lines, Named } from "../../ui/lines";
import { Link, labelOf, Trouble } from "./bits";
import { startDraft } from "./publication";
import { pack, sop, wanted } from "./state";
import type { Pack, RuleDocument } from "./types";

const MANY = 6;

export function matches(doc: RuleDocument, sentence: string): boolean {
  const all = `${doc.id} ${doc.title} ${sentence} ${doc.clause}`.toLowerCase();
  return wanted.value
    .toLowerCase()
    .split(" ")
    .every((word) => all.includes(word));
}

export function Find({ shown, all }: { shown: number; all: number }) {
  if (all <= MANY) return null;
  return (
    <label class="find">
      {words.find}
      <input
        type="search"
        value={wanted.value}
        onInput={(event) => (wanted.value = event.currentTarget.value)}
      />
      <span class="soft" aria-live="polite">
        {wanted.value && words.found(shown, all)}
      </span>
    </label>
  );
}

// The rule's title, effect and sentence, with what it rests on folded below.
export function RuleText(props: { doc: RuleDocument; sentence: string; children?: ComponentChildren }) {
  const { doc, sentence } = props;
  const rows: [string, string | null][] = [
    [words.clause, doc.clause],
    [words.source, doc.source],
    [words.met, doc.reason_met],
    [words.unmet, doc.reason_unmet],
    [words.help, doc.would_help],
    [words.overridable, labelOf(sop.value?.overridable, doc.overridable_by)],
  ];
  return (
    <>
      <div class="rule-head flow">
        <h3 id={`judul-${doc.id}`}>
          <span class="code">{doc.id}</span> {doc.title}
        </h3>
        <span class={`effect ${doc.effect}`}>{labelOf(sop.value?.effects, doc.effect)}</span>
      </div>
      <div class="rule-body flow">
        <p class="sentence">{sentence}</p>
        {props.children}
      </div>
      <details>
        <summary aria-describedby={`judul-${doc.id}`}>{words.basis}</summary>
        <Named class="basis" of={rows.filter(([, value]) => value)} />
      </details>
    </>
  );
}

// What it is and its unit are parted by a middle dot.
function figureText([, line, value]: Pack["policy"][number]): string {
  const [what, unit = ""] = line.split(" · ");
  return `${what}: ${String(value).replace(".", ",")} ${unit}`;
}

export function PolicyText({ policy }: { policy: Pack["policy"] }) {
  if (policy.length === 0) return null;
  return (
    <section class="card stack">
      <h3>{words.policy}</h3>
      <Lines class="plain policy" of={policy.map(figureText)} />
    </section>
  );
}

const Text = ({ from }: { from: Pack }) => (
  <details class="card">
    <summary>{words.fullText}</summary>
    <a
      class="button"
      download={`${from.agency}-${from.version}.toml`}
      href={`data:text/plain;charset=utf-8,${encodeURIComponent(from.text)}`}
    >
      {words.download}
    </a>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
    <pre tabIndex={0}>{from.text}</pre>
  </details>
);

function Upload({ agency }: { agency: string }) {
  const send = async (form: HTMLFormElement) => {
    const file = new FormData(form).get("file");
    if (file instanceof File) await startDraft(agency, { text: await file.text() });
  };
  return (
    <details class="card">
      <summary>{words.upload}</summary>
      <Form onSend={send}>
        <label>
          {words.fullText}
          <input type="file" name="file" accept=".toml,text/plain" required />
        </label>
        <Button type="submit" label={words.uploadButton} disabled={doing.value === "draft"} />
      </Form>
    </details>
  );
}

export function Read() {
  const now = pack.value;
  if (!now) return null;
  const shown = now.rules.filter((rule) => matches(rule.document, rule.sentence));
  const editable = sop.value?.may_edit.includes(now.agency);
  return (
    <article class="stack" aria-labelledby="judul">
      <Link class="back" to={{}}>
        ‹ {words.back}
      </Link>
      <div class="card stack">
        <h2 id="judul" tabIndex={-1}>
          {now.title}
        </h2>
        <p>
          {words.version(now.version)} <span class={`chip ${now.state}`}>{words.state[now.state]}</span>
          <br />
          <span class="soft">{words.from(dateText(now.effective_from))}</span>
        </p>
        {editable ? (
          <Button
            class="primary"
            disabled={doing.value === "draft"}
            onClick={() => void startDraft(now.agency, { from_version: now.version })}
          >
            {words.newDraft}
          </Button>
        ) : (
          <p class="soft">{words.readOnly}</p>
        )}
        <Trouble at="draft" />
        <Find shown={shown.length} all={now.rules.length} />
      </div>
      <ul class="plain stack rules">
        {shown.map((rule) => (
          <li class="card rule" key={rule.id}>
            <RuleText doc={rule.document} sentence={rule.sentence} />
          </li>
        ))}
      </ul>
      <PolicyText policy={now.policy} />
      <Text from={now} />
      {editable && <Upload agency={now.agency} />}
    </article>
  );
}
