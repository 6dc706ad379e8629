"""The ledger as those who owe the calls see it: whom to call next, with which number, and when the search goes on."""

from datetime import timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.ports import NotFoundError
from dispatch.desk.usecases import promises
from dispatch.domain.people import Person
from dispatch.domain.promise import RETRY_EVERY
from dispatch.reading.promises import OwedOut, get_promise, list_owed
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.promises import CallOutcome, Whom
from tests.people import BUDI, NOW, OPI, SITI
from tests.unit.desk.town import CONTACT, PUSKESMAS_PHONE, Town, done
from tests.unit.reading.test_scope import ADI, TRACKER, YANI

pytestmark = pytest.mark.anyio


async def owed(town: Town, person: Person = OPI) -> list[OwedOut]:
    return await town.read(lambda books: list_owed(books, person, owner=None, overdue_at=None, lang=Lang.ID))


async def test_the_number_is_that_of_whom_to_call_next(town: Town) -> None:
    town.roads.minutes = {}
    made = await town.ask()
    [found] = await owed(town)
    for outcome, told, whom, phone in (
        (CallOutcome.NO_ANSWER, "", Whom.FACILITY, PUSKESMAS_PHONE),
        (CallOutcome.TOLD, "perawat", Whom.CONTACT, CONTACT.phone),
    ):
        by = Command(actor=OPI)
        done(await promises.log_call(town.unit, made.owed.id, outcome, told=told, text="", by=by))
        [found] = await owed(town)
        assert (found.call_whom, found.call_phone) == (whom, phone)
    assert [call.outcome for call in found.call_log] == [CallOutcome.NO_ANSWER, CallOutcome.TOLD]


async def test_the_page_says_when_the_search_really_goes_on(town: Town) -> None:
    town.roads.minutes = {}
    await town.ask()
    [found] = await owed(town)
    assert found.retry_at == NOW + RETRY_EVERY
    await town.pass_time(301)
    [found] = await owed(town)
    assert found.retry_at == NOW + timedelta(seconds=301) + RETRY_EVERY


async def test_a_promise_is_not_there_for_those_whose_business_it_is_not(town: Town) -> None:
    town.roads.minutes = {}
    made = await town.ask()
    assert [one.id for one in await owed(town, SITI)] == [made.owed.id]
    assert await owed(town, YANI) == []
    for person in (YANI, BUDI, ADI, TRACKER):
        with pytest.raises(NotFoundError):
            await town.read(lambda books, person=person: get_promise(books, person, made.owed.id))  # type: ignore[misc]
