"""The command `jemput`: exit 0 when done, 1 when what was asked for fails, 2 when it was asked wrongly."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from dispatch.cli import roads as cli_roads
from dispatch.cli import scenario as cli_scenario
from dispatch.cli import sop as cli_sop
from dispatch.cli.base import fail, read_settings, say, with_store
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.roles import Role

if TYPE_CHECKING:
    from dispatch.desk.ports import Books
    from dispatch.settings import Settings
    from dispatch.store.sqlite import SqliteStore

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(cli_roads.roads, name="roads")
app.add_typer(cli_sop.sop, name="sop")
app.add_typer(cli_scenario.scenario, name="scenario")


@app.command()
def nearest(
    roads_file: Annotated[Path, typer.Option("--roads", exists=True, dir_okay=False, help="A network file.")],
    to: Annotated[str, typer.Option(help="LON,LAT or a CSV of points (lon,lat), answered one line each.")],
    vehicles: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="CSV: id,lon,lat.")],
    k: Annotated[int, typer.Option("-k", min=1, help="How many vehicles.")] = 5,
    speeds: Annotated[str, typer.Option(help="car, siren or hearse.")] = "car",
    *,
    json_: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
) -> None:
    """The vehicles that reach a point soonest by road, soonest first, and how far the crew walks from there."""
    from dispatch.cli.nearest import say_nearest

    say_nearest(roads_file, to, vehicles, k, speeds, as_json=json_)


@app.command()
def arrivals(
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="The first month, such as 2026-03; all by default.")
    ] = None,
    page: Annotated[Path | None, typer.Option(help="Write a page with plots there (HTML).")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which share of the drives to a pick-up lies between the low and the high time that were told."""
    from dispatch.cli.drives import say_arrivals

    say_arrivals(since, page, as_json=as_json)


def _write(settings: "Settings", work: "Callable[[Books], T]") -> T:
    """One transaction over the settings' database, in which the packs that would be published at a start are."""
    from dispatch.bootstrap import pack_texts, publish_packs
    from dispatch.desk.ports import StoreUnavailableError

    async def run(store: "SqliteStore") -> T:
        try:
            texts = pack_texts(settings)
            await store.write(lambda books: publish_packs(books, texts, datetime.now(UTC)))
            return await store.write(work)
        except StoreUnavailableError as error:
            fail(f"the database cannot be written now: {error}")
        except OSError as error:
            fail(str(error))

    return with_store(settings, run)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
    *,
    demo: Annotated[bool, typer.Option(help="Sample data, simulated drivers, one-click sign-in.")] = False,
) -> None:
    """Serve all faces and the API."""
    import uvicorn

    from dispatch.bootstrap import judge_files

    settings = read_settings()
    if problems := judge_files(settings):
        fail("\n".join(problems))
    host, port = host or settings.host, settings.port if port is None else port
    os.environ["JEMPUT_DEMO"] = "1" if demo else ""
    config = uvicorn.Config(
        "web.server:create_app",
        factory=True,
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=1 << 20,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    listening = config.bind_socket()
    address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{listening.getsockname()[1]}"  # noqa: S104
    say(f"Jemput: {address}")
    with _simulation(settings, address) if demo else contextlib.nullcontext():
        uvicorn.Server(config).run(sockets=[listening])


@contextlib.contextmanager
def _simulation(settings: "Settings", address: str) -> Iterator[None]:
    """The demo's drivers and callers, in a process of their own, as long as the server runs."""
    import json
    import subprocess

    from dispatch.sim.demo import seed as demo_data

    say("putting the sample data in place: all people and vehicles are made up")
    tokens = _write(settings, partial(demo_data.seed, now=datetime.now(UTC)))
    # The simulation lives as long as this end of its standard input is open: even kill -9 here ends it.
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "dispatch.sim.demo", address], stdin=subprocess.PIPE, text=True, start_new_session=True
    ) as crew:
        assert crew.stdin is not None
        crew.stdin.write(json.dumps(tokens) + "\n")
        crew.stdin.flush()
        yield


@app.command()
def check() -> None:
    """Say what is wrong with settings, database, roads and SOP packs, and how to mend it."""
    from dispatch.cli.checking import say_what_is_wrong

    say_what_is_wrong()


@app.command("settings")
def show_settings() -> None:
    """List every setting with its default."""
    from dispatch.settings import settings_table

    for name, default, text in settings_table():
        typer.echo(f"{name:22} {default or '-':14} {text}")


@app.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help="vehicles, facilities or people")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    *,
    skip_bad: Annotated[bool, typer.Option(help="Take the good rows even where others are bad.")] = False,
) -> None:
    """Take master data from a CSV file; nothing changes unless every row is good, or --skip-bad is given."""
    from dispatch import importing

    if kind not in importing.KINDS:
        say(f"{kind!r}: import takes vehicles, facilities or people")
        raise typer.Exit(2)
    try:
        rows = importing.read_rows(file, kind)
    except importing.SheetError as error:
        fail(str(error))

    take = partial(importing.take_sheet, kind=kind, rows=rows, now=datetime.now(UTC), skip_bad=skip_bad)
    taken, bad = _write(read_settings(), take)
    for row in bad:
        say(f"{file} line {row.line}: {row.why}")
    say(f"{taken} {kind} taken, {len(bad)} rows are bad")
    if bad:
        raise typer.Exit(1)


@app.command()
def token(
    role: Annotated[Role, typer.Argument(help="What the token may do.")],
    as_: Annotated[str | None, typer.Option("--as", help="Whose token: a person's id.")] = None,
) -> None:
    """Print an API token of a person; it is shown this once and kept only as a digest."""
    import hashlib
    import secrets

    from dispatch.domain.people import Token

    secret = secrets.token_urlsafe(32)

    def work(books: "Books") -> str | None:
        people = [person for person in books.people.list_all() if person.role is role and as_ in (None, person.id)]
        if not people:
            return None
        digest = hashlib.sha256(secret.encode()).hexdigest()
        books.people.add_token(Token(digest=digest, person_id=people[0].id, kind="api", created_at=datetime.now(UTC)))
        return people[0].id

    person_id = _write(read_settings(), work)
    if person_id is None:
        fail(f"there is no {' '.join(filter(None, (role.value, as_)))}: import people first, or name one with --as")
    say(f"token of {person_id} ({role.value}):")
    typer.echo(secret)


@app.command()
def explain(
    request_id: str, lang: Annotated[Lang, typer.Option(help="The language of the sentences.")] = Lang.ID
) -> None:
    """Say what was decided on a request and why, vehicle by vehicle."""
    from dispatch.desk.ports import NotFoundError
    from dispatch.reading.explained import explain_request

    settings = read_settings()
    try:
        lines = _write(settings, lambda books: explain_request(books, request_id, settings.zone, lang))
    except NotFoundError:
        fail(f"there is no request {request_id}")
    for line in lines:
        typer.echo(line)


if __name__ == "__main__":
    sys.exit(app())
