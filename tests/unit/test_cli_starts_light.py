"""`jemput` starts with what the command needs: most of what the house is made of takes seconds to load."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"alembic", "fastapi", "numba", "scipy", "shapely", "sqlalchemy"}


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["settings"],
        ["roads", "build", "--out", "x.roads"],
        ["sop", "schema"],
        ["scenario", "run", "--help"],
    ],
    ids=" ".join,
)
def test_what_a_command_does_not_need_is_not_loaded(words: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "dispatch.cli.main", *words]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr
    loaded = {line.split("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "dispatch.cli.base" in loaded
    assert loaded & HEAVY == set()
