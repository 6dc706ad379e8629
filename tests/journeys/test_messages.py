"""From what people do, through desk, journal and tail, to what others read of it."""

import asyncio
import re
from dataclasses import replace
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dispatch.vocabulary
from dispatch.desk.ports import Books, JournalEntry
from dispatch.desk.usecases.changes import onward_of
from dispatch.domain.message import MessageState, Template
from dispatch.domain.promise import Promise
from dispatch.rules.judge_one import APART_RULE, CLASS_RULE, DUTY_RULE, HOURS_RULE, KEPT_RULE, LEFT_ALONE_RULE
from dispatch.rules.pack.read import read_pack
from dispatch.vocabulary.events import EventKind, RequestEnded, StepTaken, StepUndone
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import TOLD_FAMILY, TOLD_REQUESTER
from dispatch.vocabulary.trip_steps import STATES, STEPS, UNDO_WITHIN, Step
from dispatch.words.times import clock_text
from tests.journeys.acts import ACTS
from tests.journeys.courses import COURSES, TRIP
from tests.journeys.town import DRIVERS, FLEET, Town, done, open_town
from tests.people import CIKOKOL, DINA, OPI, RINA, RSUD, SITI, ZONE, ask, packs

LETTERS = Path(__file__).parent / "letters"


def _codes() -> set[str]:
    names = (f"dispatch.vocabulary.{found.name}" for found in iter_modules(dispatch.vocabulary.__path__))
    kinds = {kind for name in names for kind in vars(import_module(name)).values() if isinstance(kind, type)}
    return {code.value for kind in kinds if issubclass(kind, StrEnum) for code in kind}


# Two of them are words of the language too.
CODES = (_codes() | {TOLD_FAMILY, TOLD_REQUESTER}) - {"operator", "ktp"}


def strange_words(text: str) -> list[str]:
    """Codes, words with an underscore, and braces: what no sentence has."""
    words = re.findall(r"[{}]|\w+", re.sub(r"https://\S+", "", text))
    return [word for word in words if "_" in word or word in "{}" or word in CODES]


PACKS = [read_pack(text) for text in packs().values()]
# By what the desk knows things, and nobody else.
IDENTIFIERS = {
    *(rule.id for pack in PACKS for rule in pack.rules),
    *(APART_RULE, CLASS_RULE, DUTY_RULE, HOURS_RULE, KEPT_RULE, LEFT_ALONE_RULE),
    *(pack.agency for pack in PACKS),
    *(str(place.facility) for place in (CIKOKOL, RSUD)),
    *(person.id for person in (SITI, RINA, OPI, DINA, *DRIVERS.values())),
    *FLEET,
}
_CALLED = re.compile(rf"\bKendaraan ({'|'.join(FLEET)})\b")  # a vehicle by its name, in which its id stands too


def identifiers(text: str) -> list[str]:
    """Numbers of requests, trips and promises, codes of rules, and ids of vehicles, places and people."""
    words = re.findall(r"\w+(?:-\w+)*", re.sub(r"https://\S+", "", _CALLED.sub("Kendaraan", text)))
    return [word for word in words if word in IDENTIFIERS or re.fullmatch(r"[A-Z]-[0-9a-f]+", word)]


def test_identifiers_are_found() -> None:
    said = "Kendaraan H3 dan H3, permintaan P-0a1f, aturan R20-30 atau JAM milik dkm dari puskesmas-cikokol (opi)."
    assert identifiers(said) == ["H3", "P-0a1f", "R20-30", "JAM", "dkm", "puskesmas-cikokol", "opi"]
    assert (
        identifiers('Kendaraan T1 dari Puskesmas Cikokol pukul 16.45, "Surat kendaraan": https://x.example/P-1') == []
    )


def test_strange_words_are_found() -> None:
    said = "Yang diberi tahu: requester, di {pickup} karena out_of_stock, lihat https://x.example/a_b."
    assert strange_words(said) == ["requester", "{", "pickup", "}", "out_of_stock"]


@pytest.mark.anyio
@pytest.mark.parametrize("name", COURSES)
async def test_a_course_is_read_word_for_word_as_its_letters_say(town: Town, name: str) -> None:
    await COURSES[name](town)
    assert town.lines() == (LETTERS / f"{name}.txt").read_text("utf-8").splitlines()


@pytest.mark.anyio
@pytest.mark.parametrize("name", COURSES)
async def test_a_letter_that_was_sent_reads_as_it_was_sent_whatever_has_happened_since(town: Town, name: str) -> None:
    await COURSES[name](town)
    sent = [replace(one.letter.message, state=MessageState.SENT) for one in town.read]
    again = await town.books(lambda books: [town.teller.write(books, message).text for message in sent])
    assert again == [one.letter.text for one in town.read]


@pytest.mark.anyio
async def test_the_courses_have_every_event_and_every_letter_and_no_page_has_a_strange_word() -> None:
    kinds, templates, rules = set(), set(), set()
    for course in COURSES.values():
        async with open_town() as town:
            await course(town)
            kinds |= {entry.event.kind for entry in await town.journal()}
            templates |= {one.letter.message.template for one in town.read}
            rules |= {rule for line in town.lines() for rule in re.findall(r'Aturannya: "(.+?)"\.', line)}
            assert [line for line in [*town.lines(), *await town.pages()] if strange_words(line)] == []
            assert [line for line in [*town.lines(), *await town.timelines()] if identifiers(line)] == []
            to_families = [line for line in town.lines() if " Keluarga: " in line]
            assert to_families
            assert [line for line in to_families if re.search(r"\b[Aa]turan", line)] == []
    assert kinds == set(EventKind)
    assert templates == set(Template) | {template for row in STATES.values() for _, template in row.tells}
    # Each rule of the sample packs that asks for a notice is named in its letter.
    assert {rule.title for pack in PACKS for rule in pack.rules if rule.notify} <= rules


@pytest.mark.anyio
@pytest.mark.parametrize("after_s", [None, 0, 7, UNDO_WITHIN.total_seconds()])
@pytest.mark.parametrize("step", [step for step in TRIP if STEPS[step].undoable])
async def test_a_step_that_is_taken_back_is_told_to_nobody_and_taken_again_once(
    town: Town, step: Step, after_s: float | None
) -> None:
    """None: the tail looks at the journal only when both are in it."""
    request_id = await town.ask(ask(Need.BODY))
    trip = await town.drive(request_id, *TRIP[: TRIP.index(step)])
    before = len(town.read)
    done(await town.try_step(trip, step))
    if after_s is not None:
        await town.wait(after_s)
    done(await town.try_step(trip, Step.UNDO))
    await town.wait(240)  # before anybody is told that it has not set out
    assert town.lines()[before:] == []
    await town.drive(request_id, step)
    told = [one.letter.message.template for one in town.read[before:]]
    assert told == [template for _, template in STATES[STEPS[step].leads_to].tells]


def _promise_read_of(books: Books, request_id: str) -> Promise | None:
    """The promise of a request, or of the body's onward way that its link follows."""
    onward = onward_of(books, request_id)
    return books.promises.find_open(request_id) or (books.promises.find_open(onward) if onward else None)


async def wrong_times(town: Town) -> list[str]:
    """Each time by which a call is promised anywhere and that the ledger does not have, or late without an apology."""
    found = []
    for request_id in {entry.event.request_id for entry in await town.journal() if entry.event.request_id}:
        promise = await town.books(lambda books, of=request_id: _promise_read_of(books, of))  # type: ignore[misc]
        owed = {clock_text(promise.due_at, ZONE)} if promise is not None else set()
        late = promise is not None and promise.due_at < town.clock.at
        for to_whom, text in await town.spoken(request_id):
            times = set(re.findall(r"paling lambat (?:\D*\d+ \w+ \d{4} )?pukul (\d\d\.\d\d)", text))
            assert bool(times) == ("paling lambat" in text), text
            if not times <= owed or (times and late and to_whom and "terlambat" not in text):
                found.append(f"{sorted(owed)}: {text}")
    return found


@pytest.mark.anyio
@pytest.mark.parametrize("name", COURSES)
async def test_the_ledgers_time_is_the_only_time_that_is_spoken(town: Town, name: str) -> None:
    await COURSES[name](town)
    assert await wrong_times(town) == []
    for seconds in (60, 600, 900):
        await town.wait(seconds)
        assert await wrong_times(town) == []


def undone_in_time(journal: list[JournalEntry]) -> set[int]:
    """The numbers of steps that were taken back in time, and of ends of requests that came with them."""
    found: set[int] = set()
    for undo in journal:
        if not isinstance(undo.event, StepUndone):
            continue
        taken = max(
            entry.seq
            for entry in journal[: journal.index(undo)]
            if isinstance(entry.event, StepTaken)
            and (entry.event.assignment_id, entry.event.state) == (undo.event.assignment_id, undo.event.undone)
        )
        found |= {
            entry.seq
            for entry in journal
            if entry.seq == taken
            or (
                taken < entry.seq < undo.seq
                and isinstance(entry.event, RequestEnded)
                and entry.event.request_id == undo.event.request_id
            )
        }
    return found


OFTEN = ("asks", "drives", "errs", "waits")


@settings(max_examples=25)
@given(acts=st.lists(st.tuples(st.sampled_from((*ACTS, *OFTEN, *OFTEN)), st.integers(0, 999)), max_size=30))
def test_whatever_people_do_letters_are_whole_and_nobody_reads_of_an_undone_step(acts: list[tuple[str, int]]) -> None:
    async def play() -> None:
        async with open_town() as town:
            for name, pick in (("asks", 0), ("drives", 2), *acts):
                await ACTS[name](town, pick)
                assert await wrong_times(town) == []
            await town.wait(60)
            assert [line for line in [*town.lines(), *await town.pages()] if strange_words(line)] == []
            assert [line for line in [*town.lines(), *await town.timelines()] if identifiers(line)] == []
            to_families = [line for line in town.lines() if " Keluarga: " in line]
            assert to_families
            assert [line for line in to_families if re.search(r"\b[Aa]turan", line)] == []
            undone = undone_in_time(await town.journal())
            assert [one.line for one in town.read if one.letter.message.seq in undone] == []

    asyncio.run(play())
