"""How the hour and closed streets change travel times: at most eight slices of the week, each with two factors.

The factors of SLICES are this project's own estimate of Indonesian cities, where offices and schools begin at seven and
the rains and the way home meet between four and seven; a city that has measured its own writes them into a file.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from geo.osm.hours import DAY_MIN, read_hours
from geo.osm.tags import ROAD_CLASSES
from geo.roads.graph import CLOSED_MS
from geo.roads.network import Network
from geo.roads.speeds import HEARSE_CAPS, Caps, cap_kph, has_bit, is_ferry, ms_at

MOST_SLICES = 8
_WORKDAYS, _WEEKEND = frozenset(range(5)), frozenset({5, 6})
_DAYS = {"workdays": _WORKDAYS, "weekend": _WEEKEND, "all": _WORKDAYS | _WEEKEND}
_LEAST, _MOST = 0.5, 5.0  # what a factor may be
_MAIN = np.array(
    [name not in ("unclassified", "residential", "living_street", "service", "road") for name in ROAD_CLASSES]
)
# With lights and sirens traffic costs half of what it costs others; this project's own estimate.
_SIREN_SHARE = 0.5


class TrafficFileError(Exception):
    """A file of slices that is none; the message names the line's slice and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A part of the week: its weekdays (Monday is 0), from one local time to another, that one left out.

    main and side say how many times as long as on an empty road one drives on main roads (tertiary and above) and on
    the others; 00:00 as `until` means the end of the day.
    """

    name: str
    days: frozenset[int]
    since: time
    until: time
    main: float
    side: float

    def holds(self, local: datetime) -> bool:
        """Whether a local time lies within."""
        at = local.time().replace(tzinfo=None)
        return local.weekday() in self.days and self.since <= at and (at < self.until or self.until == time(0))

    def lies_in(self, hours: str) -> bool:
        """Whether it lies wholly within hours as OpenStreetMap writes them; not if they cannot be read."""
        found = read_hours(hours)
        until_min = self.until.hour * 60 + self.until.minute or DAY_MIN
        return found is not None and found.cover(self.days, self.since.hour * 60 + self.since.minute, until_min)


SLICES = (
    Slice(name="malam", days=_DAYS["all"], since=time(22), until=time(0), main=0.9, side=1.0),
    Slice(name="dini hari", days=_DAYS["all"], since=time(0), until=time(5), main=0.85, side=1.0),
    Slice(name="pagi", days=_WORKDAYS, since=time(6), until=time(9), main=1.6, side=1.25),
    Slice(name="siang", days=_WORKDAYS, since=time(9), until=time(16), main=1.2, side=1.1),
    Slice(name="sore", days=_WORKDAYS, since=time(16), until=time(19, 30), main=1.7, side=1.3),
    Slice(name="akhir pekan", days=_WEEKEND, since=time(9), until=time(20), main=1.25, side=1.1),
)


def slice_at(slices: Sequence[Slice], local: datetime) -> Slice | None:
    """The first slice that holds at a local time; None where roads are as the network has them."""
    return next((one for one in slices if one.holds(local)), None)


def read_slices(path: Path) -> tuple[Slice, ...]:
    """The slices of a TOML file: tables `[[slice]]` with name, days (workdays, weekend, all), from, until, main, side.
    Raises TrafficFileError if it cannot be read or is no such file.
    """
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("slice", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrafficFileError(f"{path} cannot be read as TOML: {error}") from error
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_SLICES:
        raise TrafficFileError(f"{path} takes 1 to {MOST_SLICES} tables [[slice]]")
    return tuple(_slice(row, f"{path}, slice {number}") for number, row in enumerate(rows, 1))


def _slice(row: object, where: str) -> Slice:
    if not isinstance(row, Mapping) or set(row) != {"name", "days", "from", "until", "main", "side"}:
        raise TrafficFileError(f"{where}: a slice has name, days, from, until, main and side")
    if row["days"] not in _DAYS:
        raise TrafficFileError(f"{where}: days is one of {', '.join(_DAYS)}")
    since, until = _time(row["from"], where), _time(row["until"], where)
    if until != time(0) and until <= since:
        raise TrafficFileError(f"{where}: until comes after from; a night is written as two slices")
    for name in ("main", "side"):
        if isinstance(row[name], bool) or not isinstance(row[name], int | float) or not _LEAST <= row[name] <= _MOST:
            raise TrafficFileError(f"{where}: {name} is a number from {_LEAST} to {_MOST}")
    return Slice(
        name=str(row["name"]),
        days=_DAYS[row["days"]],
        since=since,
        until=until,
        main=float(row["main"]),
        side=float(row["side"]),
    )


def _time(value: object, where: str) -> time:
    try:
        return value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError:
        raise TrafficFileError(f"{where}: from and until are times such as 06:00") from None


def under(network: Network, hour: Slice | None, shut: NDArray[np.bool_] | None, caps: Caps = HEARSE_CAPS) -> Network:
    """The network with its travel times in a slice of the week, with some edges (M,) closed, and with hearses' caps.
    What is shut at hours in which the whole slice lies is shut.

    With lights and sirens half of the delay counts; a hearse keeps to its own speed where traffic is faster than that.
    """
    metrics = dict(network.metrics)
    if caps != HEARSE_CAPS:
        capped = ms_at(cap_kph(network.edge_class, caps), network.edge_length_m)
        free = np.where(network.metrics["car"] < CLOSED_MS, network.metrics["car"], network.metrics["hearse"])
        metrics["hearse"] = np.where(network.metrics["hearse"] < CLOSED_MS, np.maximum(free, capped), CLOSED_MS)
    if hour is not None:
        factor = np.where(_MAIN[network.edge_class], hour.main, hour.side)
        factor[is_ferry(network.edge_class)] = 1.0
        car = np.where(network.metrics["car"] < CLOSED_MS, network.metrics["car"] * factor, 0.0)
        metrics = {name: _slower(name, ms, car, factor) for name, ms in metrics.items()}
        metrics = {name: np.where(shut_at(network, hour, name), CLOSED_MS, ms) for name, ms in metrics.items()}
    if shut is not None:
        metrics = {name: np.where(shut, CLOSED_MS, ms).astype(np.int32) for name, ms in metrics.items()}
    return replace(network, metrics=MappingProxyType(metrics))


def shut_at(network: Network, hour: Slice | None, metric: str) -> NDArray[np.bool_]:
    """The edges (M,) that are shut in a metric in a slice of the week, and not else."""
    shut = np.zeros(network.edge_count, np.bool_)
    if hour is not None:
        holds = np.array([hour.lies_in(text) for text in network.meta.hours], np.bool_)
        rows = has_bit(network.hours_bits, metric) & holds[network.hours_text]
        shut[network.hours_edge[rows]] = True
    return shut


def streets_shut_at(network: Network, hour: Slice | None) -> NDArray[np.bool_]:
    """The edges (M,) of streets on which nobody is to be put in a slice of the week: in some metric they are shut then
    in every direction that there is.
    """
    found = np.zeros(network.edge_count, np.bool_)
    for metric, ms in network.metrics.items():
        here = shut_at(network, hour, metric)
        shut = here | (ms >= CLOSED_MS)
        one_way, twin = network.edge_twin < 0, network.edge_twin
        found |= shut & np.where(one_way, here, shut[twin] & (here | here[twin]))
    return found


def _slower(
    name: str, ms: NDArray[np.int32], car: NDArray[np.float64], factor: NDArray[np.float64]
) -> NDArray[np.int32]:
    match name:
        case "siren":
            found = ms * (1.0 + (factor - 1.0) * _SIREN_SHARE)
        case "hearse":
            found = np.maximum(ms, car)
        case _:
            found = ms * factor
    return np.where(ms < CLOSED_MS, np.clip(np.rint(found), 1, CLOSED_MS - 1), CLOSED_MS).astype(np.int32)
