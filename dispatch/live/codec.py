"""Fixes as bytes: a JSON header-free row of fixed fields and the vehicle's id, packed with struct."""

import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from dispatch.domain.fix import Fix, FixSource
from geo.point import Point

_ROW = struct.Struct("<ddqqBdddH")  # lon, lat, taken_at, received_at (microseconds), source, three optionals, id length
_SOURCES = tuple(FixSource)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = float("nan")


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _optional(value: float | None) -> float:
    return _NOTHING if value is None else value


def pack_fixes(fixes: Iterable[Fix]) -> bytes:
    """One row after the other."""
    parts: list[bytes] = []
    for fix in fixes:
        name = fix.vehicle_id.encode()
        row = _ROW.pack(
            fix.point.lon,
            fix.point.lat,
            _micros(fix.taken_at),
            _micros(fix.received_at),
            _SOURCES.index(fix.source),
            _optional(fix.accuracy_m),
            _optional(fix.speed_kph),
            _optional(fix.heading),
            len(name),
        )
        parts += (row, name)
    return b"".join(parts)


def unpack_fixes(data: bytes) -> Iterator[Fix]:
    """The fixes of `pack_fixes`. Raises struct.error or ValueError for anything else."""
    at = 0
    while at < len(data):
        lon, lat, taken, received, source, accuracy_m, speed_kph, heading, length = _ROW.unpack_from(data, at)
        at += _ROW.size
        optional = [None if value != value else value for value in (accuracy_m, speed_kph, heading)]
        yield Fix(
            vehicle_id=data[at : at + length].decode(),
            point=Point(lon=lon, lat=lat),
            taken_at=_EPOCH + timedelta(microseconds=taken),
            received_at=_EPOCH + timedelta(microseconds=received),
            source=_SOURCES[source],
            accuracy_m=optional[0],
            speed_kph=optional[1],
            heading=optional[2],
        )
        at += length
