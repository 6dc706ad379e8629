"""The table of condition keys: the same names in SOP packs, scenario files and the API's bodies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.moment import Moment
from dispatch.rules.values import (
    DAYS,
    OWN,
    BadValueError,
    Read,
    Value,
    choice,
    days,
    flag,
    hours,
    names,
    number,
    within,
)
from dispatch.vocabulary.needs import Death, Document, Leaves, Need, Urgency
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, Duty, Shares, VehicleClass

__all__ = ["DAYS", "KEYS", "OWN", "BadValueError", "Condition", "Fact", "Key", "Situation"]

Fact = object
Seen = Any  # what a key sees of a vehicle: always hashable


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a condition may look at."""

    vehicle: VehicleNow
    ask: Ask
    moment: Moment


@dataclass(frozen=True, slots=True)
class Key:
    """One row of the table.

    `sees` is what it looks at of a vehicle (None: at none, so that it is asked once a request), `test` whether that
    holds for a value, `fact` what is told of it. `since` names the time whose age in minutes it compares, for the keys
    that see another value in every vehicle.
    """

    name: str
    group: str
    value: Read
    sees: Callable[[VehicleNow], Seen] | None
    test: Callable[[Seen, Value, Ask, Moment], bool]
    fact: Callable[[Situation], Fact]
    compare: "Compare | None" = None


@dataclass(frozen=True, slots=True)
class Compare:
    """How a key of time is compared: its age in minutes over or under the value times `scale`.

    `column` is the fleet's column of the same time; `missing` is the answer where it never was.
    """

    column: str
    since: Callable[[VehicleNow, Moment], float | None]
    over: bool
    missing: bool
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Condition:
    """A key with the value that a rule gives it."""

    key: Key
    value: Value

    def holds(self, situation: Situation) -> bool:
        """Whether the situation is as the condition says."""
        seen = self.key.sees(situation.vehicle) if self.key.sees else None
        return self.key.test(seen, self.value, situation.ask, situation.moment)

    @property
    def looks_at_vehicle(self) -> bool:
        """Whether another vehicle could make it hold or not."""
        return self.key.sees is not None and (self.key.group == "vehicle" or self.is_own or self.key.name in _OF_BOTH)

    @property
    def is_own(self) -> bool:
        """Whether it compares with the vehicle's own."""
        return self.value == OWN or (isinstance(self.value, frozenset) and OWN in self.value)


_OF_BOTH = frozenset({"last_free_in_zone"})


def _asked(name: str, group: str, value: Read, get: Callable[[Ask], object]) -> Key:
    """A key that looks at the request alone and takes one of several words."""
    return Key(name, group, value, None, lambda _, wanted, ask, __: get(ask) in wanted, lambda s: get(s.ask))


def _told(name: str, group: str, get: Callable[[Ask], bool]) -> Key:
    """A key of yes or no about the request."""
    return Key(name, group, flag, None, lambda _, wanted, ask, __: get(ask) is wanted, lambda s: get(s.ask))


def _place(name: str, group: str, get: Callable[[Ask], str | None]) -> Key:
    """An agency's area or name in the request, which may be the vehicle's own agency."""
    return Key(
        name,
        group,
        names(own=True),
        lambda now: now.vehicle.agency,
        lambda seen, wanted, ask, _: get(ask) in wanted or (OWN in wanted and get(ask) == seen),
        lambda s: get(s.ask),
    )


def _attribute(name: str, value: Read, get: Callable[[VehicleNow], str | None]) -> Key:
    """A word of a vehicle."""
    return Key(name, _V, value, get, lambda seen, wanted, _, __: seen in wanted, lambda s: get(s.vehicle))


def _carried(name: str, value: Read, get: Callable[[VehicleNow], frozenset[str]]) -> Key:
    """Things or people aboard, all of which a condition asks for."""
    return Key(name, _V, value, get, lambda seen, wanted, _, __: wanted <= seen, lambda s: sorted(get(s.vehicle)))


def _aged(name: str, compare: Compare, fact_minutes: float) -> Key:
    """A time of a vehicle, compared by its age; the fact is in units of `fact_minutes` minutes."""

    def holds(now: Seen, wanted: Value, _: Ask, moment: Moment) -> bool:
        age_min: float | None = compare.since(now, moment)
        if age_min is None:
            return compare.missing
        limit: float = wanted * compare.scale
        return age_min > limit if compare.over else age_min < limit

    def fact(situation: Situation) -> Fact:
        age_min = compare.since(situation.vehicle, situation.moment)
        return None if age_min is None else int(age_min / fact_minutes)

    return Key(name, _V, number, lambda now: now, holds, fact, compare)


def _age_min(at: datetime | None, moment: Moment) -> float | None:
    return None if at is None else (moment.now - at).total_seconds() / 60.0


def _fix_age_min(now: VehicleNow, moment: Moment) -> float | None:
    fix = now.position(moment.now)
    return _age_min(min(fix.taken_at, moment.now), moment) if fix else None


def _leaves(_: Seen, wanted: Value, ask: Ask, __: Moment) -> bool:
    """A trip out of the province leaves the city too."""
    return ask.leaves in wanted or (Leaves.CITY in wanted and ask.leaves is Leaves.PROVINCE)


def _clock(seen: Seen, wanted: Value, _: Ask, moment: Moment) -> bool:
    span = seen if wanted == OWN else wanted
    return span is None or within(span, moment.local.time())


def _area(seen: Seen, wanted: Value, ask: Ask, _: Moment) -> bool:
    """The vehicle's service area; where a pick-up lies in no known area, nobody is outside of its own."""
    if OWN in wanted and (ask.pickup.agency is None or not seen or ask.pickup.agency in seen):
        return True
    return not wanted.isdisjoint(seen)


def _papers(seen: Seen, wanted: Value, _: Ask, moment: Moment) -> bool:
    """Valid for so many more days; papers that nobody wrote down are not held against a vehicle."""
    return seen is None or str(seen) >= (moment.local.date() + timedelta(days=wanted)).isoformat()


def _last_free(seen: Seen, wanted: Value, _: Ask, moment: Moment) -> bool:
    kind, zone, free = seen
    return (bool(free) and zone is not None and moment.free_in_zone.get((kind, zone), 0) <= 1) is wanted


def _rounded(value: float | None) -> Fact:
    return None if value is None else round(value)


_R, _P, _T, _V, _M = "request", "patient", "trip", "vehicle", "moment"

_ROWS = (
    _asked("need", _R, choice(Need), lambda ask: ask.need),
    _asked("urgency", _R, choice(Urgency), lambda ask: ask.urgency),
    _told("schedule_at", _R, lambda ask: ask.schedule_at is not None),
    _asked("requester", _R, names(), lambda ask: ask.requester),
    _told("phone", _R, lambda ask: ask.has_phone),
    Key(
        "documents",
        _R,
        choice(Document),
        None,
        lambda _, wanted, ask, __: wanted <= ask.documents,
        lambda s: sorted(s.ask.documents),
    ),
    _asked("pickup", _R, names(), lambda ask: ask.pickup.facility),
    _asked("dropoff", _R, names(), lambda ask: ask.dropoff.facility if ask.dropoff else None),
    _told("living", _P, lambda ask: ask.patient.living),
    _told("can_sit", _P, lambda ask: ask.patient.can_sit),
    _told("special_care", _P, lambda ask: ask.patient.special_care),
    _told("oxygen", _P, lambda ask: ask.patient.oxygen),
    _told("ventilator", _P, lambda ask: ask.patient.ventilator),
    _told("incubator", _P, lambda ask: ask.patient.incubator),
    _told("labour", _P, lambda ask: ask.patient.labour),
    _told("guarded", _P, lambda ask: ask.patient.guarded),
    _told("infectious", _P, lambda ask: ask.patient.infectious),
    _asked("death", _P, choice(Death), lambda ask: ask.patient.death),
    Key(
        "count",
        _P,
        number,
        None,
        lambda _, wanted, ask, __: ask.patient.count >= wanted,
        lambda s: s.ask.patient.count,
    ),
    _place("resident_of", _P, lambda ask: ask.patient.resident_of),
    _place("pickup_area", _T, lambda ask: ask.pickup.agency),
    _place("dropoff_area", _T, lambda ask: ask.dropoff.agency if ask.dropoff else None),
    Key("leaves", _T, choice(Leaves), None, _leaves, lambda s: s.ask.leaves),
    Key(
        "distance_km_over",
        _T,
        number,
        None,
        lambda _, wanted, ask, __: ask.distance_km is not None and ask.distance_km > wanted,
        lambda s: _rounded(s.ask.distance_km),
    ),
    Key(
        "weekdays",
        _T,
        days,
        None,
        lambda _, wanted, __, moment: moment.local.weekday() in wanted,
        lambda s: DAYS[s.moment.local.weekday()],
    ),
    Key("hours", _T, hours, lambda now: now.vehicle.hours, _clock, lambda s: s.moment.local.strftime("%H.%M")),
    _attribute("class", choice(VehicleClass), lambda now: now.vehicle.vehicle_class),
    _attribute("agency", names(), lambda now: now.vehicle.agency),
    _attribute("base", names(), lambda now: now.vehicle.base),
    _attribute("duty", choice(Duty), lambda now: now.duty),
    _carried("equipment", choice(EQUIPMENT), lambda now: now.vehicle.equipment),
    _carried("crew", choice(CREW), lambda now: now.vehicle.crew),
    Key(
        "seats",
        _V,
        number,
        lambda now: now.vehicle.seats,
        lambda seen, wanted, _, __: seen >= wanted,
        lambda s: s.vehicle.vehicle.seats,
    ),
    Key("area", _V, names(own=True), lambda now: now.vehicle.serves, _area, lambda s: sorted(s.vehicle.vehicle.serves)),
    Key(
        "papers_valid_until",
        _V,
        number,
        lambda now: now.vehicle.papers_valid_until,
        _papers,
        lambda s: str(s.vehicle.vehicle.papers_valid_until) if s.vehicle.vehicle.papers_valid_until else None,
    ),
    _aged("fix_age_min_over", Compare("fix", _fix_age_min, over=True, missing=True), 1.0),
    _aged(
        "rest_min_under",
        Compare("trip_ended_at", lambda now, moment: _age_min(now.trip_ended_at, moment), over=False, missing=False),
        1.0,
    ),
    _aged(
        "duty_h_over",
        Compare(
            "on_duty_since",
            lambda now, moment: _age_min(now.on_duty_since, moment),
            over=True,
            missing=False,
            scale=60.0,
        ),
        60.0,
    ),
    _attribute("zone", names(), lambda now: now.vehicle.zone),
    _attribute("shares", choice(Shares), lambda now: now.vehicle.shares),
    Key(
        "no_other_within_min",
        _M,
        number,
        None,
        lambda _, wanted, __, moment: moment.soonest_s is None or moment.soonest_s > wanted * 60.0,
        lambda s: _rounded(None if s.moment.soonest_s is None else s.moment.soonest_s / 60.0),
    ),
    Key(
        "waited_min_under",
        _M,
        number,
        None,
        lambda _, wanted, __, moment: moment.waited_s < wanted * 60.0,
        lambda s: int(s.moment.waited_s / 60.0),
    ),
    Key(
        "puskesmas_vehicle_busy",
        _M,
        flag,
        None,
        lambda _, wanted, __, moment: moment.puskesmas_vehicle_busy is wanted,
        lambda s: s.moment.puskesmas_vehicle_busy,
    ),
    Key(
        "last_free_in_zone",
        _M,
        flag,
        lambda now: (now.vehicle.vehicle_class, now.vehicle.zone, now.is_free),
        _last_free,
        lambda s: s.vehicle.vehicle.zone,
    ),
)

KEYS: Mapping[str, Key] = MappingProxyType({key.name: key for key in _ROWS})
