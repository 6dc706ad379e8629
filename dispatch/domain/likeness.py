"""Which requests somebody else may have made of the same thing: a question to people, never a judgement."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians

from dispatch.domain.request import Ask, Request
from dispatch.vocabulary.likeness import Alike
from dispatch.vocabulary.needs import Need
from geo.point import M_PER_DEGREE, Bounds, Point, distance_m

# This project's own figures.
NEAR_M = 250.0  # of two callers who stand at one place, by what their phones know of it
VICINITY_M = 2_000.0  # beyond this nobody describes the same place
SOON = timedelta(minutes=30)  # between two calls for one event; so long is an ended request still looked at
STILL_WAITING = timedelta(hours=6)  # after which somebody who waits calls again from the same number
MOST = 3  # that are named to anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked when, and by whose number; `phone` is None where it is not the caller's own."""

    ask: Ask
    at: datetime
    phone: str | None = None
    incident: str | None = None

    @property
    def wanted_at(self) -> datetime:
        """When somebody is to come."""
        return self.ask.schedule_at or self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A request that may be the same, in what it is alike, and how far apart the two pick-ups are."""

    request: Request
    reasons: tuple[Alike, ...]
    distance_m: float


def vicinity(point: Point) -> Bounds:
    """A box that holds all that is near enough to be the same."""
    up = VICINITY_M / M_PER_DEGREE
    aside = up / max(0.01, cos(radians(abs(point.lat) + up)))
    return point.lon - aside, point.lat - up, point.lon + aside, point.lat + up


def number_of(phone: str) -> str:
    """A phone number as it is compared: its digits, with the country's where it begins with a 0."""
    digits = re.sub(r"\D", "", phone)
    return f"62{digits[1:]}" if digits.startswith("0") else digits


def reasons_of(one: Asked, other: Asked) -> tuple[Alike, ...]:
    """In what two are alike, or nothing where they are hardly the same.

    The same at least are two of place, number and need, at about the same time; who calls again from the same number
    may have waited for long. Two ways to different places are two, and so are two requests of one incident.
    """
    gap = abs(one.wanted_at - other.wanted_at)
    numbers = [number_of(asked.phone or "") for asked in (one, other)]
    soon, same_phone = gap <= SOON, numbers[0] != "" and numbers[0] == numbers[1]
    booked = one.ask.schedule_at or other.ask.schedule_at
    again = same_phone and not booked and gap <= STILL_WAITING
    same_need = one.ask.need is other.ask.need
    if not (soon or again) or not (same_phone or same_need) or _are_two(one, other):
        return ()
    apart_m = distance_m(one.ask.pickup.point, other.ask.pickup.point)
    same_place = apart_m <= NEAR_M
    if apart_m > VICINITY_M or same_place + same_phone + same_need < 2:
        return ()
    same = {
        Alike.SAME_PLACE: same_place,
        Alike.SAME_TIME: soon,
        Alike.SAME_PHONE: same_phone,
        Alike.SAME_NEED: same_need,
    }
    return tuple(reason for reason, holds in same.items() if holds)


def _are_two(one: Asked, other: Asked) -> bool:
    """Whether nobody would take them for one: a living and a dead, two papers, two ways, two of one incident."""
    a, b = one.ask, other.ask
    papers = Need.DOCUMENT in (a.need, b.need) and (a.need, a.subject) != (b.need, b.subject)
    ways = a.dropoff and b.dropoff and distance_m(a.dropoff.point, b.dropoff.point) > NEAR_M
    together = one.incident is not None and one.incident == other.incident
    return a.patient.living is not b.patient.living or papers or bool(ways) or together


def likely_same(asked: Asked, others: Iterable[tuple[Request, str | None]]) -> list[Likely]:
    """Of these requests, each with its caller's number, those that this may be the same as: the likeliest first."""
    found = []
    for request, phone in others:
        other = Asked(ask=request.ask, at=request.created_at, phone=phone, incident=request.incident)
        reasons = reasons_of(asked, other)
        if reasons:
            apart_m = distance_m(asked.ask.pickup.point, request.ask.pickup.point)
            found.append(Likely(request=request, reasons=reasons, distance_m=apart_m))
    found.sort(key=lambda one: (-len(one.reasons), one.distance_m, one.request.created_at, one.request.id))
    return found[:MOST]
