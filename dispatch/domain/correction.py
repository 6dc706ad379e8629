"""A step that an operator puts right afterwards: one tapped too early or too late, by slip, or not at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.domain.assignment import Assignment
from dispatch.vocabulary.events import StepCorrected
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import LIVE, STEPS, TRAIL, AssignmentState, Phase, Step, StepSource, until

CORRECTED_WITHIN = timedelta(hours=1)  # how long after its end a trip is put right; this project's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The trip is in this step, since `at`; with `only_time` it stays where it is, and only the time is put right."""

    step: Step
    at: datetime
    actor: str
    reason: str
    only_time: bool = False


def correctable(assignment: Assignment) -> tuple[Step, ...]:
    """The steps that can be put right: those that the trip has come through, and those that come next."""
    if assignment.row.phase in (Phase.OFFER, Phase.LOST):
        return ()
    return tuple(
        step
        for step, row in STEPS.items()
        if not row.by_desk
        and row.leads_to in TRAIL
        and (row.leads_to in assignment.stamps or assignment.state in row.leads_from)
    )


def judge_step(assignment: Assignment, step: Step, now: datetime) -> Refusal | None:
    """Why this step of a trip is not put right: it has not come through it, or is over for too long."""
    state, allowed = assignment.state, correctable(assignment)
    if step in allowed and (state in LIVE or now - assignment.stamps[state].server_time <= CORRECTED_WITHIN):
        return None
    return Refusal(RefusalCode.NOT_TO_CORRECT, {"step": step, "state": state, "allowed": list(allowed)})


def decide_correction(assignment: Assignment, correction: Correction, now: datetime) -> StepCorrected | Refusal:
    """What follows from a correction: an event, or the reason why it is not carried out.

    Its time lies between those of the steps before and after it, and never ahead.
    """
    step, state, stamps = correction.step, assignment.state, assignment.stamps
    if refusal := judge_step(assignment, step, now):
        return refusal
    corrected = STEPS[step].leads_to
    stays = correction.only_time and corrected in stamps
    until_when = state if stays else corrected
    kept = {one: stamps[one].at for one in until(until_when) if one in stamps and one is not corrected}
    since = max((at for one, at in kept.items() if one in until(corrected)), default=assignment.offered_at)
    latest = min((at for one, at in kept.items() if one not in until(corrected)), default=max(now, since))
    if not since <= correction.at <= latest:
        return Refusal(RefusalCode.CORRECTION_TIME, {"since": since.isoformat(), "until": latest.isoformat()})
    if until_when is state and corrected in stamps and stamps[corrected].at == correction.at:
        return Refusal(RefusalCode.NOTHING_CHANGED)
    dropped = [stamp.server_time for one, stamp in stamps.items() if one not in until(until_when)]
    wrong = _wrong(assignment, corrected, stays=stays)
    return StepCorrected(
        at=now,
        request_id=assignment.request_id,
        assignment_id=assignment.id,
        vehicle_id=assignment.vehicle_id,
        actor=correction.actor,
        state=until_when,
        source=StepSource.CORRECTION,
        reason=correction.reason,
        corrected=corrected,
        since=correction.at,
        was=state,
        wrong=wrong,
        wrong_at=stamps[wrong].at if wrong else None,
        heard_at=min(dropped, default=stamps[wrong].server_time) if wrong else None,
    )


def _wrong(assignment: Assignment, corrected: AssignmentState, *, stays: bool) -> AssignmentState | None:
    """The state whose tap was wrong: the step itself, or the one that the trip has not reached; None: forgotten."""
    if stays:
        return corrected
    return assignment.state if corrected in assignment.stamps else None
