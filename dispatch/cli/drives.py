"""What `jemput arrivals` does: how many drives to a pick-up took as long as was said."""

from datetime import date, datetime
from pathlib import Path

import typer

from dispatch.cli.base import fail, read_settings, with_store
from dispatch.cli.drives_page import drives_page
from dispatch.reading.drives import PROMISED, WITHIN, ShareOut, SharesOut, shares_of


def say_arrivals(since: datetime | None, page: Path | None, *, as_json: bool) -> None:
    """Print the shares of all drives since a month, and write their page."""
    month = since.date() if since else date.min
    drives = with_store(read_settings(), lambda store: store.read(lambda books: books.drives.list_since(month)))
    shares = shares_of(drives)
    if page is not None:
        write_page(page, shares, "Arrivals as they were foreseen")
    typer.echo(shares.model_dump_json(indent=1) if as_json else "\n".join(shares_text(shares)))


def write_page(path: Path, shares: SharesOut, title: str, *notes: str) -> None:
    """Write the page; says where it cannot be and exits with 1."""
    try:
        path.write_text(drives_page(shares, title, notes), "utf-8")
    except OSError as error:
        fail(str(error))


def shares_text(shares: SharesOut) -> list[str]:
    """Lines for people."""
    if shares.whole is None:
        return ["no drive has been kept yet"]
    whole, promised = shares.whole, f"{PROMISED:.0%} promised, give or take {WITHIN:.0%}"
    lines = [f"inside low to high: {whole.inside:.1%} of {whole.drives:,} drives ({promised})"]
    lines += [f"true by expected:   {_spread(whole)}"]
    for name, rows in shares.groups:
        lines += ["", f"{name:22} drives  inside  ratio (eight of ten)"]
        lines += [_line(row) for row in rows]
    return lines


def _line(row: ShareOut) -> str:
    return f"{row.name:22} {row.drives:6,} {row.inside:7.1%}  {_spread(row)}{'  few' if row.is_few else ''}"


def _spread(row: ShareOut) -> str:
    return f"{row.ratio:.2f} ({row.ratio_low:.2f} to {row.ratio_high:.2f})"
