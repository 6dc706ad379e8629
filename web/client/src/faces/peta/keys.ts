// The keyboard: J/K through the requests, Enter into the panel, 1-9 choose, / and T the table, Esc closes.
import { choose } from "./choose";
import { candidates, me, open, select, selected, tableOpen, toPanel } from "./state";

const focusPanel = () => {
  toPanel.value = true;
};

function move(by: number) {
  const list = open.value;
  const at = list.findIndex((request) => request.id === selected.value?.id);
  const next = list[Math.min(list.length - 1, Math.max(0, at + by))];
  if (next) void select(next.id);
}

export function onKey(event: KeyboardEvent) {
  const target = event.target as HTMLElement;
  if (target.closest("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey)
    return;
  const key = event.key.toLowerCase();
  const request = selected.value;
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "escape") void select(null);
  else if (key === "enter") {
    if (target.closest("button, a, summary")) return; // there it already has its meaning
    const first = open.value[0];
    if (request) focusPanel();
    else if (first) void select(first.id).then(focusPanel);
  } else if (key === "t" || key === "/") {
    event.preventDefault();
    tableOpen.value = true;
  } else if (/^[1-9]$/.test(key) && request && me.value?.role === "operator") {
    const shown = candidates.value ?? request.decision;
    const candidate = shown?.candidates.find((one) => one.rank === Number(key));
    if (candidate) choose(request, candidate)?.();
  }
}
