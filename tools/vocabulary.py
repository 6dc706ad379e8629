"""Writes core/vocabulary.ts of the pages from the server's tables; with --check it fails where that differs."""

import json
import re
import sys
from pathlib import Path

root = Path(__file__).parents[1]
sys.path.insert(0, str(root))
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import NEEDS
from dispatch.vocabulary.request_states import OPEN, RequestState
from dispatch.vocabulary.roles import PERMISSIONS, Permission, Role
from dispatch.vocabulary.trip_steps import STATES, STEPS, TRAIL, UNDO_WITHIN
from dispatch.vocabulary.vehicle_classes import CLASSES, Duty
from dispatch.words.tables import page_tables

client = root / "web" / "client"
kept = client / "src" / "core" / "vocabulary.ts"
sources = "".join(path.read_text() for path in client.glob("src/**/*.ts*") if path != kept)
# The permissions that pages ask for; all others are the server's business alone.
ASKED = {Permission(name) for name in re.findall(r'\bcan\([\w.]+, "(\w+)"\)', sources)}
TABLES: dict[str, object] = {
    "NEEDS": list(NEEDS),
    "NEEDS_URGENCY": {need: row.urgency for need, row in NEEDS.items()},
    "OPEN": [state for state in RequestState if state in OPEN],
    "DUTIES": list(Duty),
    "ROLES": {role: sorted(PERMISSIONS[role] & ASKED) for role in Role},
    "CLASSES": {kind: {"mark": row.mark} for kind, row in CLASSES.items()},
    "TRAIL": [state for state in TRAIL if STATES[state].is_going],
    "STATES": {
        state: {"phase": row.phase, "met": row.met, "loaded": row.loaded, "mark": row.mark}
        for state, row in STATES.items()
    },
    "STEPS": {
        step: {"from": sorted(row.leads_from), "to": row.leads_to, "undoable": row.undoable}
        for step, row in STEPS.items()
        if not row.by_desk
    },
    "UNDO_MS": int(UNDO_WITHIN.total_seconds() * 1000),
    # Each table by itself: a page is built from those that it names.
    **{f"{lang}_{name}": dict(rows) for lang in Lang for name, rows in page_tables(lang).items()},
}
text = "// Made by tools/vocabulary.py from dispatch/vocabulary and dispatch/words: run make vocabulary.\n"
text += "".join(
    f"export const {name} = {json.dumps(table, ensure_ascii=False, indent=2)} as const;\n"
    for name, table in TABLES.items()
)
if "--check" not in sys.argv:
    kept.write_text(text)
elif not kept.exists() or kept.read_text() != text:
    sys.exit("web/client/src/core/vocabulary.ts is not what the server says: run make vocabulary")
