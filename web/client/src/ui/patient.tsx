// What dispatch must know of whoever is fetched, in plain words: while asking, and while changing what was asked.
import type { Need, Patient } from "../core/api";
import { NEEDS_OF, patient as words } from "../text/pasien";
import { Check, Field, Pick } from "./controls";

export type Told = Omit<Patient, "living" | "special_care">;
export const UNTOLD: Told = {
  count: 1,
  can_sit: false,
  oxygen: false,
  ventilator: false,
  incubator: false,
  labour: false,
  guarded: false,
  infectious: false,
  death: null,
};

interface Props {
  need: Need;
  told: Told;
  onTell: (told: Told) => void;
}

export function PatientFields({ need, told, onTell }: Props) {
  const body = need === "body";
  const tell = (more: Partial<Told>) => onTell({ ...told, ...more });
  return (
    <>
      <Field
        label={words.count[body ? "body" : "living"]}
        type="number"
        inputMode="numeric"
        min={1}
        max={20}
        value={told.count}
        onType={(typed) => tell({ count: Math.min(20, Math.max(1, Number(typed) || 1)) })}
      />
      {body && (
        <Pick
          label={words.death}
          value={told.death ?? "natural"}
          options={words.deaths}
          onPick={(picked) => tell({ death: picked as Told["death"] })}
        />
      )}
      {NEEDS_OF[body ? "body" : "living"].map((code) => (
        <Check
          key={code}
          label={words.checks[code]}
          checked={told[code]}
          onCheck={(on) => tell({ [code]: on })}
        />
      ))}
    </>
  );
}

export const UrgencyPick = (props: { value: string; onPick: (urgency: string) => void }) => (
  <Pick label={words.urgency} options={words.urgencies} {...props} />
);
// Of a body and of a document there is but one.
export const hasUrgency = (need: Need) => need !== "body" && need !== "document";
