"""In which order open requests are served: by kind and urgency, then by waiting, and nobody waits for ever (R24)."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.domain.request import Request
from dispatch.vocabulary.needs import Death, Need, Urgency
from dispatch.vocabulary.policy import Policy

RED, YELLOW, BODY, STABLE, SCHEDULED = range(5)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A request's place: a lower one is served first. Within a level, who lost its vehicle on the way comes first."""

    level: int
    not_broken: bool
    created_at: datetime
    request_id: str


def level_of(request: Request) -> int:
    """Red, yellow, a body in public or at a puskesmas, stable patients and what else, and last what is booked."""
    ask = request.ask
    if ask.urgency is Urgency.RED:
        return RED
    if ask.schedule_at is not None:
        return SCHEDULED
    if ask.urgency is Urgency.YELLOW:
        return YELLOW
    found = ask.patient.death in (Death.UNNATURAL, Death.UNIDENTIFIED)
    if ask.need is Need.BODY and (ask.pickup.facility is not None or found):
        return BODY
    return STABLE


def place_of(request: Request, policy: Policy, now: datetime, *, broken: bool) -> Place:
    """Where a request stands among the open ones.

    Every `ageing_s` of waiting brings it one level up, but never among the red: there a minute costs a life, while
    whoever has waited longest goes first on the level that it has come to. A booked trip ages from its time on.
    """
    since = request.ask.schedule_at or request.created_at
    waited_s = max(0.0, (now - since).total_seconds())
    level = level_of(request)
    if level > RED:
        level = max(YELLOW, level - int(waited_s // policy.ageing_s))
    return Place(level, not broken, request.created_at, request.id)
