"""The planted faults still fit the code: `make mutants` runs them, which takes long; whether they fit is quick."""

from pathlib import Path

import pytest

import dispatch
from tests.proof.mutants import MUTANTS, Mutant

ROOT = Path(dispatch.__file__).parent


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.breaks for mutant in MUTANTS])
def test_what_a_fault_replaces_stands_once_in_the_code(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text("utf-8").count(mutant.right) == 1
