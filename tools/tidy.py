"""Fails where a committed file names a package registry's address or a path of one machine."""

import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).parents[1]
# Written in pieces, so that this file does not find itself.
HOSTS = "|".join(("registry.npm" + "js", "pypi." + "org", "files.python" + "hosted", "index-" + "url"))
FOLDERS = "|".join(("ro" + "ot", "wo" + "rk", "ho" + "me"))
BAD = re.compile(rf'"resolved": *"http|{HOSTS}|(^|[\s"\'=(])/({FOLDERS})/')
names = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
found = []
for name in names:
    try:
        text = (root / name).read_text("utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        continue
    found += [f"{name}:{n}: {line.strip()[:100]}" for n, line in enumerate(text.splitlines(), 1) if BAD.search(line)]
if found:
    sys.exit("\n".join(["addresses of registries or paths of a machine must go:", *found]))
