"""Booked trips: the times of a series with its ways back, and which rides of a series are meant."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from dispatch.domain.death import has_patient
from dispatch.domain.request import MOST_AHEAD, Ask, Request, judge_time
from dispatch.vocabulary.bookings import Rides, Weekday
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS

SPAN = timedelta(minutes=90)  # between two booked times of one vehicle; this project's own figure
MOST_RIDES = 60  # of one series, the ways back not counted; this project's own figure
BACK_WITHIN = timedelta(hours=24)  # after the way there; this project's own figure
CALL_AFTER = timedelta(hours=3)  # after the earliest time of a way back that nobody called for; own figure
NEAR = timedelta(days=2)  # no booked trip is looked at each hour sooner than that before its time
LOOK_EVERY = timedelta(hours=1)  # from the evening before on; this project's own figure
SEEK_EVERY = timedelta(minutes=15)  # where a ride of tomorrow has no vehicle, or waits for its way there; own figure
CALL_WITHIN = timedelta(hours=2)  # by when somebody calls about an uncertain ride; this project's own figure

_DAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """The days of the week on which a booked trip is made again, up to and with `until`, in the desk's time zone."""

    days: frozenset[Weekday]
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    """One trip of a series: what is asked, and which ride (by its place in the series) it is the way back of."""

    ask: Ask
    back_of: int | None = None


def rides_of(
    ask: Ask, repeat: Repeat | None, back: Ask | None, now: datetime, zone: tzinfo
) -> tuple[Ride, ...] | Refusal:
    """Every ride that a booking makes, in the order of their times, each way back after its way there.

    The clocks of the zone show the same time at every ride, also where its offset changes in between. A trip that is
    made now has a way back too, and is not repeated.
    """
    first = ask.schedule_at
    if repeat is not None and not has_patient(ask):
        return Refusal(RefusalCode.ONLY_PATIENTS, {"need": ask.need})
    if first is None and repeat is not None:
        return Refusal(RefusalCode.BOOKED_WHEN)
    if repeat is None:
        refusal = judge_time(ask, now) or (judge_back(back, first or now) if back is not None else None)
        return refusal or (Ride(ask=ask), *((Ride(ask=back, back_of=0),) if back is not None else ()))
    assert first is not None
    times = times_of(first, repeat, zone)
    if not times:
        return Refusal(RefusalCode.REPEAT_NO_DAY)
    if len(times) > MOST_RIDES:
        return Refusal(RefusalCode.REPEAT_MANY, {"most": MOST_RIDES})
    rides: list[Ride] = []
    for at in times:
        there = replace(ask, schedule_at=at)
        refusal = judge_time(there, now)
        if refusal is not None:
            return refusal
        rides.append(Ride(ask=there))
        if back is not None:
            returning = replace(back, schedule_at=moved(back.schedule_at or first, first, at, zone))
            refusal = judge_back(returning, at)
            if refusal is not None:
                return refusal
            rides.append(Ride(ask=returning, back_of=len(rides) - 1))
    return tuple(rides)


def times_of(first: datetime, repeat: Repeat, zone: tzinfo) -> tuple[datetime, ...]:
    """The times on the days of a series: from the day of the first on, at its time of day."""
    local = first.astimezone(zone)
    # A series longer than may be booked has one ride at least that is refused, and not one a day for ever.
    count = min((repeat.until - local.date()).days, MOST_AHEAD.days + len(_DAYS)) + 1
    days = (local.date() + timedelta(days=number) for number in range(max(0, count)))
    return tuple(_at(day, local.time(), zone, first.tzinfo) for day in days if _DAYS[day.weekday()] in repeat.days)


def moved(at: datetime, before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """A time moved by the days and the time of day that lie between two others, as clocks of the zone show them."""
    local = [one.astimezone(zone).replace(tzinfo=None) for one in (at, before, after)]
    wanted = local[0] + (local[2] - local[1])
    return _at(wanted.date(), wanted.time(), zone, at.tzinfo)


def _at(day: date, clock: time, zone: tzinfo, kept_in: tzinfo | None) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(kept_in)


def judge_turn(ask: Ask) -> Refusal | None:
    """Whether what is asked for can have a way back: a patient goes somewhere."""
    if not has_patient(ask):
        return Refusal(RefusalCode.ONLY_PATIENTS, {"need": ask.need})
    return Refusal(RefusalCode.RETURN_FROM_WHERE) if ask.dropoff is None else None


def judge_back(back: Ask, there: datetime) -> Refusal | None:
    """A way back follows its way there, and soon enough."""
    at = back.schedule_at
    if at is None or there < at <= there + BACK_WITHIN:
        return None
    return Refusal(RefusalCode.RETURN_BOUNDS, {"hours": BACK_WITHIN // timedelta(hours=1)})


def begins_at(ask: Ask, lead_s: float) -> datetime:
    """When the search for a booked trip begins: so much before its time, or at it where its vehicle waits there."""
    assert ask.schedule_at is not None
    return ask.schedule_at if ask.waits else ask.schedule_at - timedelta(seconds=lead_s)


def evening_before(at: datetime, hour: float, zone: tzinfo) -> datetime:
    """The hour of the day before, as clocks of the zone show it, at which a booked trip is looked at."""
    day = at.astimezone(zone).date() - timedelta(days=1)
    minutes = round(hour * 60)
    return _at(day, time(minutes // 60 % 24, minutes % 60), zone, at.tzinfo)


def meant(request: Request, series: Collection[Request], which: Rides) -> tuple[Request, ...]:
    """The open rides of a series that are meant beside a request: its own way back, or it and all later ones."""
    others = (one for one in series if one.id != request.id and one.state not in ENDS)
    if which is Rides.THIS:
        return tuple(one for one in others if one.returns == request.id)
    return tuple(one for one in others if one.returns == request.id or time_of(one) > time_of(request))


def carried_over(before: Ask, after: Ask, ask: Ask, *, turned: bool, zone: tzinfo) -> Ask:
    """Another ride of the series after the same change: what is different between two asks is different of it too.

    A ride the other way round (`turned`) begins where they end, and is no emergency because the other is one.
    """
    redder = turned and after.urgency is Urgency.RED
    pickup, dropoff = (after.dropoff, after.pickup) if turned else (after.pickup, after.dropoff)
    moved_place = (before.pickup, before.dropoff) != (after.pickup, after.dropoff)
    new = replace(
        ask,
        urgency=after.urgency if after.urgency != before.urgency and not redder else ask.urgency,
        patient=after.patient if after.patient != before.patient else ask.patient,
        documents=after.documents if after.documents != before.documents else ask.documents,
    )
    if moved_place and pickup is not None:
        new = replace(new, pickup=pickup, dropoff=dropoff, leaves=after.leaves, distance_km=after.distance_km)
    if None in (before.schedule_at, after.schedule_at, ask.schedule_at) or before.schedule_at == after.schedule_at:
        return new
    return replace(new, schedule_at=moved(ask.schedule_at, before.schedule_at, after.schedule_at, zone))  # type: ignore[arg-type]  # none is None


def back_of(request: Request, series: Iterable[Request]) -> Request | None:
    """The way back of a ride that is still to come, among the rides of its series."""
    return next((one for one in series if one.returns == request.id and one.state not in ENDS), None)


def next_ride(series: Iterable[Request]) -> Request:
    """The ride of a series that comes next or is under way; of a series that is over the last one."""
    rides = sorted(series, key=lambda one: (time_of(one), one.id))
    return next((one for one in rides if one.state not in ENDS), rides[-1])


def time_of(request: Request) -> datetime:
    """When a ride is: its booked time, or when it was asked for."""
    return request.ask.schedule_at or request.created_at
