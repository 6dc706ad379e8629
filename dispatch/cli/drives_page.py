"""The page of how well arrivals were foreseen: plots drawn as SVG in one HTML file, which needs nothing else."""

from collections.abc import Sequence
from html import escape

from dispatch.reading.drives import FEW, PROMISED, WITHIN, ShareOut, SharesOut

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 760, 260, 48, 34, 12
_GOOD, _BAD, _FEW, _LINE, _BAND = "#0b5d4b", "#b5482f", "#9aa5a1", "#333333", "#d6ebe4"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1c2522 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem }
svg { width: 100%; height: auto } text { font: 12px system-ui, sans-serif; fill: #333 }
table { border-collapse: collapse } td, th { padding: .15rem .8rem .15rem 0; text-align: right }
td:first-child, th:first-child { text-align: left }
"""


def drives_page(shares: SharesOut, title: str, notes: Sequence[str] = ()) -> str:
    """The page as HTML."""
    parts = [f"<h1>{escape(title)}</h1>", *(f"<p>{escape(note)}</p>" for note in notes)]
    if shares.whole is None:
        parts.append("<p>No drive has been kept yet.</p>")
    else:
        parts += [
            f"<p>{escape(_said(shares.whole))} Green: as promised. Red: not. Grey: fewer than {FEW} drives.</p>",
            "<h2>Share between low and high by hour of the day</h2>",
            _bars(shares.by_hour),
            "<h2>What drives took by what was expected, by hour of the day: the middle, and eight of ten</h2>",
            _ranges(shares.by_hour),
            "<h2>Share between low and high by distance</h2>",
            _bars(shares.by_distance),
            *(_table(name, rows) for name, rows in shares.groups if rows),
        ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _said(whole: ShareOut) -> str:
    kept = "as" if whole.is_kept else "not as"
    return (
        f"{whole.drives:,} drives; {whole.inside:.1%} lie between low and high, {kept} promised "
        f"({PROMISED:.0%}, give or take {WITHIN:.0%}). In the middle they took {whole.ratio:.2f} of what was expected."
    )


def _plot(inner: Sequence[str], names: Sequence[str], lines: Sequence[tuple[float, str]]) -> str:
    """A frame with lines at heights (pixels from above) and names below."""
    step = (_WIDTH - _LEFT) / max(1, len(names))
    grid = [
        f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{escape(text)}</text>'
        for y, text in lines
    ]
    below = [
        f'<text x="{_LEFT + (at + 0.5) * step:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">'
        f"{escape(name)}</text>"
        for at, name in enumerate(names)
    ]
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{"".join([*grid, *inner, *below])}</svg>'


def _height(value: float, low: float, high: float) -> float:
    """How far from above a value lies on a scale from low to high; beyond it at its end."""
    part = (min(max(value, low), high) - low) / (high - low)
    return _TOP + (1.0 - part) * (_HEIGHT - _BOTTOM - _TOP)


def _bars(rows: Sequence[ShareOut]) -> str:
    step, floor = (_WIDTH - _LEFT) / max(1, len(rows)), _height(0.0, 0.0, 1.0)
    above, below = (_height(PROMISED + by, 0.0, 1.0) for by in (WITHIN, -WITHIN))
    inner = [
        f'<rect x="{_LEFT}" y="{above:.1f}" width="{_WIDTH - _LEFT}" height="{below - above:.1f}" fill="{_BAND}"/>'
    ]
    for at, row in enumerate(rows):
        y, colour = _height(row.inside, 0.0, 1.0), _colour(row)
        inner.append(
            f'<rect x="{_LEFT + (at + 0.2) * step:.1f}" y="{y:.1f}" width="{0.6 * step:.1f}" '
            f'height="{floor - y:.1f}" fill="{colour}"><title>{_title(row)}</title></rect>'
        )
    lines = [(_height(value, 0.0, 1.0), f"{value:.0%}") for value in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    return _plot(inner, [row.name for row in rows], lines)


def _ranges(rows: Sequence[ShareOut]) -> str:
    step = (_WIDTH - _LEFT) / max(1, len(rows))
    inner = []
    for at, row in enumerate(rows):
        x, (y, least, most) = _LEFT + (at + 0.5) * step, _at(row)
        inner.append(
            f'<g><title>{_title(row)}</title><line x1="{x:.1f}" x2="{x:.1f}" y1="{least:.1f}" y2="{most:.1f}" '
            f'stroke="{_LINE}" stroke-width="2"/><circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_GOOD}"/></g>'
        )
    lines = [(_height(value, 0.5, 2.0), f"{value:g}") for value in (0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)]
    return _plot(inner, [row.name for row in rows], lines)


def _at(row: ShareOut) -> tuple[float, float, float]:
    middle, low, high = (_height(value, 0.5, 2.0) for value in (row.ratio, row.ratio_low, row.ratio_high))
    return middle, low, high


def _colour(row: ShareOut) -> str:
    if row.is_few:
        return _FEW
    return _GOOD if row.is_kept else _BAD


def _title(row: ShareOut) -> str:
    return escape(f"{row.name}: {row.drives} drives, {row.inside:.0%} inside, ratio {row.ratio:.2f}")


def _table(name: str, rows: Sequence[ShareOut]) -> str:
    lines = "".join(
        f"<tr><td>{escape(row.name)}</td><td>{row.drives:,}</td><td>{row.inside:.1%}</td><td>{row.ratio:.2f}</td></tr>"
        for row in rows
    )
    head = f"<tr><th>{escape(name)}</th><th>drives</th><th>inside</th><th>ratio</th></tr>"
    return f"<h2>By {escape(name)}</h2><table>{head}{lines}</table>"
