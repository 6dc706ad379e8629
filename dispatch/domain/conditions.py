"""The table of condition keys: the same names in SOP packs, scenario files and the API's bodies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from types import MappingProxyType

from dispatch.domain.request import Ask, Death, Need, Urgency
from dispatch.domain.vehicle import CREW, EQUIPMENT, Duty, Shares, VehicleClass, VehicleNow


class Group(StrEnum):
    """Of what a key speaks."""

    REQUEST = "request"
    PATIENT = "patient"
    TRIP = "trip"
    VEHICLE = "vehicle"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The instant of a decision: `now` in UTC, `local` the same in the region's time zone.

    `soonest_s` is when the first candidate arrives that needs nobody's yes and has not declined yet, in seconds;
    None when there is none.
    """

    now: datetime
    local: datetime
    soonest_s: float | None


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a condition may look at."""

    vehicle: VehicleNow
    ask: Ask
    moment: Moment


Value = object
Fact = object


@dataclass(frozen=True, slots=True)
class Key:
    """One row of the table: how a value is read, when it holds, and the fact that it saw."""

    name: str
    group: Group
    read: Callable[[object], Value]
    holds: Callable[[Situation, Value], bool]
    fact: Callable[[Situation], Fact]


@dataclass(frozen=True, slots=True)
class Condition:
    """A key with the value that a rule gives it."""

    key: Key
    value: Value

    def holds(self, situation: Situation) -> bool:
        """Whether the situation is as the condition says."""
        return self.key.holds(situation, self.value)


class BadValueError(ValueError):
    """A value that its key cannot take; the message says what it takes."""


def _one_of(allowed: frozenset[str]) -> Callable[[object], frozenset[str]]:
    def read(value: object) -> frozenset[str]:
        names = value if isinstance(value, list) else [value]
        wrong = [str(name) for name in names if name not in allowed]
        if wrong or not names:
            raise BadValueError(f"{', '.join(wrong) or 'an empty list'} is none of: {', '.join(sorted(allowed))}")
        return frozenset(names)

    return read


def _names(value: object) -> frozenset[str]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise BadValueError("takes a name or a list of names")
    return frozenset(names)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValueError("takes true or false")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise BadValueError("takes a number that is not negative")
    return float(value)


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekdays(value: object) -> frozenset[int]:
    """Days as "mon-sat" or "mon,wed": Monday is 0."""
    if not isinstance(value, str):
        raise BadValueError('takes days such as "mon-sat"')
    days: set[int] = set()
    for part in value.split(","):
        first, _, last = part.strip().partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise BadValueError(f'{part!r} is no day: takes days such as "mon-sat"')
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        days.update(day % 7 for day in range(start, end + (8 if end < start else 1)))
    return frozenset(days)


def _hours(value: object) -> tuple[time, time]:
    """Hours as "08:00-16:00"; they may run past midnight."""
    try:
        first, last = str(value).split("-")
        return time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        raise BadValueError(f'{value!r} are no hours: takes hours such as "08:00-16:00"') from None


def _within_hours(situation: Situation, value: Value) -> bool:
    assert isinstance(value, tuple)
    start, end = value
    assert isinstance(start, time)
    assert isinstance(end, time)
    clock = situation.moment.local.time()
    return start <= clock < end if start < end else clock >= start or clock < end


def _in(get: Callable[[Situation], str | None]) -> Callable[[Situation, Value], bool]:
    def holds(situation: Situation, value: Value) -> bool:
        assert isinstance(value, frozenset)
        return get(situation) in value

    return holds


def _has_all(get: Callable[[Situation], frozenset[str]]) -> Callable[[Situation, Value], bool]:
    def holds(situation: Situation, value: Value) -> bool:
        assert isinstance(value, frozenset)
        return value <= get(situation)

    return holds


def _is(get: Callable[[Situation], bool]) -> Callable[[Situation, Value], bool]:
    return lambda situation, value: get(situation) is value


def _fix_age_min(situation: Situation) -> float | None:
    fix = situation.vehicle.position(situation.moment.now)
    if fix is None:
        return None
    return max(0.0, (situation.moment.now - fix.taken_at).total_seconds() / 60.0)


def _fix_older(situation: Situation, value: Value) -> bool:
    assert isinstance(value, float)
    age_min = _fix_age_min(situation)
    return age_min is None or age_min > value


def _fix_age_fact(situation: Situation) -> int | None:
    age_min = _fix_age_min(situation)
    return None if age_min is None else int(age_min)


def _nobody_sooner(situation: Situation, value: Value) -> bool:
    assert isinstance(value, float)
    soonest_s = situation.moment.soonest_s
    return soonest_s is None or soonest_s > value * 60.0


def _soonest_fact(situation: Situation) -> int | None:
    soonest_s = situation.moment.soonest_s
    return None if soonest_s is None else round(soonest_s / 60.0)


def _death(situation: Situation) -> str | None:
    return situation.ask.patient.death


def _listed(get: Callable[[Situation], frozenset[str]]) -> Callable[[Situation], Fact]:
    return lambda situation: sorted(get(situation))


def _values(enum: type[StrEnum]) -> frozenset[str]:
    return frozenset(member.value for member in enum)


_R, _P, _T, _V, _M = Group.REQUEST, Group.PATIENT, Group.TRIP, Group.VEHICLE, Group.MOMENT

_ROWS = (
    Key("need", _R, _one_of(_values(Need)), _in(lambda s: s.ask.need), lambda s: s.ask.need.value),
    Key("urgency", _R, _one_of(_values(Urgency)), _in(lambda s: s.ask.urgency), lambda s: s.ask.urgency.value),
    Key("requester", _R, _names, _in(lambda s: s.ask.requester), lambda s: s.ask.requester),
    Key("living", _P, _flag, _is(lambda s: s.ask.patient.living), lambda s: s.ask.patient.living),
    Key("can_sit", _P, _flag, _is(lambda s: s.ask.patient.can_sit), lambda s: s.ask.patient.can_sit),
    Key("special_care", _P, _flag, _is(lambda s: s.ask.patient.special_care), lambda s: s.ask.patient.special_care),
    Key("oxygen", _P, _flag, _is(lambda s: s.ask.patient.oxygen), lambda s: s.ask.patient.oxygen),
    Key("infectious", _P, _flag, _is(lambda s: s.ask.patient.infectious), lambda s: s.ask.patient.infectious),
    Key("death", _P, _one_of(_values(Death)), _in(_death), _death),
    Key("resident_of", _P, _names, _in(lambda s: s.ask.patient.resident_of), lambda s: s.ask.patient.resident_of),
    Key(
        "weekdays",
        _T,
        _weekdays,
        lambda s, value: isinstance(value, frozenset) and s.moment.local.weekday() in value,
        lambda s: _DAYS[s.moment.local.weekday()],
    ),
    Key("hours", _T, _hours, _within_hours, lambda s: s.moment.local.strftime("%H.%M")),
    Key(
        "class",
        _V,
        _one_of(_values(VehicleClass)),
        _in(lambda s: s.vehicle.vehicle.vehicle_class),
        lambda s: s.vehicle.vehicle.vehicle_class.value,
    ),
    Key("agency", _V, _names, _in(lambda s: s.vehicle.vehicle.agency), lambda s: s.vehicle.vehicle.agency),
    Key("base", _V, _names, _in(lambda s: s.vehicle.vehicle.base), lambda s: s.vehicle.vehicle.base),
    Key("duty", _V, _one_of(_values(Duty)), _in(lambda s: s.vehicle.duty), lambda s: s.vehicle.duty.value),
    Key(
        "equipment",
        _V,
        _one_of(EQUIPMENT),
        _has_all(lambda s: s.vehicle.vehicle.equipment),
        _listed(lambda s: s.vehicle.vehicle.equipment),
    ),
    Key(
        "crew",
        _V,
        _one_of(CREW),
        _has_all(lambda s: s.vehicle.vehicle.crew),
        _listed(lambda s: s.vehicle.vehicle.crew),
    ),
    Key("zone", _V, _names, _in(lambda s: s.vehicle.vehicle.zone), lambda s: s.vehicle.vehicle.zone),
    Key(
        "shares",
        _V,
        _one_of(_values(Shares)),
        _in(lambda s: s.vehicle.vehicle.shares),
        lambda s: s.vehicle.vehicle.shares.value,
    ),
    Key("fix_age_min_over", _V, _number, _fix_older, _fix_age_fact),
    Key("no_other_within_min", _M, _number, _nobody_sooner, _soonest_fact),
)

KEYS: Mapping[str, Key] = MappingProxyType({key.name: key for key in _ROWS})
