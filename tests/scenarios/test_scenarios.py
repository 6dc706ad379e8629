"""Every scenario file of the package, played through the real desk: they are the acceptance tests."""

from pathlib import Path

import pytest

import dispatch
from dispatch.sim.scenario.file import find_scenarios, read_scenario
from dispatch.sim.scenario.play import Outcome, play

pytestmark = pytest.mark.anyio
FILES = find_scenarios([Path(dispatch.__file__).parent / "scenarios"])


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_the_scenario_comes_out_as_it_is_written(file: Path) -> None:
    report = await play(read_scenario(file))
    assert report.outcome is not Outcome.FAILED, "\n".join(
        f"line {check.line} {check.what}: expected {check.expected}, happened {check.happened}; {check.sentences}"
        for check in report.failures
    )


def test_no_scenario_waits_for_a_part_that_is_not_built() -> None:
    assert [file.stem for file in FILES if read_scenario(file).waits_for] == []
