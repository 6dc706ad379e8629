"""The outbox in the books: messages are added with the journal's cursor, claimed by compare-and-set, and marked."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from dispatch.desk.ports import LostRaceError, NotFoundError
from dispatch.domain.message import Drop, Message, MessageState, Template
from dispatch.store.master import Master
from dispatch.store.rows import Row, time_of, time_text
from dispatch.store.tables_tell import IS_QUEUED, messages, tell_cursor

_TIMES = ("made_at", "send_after", "drop_after", "sent_at")
_UNSENT = (MessageState.QUEUED.value, MessageState.LINKED.value)


class Telling(Master):
    """Messages, and how far the journal has been told."""

    def get_told_seq(self) -> int:
        return int(self._connection.execute(select(tell_cursor.c.seq)).scalar_one())

    def move_told_seq(self, before: int, after: int) -> None:
        moved = self._connection.execute(update(tell_cursor).where(tell_cursor.c.seq == before).values(seq=after))
        if moved.rowcount != 1:
            raise LostRaceError("the journal was told by somebody else")

    def add_message(self, message: Message) -> None:
        row = _row(message)
        del row["id"]
        self._connection.execute(insert_or(messages).values(row).on_conflict_do_nothing(index_elements=["key"]))

    def drop_messages(self, drop: Drop) -> None:
        of = messages.c.assignment_id == drop.assignment_id if drop.assignment_id else None
        whose = of if of is not None else messages.c.request_id == drop.request_id
        wanted = messages.c.template.in_([template.value for template in drop.templates])
        statement = update(messages).where(whose, wanted, messages.c.state.in_(_UNSENT))
        self._connection.execute(statement.values(state=MessageState.DROPPED.value))

    def list_ready_messages(self, now: datetime, limit: int) -> list[Message]:
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

    def save_message(self, before: Message, after: Message) -> None:
        row = _row(after)
        same = (messages.c.state == before.state.value, messages.c.tries == before.tries)
        done = self._connection.execute(update(messages).where(messages.c.id == before.id, *same).values(row))
        if done.rowcount != 1:
            raise LostRaceError(f"message {before.id} was changed by somebody else")

    def get_message(self, message_id: int) -> Message:
        row = self._one(select(messages).where(messages.c.id == message_id))
        if row is None:
            raise NotFoundError(f"no message {message_id}")
        return _message(row)

    def list_messages(
        self, *, request_id: str | None = None, states: Sequence[MessageState] | None = None, limit: int = 500
    ) -> list[Message]:
        query = select(messages).order_by(messages.c.id.desc()).limit(limit)
        if request_id is not None:
            query = query.where(messages.c.request_id == request_id)
        if states is not None:
            query = query.where(messages.c.state.in_([state.value for state in states]))
        return [_message(row) for row in reversed(self._all(query))]


def _row(message: Message) -> dict[str, object]:
    times = {name: time_text(at) if (at := getattr(message, name)) else None for name in _TIMES}
    return {
        "id": message.id,
        "key": message.key,
        "seq": message.seq,
        "recipient": message.recipient,
        "template": message.template.value,
        "request_id": message.request_id,
        "assignment_id": message.assignment_id,
        "vehicle_id": message.vehicle_id,
        "facts": json.dumps(dict(message.facts), ensure_ascii=False),
        "state": message.state.value,
        "tries": message.tries,
        "sent_by": message.sent_by,
        "last_error": message.last_error,
        **times,
    }


def _message(row: Row) -> Message:
    times = {name: time_of(row[name]) if row[name] else None for name in _TIMES}
    return Message(
        **{
            **row,
            **times,
            "template": Template(row["template"]),
            "state": MessageState(row["state"]),
            "facts": json.loads(row["facts"]),
        }
    )
