"""What `jemput check` does: settings, database, roads and SOP packs as a start would find them."""

import asyncio
from datetime import datetime
from functools import partial
from pathlib import Path

import typer

from dispatch.bootstrap import judge_files, pack_texts
from dispatch.cli.base import read_settings, say
from dispatch.desk.ports import Books, StoreUnavailableError
from dispatch.domain.approval import holds_office
from dispatch.rules.pack.faults import PackError
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import packs_in_force
from dispatch.store.sqlite import open_sqlite
from dispatch.tell.gateway import Gateways
from dispatch.vocabulary.promises import OWN_OPERATOR
from geo.roads.network import open_network


def _empty_offices(books: Books, local: datetime) -> list[str]:
    """The offices of which a rule in force asks a yes and that nobody holds; none before there are people at all."""
    people = books.people.list_all()
    packs = packs_in_force([read_pack(text) for text in books.sop.list_packs()], local).packs.values()
    asked = ((pack, rule, one) for pack in packs for rule in pack.rules for one in rule.approvers)
    return [
        f"SOP        {pack.agency}: {rule.id} asks {one.who}{f' of {one.agency}' if one.agency else ''} for a yes, and "
        "nobody has that role: import such a person"
        for pack, rule, one in asked
        if people and one.who != OWN_OPERATOR and not any(holds_office(who, one.who, one.agency) for who in people)
    ]


def say_what_is_wrong() -> None:
    """Say what is sound and what is wrong; exits with 1 if anything is."""
    settings = read_settings()
    problems: list[str] = []
    try:
        store = open_sqlite(settings.database_path, guest=True)

        async def probe() -> list[str]:
            try:
                await store.probe()
                return await store.read(partial(_empty_offices, local=datetime.now(settings.zone)))
            finally:
                await store.close()

        problems += asyncio.run(probe())
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
