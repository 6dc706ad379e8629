"""How a request ends without a trip: who was told so on the phone, or who may end it where nobody could be reached."""

from dataclasses import replace

import pytest

from dispatch.desk.command import Command
from dispatch.desk.usecases import changes, promises
from dispatch.domain.people import Person
from dispatch.vocabulary.events import RequestEnded
from dispatch.vocabulary.promises import TOLD_NOBODY, CallOutcome
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.roles import Permission
from tests.people import OPI, SITI
from tests.unit.desk.town import Look, Town, done, refused

pytestmark = pytest.mark.anyio
NAMED = replace(OPI, id="rina", permissions=frozenset({Permission.END_UNREACHED}))


async def waiting(town: Town) -> Look:
    """A request for which nobody can go."""
    town.roads.minutes = {}
    return await town.ask()


async def unfounded(town: Town, made: Look, person: Person) -> str | Refusal:
    """Somebody says that there is nothing to be done."""
    state, by, why = RequestState.UNFOUNDED, Command(actor=person), "tiga kali ditelepon"
    return await changes.end(town.unit, made.id, state, told="keluarga", reason=why, by=by)


@pytest.mark.parametrize("person", [OPI, SITI, replace(SITI, permissions=NAMED.permissions)])
async def test_nobody_ends_what_nobody_was_called_about_but_who_may_by_name(town: Town, person: Person) -> None:
    made = await waiting(town)
    assert refused(await unfounded(town, made, person)) is RefusalCode.CALL_FIRST
    assert done(await unfounded(town, made, NAMED)) == made.id
    after = await town.look(made)
    last = after.events[-1]
    assert (after.state, after.live()) == (RequestState.UNFOUNDED, [])
    assert isinstance(last, RequestEnded)
    assert (last.told, last.reason, last.actor) == (TOLD_NOBODY, "tiga kali ditelepon", NAMED.id)


@pytest.mark.parametrize("outcome", CallOutcome)
async def test_a_call_counts_where_somebody_was_told(town: Town, outcome: CallOutcome) -> None:
    made = await waiting(town)
    owed = await town.store.read(lambda books: books.promises.find_open(made.id))
    assert owed is not None
    said = await promises.log_call(town.unit, owed.id, outcome, told="ibunya", text="", by=Command(actor=OPI))
    assert done(said) == owed.id
    ended = await unfounded(town, made, OPI)
    if outcome is not CallOutcome.TOLD:
        assert refused(ended) is RefusalCode.CALL_FIRST
        return
    assert done(ended) == made.id
    last = (await town.look(made)).events[-1]
    assert isinstance(last, RequestEnded)
    assert (last.told, last.actor) == ("keluarga", OPI.id)
