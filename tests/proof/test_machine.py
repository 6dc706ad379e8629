"""The five promises hold whatever is done to the desk, in whatever order."""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import DeskMachine

EXAMPLES = int(os.environ.get("JEMPUT_PROOF_EXAMPLES", "200"))
STEPS = int(os.environ.get("JEMPUT_PROOF_STEPS", "50"))
SEED = int(os.environ.get("JEMPUT_PROOF_SEED", "119"))


@pytest.mark.long
@pytest.mark.timeout(3 * 3600)
@pytest.mark.parametrize("half", [0, 1])  # side by side
def test_the_five_promises_hold_after_every_step(half: int) -> None:
    """What is found is printed as it was found: making it smaller takes longer than all the rest of the tests.

    Hypothesis also draws from the constants of every imported module: what CI finds is found again by
    `CI=true pytest tests -k five_promises`, and not by this file alone.
    """
    chosen = settings(
        max_examples=EXAMPLES // 2,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(SEED + half)(DeskMachine), settings=chosen)
