"""What `jemput check` does: settings, database, roads and SOP packs as a start would find them."""

import asyncio
from pathlib import Path

import typer

from dispatch.bootstrap import judge_files, pack_texts
from dispatch.cli.base import read_settings, say
from dispatch.desk.ports import StoreUnavailableError
from dispatch.rules.pack.faults import PackError
from dispatch.rules.pack.read import read_pack
from dispatch.store.sqlite import open_sqlite
from dispatch.tell.gateway import Gateways
from geo.roads.network import open_network


def say_what_is_wrong() -> None:
    """Say what is sound and what is wrong; exits with 1 if anything is."""
    settings = read_settings()
    problems: list[str] = []
    try:
        store = open_sqlite(settings.database_path, guest=True)

        async def probe() -> None:
            try:
                await store.probe()
            finally:
                await store.close()

        asyncio.run(probe())
        say(f"database   {settings.database_path}: written and read, indexes as they must be")
    except (StoreUnavailableError, ValueError) as error:
        problems.append(f"database   {error}")
    unread = judge_files(settings)
    problems += unread
    if not settings.roads:
        say("roads      none: straight lines are used and labelled. Make a network with jemput roads build")
    elif not unread:
        meta = open_network(Path(settings.roads)).meta
        say(f"roads      {meta.region}, {meta.source} {meta.source_date}{' (SAMPLE)' if meta.sample else ''}")
    for name, text in [] if unread else pack_texts(settings):
        try:
            pack = read_pack(text)
            say(f"SOP        {name}: {pack.agency} {pack.version}, {len(pack.rules)} rules")
        except PackError as error:
            problems += [f"SOP        {name} line {fault.line}: {fault.sentence}" for fault in error.faults]
    gateways = Gateways(settings.tell_phone_url, settings.tell_urls)
    problems += [f"messages   {problem}" for problem in gateways.problems]
    if not settings.tell_phone_url:
        say("messages   no gateway for phone numbers: people send them with one tap. See docs/messages.md")
    for problem in problems:
        say(f"WRONG  {problem}")
    if problems:
        raise typer.Exit(1)
