"""What is read is read of the desk's town."""

from tests.unit.desk.conftest import town

__all__ = ["town"]
