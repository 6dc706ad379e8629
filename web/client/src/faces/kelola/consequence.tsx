// What a rule's effect needs beside its conditions: who says yes, how many minutes, which documents may follow.
import { kelola as words } from "../../text/kelola";
import { Check, Pick } from "../../ui/controls";
import { Checks, FieldProblem, Hint, type Numbered, NumberInput } from "./bits";
import { write } from "./editing";
import { keys, sop } from "./state";
import type { Booking, RuleDocument } from "./types";
import { Names, Span } from "./values";
import { FIELDS, isBlank, type Working } from "./work";

interface Selected {
  id: string;
  label: string;
  value: string | null;
  options: [string, string][] | undefined;
  onPick: (value: string) => void;
}

// One of some, none yet while it is null.
export const Select = ({ value, options = [], ...pick }: Selected) => (
  <Pick
    {...pick}
    value={value ?? ""}
    options={value === null ? [["", words.chooseOne], ...options] : options}
  />
);

const Minutes = ({ label, ...number }: Numbered) => (
  <label>
    {label}
    <span class="number">
      <NumberInput {...number} />
      <span>{words.minutes}</span>
    </span>
  </label>
);

function Listed(props: { rule: Working; field: "overrides" | "notify" | "documents"; hint: string }) {
  const { rule, field } = props;
  const id = `${field}-${rule.key}`;
  const choices = keys.value.get(field)?.choices ?? [];
  const chosen = rule.doc[field];
  const set = (names: string[]) => write(rule.key, { [field]: names });
  if (choices.length > 0)
    return (
      <fieldset class="condition">
        <legend>{words.field[field]}</legend>
        <Checks choices={choices} chosen={chosen} set={set} />
      </fieldset>
    );
  return (
    <div>
      <label for={id}>{words.field[field]}</label>
      <Names id={id} value={chosen} set={set} hint={props.hint} />
    </div>
  );
}

function Checklist({ rule }: { rule: Working }) {
  const id = `checklist-${rule.key}`;
  return (
    <div>
      <label for={id}>{words.field.checklist}</label>
      <textarea
        id={id}
        rows={3}
        aria-describedby={`${id}-hint`}
        value={rule.doc.checklist.join("\n")}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          write(rule.key, { checklist: typed === "" ? [] : typed.split("\n") });
        }}
      />
      <Hint of={id}>{words.checklistHint}</Hint>
    </div>
  );
}

function BookingOf({ rule }: { rule: Working }) {
  const now = rule.doc.booking;
  const set = (booking: Booking | null) => write(rule.key, { booking });
  return (
    <div class="stack">
      <Check
        label={words.field.booking}
        checked={now !== null}
        onCheck={(on) => set(on ? { notice_min: 120, hours: "08:00-16:00" } : null)}
      />
      {now && (
        <fieldset class="condition stack">
          <legend>{words.field.booking}</legend>
          <Minutes
            label={words.noticeBefore}
            value={now.notice_min}
            set={(notice_min) => set({ ...now, notice_min })}
          />
          <Span value={now.hours} set={(hours) => set({ ...now, hours })} />
        </fieldset>
      )}
    </div>
  );
}

// Who is asked in turn, as the pack's text has it.
const InOrder = ({ approvers }: Pick<RuleDocument, "approvers">) => (
  <div>
    <p>{words.field.approvers}</p>
    <ol>
      {approvers.map(({ who, agency, hours }) => (
        <li key={`${who} ${agency}`}>
          {sop.value?.approvers.find(([name]) => name === who)?.[1] ?? who} {agency} {hours}
        </li>
      ))}
    </ol>
    <p class="soft">{words.inText}</p>
  </div>
);

const HELD = [
  ...(["approver", "approvers", "prefer_within_min", "sooner_by_min", "one_each", "overrides"] as const),
  ...(["documents", "checklist", "notify", "booking"] as const),
];

// What the effect needs, and whatever else the rule still carries, so that it can be mended.
export function Consequence({ rule }: { rule: Working }) {
  const { doc, key } = rule;
  const has = (field: keyof RuleDocument) => FIELDS[doc.effect].includes(field) || !isBlank(doc[field]);
  const set = (fields: Partial<RuleDocument>) => write(key, fields);
  if (!HELD.some(has)) return null;
  return (
    <fieldset class="part stack">
      <legend>{words.consequence}</legend>
      {!isBlank(doc.approvers) && <InOrder approvers={doc.approvers} />}
      {has("approver") && isBlank(doc.approvers) && (
        <Select
          id={`approver-${key}`}
          label={words.field.approver}
          value={doc.approver}
          options={sop.value?.approvers}
          onPick={(approver) => set({ approver: approver || null })}
        />
      )}
      {(["prefer_within_min", "sooner_by_min"] as const).filter(has).map((field) => (
        <Minutes
          key={field}
          id={`${field}-${key}`}
          label={words.field[field]}
          value={doc[field]}
          set={(value) => set({ [field]: value })}
        />
      ))}
      {has("one_each") && (
        <Check
          label={words.field.one_each}
          checked={doc.one_each === true}
          onCheck={(on) => set({ one_each: on || null })}
        />
      )}
      {has("overrides") && <Listed rule={rule} field="overrides" hint={words.overridesHint} />}
      {has("documents") && <Listed rule={rule} field="documents" hint={words.names} />}
      {has("checklist") && <Checklist rule={rule} />}
      {has("notify") && <Listed rule={rule} field="notify" hint={words.names} />}
      {has("booking") && <BookingOf rule={rule} />}
      {[...HELD, "booking.hours", "booking.notice_min"].map((field) => (
        <FieldProblem rule={rule} field={field} key={field} />
      ))}
    </fieldset>
  );
}
