"""Cities and districts, and what they belong to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """A city or district by its name. Areas of one `region` are not out of town to each other; `province` is None where
    nobody said which it lies in."""

    name: str
    region: str
    province: str | None = None
