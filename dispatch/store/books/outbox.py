"""The outbox: messages are added with the journal's cursor, claimed by compare-and-set, and marked."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, text, update

from dispatch.desk.ports import LostRaceError
from dispatch.domain.message import Drop, Message, MessageState
from dispatch.store.books.base import Book
from dispatch.store.rows import Row, columns, json_text, time_text, value_of
from dispatch.store.tables import IS_QUEUED, messages, tell_cursor

_UNSENT = (MessageState.QUEUED.value, MessageState.LINKED.value)


class SqlOutbox(Book):
    """The port Outbox."""

    def get_told_seq(self) -> int:
        return int(self._connection.execute(select(tell_cursor.c.seq)).scalar_one())

    def move_told_seq(self, before: int, after: int) -> None:
        moved = self._connection.execute(update(tell_cursor).where(tell_cursor.c.seq == before).values(seq=after))
        if moved.rowcount != 1:
            raise LostRaceError("the journal was told by somebody else")

    def add(self, message: Message) -> None:
        row = _row(message)
        del row["id"]
        self._put_once(messages, row, "key")

    def drop(self, drop: Drop) -> None:
        of_assignment, of_request = (
            messages.c.assignment_id == drop.assignment_id,
            messages.c.request_id == drop.request_id,
        )
        whose = of_assignment if drop.assignment_id else of_request
        wanted = messages.c.template.in_(sorted(drop.templates))
        statement = update(messages).where(whose, wanted, messages.c.state.in_(_UNSENT))
        self._connection.execute(statement.values(state=MessageState.DROPPED.value))

    def list_ready(self, now: datetime, limit: int) -> list[Message]:
        ahead = messages.alias("ahead")
        waits = exists().where(
            ahead.c.recipient == messages.c.recipient, ahead.c.id < messages.c.id, text("ahead.state = 'queued'")
        )
        query = (
            select(messages)
            .where(IS_QUEUED, messages.c.send_after <= time_text(now), ~waits)
            .order_by(messages.c.id)
            .limit(limit)
        )
        return [_message(row) for row in self._all(query)]

    def save(self, before: Message, after: Message) -> None:
        row = _row(after)
        same = (messages.c.state == before.state.value, messages.c.tries == before.tries)
        done = self._connection.execute(update(messages).where(messages.c.id == before.id, *same).values(row))
        if done.rowcount != 1:
            raise LostRaceError(f"message {before.id} was changed by somebody else")

    def get(self, message_id: int) -> Message:
        return _message(self._get(select(messages).where(messages.c.id == message_id), f"message {message_id}"))

    def list_some(
        self, *, request_id: str | None = None, states: Sequence[MessageState] | None = None, limit: int = 500
    ) -> list[Message]:
        query = select(messages).order_by(messages.c.id.desc()).limit(limit)
        if request_id is not None:
            query = query.where(messages.c.request_id == request_id)
        if states is not None:
            query = query.where(messages.c.state.in_([state.value for state in states]))
        return [_message(row) for row in reversed(self._all(query))]


def _row(message: Message) -> dict[str, object]:
    return {**columns(message, "facts"), "facts": json_text(dict(message.facts))}


def _message(row: Row) -> Message:
    return value_of(Message, row, facts=json.loads(row["facts"]))
