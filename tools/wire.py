"""Writes web/client/src/core/wire.ts from the server's schema; with --check it fails where the file differs."""

import json
import sys
import tempfile
from pathlib import Path

root = Path(__file__).parents[1]
sys.path.insert(0, str(root))
from dispatch.settings import Settings
from hatch_build import npm
from web.server import create_app

client = root / "web" / "client"
kept = client / "src" / "core" / "wire.ts"

with tempfile.TemporaryDirectory() as folder:
    schema, made = Path(folder) / "openapi.json", Path(folder) / "wire.ts"
    schema.write_text(json.dumps(create_app(Settings(), demo=True).openapi(), indent=1))
    npm(client, "exec", "--", "openapi-typescript", str(schema), "-o", str(made))
    if "--check" not in sys.argv:
        kept.write_text(made.read_text())
    elif not kept.exists() or kept.read_text() != made.read_text():
        sys.exit("web/client/src/core/wire.ts is not what the server says: run make wire")
