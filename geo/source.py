"""What every reader of roads or maps shares: how it reports progress, its error, and the speeds it believes."""

from collections.abc import Callable

Progress = Callable[[str], None]
# What a source may claim as a speed.
SLOWEST_KPH, FASTEST_KPH = 1.0, 200.0


class BuildError(Exception):
    """Input that is no road network; the message names the file and what to do."""


def one_line(value: object) -> str:
    """A name without line breaks."""
    return " ".join(str(value).split())
