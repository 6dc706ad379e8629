"""The picture of docs/benchmarks.md: `python -m bench.plot FILE.json... --out docs/images/nearest.png`.

The files are what `python -m bench.nearest --json` wrote; each becomes a row of panels, one for each fleet.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("agg")
from matplotlib import pyplot as plt

STYLES = {
    "jemput": ("#0b5d4b", "o", 2.6),
    "early stop": ("#3d7dca", "s", 1.2),
    "scipy": ("#b5482f", "^", 1.2),
    "early stop, contracted": ("#7fb0e6", "s", 1.2),
    "scipy, contracted": ("#dba08e", "^", 1.2),
    "pyroutingkit": ("#8a5fb0", "D", 1.2),
    "pinned": ("#7a6a00", "v", 1.2),
    "repinned": ("#555555", "x", 1.2),
}


def panel(axes: Any, cells: list[dict[str, Any]], title: str) -> None:  # noqa: ANN401 - matplotlib has no types
    eligible = [cell["eligible"] for cell in cells]
    for name, (colour, marker, width) in STYLES.items():
        if name not in cells[0]["took"]:
            continue
        median = [float(np.median(cell["took"][name])) for cell in cells]
        high = [float(np.quantile(cell["took"][name], 0.99)) for cell in cells]
        axes.plot(eligible, median, color=colour, marker=marker, linewidth=width, label=name)
        axes.vlines(eligible, median, high, color=colour, linewidth=0.6)
    axes.set(xscale="log", yscale="log", title=title, xlabel="eligible vehicles")
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    measured = [json.loads(path.read_text()) for path in given.files]
    fleets = sorted({cell["vehicles"] for cell in measured[0]["cells"]})
    figure, grid = plt.subplots(
        len(measured), len(fleets), figsize=(11, 3.6 * len(measured)), sharey=True, squeeze=False
    )
    for row, one in zip(grid, measured, strict=True):
        about = one["about"]
        for axes, fleet in zip(row, fleets, strict=True):
            turns = "turn-aware" if about["turn_costs"] == "osm" else "node-based"
            cells = [cell for cell in one["cells"] if cell["vehicles"] == fleet]
            panel(axes, cells, f"{about['region']}, {turns}: {fleet:,} vehicles")
        row[0].set_ylabel("CPU ms: median, line to p99")
    grid[0][-1].legend(fontsize=8, framealpha=0.9)
    figure.tight_layout()
    figure.savefig(given.out, dpi=120)


if __name__ == "__main__":
    main()
