"""How the value of a condition is read: what a pack, a scenario or a form may write for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any

OWN = "own"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Value = Any  # what a key's own test takes


class Kind(StrEnum):
    """What a form shows for a value."""

    CHOICE = "choice"
    FLAG = "flag"
    NUMBER = "number"
    DAYS = "days"
    HOURS = "hours"
    NAMES = "names"


class BadValueError(ValueError):
    """A value that its key cannot take; the message says what it takes."""


@dataclass(frozen=True, slots=True)
class Read:
    """A reader of values: `kind` for forms, `allowed` words for a choice, `own` if it takes the vehicle's own."""

    kind: Kind
    take: Callable[[object], Value]
    allowed: tuple[str, ...] = ()
    own: bool = False

    def __call__(self, value: object) -> Value:
        """The value as conditions compare it. Raises BadValueError."""
        return self.take(value)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def choice(words: type[StrEnum] | Iterable[str]) -> Read:
    """One of a few words, or a list of them."""
    allowed = tuple(sorted(str(word) for word in words))

    def take(value: object) -> frozenset[str]:
        found = _list(value)
        wrong = [str(word) for word in found if word not in allowed]
        if wrong or not found:
            raise BadValueError(f"{', '.join(wrong) or 'an empty list'} is none of: {', '.join(allowed)}")
        if len(set(found)) < len(found):
            raise BadValueError("names a word twice")
        return frozenset(str(word) for word in found)

    return Read(Kind.CHOICE, take, allowed)


def names(*, own: bool = False) -> Read:
    """A name or a list of names; `own` is the vehicle's own."""

    def take(value: object) -> frozenset[str]:
        found = _list(value)
        words = [word for word in found if isinstance(word, str) and word.strip()]
        if not words or len(words) < len(found):
            raise BadValueError("takes a name or a list of names")
        if OWN in words and not own:
            raise BadValueError(f"takes names; {OWN!r} has no meaning here")
        return frozenset(words)

    return Read(Kind.NAMES, take, own=own)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadValueError("takes true or false")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise BadValueError("takes a number from 0 to 1,000,000")
    return float(value)


def _days(value: object) -> frozenset[int]:
    """Days as "mon-sat" or "mon,wed": Monday is 0."""
    if not isinstance(value, str):
        raise BadValueError('takes days such as "mon-sat"')
    found: set[int] = set()
    for part in value.split(","):
        first, _, last = part.strip().partition("-")
        if first not in DAYS or (last and last not in DAYS):
            raise BadValueError(f'{part!r} is no day: takes days such as "mon-sat" or "mon,wed"')
        start, end = DAYS.index(first), DAYS.index(last or first)
        found.update(day % 7 for day in range(start, end + (8 if end < start else 1)))
    return frozenset(found)


def _hours(value: object) -> tuple[time, time] | str:
    """Hours as "08:00-16:00"; they may run past midnight, but not be empty."""
    if value == OWN:
        return OWN
    try:
        first, last = str(value).split("-")
        start, end = time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        raise BadValueError(f'{value!r} are no hours: takes hours such as "08:00-16:00", or "own"') from None
    if start == end or start.tzinfo or end.tzinfo:
        raise BadValueError(f'{value!r} are no hours: they begin and end at different times, such as "08:00-16:00"')
    return start, end


flag = Read(Kind.FLAG, _flag)
number = Read(Kind.NUMBER, _number)
days = Read(Kind.DAYS, _days)
hours = Read(Kind.HOURS, _hours, own=True)


def within(span: object, clock: time) -> bool:
    """Whether a time of day lies in hours that may run past midnight."""
    assert isinstance(span, tuple)
    start, end = span
    return bool(start <= clock < end if start < end else clock >= start or clock < end)
