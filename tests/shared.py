"""What tests share: the data folder (a test that needs a file of it skips where it is absent), and costly files."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Path of a file of the shared data folder (JEMPUT_TEST_DATA, else ../shared/data); skips the test without it."""
    path = Path(os.environ.get("JEMPUT_TEST_DATA", _BESIDE_THE_REPOSITORY)) / name
    if not path.exists():
        pytest.skip(f"needs {name} of the shared data folder, which is not here (set JEMPUT_TEST_DATA)")
    return path


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A file, or a folder, that one of the processes of this run makes while the others wait for it."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / "made-once" / name
    path.parent.mkdir(exist_ok=True)
    with path.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            make(path)
    return path
