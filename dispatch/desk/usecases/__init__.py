"""Use cases: plain functions over a unit, each one transaction."""
