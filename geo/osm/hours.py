"""The hours at which a tag holds (OpenStreetMap's `key:conditional=value @ (hours)`), read if they are days and times.

Read: `Mo-Fr 07:00-09:00,16:00-18:00`, `06:00-22:00`, `Sa,Su`, `22:00-05:00`, `24/7`, several of them with `;` or `,`
between.
What depends on more than the hour of the week (holidays, seasons, weight, weather) is no hours to this reader.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
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
    text = text.replace("\u2013", "-").replace("24/7", "00:00-24:00")
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


def is_always(text: str) -> bool:
    """Whether hours that can be read are all that there are."""
    hours = read_hours(text)
    return hours is not None and hours.cover(frozenset(range(_WEEK)), 0, DAY_MIN)


def settled(tags: Mapping[str, str], keys: Iterable[str]) -> Mapping[str, str]:
    """Tags in which what some conditional keys say of all hours is said without a condition."""
    found = dict(tags)
    for key in keys:
        said = clauses(tags[key]) if key in tags else None
        always = [value for value, hours in said or () if is_always(hours)]
        if always:
            found[key.removesuffix(":conditional")] = always[-1]
            rest = "; ".join(f"{value} @ ({hours})" for value, hours in said or () if not is_always(hours))
            found.pop(key)
            found |= {key: rest} if rest else {}
    return found


def between(first_day: str, last_day: str, since: str, until: str) -> str:
    """The text of hours from a day to another and from a time to another, as relations say it in four tags; each may be
    empty, days are names such as `Monday`, times hours such as `7` or `07:30`.
    """
    days = "-".join(day.strip()[:2] for day in (first_day, last_day) if day)
    times = (time if ":" in time else f"{time}:00" for time in (since or "0", until or "24"))
    return " ".join((days, "-".join(times))).strip()


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
