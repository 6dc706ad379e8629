"""The first answers to commands."""

from datetime import datetime

from sqlalchemy import select

from dispatch.desk.ports import Answer
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import columns, time_text, value_of


class SqlAnswers(Book):
    """The port Answers."""

    def find(self, key: str) -> Answer | None:
        row = self._one(select(tables.answers).where(tables.answers.c.key == key))
        return None if row is None else value_of(Answer, row)

    def keep(self, key: str, answer: Answer, now: datetime) -> None:
        self._insert(tables.answers, {"key": key, **columns(answer), "kept_at": time_text(now)})
