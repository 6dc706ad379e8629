"""How long something takes, by OpenStreetMap's tag (the wiki's page Key:duration)."""

import re
from collections.abc import Iterable
from math import nan

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+)", re.ASCII)
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_NUMBER = r"(\d+(?:[.,]\d+)?)"
# Months and years are none that a ferry takes: who writes P20M means minutes, and nobody knows.
_ISO = re.compile(rf"p(?:{_NUMBER}w)?(?:{_NUMBER}d)?(?:t(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?)?", re.ASCII)
_WORDS = re.compile(rf"{_NUMBER}\s*(s|m|h|d|w)(?:econd|ec|inute|in|our|r|ay|eek)?s?", re.ASCII)
_HOURS_AND_MINUTES = re.compile(r"(\d+)\s*h\s*([0-5]?\d)", re.ASCII)


def read_duration_s(text: str) -> float:
    """Seconds of a value such as `45` (minutes), `1:30`, `01:30:00`, `1h30`, `PT1H30M` or `90 min`; else NaN."""
    text = text.strip().lower()
    seconds = _clock_s(text)
    if both := _HOURS_AND_MINUTES.fullmatch(text):
        seconds = _sum_s(zip(both.groups(), "hm", strict=True))
    elif iso := _ISO.fullmatch(text):
        seconds = _sum_s(zip(iso.groups(), "wdhms", strict=True))
    elif parts := _WORDS.findall(text):
        rest = _WORDS.sub("", text).strip(" ,")
        seconds = nan if rest else _sum_s(parts)
    return seconds if seconds > 0.0 else nan


def _clock_s(text: str) -> float:
    """Of minutes, hours and minutes, or hours, minutes and seconds; nobody knows what `1:90` is."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return nan
    first, second, last = match.groups()
    if max((int(part) for part in (first and second, second and last) if part), default=0) >= 60:
        return nan
    if first is not None:
        return int(first) * 3_600.0 + int(second) * 60.0 + int(last)
    return int(second or 0) * 3_600.0 + int(last) * 60.0


def _sum_s(parts: Iterable[tuple[str | None, str]]) -> float:
    return sum(float(number.replace(",", ".")) * _UNITS_S[unit] for number, unit in parts if number)
