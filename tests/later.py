"""Entries of the journal that only a later version can read."""

from dataclasses import dataclass
from enum import StrEnum

from dispatch.desk.ports import Books
from dispatch.vocabulary.events import Event
from tests.people import NOW


class LaterKind(StrEnum):
    """A kind that this version does not know."""

    TYRE_FLAT = "tyre_flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class TyreFlat(Event):
    """Something that only a later version writes."""


TyreFlat.kind = LaterKind.TYRE_FLAT  # type: ignore[assignment]  # that is the point of it


def add_later(books: Books, count: int) -> int:
    """So many of them in a row; the number of the last."""
    return max(books.journal.add(TyreFlat(at=NOW)) for _ in range(count))
