"""In which order open requests are served: by kind and urgency, then by waiting, and nobody waits for ever (R24)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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


def waits_since(request: Request, policy: Policy) -> datetime:
    """From when on a request waits for a vehicle: a booked one from the moment at which one is searched for."""
    if request.ask.schedule_at is None:
        return request.created_at
    return max(request.created_at, request.ask.schedule_at - timedelta(seconds=policy.schedule_lead_s))


def rises_of(request: Request, policy: Policy) -> tuple[datetime, ...]:
    """When waiting brings a request one level up each time.

    It never comes among the red: there a minute costs a life. On the level that it has come to, the request that has
    waited longest goes first. A booked trip ages from its time on.
    """
    since = request.ask.schedule_at or request.created_at
    levels = max(0, level_of(request) - YELLOW)
    return tuple(since + timedelta(seconds=policy.ageing_s) * (no + 1) for no in range(levels))


def place_of(request: Request, policy: Policy, now: datetime, *, broken: bool) -> Place:
    """Where a request stands among the open ones."""
    level = level_of(request) - sum(at <= now for at in rises_of(request, policy))
    return Place(level, not broken, request.created_at, request.id)
