// One rule as a form: what it does, for whom and when, in which words, and what it rests on.
import { doing } from "../../core/attempt";
import { kelola as words } from "../../text/kelola";
import { Button, Form } from "../../ui/controls";
import { FieldProblem } from "./bits";
import { Conditions } from "./conditions";
import { Consequence, Select } from "./consequence";
import { change, remove, save, write } from "./editing";
import { Said } from "./said";
import { focusLater, keys, opened, problemsAt, sop } from "./state";
import type { Effect, RuleDocument } from "./types";
import { FIELDS, type Working, withEffect } from "./work";

type TextField = "title" | "clause" | "source" | "reason_met" | "reason_unmet" | "would_help";

function Text(props: { rule: Working; field: TextField; label: string; lines: number }) {
  const { rule, field } = props;
  const id = `${field}-${rule.key}`;
  const set = (typed: string) =>
    write(rule.key, {
      [field]: field === "would_help" && typed === "" ? null : typed.replaceAll("\n", " "),
    });
  return (
    <div>
      <label for={id}>{props.label}</label>
      <textarea
        id={id}
        rows={props.lines}
        maxLength={1000}
        value={rule.doc[field] ?? ""}
        aria-invalid={problemsAt(rule, field).length > 0}
        onInput={(event) => set(event.currentTarget.value)}
      />
      <FieldProblem rule={rule} field={field} />
    </div>
  );
}

function Facts({ rule }: { rule: Working }) {
  const { vehicles, when, unless, must } = rule.doc;
  const names = new Set([
    "class",
    ...[...vehicles, ...when, ...unless, ...must].flatMap((table) => Object.keys(table)),
  ]);
  return (
    <p class="soft" id={`facts-${rule.key}`}>
      {words.wordsHint}{" "}
      {[...names].map((name) => `{${name}} ${keys.value.get(name)?.label ?? ""}`).join(" · ")}
    </p>
  );
}

export function RuleForm({ rule }: { rule: Working }) {
  const { doc, key } = rule;
  const asks = FIELDS[doc.effect].includes("must") || doc.must.length > 0;
  const close = () => {
    opened.value = null;
    focusLater(`ubah-${doc.id}`);
  };
  return (
    <Form class="rule-form stack" aria-label={words.editRule(doc.id)} onSend={save}>
      <div class="two">
        <Text rule={rule} field="title" label={words.ruleTitle} lines={1} />
        {rule.saved === null && (
          <label class="id">
            {words.id}
            <input
              value={doc.id}
              maxLength={20}
              required
              pattern="[A-Za-z][A-Za-z0-9\-]*"
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => write(key, { id: event.currentTarget.value.trim() })}
            />
          </label>
        )}
        <Select
          id={`effect-${key}`}
          label={words.effect}
          value={doc.effect}
          options={sop.value?.effects}
          onPick={(effect) => change(key, (one) => withEffect(one, effect as Effect))}
        />
      </div>
      <FieldProblem rule={rule} field="effect" />
      <p class="soft">{words.effects[doc.effect]}</p>
      <Conditions rule={rule} part="vehicles" />
      <Conditions rule={rule} part="when" />
      <Conditions rule={rule} part="unless" />
      {asks && <Conditions rule={rule} part="must" />}
      <Consequence rule={rule} />
      <fieldset class="part stack">
        <legend>{words.words}</legend>
        <Facts rule={rule} />
        <Text rule={rule} field="reason_met" label={words.reasonMet} lines={2} />
        <Text rule={rule} field="reason_unmet" label={words.reasonUnmet} lines={2} />
        <Text rule={rule} field="would_help" label={words.wouldHelp} lines={2} />
      </fieldset>
      <fieldset class="part stack">
        <legend>{words.base}</legend>
        <Text rule={rule} field="clause" label={words.clause} lines={2} />
        <Text rule={rule} field="source" label={words.source} lines={1} />
        <Select
          id={`overridable-${key}`}
          label={words.overridable}
          value={doc.overridable_by}
          options={sop.value?.overridable}
          onPick={(who) => write(key, { overridable_by: who as RuleDocument["overridable_by"] })}
        />
      </fieldset>
      <p>
        <Button label={words.removeRule(doc.id)} class="danger" onClick={() => remove(key)} />
      </p>
      <div class="foot flow">
        <Said />
        <button type="submit" class="primary" disabled={doing.value === "save"}>
          {doing.value === "save" ? words.saving : words.save}
        </button>
        <Button label={words.close} onClick={close} />
      </div>
    </Form>
  );
}
