"""The outbox: messages are added with the journal's cursor, claimed by compare-and-set, and marked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, text, update

from dispatch.desk.ports import LostRaceError
from dispatch.domain.message import Drop, Message, MessageState
from dispatch.store.books.base import Book
from dispatch.store.rows import row_of
from dispatch.store.tables import IS_QUEUED, messages, tell_cursor

_UNSENT = (MessageState.QUEUED, MessageState.LINKED)


class SqlOutbox(Book):
    """The port Outbox."""

    def get_told_seq(self) -> int:
        return int(self._connection.execute(select(tell_cursor.c.seq)).scalar_one())

    def move_told_seq(self, before: int, after: int) -> None:
        moved = self._connection.execute(update(tell_cursor).where(tell_cursor.c.seq == before).values(seq=after))
        if moved.rowcount != 1:
            raise LostRaceError("the journal was told by somebody else")

    def add(self, message: Message) -> None:
        row = row_of(messages, message)
        del row["id"]
        self._put_once(messages, row, "key")

    def drop(self, drop: Drop) -> None:
        column, whose = messages.c.assignment_id, drop.assignment_id
        if not drop.assignment_id:
            column, whose = messages.c.request_id, drop.request_id
        wanted = messages.c.template.in_(sorted(drop.templates))
        statement = update(messages).where(column == whose, wanted, messages.c.state.in_(_UNSENT))
        if drop.vehicle_id is not None:
            statement = statement.where(messages.c.vehicle_id == drop.vehicle_id)
        self._connection.execute(statement.values(state=MessageState.DROPPED))

    def list_ready(self, now: datetime, limit: int) -> list[Message]:
        ahead = messages.alias("ahead")
        waits = exists().where(
            ahead.c.recipient == messages.c.recipient, ahead.c.id < messages.c.id, text("ahead.state = 'queued'")
        )
        query = (
            select(messages).where(IS_QUEUED, messages.c.send_after <= now, ~waits).order_by(messages.c.id).limit(limit)
        )
        return self._all(Message, query)

    def save(self, before: Message, after: Message) -> None:
        row = row_of(messages, after)
        same = (messages.c.state == before.state, messages.c.tries == before.tries)
        done = self._connection.execute(update(messages).where(messages.c.id == before.id, *same).values(row))
        if done.rowcount != 1:
            raise LostRaceError(f"message {before.id} was changed by somebody else")

    def get(self, message_id: int) -> Message:
        return self._get(Message, messages, message_id)

    def list_some(
        self, *, request_id: str | None = None, states: Sequence[MessageState] | None = None, limit: int = 500
    ) -> list[Message]:
        query = select(messages).order_by(messages.c.id.desc()).limit(limit)
        if request_id is not None:
            query = query.where(messages.c.request_id == request_id)
        if states is not None:
            query = query.where(messages.c.state.in_(states))
        return self._all(Message, query)[::-1]
