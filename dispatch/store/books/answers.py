"""The first answers to commands."""

from datetime import datetime

from sqlalchemy import select

from dispatch.desk.ports import Answer
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import time_text


class SqlAnswers(Book):
    """The port Answers."""

    def find(self, key: str) -> Answer | None:
        row = self._one(select(tables.answers).where(tables.answers.c.key == key))
        return None if row is None else Answer(fingerprint=row["fingerprint"], subject=row["body"])

    def keep(self, key: str, answer: Answer, now: datetime) -> None:
        row = {"key": key, "fingerprint": answer.fingerprint, "status": 200, "body": answer.subject}
        self._insert(tables.answers, {**row, "kept_at": time_text(now)})
