"""Scenarios under a draft: those that say something about it."""

from pathlib import Path

import pytest

import dispatch
from dispatch.sim.scenario.packs import package_packs
from dispatch.sim.scenario.whatif import play_under

pytestmark = pytest.mark.anyio
SAMPLES = Path(dispatch.__file__).parent / "scenarios"
WITH_ITS_OWN = SAMPLES / "94-wakil-menjawab.toml"


@pytest.mark.parametrize(("agency", "played"), [("kota-tangerang", 0), ("national", 1)])
async def test_a_scenario_with_a_sop_of_its_own_says_nothing_of_a_draft_of_that_agency(
    agency: str, played: int
) -> None:
    text = [text for owner, text in package_packs() if owner == agency][-1]
    assert len(await play_under(text, [WITH_ITS_OWN])) == played
