"""What a supervisor would call wrong: decided cases from outside the repository, where they are there."""

import os
from pathlib import Path

import pytest

from dispatch.sim.scenario.file import read_scenario
from dispatch.sim.scenario.play import Outcome, play

pytestmark = pytest.mark.anyio
FOLDER = Path(os.environ.get("JEMPUT_TEST_CASES", Path(__file__).parents[3] / "shared" / "cases")) / "desk"
ABSENT = pytest.param(None, id="absent", marks=pytest.mark.skip(f"the cases are not there: {FOLDER}"))
FILES = [pytest.param(file, id=file.stem) for file in sorted(FOLDER.glob("*.toml"))]


@pytest.mark.parametrize("file", FILES or [ABSENT])
async def test_the_case_comes_out_as_it_was_decided(file: Path) -> None:
    report = await play(read_scenario(file))
    assert report.outcome is Outcome.PASSED, "\n".join(
        f"line {check.line} {check.what}: expected {check.expected}, happened {check.happened}"
        for check in report.failures
    )
