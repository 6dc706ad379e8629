"""Runs the state machine until the first fault and says after how many steps it came: `python -m tests.proof.hunt`."""

import argparse
import json
import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

import dispatch
from tests.proof import town
from tests.proof.ground import Ground
from tests.proof.machine import DeskMachine


class Hunter(DeskMachine):
    """Ends the process at the first fault: nobody needs it small."""

    def teardown(self) -> None:
        fault = sys.exc_info()[1]
        super().teardown()
        if isinstance(fault, Exception) and not type(fault).__module__.startswith("hypothesis"):
            lines = str(fault).splitlines() or [type(fault).__name__]
            found = {"steps": Ground.steps, "fault": f"{type(fault).__name__}: {lines[0]}"}
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
            os._exit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=119)
    parser.add_argument("--folder", required=True)
    options = parser.parse_args()
    town.MEMORY = options.folder
    # The code under test is the copy beside this file, not the one that is installed.
    assert Path(dispatch.__file__).parents[1] == Path(__file__).parents[2]
    chosen = settings(
        max_examples=options.examples,
        stateful_step_count=options.steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(options.seed)(Hunter), settings=chosen)
    sys.stdout.write(json.dumps({"steps": Ground.steps, "fault": None}) + "\n")


if __name__ == "__main__":
    main()
