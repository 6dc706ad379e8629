// Who was told: a choice that is filled in already, so that one tap is enough.
import { text } from "../text/id";
import { Pick } from "./controls";

export const TOLD = text.told.choices;
const OPTIONS = TOLD.map((who) => [who, who] as const);

export const Told = (props: { label: string; value: string; onPick: (told: string) => void }) => (
  <Pick options={OPTIONS} {...props} />
);
