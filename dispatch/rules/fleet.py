"""The fleet as columns: what conditions see of ten thousand vehicles, without looking at each of them again."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import FRESH, VehicleNow
from dispatch.rules.moment import Moment
from dispatch.vocabulary.needs import Metric
from dispatch.vocabulary.vehicle_classes import CLASSES, Duty, VehicleClass
from geo.point import Point

T = TypeVar("T")
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FRESH_MIN = FRESH.total_seconds() / 60.0


@dataclass(slots=True)
class Fleet:
    """Vehicles in a fixed order; columns are made when they are first asked for, and kept.

    A column of codes numbers the distinct values that the fleet has of something: few, so that whatever is asked of
    the value is asked once for each and not once for each vehicle. `blocks` are for whoever writes fleets out: the text
    of the vehicles from a place on, and what was made of it; they go on to the fleet that follows.
    """

    vehicles: Sequence[VehicleNow]
    _places: dict[str, int] | None = None
    _seen: dict[str, tuple[Callable[[VehicleNow], object], list[object]]] = field(default_factory=dict)
    _codes: dict[str, tuple[Codes, list[Hashable], Callable[[VehicleNow], Hashable]]] = field(default_factory=dict)
    _times: dict[str, Floats] = field(default_factory=dict)
    _at_base: Bools | None = None
    blocks: dict[int, tuple[str, bytes]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many vehicles."""
        return len(self.vehicles)

    @property
    def places(self) -> Mapping[str, int]:
        """The place of each vehicle by its id."""
        if self._places is None:
            self._places = {now.id: place for place, now in enumerate(self.vehicles)}
        return self._places

    def codes(self, name: str, sees: Callable[[VehicleNow], Hashable]) -> tuple[Codes, list[Hashable]]:
        """For each vehicle the number of its value, and the values."""
        if name not in self._codes:
            numbers: dict[Hashable, int] = {}
            column = [numbers.setdefault(sees(now), len(numbers)) for now in self.vehicles]
            self._codes[name] = np.array(column, np.int64), list(numbers), sees
        column_of_codes, values, _ = self._codes[name]
        return column_of_codes, values

    def each(self, name: str, sees: Callable[[VehicleNow], T]) -> list[T]:
        """What `sees` says of each vehicle."""
        if name not in self._seen:
            self._seen[name] = sees, [sees(now) for now in self.vehicles]
        return cast("list[T]", self._seen[name][1])

    def follow(self, vehicles: Sequence[VehicleNow]) -> "Fleet":
        """The same fleet at another moment: of its columns only what changed is made anew."""
        if len(vehicles) != len(self.vehicles):
            return Fleet(vehicles)
        both = enumerate(zip(vehicles, self.vehicles, strict=True))
        differs = [(no, now, before) for no, (now, before) in both if now is not before]
        if len(differs) > len(vehicles) // 4 or any(now.id != before.id for _, now, before in differs):
            return Fleet(vehicles)
        changed = [(no, now) for no, now, _ in differs]
        next_one = Fleet(vehicles, self._places, blocks=self.blocks)
        for name, (column, values, sees) in self._codes.items():
            numbers, codes = {value: number for number, value in enumerate(values)}, column.copy()
            for no, now in changed:
                codes[no] = numbers.setdefault(sees(now), len(numbers))
            next_one._codes[name] = codes, list(numbers), sees
        for name, (sees_each, seen) in self._seen.items():
            again = seen.copy()
            for no, now in changed:
                again[no] = sees_each(now)
            next_one._seen[name] = sees_each, again
        for name, times in self._times.items():
            next_one._times[name] = times.copy()
            for no, now in changed:
                next_one._times[name][no] = _seconds(_TIMES[name](now))
        if self._at_base is not None:
            next_one._at_base = self._at_base.copy()
            for no, now in changed:
                next_one._at_base[no] = _stands_at_base(now)
        return next_one

    def count(self, name: str, sees: Callable[[VehicleNow], Hashable]) -> Iterator[tuple[Hashable, int]]:
        """The distinct values, and how many vehicles have each."""
        codes, values = self.codes(name, sees)
        for value, many in zip(values, np.bincount(codes, minlength=len(values)).tolist(), strict=True):
            if many:
                yield value, many

    def mask(self, name: str, sees: Callable[[VehicleNow], Hashable], test: Callable[[Hashable], bool]) -> Bools:
        """Of which vehicles `test` holds."""
        codes, values = self.codes(name, sees)
        found: Bools = np.array([test(value) for value in values], np.bool_)[codes]
        return found

    def some(self, names: Iterable[str]) -> Bools:
        """Which vehicles these are; names of others say nothing."""
        found: Bools = np.zeros(len(self), np.bool_)
        found[[self.places[name] for name in names if name in self.places]] = True
        return found

    def age_min(self, name: str, moment: Moment) -> Floats:
        """Minutes since a time of each vehicle (a key of `_TIMES`); NaN where it never was."""
        if name not in self._times:
            self._times[name] = np.array([_seconds(_TIMES[name](now)) for now in self.vehicles], np.float64)
        age: Floats = ((moment.now - _EPOCH).total_seconds() - self._times[name]) / 60.0
        return self._with_base(age) if name == "fix" else age

    def points(self, numbers: Codes, now: datetime) -> dict[str, Point]:
        """Where these vehicles are (VehicleNow.position), by id; who never was anywhere is left out."""
        reported = self.each("id_and_point", _id_and_point)
        found = dict(reported[number] for number in numbers.tolist())
        for number in numbers[self._stands_at_base()[numbers]].tolist():
            at_base = self.vehicles[number]
            fix = at_base.position(now)
            found[at_base.id] = fix.point if fix else None
        return {name: point for name, point in found.items() if point is not None}

    def starts(self, numbers: Codes, trip: Metric, now: datetime) -> dict[Metric, dict[str, Point]]:
        """The same by how each drives on a trip (Vehicle.metric_for)."""
        codes, values = self.codes("fastest", lambda one: one.vehicle.fastest)
        driven = [fastest.at_most(trip) for fastest in cast("list[Metric]", values)]
        if len(set(driven)) == 1:
            return {driven[0]: self.points(numbers, now)}
        each = np.array([list(Metric).index(metric) for metric in driven], np.int64)[codes[numbers]]
        return {metric: self.points(numbers[each == at], now) for at, metric in enumerate(Metric) if (each == at).any()}

    def _stands_at_base(self) -> Bools:
        if self._at_base is None:
            self._at_base = np.array([_stands_at_base(now) for now in self.vehicles], np.bool_)
        return self._at_base

    def _with_base(self, age: Floats) -> Floats:
        """A parked vehicle whose driver said so stands where its base is (VehicleNow.position)."""
        stale = ~(age <= _FRESH_MIN)
        # Written minutes of a fix from the future count from now on, as in conditions.
        return np.where(self._stands_at_base() & stale, 0.0, np.maximum(age, 0.0))


def _id_and_point(now: VehicleNow) -> tuple[str, Point | None]:
    return now.id, now.fix.point if now.fix is not None else None


def _stands_at_base(now: VehicleNow) -> bool:
    return now.at_base and now.vehicle.base_point is not None and now.duty in (Duty.AVAILABLE, Duty.COMMITTED)


def _seconds(at: datetime | None) -> float:
    return np.nan if at is None else (at - _EPOCH).total_seconds()


_TIMES: dict[str, Callable[[VehicleNow], datetime | None]] = {
    "fix": lambda now: now.fix.taken_at if now.fix else None,
    "trip_ended_at": lambda now: now.trip_ended_at,
    "on_duty_since": lambda now: now.on_duty_since,
    "left_alone_until": lambda now: now.left_alone_until,
    "kept_for": lambda now: now.kept_for,
}


def count_free(fleet: Fleet) -> Mapping[tuple[VehicleClass, str], int]:
    """How many vehicles of each class are free in each zone."""
    free: dict[tuple[VehicleClass, str], int] = {}
    for value, many in fleet.count("class_zone_free", _class_zone_free):
        kind, zone, is_free = cast("tuple[VehicleClass, str | None, bool]", value)
        if is_free and zone is not None:
            free[kind, zone] = many
    return MappingProxyType(free)


def is_puskesmas_busy(fleet: Fleet, ask: Ask) -> bool:
    """Whether the requesting facility has no ambulance of its own that is free."""
    if ask.requester is None:
        return True
    return all(base != ask.requester for base, _ in fleet.count("base_of_free_ambulance", _base_of_free_ambulance))


def _class_zone_free(now: VehicleNow) -> tuple[VehicleClass, str | None, bool]:
    return now.vehicle.vehicle_class, now.vehicle.zone, now.is_free


def _base_of_free_ambulance(now: VehicleNow) -> str | None:
    return now.vehicle.base if CLASSES[now.vehicle.vehicle_class].is_ambulance and now.is_free else None
