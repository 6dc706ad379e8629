"""Faults planted one by one, and the steps that the state machine needs for each: `python -m tests.proof.mutants`."""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.proof.town import MEMORY

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "evidence" / "mutants.md"


@dataclass(frozen=True)
class Mutant:
    """One fault: the text that is replaced, once, and what it breaks."""

    breaks: str
    file: str
    right: str
    wrong: str


_DUE_SHIFT = "books.timers.set(Due(kind=DueKind.SHIFT_ENDS, subject=held.id, at=ends_at))"
_DUE_RETRY = "books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject=request.id, at=now + RETRY_EVERY))"
_LET_GO = "let_go(books, request_id, actor=by.actor.id, reason=reason, now=now, policy=policy)"
MUTANTS = (
    Mutant("an answered offer keeps its timer", "desk/steps.py", "if command.step in _ENDS_OFFER:", "if False:"),
    Mutant("who waits is not searched for again", "desk/carry_out.py", _DUE_RETRY, "pass"),
    Mutant("a promise outlives its request", "desk/standing.py", "if promise is not None:", "if promise is not None and not ended:"),
    Mutant("a repeated command is done twice", "desk/command.py", "if by.key is None:", "if True:"),
    Mutant("an offer is accepted after its end", "domain/assignment.py", "Step.ACCEPT and now > assignment", "Step.ACCEPT and False and now > assignment"),
    Mutant("the seconds for an offer on its way are forgotten", "desk/carry_out.py", "offer_s(request, policy) + policy.offer_undelivered_s", "offer_s(request, policy)"),
    Mutant("who declines is not left alone", "desk/steps.py", "if command.step is Step.DECLINE:", "if False:"),
    Mutant("who let an offer pass is asked again at once", "desk/core.py", "AssignmentState.EXPIRED, ", ""),
    Mutant("a vehicle with an offer counts as free", "domain/vehicle.py", "and self.assignment_id is None", ""),
    Mutant("a yes is still asked for after the end", "desk/standing.py", "        _withdraw_asked(books, request.id)\n", "        pass\n"),
    Mutant("the end lets nobody go", "desk/changes.py", _LET_GO, "pass"),
    Mutant("a question to another agency stands for a solution", "desk/standing.py", 'a.state == "asked" and a.approver != OWN_OPERATOR', 'a.state == "asked"'),
    Mutant("a trip that ended fills no slot", "domain/request.py", "if a.is_live or a.state is AssignmentState.CLEARED}", "if a.is_live}"),
    Mutant("a second body gets no vehicle", "domain/consequences.py", "return ask.patient.count if each else 1", "return 1"),
    Mutant("a step is not written down", "desk/steps.py", "books.journal.add(event)", "pass"),
    Mutant("a tap can be undone at any time", "domain/assignment.py", "Step.UNDO and not _can_undo", "Step.UNDO and False and not _can_undo"),
    Mutant("a late delivery lengthens an offer", "desk/trips.py", "min(assignment.expires_at, now + lasts)", "now + lasts"),
    Mutant("a vehicle that broke down is sent again", "desk/steps.py", "duty = Duty.OUT_OF_SERVICE", "duty = Duty.AVAILABLE"),
    Mutant("an infectious trip needs no cleaning", "desk/steps.py", "cleared and books.get_request", "False and books.get_request"),
    Mutant("a shift never ends", "desk/trips.py", _DUE_SHIFT, "pass"),
    Mutant("five refusals and the operator hears nothing", "desk/trips.py", "int(policy.refusals_to_operator)) == 0", "int(policy.refusals_to_operator) + 2) == 0"),
    Mutant("an overdue promise is forgotten", "desk/timers.py", "books.timers.set(Due(kind=due.kind, subject=due.subject, at=now + again))", "pass"),
    Mutant("whoever is passed over has no reason", "desk/summary.py", "written=position < SHOWN", "written=position < 3"),
    Mutant("a freed vehicle hastens every timer", "store/commands.py", "update(table).where(table.c.kind == kind.value, ", "update(table).where("),
    Mutant("a timer that is due this instant is not seen", "store/commands.py", "table.c.at <= time_text(now)).order_by", "table.c.at < time_text(now)).order_by"),
    Mutant("who says yes is still asked by others", "desk/steps.py", "if command.step in (Step.ACCEPT, Step.EN_ROUTE):", "if False:"),
    Mutant("a driver who leaves is asked all the same", "desk/carry_out.py", "if held.duty is not Duty.AVAILABLE:", "if False:"),
    Mutant("a refused change of duty is half done", "desk/trips.py", "            if held.assignment_id is not None and duty is not Duty.AVAILABLE:", "            if auto_accept is not None:\n                books.vehicles.set_auto_accept(vehicle_id, on=auto_accept)\n            if held.assignment_id is not None and duty is not Duty.AVAILABLE:"),
)  # fmt: skip


def plant(mutant: Mutant, copy: Path) -> None:
    """Replace the text in the copy. Raises ValueError where it is not there exactly once."""
    path = copy / "dispatch" / mutant.file
    text = path.read_text("utf-8")
    if text.count(mutant.right) != 1:
        raise ValueError(f"{mutant.file} has {mutant.right!r} {text.count(mutant.right)} times: the mutant must follow")
    path.write_text(text.replace(mutant.right, mutant.wrong), "utf-8")


def hunt(mutant: Mutant | None, *, examples: int, steps: int, seed: int) -> tuple[int, str | None]:
    """(steps, the first fault found or None) over a copy of the code with this fault in it."""
    with tempfile.TemporaryDirectory(prefix="jemput-mutant-", dir=MEMORY) as folder:
        copy = Path(folder) / "copy"
        for name in ("dispatch", "geo", "tests"):
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        if mutant is not None:
            plant(mutant, copy)
        command = [sys.executable, "-m", "tests.proof.hunt", "--folder", folder, "--seed", str(seed)]
        command += ["--examples", str(examples), "--steps", str(steps)]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=4 * 3600, check=False)
        lines = done.stdout.splitlines()
        if not lines:
            last = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"ended with {done.returncode}"
            return 0, last  # it does not even start
        found = json.loads(lines[-1])
        return found["steps"], found["fault"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=119)
    options = parser.parse_args()
    chosen = {"examples": options.examples, "steps": options.steps, "seed": options.seed}
    rows, missed = [], 0
    for number, mutant in enumerate(MUTANTS, 1):
        steps, fault = hunt(mutant, **chosen)
        missed += fault is None
        told = "NOT FOUND" if fault is None else fault.replace("|", "/")[:110]
        rows.append(f"| {number} | {mutant.breaks} | `{mutant.file}` | {steps} | {told} |")
        sys.stdout.write(f"{number:2}/{len(MUTANTS)} {mutant.breaks:52} {steps:6} steps  {told}\n")
        sys.stdout.flush()
    head = (
        "# Planted faults\n\n"
        f"Each of these faults was planted alone in a copy of the code, and the state machine of `tests/proof` ran over it "
        f"until the first promise was broken (at most {options.examples} runs of {options.steps} steps, seed "
        f"{options.seed}). Made by `make mutants` on {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, Python "
        f"{platform.python_version()}. {len(MUTANTS) - missed} of {len(MUTANTS)} were found.\n\n"
        "| | planted | file | steps | first seen as |\n|---|---|---|---|---|\n"
    )
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text(head + "\n".join(rows) + "\n", "utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
