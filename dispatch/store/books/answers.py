"""The first answers to commands."""

from datetime import datetime

from sqlalchemy import select

from dispatch.desk.ports import Answer
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of


class SqlAnswers(Book):
    """The port Answers."""

    def find(self, key: str) -> Answer | None:
        return self._find(Answer, select(tables.answers).where(tables.answers.c.key == key))

    def keep(self, key: str, answer: Answer, now: datetime) -> None:
        self._insert(tables.answers, row_of(tables.answers, answer, key=key, kept_at=now))
