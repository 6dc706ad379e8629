"""Reading TOML strictly: every table says which keys it takes, and every complaint names the file and the line."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from geo.point import Point

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")
Number = int | float


class ScenarioError(ValueError):
    """A scenario file that cannot be used: the file, the line (from 1) and what would be right."""

    def __init__(self, path: Path, line: int, sentence: str) -> None:
        super().__init__(f"{path} line {line}: {sentence}")
        self.path, self.line, self.sentence = path, line, sentence


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file with its lines, so that a complaint can name one."""

    path: Path
    lines: tuple[str, ...]
    data: Mapping[str, object]

    def error(self, line: int, sentence: str) -> ScenarioError:
        """What is wrong at a line."""
        return ScenarioError(self.path, line, sentence)

    def starts(self, header: str) -> list[int]:
        """The lines of [[header]], in their order."""
        return [at for at, line in enumerate(self.lines, 1) if line.split("#")[0].strip() == f"[[{header}]]"]

    def line_of(self, name: str, start: int) -> int:
        """The first line from `start` that names `name`."""
        word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        for at in range(start, len(self.lines) + 1):
            if word.search(self.lines[at - 1]):
                return at
        return start


def read_toml(path: Path) -> TomlFile:
    """The file's tables with its lines. Raises ScenarioError."""
    try:
        text = path.read_text("utf-8")
        return TomlFile(path, tuple(text.splitlines()), tomllib.loads(text))
    except OSError as error:
        raise ScenarioError(path, 1, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ScenarioError(path, 1, "the file is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise ScenarioError(path, int(found.group(1)) if found else 1, f"this is not TOML: {error}") from None


@dataclass(slots=True)
class Table:
    """One table with the keys that it takes; getters say what a value must be."""

    file: TomlFile
    data: Mapping[str, object]
    where: str
    line: int
    takes: Iterable[str]
    _known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._known = frozenset(self.takes)
        for name in self.data:
            if name not in self._known:
                takes = ", ".join(sorted(self._known))
                raise self.error(name, f"unknown key {name!r} in {self.where}: it takes {takes}")

    def has(self, name: str) -> bool:
        """Whether the key is there."""
        return name in self.data

    def error(self, name: str, sentence: str) -> ScenarioError:
        """What is wrong with the value of `name`."""
        return self.file.error(self.file.line_of(name, self.line), sentence)

    def need(self, name: str) -> object:
        """The value of a key that must be there."""
        if name not in self.data:
            raise self.file.error(self.line, f"{self.where} lacks {name!r}")
        return self.data[name]

    def _as(self, name: str, kind: type[T], what: str) -> T:
        value = self.need(name)
        if not isinstance(value, kind):
            raise self.error(name, f"{name} in {self.where} takes {what}, not {value!r}")
        return value

    def text(self, name: str) -> str:
        """A text that is not empty."""
        value = self._as(name, str, "a text")
        if not value.strip():
            raise self.error(name, f"{name} in {self.where} is empty")
        return value

    def text_or(self, name: str) -> str | None:
        """A text, or None where it is not said."""
        return self.text(name) if self.has(name) else None

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        return self._as(name, bool, "true or false") if self.has(name) else default

    def number(self, name: str) -> float:
        """A number that is not negative."""
        return _number(self.need(name), lambda why: self.error(name, f"{name} in {self.where} {why}"))

    def number_or(self, name: str) -> float | None:
        """A number, or None where it is not said."""
        return self.number(name) if self.has(name) else None

    def numbers(self, name: str) -> dict[str, float]:
        """A table of names and numbers."""
        return {
            key: _number(value, lambda why, key=key: self.error(key, f"{name}.{key} {why}"))  # type: ignore[misc]
            for key, value in self._as(name, dict, "a table of numbers").items()
        }

    def numbers_or_none(self, name: str) -> dict[str, float]:
        """A table of names and numbers, empty where it is not said."""
        return self.numbers(name) if self.has(name) else {}

    def names(self, name: str) -> tuple[str, ...]:
        """A text or a list of texts."""
        value = self.need(name)
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str) for item in listed):
            raise self.error(name, f"{name} in {self.where} takes texts, not {value!r}")
        return tuple(str(item) for item in listed)

    def names_of(self, name: str, allowed: Iterable[str], default: Iterable[str] = ()) -> frozenset[str]:
        """A list of words of which each is allowed."""
        if not self.has(name):
            return frozenset(default)
        found, known = self.names(name), sorted(allowed)
        for item in found:
            if item not in known:
                raise self.error(name, f"{item!r} is no {name}: it takes {', '.join(known)}")
        return frozenset(found)

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        """One of some words."""
        value, known = self.text(name), list(allowed)
        if value not in known:
            raise self.error(name, f"{value!r} is no {name} of {self.where}: it takes {', '.join(known)}")
        return value

    def member(self, name: str, enum: type[E], default: E | None = None) -> E:
        """A member of an enum, by its value."""
        if default is not None and not self.has(name):
            return default
        return enum(self.choice(name, [member.value for member in enum]))

    def day(self, name: str) -> date | None:
        """A date, or None where it is not said."""
        if not self.has(name):
            return None
        value = self._as(name, date, "a date such as 2027-01-31")
        return value.date() if isinstance(value, datetime) else value

    def instant(self, name: str) -> datetime:
        """A time with an offset."""
        value = self._as(name, datetime, "a time such as 2026-11-20T16:45:00+07:00")
        if value.tzinfo is None:
            raise self.error(name, f"{name} needs an offset, such as 2026-11-20T16:45:00+07:00")
        return value

    def table(self, name: str, takes: Iterable[str]) -> "Table":
        """A table inside this one."""
        value = self._as(name, dict, "a table")
        line = self.file.line_of(name, self.line)
        return Table(self.file, value, f"{self.where}.{name}" if self.where else name, line, takes)

    def tables(self, name: str, takes: Iterable[str]) -> list["Table"]:
        """A list of tables inside this one."""
        value = self._as(name, list, "a list of tables")
        line = self.file.line_of(name, self.line)
        if not all(isinstance(item, dict) for item in value):
            raise self.error(name, f"{name} in {self.where} takes a list of tables")
        return [Table(self.file, item, f"{self.where}.{name}", line, takes) for item in value]

    def point(self, name: str) -> Point:
        """[lon, lat] in degrees, or a table of the two."""
        value = self.need(name)
        if isinstance(value, dict) and set(value) == {"lon", "lat"}:
            value = [value["lon"], value["lat"]]
        if isinstance(value, list) and len(value) == 2:
            lon, lat = value
            if isinstance(lon, Number) and isinstance(lat, Number) and abs(lon) <= 180 and abs(lat) <= 90:
                return Point(lon=float(lon), lat=float(lat))
        raise self.error(name, f"{name} takes [longitude, latitude] in degrees, not {value!r}")

    def place(self, name: str, places: Mapping[str, Point]) -> str | Point:
        """The name of a place of this file, or [lon, lat]."""
        value = self.need(name)
        if not isinstance(value, str):
            return self.point(name)
        if value not in places:
            raise self.error(name, f"{value!r} is no place of this file: [places] has {', '.join(sorted(places))}")
        return value


def _number(value: object, complaint: Callable[[str], ScenarioError]) -> float:
    if isinstance(value, bool) or not isinstance(value, Number) or not 0 <= value < float("inf"):
        raise complaint(f"takes a number that is not negative, not {value!r}")
    return float(value)
