"""Functions that numba compiles: once, kept on disk, and run without the interpreter's lock."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit


def _digest() -> str:
    """What all sources of this package are, in short."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


_SOURCES = _digest()


def compiled(function: Callable[..., Any]) -> Any:  # noqa: ANN401  # numba's functions have no type of their own
    """The function compiled at its first call; kept on disk where a folder for that can be written."""
    # Numba keeps it by this name, and makes it anew when the function's own file changes alone; but in it is also what
    # the function calls and takes from other files.
    function.__qualname__ += f"_{_SOURCES}"
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder to keep it in: then each process compiles anew
        return njit(nogil=True)(function)
