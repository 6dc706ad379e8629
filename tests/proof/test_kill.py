"""kill -9 over a loaded server on SQLite."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.proof.killing import kill_often

KILLS = int(os.environ.get("JEMPUT_PROOF_KILLS", "10"))
COMMANDS = int(os.environ.get("JEMPUT_PROOF_COMMANDS", "500"))
SEED = int(os.environ.get("JEMPUT_PROOF_SEED", "119"))


@pytest.mark.long
@pytest.mark.timeout(3 * 3600)
def test_nothing_acknowledged_is_lost_or_doubled_and_all_that_is_open_stands_through_kill_9(tmp_path: Path) -> None:
    report = asyncio.run(kill_often(tmp_path, kills=KILLS, commands=COMMANDS, seed=SEED))
    print(f"{report.kills} kills, {report.acknowledged} acknowledged {dict(report.kinds)}, {report.again} sent again")
    assert (report.lost, report.doubled, report.wrong) == ([], [], [])
    assert report.kills == KILLS
    assert report.acknowledged >= COMMANDS
    assert report.open_at_kills > 0
