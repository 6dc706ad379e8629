"""The long proof: many runs of the state machine, many kills, the planted faults: `python -m tests.proof.soak`.

Its last report is docs/evidence/soak.md. Everything that was shortened is said there.
"""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tests.proof import mutants
from tests.proof.killing import Report, kill_often

REPORT = mutants.ROOT / "docs" / "evidence" / "soak.md"
EXAMPLES, STEPS, KILLS, COMMANDS = 2_000, 50, 200, 50_000


def run_machine(examples: int, seed: int) -> tuple[int, str | None, float]:
    """(steps, the first fault or None, seconds) of the state machine over the code as it is."""
    begun = time.monotonic()
    steps, fault = mutants.hunt(None, examples=examples, steps=STEPS, seed=seed)
    return steps, fault, time.monotonic() - begun


def run_kills(kills: int, commands: int, seed: int) -> tuple[Report, float]:
    """What the kills showed, and the seconds they took."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jemput-kills-") as folder:
        report = asyncio.run(kill_often(Path(folder), kills=kills, commands=commands, seed=seed))
    return report, time.monotonic() - begun


def shortened(got: int, full: int) -> str:
    """What stands beside a figure that is less than a whole soak's."""
    return "" if got >= full else f" (shortened: a whole soak does {full:,})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--without-mutants", action="store_true", help="leave the table of planted faults as it is")
    options = parser.parse_args()
    with ThreadPoolExecutor() as beside:  # each is a process of its own, and together they take an hour and more
        machine_runs = beside.submit(run_machine, options.examples, options.seed)
        report, kills_s = run_kills(options.kills, options.commands, options.seed)
        sys.stdout.write(f"{report.kills} kills, {report.acknowledged} acknowledged, {report.wrong[:3]}\n")
        sys.stdout.flush()
        steps, fault, machine_s = machine_runs.result()
    sys.stdout.write(json.dumps({"steps": steps, "fault": fault, "seconds": round(machine_s)}) + "\n")
    sys.stdout.flush()
    planted = "left as it was" if options.without_mutants else ""
    found = 0 if options.without_mutants else subprocess.call([sys.executable, "-m", "tests.proof.mutants"])
    planted = planted or ("all found" if found == 0 else "NOT all found")
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    command = " ".join(["python -m tests.proof.soak", *sys.argv[1:]])
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(report.kinds.items()))
    runs, kills = shortened(options.examples, EXAMPLES), shortened(report.kills, KILLS)
    commands = shortened(report.acknowledged, COMMANDS)
    text = f"""# Soak

{datetime.now(UTC):%Y-%m-%d %H.%M} UTC, {machine}, Python {platform.python_version()}, seed {options.seed}: `{command}`

- State machine: {options.examples:,} runs of at most {STEPS} steps{runs}, {steps:,} steps in {machine_s:,.0f} s:
  {fault or "no fault"}.
- kill -9: {report.kills} kills{kills} over {report.acknowledged:,} acknowledged commands{commands}
  ({kinds}) in {kills_s:,.0f} s; {report.again} sent again under their key;
  {len(report.lost)} lost, {len(report.doubled)} doubled; {report.open_at_kills:,} open requests looked at after the
  kills, {len(report.wrong)} faults in them or their timers.
- Planted faults ([table](mutants.md)): {planted}.
"""
    text += "".join(f"- {line}\n" for line in [*report.lost[:5], *report.doubled[:5], *report.wrong[:5]])
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(text, "utf-8")
    return 1 if fault or report.lost or report.doubled or report.wrong or found else 0


if __name__ == "__main__":
    sys.exit(main())
