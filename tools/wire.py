"""Writes core/wire.ts of the pages: what they use of the server's schema; with --check it fails where that differs."""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

root = Path(__file__).parents[1]
sys.path.insert(0, str(root))
from dispatch.settings import Settings
from hatch_build import npm
from web.server import create_app

client = root / "web" / "client"
kept = client / "src" / "core" / "wire.ts"
NAMED = re.compile(r'\bSchema<"(\w+)">')
MEANT = re.compile(r'"#/components/schemas/(\w+)"')


def used(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas that the pages name as Schema<"…">, and those that these are made of."""
    sources = [path for path in client.glob("src/**/*.ts*") if path != kept]
    named = {name for path in sources for name in NAMED.findall(path.read_text())}
    if missing := named - schemas.keys():
        sys.exit(f"the server has no schema {', '.join(sorted(missing))}, which the pages name")
    found: set[str] = set()
    while named:
        found |= named
        named = {name for one in named for name in MEANT.findall(json.dumps(schemas[one]))} - found
    return {name: schema for name, schema in schemas.items() if name in found}


def untitled(node: dict[str, object]) -> dict[str, object]:
    """A part of a schema without the title that says its field's name again."""
    return {key: value for key, value in node.items() if key != "title" or not isinstance(value, str)}


with tempfile.TemporaryDirectory() as folder:
    schema, made = Path(folder) / "openapi.json", Path(folder) / "wire.ts"
    said = json.dumps(create_app(Settings(), demo=True).openapi())
    whole = json.loads(said, object_hook=untitled)
    parts = {"schemas": used(whole["components"]["schemas"])}
    schema.write_text(json.dumps(whole | {"paths": {}, "components": parts}, indent=1))
    npm(client, "exec", "--", "openapi-typescript", str(schema), "-o", str(made))
    if "--check" not in sys.argv:
        kept.write_text(made.read_text())
    elif not kept.exists() or kept.read_text() != made.read_text():
        sys.exit("web/client/src/core/wire.ts is not what the server says: run make wire")
