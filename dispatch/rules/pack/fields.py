"""Reading single fields of a pack's tables; a wrong one raises FieldFault with its path."""

from collections.abc import Mapping
from typing import TypeVar

from dispatch.rules.conditions import KEYS, Condition
from dispatch.rules.pack.faults import Path, Said
from dispatch.rules.sop import Approver, Booking, Effect, OverridableBy, Part
from dispatch.rules.values import BadValueError, Value
from dispatch.vocabulary.policy import FIGURES, CertainHours, Diverts

_E = TypeVar("_E", Effect, OverridableBy, Diverts)
Table = Mapping[str, object]
LONGEST = 1_000
MOST_RULES, MOST_ALTERNATIVES, MOST_WORDS = 200, 8, 20
_APPROVER = '{ who = "health_officer", hours = "07:00-21:00" }'


class FieldFault(Exception):  # noqa: N818 - always caught by the reader
    """What is wrong with the field at a path."""

    def __init__(self, path: Path, code: str, **facts: object) -> None:
        super().__init__(code)
        self.said = Said(path, code, facts)


def judge_names(table: Table, known: tuple[str, ...], path: Path, where: str) -> None:
    """Only known fields. Raises FieldFault at the first other one."""
    for name in table:
        if name not in known:
            raise FieldFault((*path, name), "unknown_field", name=name, where=where, known=", ".join(known))


def read_table(parent: Table, name: str, known: tuple[str, ...], path: Path) -> Table:
    """A table of known fields; empty where it is left out."""
    table = parent.get(name, {})
    if not isinstance(table, dict):
        raise FieldFault((*path, name), "not_table", name=name)
    judge_names(table, known, (*path, name), name)
    return table


def read_part(rule: Table, name: str, path: Path) -> Part:
    """A table of conditions, or a list of such tables."""
    given, at = rule[name], (*path, name)
    tables = given if isinstance(given, list) else [given]
    if not tables or not all(isinstance(table, dict) and table for table in tables):
        raise FieldFault(at, "bad_part", name=name)
    if len(tables) > MOST_ALTERNATIVES:
        raise FieldFault(at, "too_many", name=name, most=MOST_ALTERNATIVES)
    places = [(*at, number) for number in range(len(tables))] if isinstance(given, list) else [at]
    return tuple(_alternative(table, place, name) for table, place in zip(tables, places, strict=True))


def _alternative(table: Table, path: Path, part: str) -> tuple[Condition, ...]:
    judge_names(table, tuple(KEYS), path, part)
    return tuple(Condition(KEYS[name], _value(name, value, path, part)) for name, value in table.items())


def _value(name: str, value: object, path: Path, part: str) -> Value:
    try:
        return KEYS[name].value(value)
    except BadValueError as error:
        raise FieldFault((*path, name), "bad_value", part=part, name=name, why=str(error)) from None


def read_figures(table: Table, path: Path) -> dict[str, float]:
    """The figures of a policy that a table sets."""
    found = {name: read_number(table, name, path) for name in table if name in FIGURES}
    for name, value in found.items():
        if FIGURES[name].whole:
            if not value.is_integer():
                raise FieldFault((*path, name), "not_whole", name=name)
            found[name] = int(value)
    return found


def read_certain_hours(table: object, path: Path) -> CertainHours:
    """Figures with the hours of which they are, one "22:00-05:00" or a list, and the weekdays: every day if none."""
    if not isinstance(table, dict):
        raise FieldFault(path, "bad_certain_hours", most=MOST_ALTERNATIVES)
    judge_names(table, ("hours", "weekdays", *FIGURES), path, at := "policy.hours")
    given, figures = table.get("hours", []), read_figures(table, path)
    read = [_value("hours", span, path, at) for span in (given if isinstance(given, list) else [given])]
    spans = tuple(span for span in read if isinstance(span, tuple))
    if not figures or not 0 < len(read) <= MOST_ALTERNATIVES or len(spans) < len(read):
        raise FieldFault(path, "bad_certain_hours", most=MOST_ALTERNATIVES)
    weekdays = _value("weekdays", table.get("weekdays", "mon-sun"), path, at)
    assert isinstance(weekdays, frozenset)
    return CertainHours(hours=spans, weekdays=weekdays, figures=figures)


def read_booking(rule: Table, name: str, path: Path) -> Booking:
    """Notice and hours of a drop-off."""
    table, at = read_table(rule, name, ("notice_min", "hours"), path), (*path, name)
    if set(table) != {"notice_min", "hours"}:
        raise FieldFault(at, "bad_booking")
    span = _value("hours", table["hours"], at, "booking")
    if not isinstance(span, tuple):
        raise FieldFault((*at, "hours"), "bad_booking_hours")
    return Booking(notice_min=read_number(table, "notice_min", at), hours=span)


def read_approvers(rule: Table, name: str, path: Path) -> tuple[Approver, ...]:
    """Who is asked for a yes, in order: each with a role, and with an agency and hours where they matter."""
    given, at = rule[name], (*path, name)
    if not isinstance(given, list) or not given or not all(isinstance(table, dict) for table in given):
        raise FieldFault(at, "bad_approver", example=_APPROVER)
    if len(given) > MOST_ALTERNATIVES:
        raise FieldFault(at, "too_many", name=name, most=MOST_ALTERNATIVES)
    return tuple(_approver(table, (*at, number)) for number, table in enumerate(given))


def _approver(table: Table, path: Path) -> Approver:
    judge_names(table, ("who", "agency", "hours"), path, "approvers")
    if "who" not in table:
        raise FieldFault(path, "bad_approver", example=_APPROVER)
    hours = _value("hours", table["hours"], path, "approvers") if "hours" in table else None
    if hours is not None and not isinstance(hours, tuple):
        raise FieldFault((*path, "hours"), "bad_approver", example=_APPROVER)
    agency = read_text(table, "agency", path) if "agency" in table else None
    return Approver(who=read_text(table, "who", path), agency=agency, hours=hours)


def read_words(
    table: Table, name: str, path: Path, *, allowed: tuple[str, ...] = (), example: str = "R01"
) -> tuple[str, ...]:
    """A list of different words, of `allowed` ones where that is given."""
    at = (*path, name)
    value = table[name]
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise FieldFault(at, "not_words", name=name, example=allowed[0] if allowed else example)
    if not value:
        raise FieldFault(at, "empty_list", name=name)
    if len(value) > MOST_WORDS:
        raise FieldFault(at, "too_many", name=name, most=MOST_WORDS)
    if len(set(value)) < len(value):
        raise FieldFault(at, "named_twice", name=name)
    wrong = [word for word in value if allowed and word not in allowed]
    if wrong:
        raise FieldFault(at, "not_among", names=", ".join(wrong), allowed=", ".join(allowed))
    if any(len(word) > LONGEST for word in value):
        raise FieldFault(at, "too_long", name=name, most=LONGEST)
    return tuple(value)


def read_flag(table: Table, name: str, path: Path) -> bool:
    """True or false."""
    value = table[name]
    if not isinstance(value, bool):
        raise FieldFault((*path, name), "not_flag", name=name)
    return value


def read_number(table: Table, name: str, path: Path) -> float:
    """A number that is not negative."""
    value = table[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e6:
        raise FieldFault((*path, name), "not_number", name=name)
    return float(value)


def read_choice(table: Table, name: str, path: Path, enum: type[_E]) -> _E:
    """One of the words of `enum`."""
    try:
        return enum(read_text(table, name, path))
    except ValueError:
        allowed = ", ".join(member.value for member in enum)
        raise FieldFault((*path, name), "not_choice", value=table[name], name=name, allowed=allowed) from None


def read_text(table: Table, name: str, path: Path) -> str:
    """A text that says something."""
    value = table[name]
    if not isinstance(value, str) or not value.strip():
        raise FieldFault((*path, name), "not_text", name=name)
    if len(value) > LONGEST:
        raise FieldFault((*path, name), "too_long", name=name, most=LONGEST)
    return value
