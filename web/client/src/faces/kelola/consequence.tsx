// What a rule's effect needs beside its conditions: who says yes, how many minutes, which documents may follow.
import { kelola as words } from "../../text/kelola";
import { FieldProblem } from "./bits";
import { write } from "./editing";
import { keys, sop } from "./state";
import type { Booking, RuleDocument } from "./types";
import { Names, Span } from "./values";
import { FIELDS, isBlank, type Working } from "./work";

export function Select(props: {
  id: string;
  label: string;
  value: string | null;
  options: [string, string][];
  set: (value: string) => void;
  optional?: boolean;
}) {
  return (
    <label>
      {props.label}
      <select
        id={props.id}
        value={props.value ?? ""}
        onChange={(event) => props.set(event.currentTarget.value)}
      >
        {props.value === null && <option value="">{words.chooseOne}</option>}
        {props.options.map(([name, label]) => (
          <option value={name} key={name}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Minutes({ rule, field }: { rule: Working; field: "prefer_within_min" | "sooner_by_min" }) {
  return (
    <label>
      {words.field[field]}
      <span class="number">
        <input
          id={`${field}-${rule.key}`}
          type="number"
          inputMode="decimal"
          step="any"
          value={rule.doc[field] ?? ""}
          onInput={(event) => {
            const typed = event.currentTarget.value;
            write(rule.key, { [field]: typed === "" ? null : Number(typed) });
          }}
        />
        <span>{words.minutes}</span>
      </span>
    </label>
  );
}

function Listed(props: { rule: Working; field: "overrides" | "notify" | "documents"; hint: string }) {
  const { rule, field } = props;
  const id = `${field}-${rule.key}`;
  const choices = keys.value.get(field)?.choices ?? [];
  const chosen = rule.doc[field];
  if (choices.length > 0)
    return (
      <fieldset class="condition">
        <legend>{words.field[field]}</legend>
        <div class="checks">
          {choices.map(([name, label]) => (
            <label class="check" key={name}>
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={(event) => {
                  const rest = chosen.filter((one) => one !== name);
                  write(rule.key, { [field]: event.currentTarget.checked ? [...rest, name] : rest });
                }}
              />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
    );
  return (
    <div>
      <label for={id}>{words.field[field]}</label>
      <Names
        id={id}
        value={chosen}
        set={(names) => write(rule.key, { [field]: names })}
        describedBy={`${id}-hint`}
      />
      <small class="soft" id={`${id}-hint`}>
        {props.hint}
      </small>
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
      <small class="soft" id={`${id}-hint`}>
        {words.checklistHint}
      </small>
    </div>
  );
}

function BookingOf({ rule }: { rule: Working }) {
  const now = rule.doc.booking;
  const set = (booking: Booking | null) => write(rule.key, { booking });
  return (
    <div class="stack">
      <label class="check">
        <input
          type="checkbox"
          checked={now !== null}
          onChange={(event) =>
            set(event.currentTarget.checked ? { notice_min: 120, hours: "08:00-16:00" } : null)
          }
        />
        {words.field.booking}
      </label>
      {now && (
        <fieldset class="condition stack">
          <legend>{words.field.booking}</legend>
          <label>
            {words.noticeBefore}
            <span class="number">
              <input
                type="number"
                inputMode="decimal"
                step="any"
                value={now.notice_min ?? ""}
                onInput={(event) => {
                  const typed = event.currentTarget.value;
                  set({ ...now, notice_min: typed === "" ? null : Number(typed) });
                }}
              />
              <span>{words.minutes}</span>
            </span>
          </label>
          <Span value={now.hours} set={(hours) => set({ ...now, hours })} />
        </fieldset>
      )}
    </div>
  );
}

const SAID_HERE = [
  ...["approver", "prefer_within_min", "sooner_by_min", "one_each", "overrides", "documents", "checklist"],
  ...["notify", "booking", "booking.hours", "booking.notice_min"],
];

// What the effect needs, and whatever else the rule still carries, so that it can be mended.
export function Consequence({ rule }: { rule: Working }) {
  const { doc, key } = rule;
  const has = (field: keyof RuleDocument) => FIELDS[doc.effect].includes(field) || !isBlank(doc[field]);
  const any = (["approver", "overrides", "prefer_within_min", "sooner_by_min", "one_each"] as const).some(
    has,
  );
  if (!any && !has("documents") && !has("checklist") && !has("notify") && !has("booking")) return null;
  return (
    <fieldset class="part stack">
      <legend>{words.consequence}</legend>
      {has("approver") && (
        <Select
          id={`approver-${key}`}
          label={words.field.approver}
          value={doc.approver}
          options={sop.value?.approvers ?? []}
          set={(approver) => write(key, { approver: approver || null })}
        />
      )}
      {has("prefer_within_min") && <Minutes rule={rule} field="prefer_within_min" />}
      {has("sooner_by_min") && <Minutes rule={rule} field="sooner_by_min" />}
      {has("one_each") && (
        <label class="check">
          <input
            type="checkbox"
            checked={doc.one_each === true}
            onChange={(event) => write(key, { one_each: event.currentTarget.checked || null })}
          />
          {words.field.one_each}
        </label>
      )}
      {has("overrides") && <Listed rule={rule} field="overrides" hint={words.overridesHint} />}
      {has("documents") && <Listed rule={rule} field="documents" hint={words.names} />}
      {has("checklist") && <Checklist rule={rule} />}
      {has("notify") && <Listed rule={rule} field="notify" hint={words.names} />}
      {has("booking") && <BookingOf rule={rule} />}
      {SAID_HERE.map((field) => (
        <FieldProblem rule={rule} field={field} key={field} />
      ))}
    </fieldset>
  );
}
