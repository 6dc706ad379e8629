"""`make check` finds a package that stands beside the house, and an address that must not be in it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository with the tool and the contracts."""
    (tmp_path / "tools").mkdir()
    for name in ("tools/tidy.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def tidy(house: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "tools/tidy.py"], cwd=house, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_package_of_no_contract_is_found_whether_it_is_committed_or_not(house: Path) -> None:
    assert tidy(house).returncode == 0
    (house / "dispatch").mkdir()
    (house / "dispatch" / "__init__.py").write_text("")
    assert tidy(house).returncode == 0
    (house / "extra").mkdir()
    (house / "extra" / "__init__.py").write_text("import dispatch.desk\n")
    found = tidy(house)
    assert (found.returncode, "extra" in found.stderr) == (1, True)
    subprocess.run(["git", "add", "-A"], cwd=house, check=True)
    assert tidy(house).returncode == 1


def test_an_address_of_a_registry_is_found(house: Path) -> None:
    (house / "a.txt").write_text("https://pypi" + ".org/simple\n")
    found = tidy(house)
    assert (found.returncode, "a.txt:1" in found.stderr) == (1, True)
