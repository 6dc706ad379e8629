"""Functions that numba compiles: once, kept on disk, and run without the interpreter's lock."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Any:  # noqa: ANN401  # numba's functions have no type of their own
    """The function compiled at its first call; kept on disk where a folder for that can be written."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder to keep it in: then each process compiles anew
        return njit(nogil=True)(function)
