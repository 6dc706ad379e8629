"""Keeping state and journal in a database."""
