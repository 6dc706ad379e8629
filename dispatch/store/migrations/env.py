"""Alembic's entry: runs the steps over the connection that the store hands in."""

from alembic import context

from dispatch.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
