"""Alembic's entry: runs the steps over the connection that the store hands in."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
