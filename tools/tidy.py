"""Fails where a file names a registry's address or a path of one machine, or lies in a package of no contract."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

root = Path(__file__).parents[1]
# Written in pieces, so that this file does not find itself.
HOSTS = "|".join(("registry.npm" + "js", "pypi." + "org", "files.python" + "hosted", "index-" + "url"))
FOLDERS = "|".join(("ro" + "ot", "wo" + "rk", "ho" + "me"))
BAD = re.compile(rf'"resolved": *"http|{HOSTS}|(^|[\s"\'=(])/({FOLDERS})/')
# Beside the packages that import-linter holds: they import everything and nothing imports them.
BESIDE = {"bench", "tests", "tools"}
listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
names = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True).stdout.split()
found = []
for name in names:
    try:
        text = (root / name).read_text("utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        continue
    found += [f"{name}:{n}: {line.strip()[:100]}" for n, line in enumerate(text.splitlines(), 1) if BAD.search(line)]
held = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["root_packages"]
tops = {name.split("/")[0] for name in names if name.endswith(".py") and "/" in name}
if stray := sorted(tops - BESIDE - set(held)):
    sys.exit(f"packages that no contract holds, give them a floor in pyproject.toml: {', '.join(stray)}")
if found:
    sys.exit("\n".join(["addresses of registries or paths of a machine must go:", *found]))
