"""The hours at which a tag holds (OpenStreetMap's `key:conditional=value @ (hours)`), read if they are days and times.

Read: `Mo-Fr 07:00-09:00,16:00-18:00`, `06:00-22:00`, `Sa,Su`, `22:00-05:00`, several of them with `;` or `,` between.
What depends on more than the hour of the week (holidays, seasons, weight, weather) is no hours to this reader.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

DAY_MIN = 24 * 60
_WEEK = 7
_DAYS = {name: day for day, name in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"))}
_DAY = "|".join(_DAYS)
_SPAN = r"\d{1,2}:\d\d\s*-\s*\d{1,2}:\d\d"
_RULE = re.compile(
    rf"(?P<days>(?:{_DAY})(?:\s*[-,]\s*(?:{_DAY}))*)?[\s:]*(?P<spans>{_SPAN}(?:\s*,\s*{_SPAN})*)?", re.ASCII
)
_CLAUSE = re.compile(r"([^@;]+?)\s*@\s*(\([^()]*\)|[^();@]+)\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Hours:
    """Spans of the week: weekday (Monday is 0), from one minute of the day to another, that one left out."""

    spans: frozenset[tuple[int, int, int]]

    def cover(self, days: frozenset[int], since_min: int, until_min: int) -> bool:
        """Whether every minute of some days' part lies within."""
        return all(self._covers(day, since_min, until_min) for day in days)

    def _covers(self, day: int, since_min: int, until_min: int) -> bool:
        at = since_min
        for _, since, until in sorted(span for span in self.spans if span[0] == day):
            if since <= at:
                at = max(at, until)
        return at >= until_min


def clauses(text: str) -> tuple[tuple[str, str], ...] | None:
    """The values of a conditional tag with what they depend on; None if it is no such text."""
    found, at = [], 0
    for match in _CLAUSE.finditer(text):
        if text[at : match.start()].strip():
            return None
        found.append((match[1].strip(), match[2].strip("() ")))
        at = match.end()
    return tuple(found) if found and not text[at:].strip() else None


@lru_cache(maxsize=1024)
def read_hours(text: str) -> Hours | None:
    """The hours of a text, None if it says more or something else."""
    spans: set[tuple[int, int, int]] = set()
    # A comma parts days, spans and rules: one before a day that follows a time begins a rule.
    for rule in re.split(rf";|(?<=\d)\s*,\s*(?=(?:{_DAY}))", text.strip().lower()):
        match = _RULE.fullmatch(rule.strip())
        if match is None or not (match["days"] or match["spans"]):
            return None
        days = set(range(_WEEK)) if match["days"] is None else set(_days_of(match["days"]))
        times = re.findall(r"(\d+):(\d\d)", match["spans"] or "00:00-24:00")
        minutes = [int(hour) * 60 + int(minute) for hour, minute in times]
        if max(minutes) > 2 * DAY_MIN or any(int(minute) > 59 for _, minute in times):
            return None
        for day in days:
            for since, until in zip(minutes[::2], minutes[1::2], strict=True):
                spans |= _on_its_days(day, since, until)
    return Hours(frozenset(spans))


def _days_of(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = (name.strip() for name in part.partition("-"))
        from_, to = _DAYS[first], _DAYS[last or first]
        yield from (day % _WEEK for day in range(from_, to + 1 if to >= from_ else to + _WEEK + 1))


def _on_its_days(day: int, since: int, until: int) -> set[tuple[int, int, int]]:
    """A span that may go on after midnight (22:00-05:00, 22:00-29:00) as spans within days."""
    if until <= since:
        until += DAY_MIN
    found = {(day, since, min(until, DAY_MIN))} if since < DAY_MIN else set()
    return found | ({((day + 1) % _WEEK, max(since - DAY_MIN, 0), until - DAY_MIN)} if until > DAY_MIN else set())
