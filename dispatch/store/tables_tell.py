"""The tables of the outbox: messages, and how far the journal has been told."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from dispatch.store.tables import metadata

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False, unique=True),
    Column("seq", Integer, nullable=False),
    Column("made_at", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("template", String, nullable=False),
    Column("request_id", String, index=True),
    Column("assignment_id", String, index=True),
    Column("vehicle_id", String),
    Column("facts", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("send_after", String, nullable=False),
    Column("drop_after", String),
    Column("sent_at", String),
    Column("sent_by", String),
    Column("last_error", String),
    sqlite_autoincrement=True,
)
tell_cursor = Table(
    "tell_cursor", metadata, Column("id", Integer, primary_key=True), Column("seq", Integer, nullable=False)
)
# Word for word the predicate of the index: SQLite does not use a partial index for bound parameters.
IS_QUEUED = text("messages.state = 'queued'")
Index("messages_queued", messages.c.recipient, messages.c.id, sqlite_where=text("state = 'queued'"))
Index("messages_by_state", messages.c.state, messages.c.id)
