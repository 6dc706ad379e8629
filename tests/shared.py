"""Finding the shared data folder; a test that needs a file from it skips, naming the file, where it is absent."""

import os
from pathlib import Path

import pytest

_BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """Path of a file of the shared data folder (JEMPUT_TEST_DATA, else ../shared/data); skips the test without it."""
    path = Path(os.environ.get("JEMPUT_TEST_DATA", _BESIDE_THE_REPOSITORY)) / name
    if not path.exists():
        pytest.skip(f"needs {name} of the shared data folder, which is not here (set JEMPUT_TEST_DATA)")
    return path
