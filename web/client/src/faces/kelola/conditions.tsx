// The conditions of one part of a rule: rows of a key and its value, in tables of which any may hold.
import { useState } from "preact/hooks";
import { kelola as words } from "../../text/kelola";
import { Button } from "../../ui/controls";
import { FieldProblem } from "./bits";
import { write } from "./editing";
import { focusLater, keys, sop } from "./state";
import type { Key, Part, Table } from "./types";
import { START, ValueOf } from "./values";
import type { Working } from "./work";

const GROUPS = ["request", "patient", "trip", "vehicle", "moment"] as const;

function Add(props: { id: string; part: Part; used: string[]; add: (key: Key) => void }) {
  const [chosen, choose] = useState("");
  const free = (sop.value?.keys ?? []).filter(
    (key) => key.parts.includes(props.part) && !props.used.includes(key.name),
  );
  if (free.length === 0) return null;
  const add = () => {
    const key = free.find((one) => one.name === chosen);
    choose("");
    if (key) props.add(key);
  };
  return (
    <div class="add flow">
      <select
        id={props.id}
        aria-label={words.addTo(words.parts[props.part].title)}
        value={chosen}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="">{words.chooseKey}</option>
        {GROUPS.map((group) => {
          const some = free.filter((key) => key.group === group);
          return (
            some.length > 0 && (
              <optgroup label={words.groups[group]} key={group}>
                {some.map((key) => (
                  <option value={key.name} key={key.name}>
                    {key.label}
                  </option>
                ))}
              </optgroup>
            )
          );
        })}
      </select>
      <Button label={words.add} disabled={!chosen} onClick={add} />
    </div>
  );
}

function Rows(props: {
  rule: Working;
  prefix: string;
  part: Part;
  table: Table;
  set: (table: Table) => void;
}) {
  const { table, set } = props;
  const drop = (name: string) => {
    const { [name]: _, ...rest } = table;
    set(rest);
    focusLater(`${props.prefix}-add`);
  };
  return (
    <div class="stack">
      {Object.entries(table).map(([name, value]) => {
        const spec = keys.value.get(name);
        const label = spec?.label ?? name;
        const id = `${props.prefix}-${name}`;
        return (
          <fieldset class="condition" key={name}>
            <legend>{label}</legend>
            <div class="value">
              {spec ? (
                <ValueOf id={id} spec={spec} value={value} set={(now) => set({ ...table, [name]: now })} />
              ) : (
                <p>{String(value)}</p>
              )}
              <FieldProblem rule={props.rule} field={`${props.part}.${name}`} />
            </div>
            <Button class="drop" aria-label={words.removeCondition(label)} onClick={() => drop(name)}>
              ✕
            </Button>
          </fieldset>
        );
      })}
      <Add
        id={`${props.prefix}-add`}
        part={props.part}
        used={Object.keys(table)}
        add={(key) => {
          set({ ...table, [key.name]: START[key.kind] });
          focusLater(`${props.prefix}-${key.name}`);
        }}
      />
    </div>
  );
}

export function Conditions({ rule, part }: { rule: Working; part: Part }) {
  const text = words.parts[part];
  const tables = rule.doc[part].length > 0 ? rule.doc[part] : [{}];
  const set = (next: Table[]) => write(rule.key, { [part]: next });
  const first = Object.keys(tables[0] ?? {}).length;
  return (
    <fieldset class="part stack" id={`${part}-${rule.key}`}>
      <legend>{text.title}</legend>
      <FieldProblem rule={rule} field={part} />
      {first === 0 && tables.length === 1 && <p class="soft">{text.none}</p>}
      {tables.map((table, at) => (
        <div class="stack" key={at}>
          {at > 0 && (
            <p class="or">
              <strong>{text.or}</strong>
              <Button class="link" onClick={() => set(tables.filter((_, other) => other !== at))}>
                {words.removeAlternative}
              </Button>
            </p>
          )}
          <Rows
            rule={rule}
            prefix={`${rule.key}-${part}-${at}`}
            part={part}
            table={table}
            set={(now) => set(tables.map((one, other) => (other === at ? now : one)))}
          />
        </div>
      ))}
      {first > 0 && tables.length < 8 && (
        <Button
          class="link"
          onClick={() => {
            set([...tables, {}]);
            focusLater(`${rule.key}-${part}-${tables.length}-add`);
          }}
        >
          {words.alternative(text.or)}
        </Button>
      )}
    </fieldset>
  );
}
