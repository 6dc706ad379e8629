"""The planted faults still fit the code: `make mutants` runs them, which takes long; whether they fit is quick."""

import ast

import pytest

from tests.proof.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.breaks for mutant in MUTANTS])
def test_what_a_fault_replaces_stands_once_in_the_code_and_its_test_is_there(mutant: Mutant) -> None:
    ast.parse(mutant.planted(ROOT))
    if mutant.test is not None:
        file, _, name = mutant.test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8")


def test_there_are_as_many_as_the_proof_says() -> None:
    assert len({(mutant.file, mutant.wrong, mutant.right) for mutant in MUTANTS}) == len(MUTANTS) >= 36
