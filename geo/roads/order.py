"""The order of importance of a graph's vertices, by nested dissection: cities first fall apart at their bridges."""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyroutingkit
from numpy.typing import NDArray

_REPORT_S = 5.0


class OrderError(Exception):
    """The order could not be made; the message says what to do."""


def node_order(
    first_out: NDArray[np.int32],
    head: NDArray[np.int32],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    progress: Callable[[str], None],
) -> NDArray[np.int32]:
    """The rank of each vertex, (V,) int32, a permutation of 0..V-1; the last ranks are the separators of the whole.

    first_out (V+1,) and head (A,) are arcs sorted by tail; lon, lat (V,) degrees. The order comes from RoutingKit's
    inertial flow (MIT; Schild and Sommer 2015, "On balanced separators in road networks"), which needs no weights, so
    that it is made once for a graph and kept. Some seconds for a city of 270,000 vertices; Ctrl-C ends the wait. Raises
    ValueError if the arrays do not fit one another. Raises OrderError if what the library left is no order.
    """
    count = len(first_out) - 1
    check_arcs(first_out, head)
    if lon.shape != (count,) or lat.shape != (count,):
        raise ValueError(f"{count} vertices take as many longitudes and latitudes, not {lon.shape} and {lat.shape}")
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise ValueError("each vertex takes a finite longitude and latitude")
    tail = np.repeat(np.arange(count), np.diff(first_out))
    # The library takes the arcs as given; a loop or a second arc between the same two would only cost it time.
    pair = np.unique((tail * count + head)[tail != head])
    if not len(pair):
        return np.arange(count, dtype=np.int32)
    progress(f"ordering {count:,} vertices, which is done once for a network")
    topology = pyroutingkit.CCHTopology()
    ends, at = (
        [end.astype(np.uint32) for end in np.divmod(pair, count)],
        [lat.astype(np.float32), lon.astype(np.float32)],
    )

    def work(folder: str) -> None:
        topology.build(*ends, *at, count)
        topology.save(folder)

    with tempfile.TemporaryDirectory(prefix="jemput-order-") as folder:
        _in_background(lambda: work(folder), lambda seconds: progress(f"ordering the vertices: {seconds:.0f} s so far"))
        rank = np.fromfile(Path(folder) / "rank", np.uint32)
    if not np.array_equal(np.sort(rank), np.arange(count)):
        raise OrderError("the library for node orders left no order of all vertices: install pyroutingkit 0.2 anew")
    progress("the vertices are in order")
    return rank.astype(np.int32)


def check_arcs(first_out: NDArray[np.int32], head: NDArray[np.int32]) -> None:
    """Raises ValueError where first_out and head are no arcs sorted by tail."""
    count = len(first_out) - 1
    if count < 1 or first_out[0] != 0 or first_out[-1] != len(head) or np.any(np.diff(first_out) < 0):
        raise ValueError("first_out must rise from 0 to the number of arcs, with one entry more than vertices")
    if len(head) and (head.min() < 0 or head.max() >= count):
        raise ValueError(f"an arc leads to a vertex that is not among the {count}")


def _in_background(work: Callable[[], None], report: Callable[[float], None]) -> None:
    """Do the work in a thread, so that the caller hears of it and can be interrupted; what it raises is raised here."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again below
            failed.append(error)

    thread = threading.Thread(target=run, name="node-order", daemon=True)
    thread.start()
    seconds = 0.0
    while thread.is_alive():
        thread.join(_REPORT_S)
        seconds += _REPORT_S
        if thread.is_alive():
            report(seconds)
    if failed:
        raise failed[0]
