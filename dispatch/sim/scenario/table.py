"""A table of a scenario file, which takes the keys of its fields and no others, and the kinds of values in it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    Strict,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from dispatch.vocabulary import bounds
from geo.point import Point


class ScenarioError(ValueError):
    """A scenario file that cannot be used: the file, the line (from 1) and what would be right."""

    def __init__(self, path: Path, line: int, sentence: str) -> None:
        super().__init__(f"{path} line {line}: {sentence}")
        self.path, self.line, self.sentence = path, line, sentence


@dataclass(slots=True)
class Names:
    """What a file has named so far: the context by which what comes later is checked."""

    folder: Path
    places: list[str] = field(default_factory=list)
    vehicles: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def names_of(info: ValidationInfo) -> Names:
    """The names of the file that is being read."""
    assert isinstance(info.context, Names)
    return info.context


def wrong(sentence: str, *path: str | int) -> PydanticCustomError:
    """What is wrong at a path below the value that is being read."""
    return PydanticCustomError("wrong", "{sentence}", {"sentence": sentence, "path": path})


class Table(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def takes(cls) -> list[str]:
        """The keys that it takes."""
        return sorted(known.alias or name for name, known in cls.model_fields.items())

    @model_validator(mode="before")
    @classmethod
    def _knows(cls, data: object) -> object:
        """Refuse an unknown key before anything else, and say which ones there are."""
        for key in data if isinstance(data, dict) else ():
            if key not in cls.takes():
                raise PydanticCustomError("unknown", "unknown", {"takes": ", ".join(cls.takes()), "path": (key,)})
        return data

    @model_validator(mode="after")
    def _says_once(self) -> "Table":
        """A number is given, or the limit that it just keeps to (see just_within)."""
        for limit in self.model_fields_set:
            name = limit.removesuffix("_over").removesuffix("_under")
            if name != limit and name in self.model_fields_set:
                raise wrong(f"{name} is said too: one of them is enough", limit)
        return self


def just_within(limit: str, inside: float) -> Any:  # noqa: ANN401 - a field of pydantic
    """A number that lies just inside its limit where only that is given, as a rule writes it: duty_h_over = 12."""
    return Field(default_factory=lambda said: None if said[limit] is None else max(0.0, said[limit] + inside))


def named(book: Literal["places", "vehicles", "requests"], *, new: bool = False) -> AfterValidator:
    """A name that the file has given above, or gives here for the first time."""

    def check(value: str, info: ValidationInfo) -> str:
        names = getattr(names_of(info), book)
        series, _, ride = value.rpartition(".")
        if book == "requests" and not new and series in names and ride.isdecimal():
            return value  # the rides of a series after its first go by their places in it: Q1.2
        if (value in names) is new:
            other = f"none of the {book} so far: {', '.join(sorted(names)) or 'there are none'}"
            raise wrong(f"{value!r} {'stands twice in this file' if new else f'is {other}'}")
        names.extend([value] if new else [])
        return value

    return AfterValidator(check)


def among(words: Collection[str]) -> AfterValidator:
    """One of these words."""

    def check(value: str) -> str:
        if value not in words:
            raise wrong(f"{str(value)!r} is none of {', '.join(words)}")
        return value

    return AfterValidator(check)


def as_keys(of_each: object) -> BeforeValidator:
    """A list of names stands for a table in which all have the same."""
    return BeforeValidator(lambda value: dict.fromkeys(value, of_each) if isinstance(value, list) else value)


def listed(value: object) -> list[object]:
    """One value stands for a list of it."""
    return value if isinstance(value, list) else [value]


def _plain(value: str) -> str:
    if bounds.UNSEEN.search(value):
        raise wrong("it has control characters: take them out")
    return value


def written(length: bounds.Bounds) -> AfterValidator:
    """A text that somebody writes, of so many signs without the blanks around it."""

    def check(value: str) -> str:
        value = value.strip()
        if not length.least <= len(value) <= length.most:
            raise wrong(f"takes {length.least} to {length.most} characters, not {len(value)}")
        return value

    return AfterValidator(check)


def _instant(value: datetime) -> datetime:
    if not bounds.FIRST_DAY <= value <= bounds.LAST_DAY:
        raise wrong(f"takes a time from {bounds.FIRST_DAY:%Y} to {bounds.LAST_DAY:%Y}")
    return value


def _phone(value: str) -> str:
    if not re.search(bounds.PHONE_SIGNS, value):
        raise wrong("takes a number such as +62 811-0000-0000, of 7 to 20 digits, blanks and dashes")
    return value


def _id(value: str) -> str:
    if len(value) > bounds.ID.most or not re.search(bounds.ID_SIGNS, value):
        raise wrong(f"takes letters, digits and . _ : -, at most {bounds.ID.most}, and no blank")
    return value


def _point(value: Any) -> Point:  # noqa: ANN401 - what the file says
    match value:
        case [int() | float() as lon, int() | float() as lat] | {
            "lon": int() | float() as lon,
            "lat": int() | float() as lat,
        } if len(value) == 2:
            return Point(lon=float(lon), lat=float(lat))
    raise wrong(f"takes [longitude, latitude] in degrees, not {value!r}")


def _hours(value: object) -> tuple[time, time]:
    try:
        first, last = str(value).split("-")
        return time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        raise wrong('takes hours such as "08:00-16:00"') from None


Listed = BeforeValidator(listed)
Text = Annotated[str, Field(pattern=r"\S"), AfterValidator(_plain)]
Reason = Annotated[str, AfterValidator(_plain), written(bounds.REASON)]
Note = Annotated[str, AfterValidator(_plain), written(bounds.NOTE)]
Told = Annotated[str, AfterValidator(_plain), written(bounds.TOLD)]
Caller = Annotated[str, AfterValidator(_plain), written(bounds.CALLER)]
Doctor = Annotated[str, AfterValidator(_plain), written(bounds.DOCTOR)]
Phone = Annotated[str, AfterValidator(_phone)]
Id = Annotated[str, AfterValidator(_id)]
Texts = Annotated[tuple[str, ...], Listed]
Number = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Seq = Annotated[int, Field(strict=True, ge=0, le=bounds.SEQ_MOST)]
Count = Annotated[int, Field(strict=True, ge=bounds.COUNT.least, le=bounds.COUNT.most)]
Day = Annotated[date, Strict()]
Hours = Annotated[tuple[time, time], PlainValidator(_hours)]
Instant = Annotated[AwareDatetime, Strict(), AfterValidator(_instant)]
Degrees = Annotated[Point, PlainValidator(_point)]
Place = Annotated[str, named("places")] | Degrees
VehicleId = Annotated[str, named("vehicles")]
Vehicles = Annotated[frozenset[VehicleId], Listed]
RequestId = Annotated[str, named("requests")]
TravelMin = dict[Annotated[str, named("places")], Number]
