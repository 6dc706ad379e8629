"""What a supervisor would call wrong: decided cases from outside the repository, where they are there."""

import os
from pathlib import Path

import pytest

from dispatch.sim.scenario.file import read_scenario
from dispatch.sim.scenario.play import Outcome, play

pytestmark = pytest.mark.anyio
FOLDER = Path(os.environ.get("JEMPUT_TEST_CASES", Path(__file__).parents[3] / "shared" / "cases")) / "desk"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.skipif(not FILES, reason=f"the cases are not there: {FOLDER}")
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_the_case_comes_out_as_it_was_decided(file: Path) -> None:
    report = await play(read_scenario(file))
    assert report.outcome is Outcome.PASSED, "\n".join(
        f"line {check.line} {check.what}: expected {check.expected}, happened {check.happened}"
        for check in report.failures
    )
