"""The SOP as the desk keeps it in drafts and follows it, over a real store."""

import tomllib
from datetime import datetime, timedelta

import pytest

from dispatch.desk.command import Command
from dispatch.desk.drafts import DraftView, get_draft, view_draft
from dispatch.desk.usecases import requests, sop, trips
from dispatch.domain.people import Person
from dispatch.rules.sop import NATIONAL
from dispatch.vocabulary.roles import Role
from dispatch.vocabulary.trip_steps import AssignmentState
from tests.people import DINA, ZONE, drowned_child, packs
from tests.unit.desk.town import Look, Town, done

pytestmark = pytest.mark.anyio
OTHER = Person(id="rina", name="Petugas Contoh Rina", role=Role.HEALTH_OFFICER)
NIGHT = """
[[policy.hours]]
hours = ["22:00-05:00"]
offer_red_s = 45
offer_other_s = 45
"""


async def _view(town: Town, draft_id: str) -> DraftView:
    return await town.read(lambda books: view_draft(town.unit, books, get_draft(books, NATIONAL, draft_id)))


async def publish_night(town: Town) -> DraftView:
    """Publish the sample with figures of the night, after the form has saved another figure of it."""
    text = packs()["national.toml"].replace("[[rule]]", f"{NIGHT}\n[[rule]]", 1)
    draft_id = done(await sop.start_draft(town.unit, NATIONAL, from_version=None, text=text, by=Command(actor=DINA)))
    view = await _view(town, draft_id)
    figures = {name: value for name, value in view.policy.items() if name != "hours"} | {"ageing_s": 1_200}
    held = {"title": view.title, "version": "malam", "policy": figures, "rules": view.rules, "by": DINA}
    done(await sop.save_draft(town.unit, NATIONAL, draft_id, edit=1, **held))  # type: ignore[arg-type]
    done(await sop.submit_draft(town.unit, NATIONAL, draft_id, edit=2, by=DINA))
    done(await sop.judge_draft(town.unit, NATIONAL, draft_id, edit=3, yes=True, reason="dibaca", by=OTHER))
    now = town.clock.now()
    done(await sop.publish_draft(town.unit, NATIONAL, draft_id, edit=4, effective_from=now, by=DINA))
    return await _view(town, draft_id)


async def _offered_at(town: Town, at: datetime) -> Look:
    """A request made at this time, whose offer has reached the driver."""
    town.clock.turn((at - town.clock.now()).total_seconds())
    await town.report()
    made = await town.ask()
    town.clock.turn(1)
    await trips.deliver_offer(town.unit, made.live()[0].id)
    return await town.look(made)


async def test_a_draft_that_the_form_saved_keeps_its_figures_of_certain_hours(town: Town) -> None:
    view = await publish_night(town)
    assert view.policy["hours"] == tomllib.loads(NIGHT)["policy"]["hours"]
    assert view.policy["ageing_s"] == 1_200
    started = await sop.start_draft(town.unit, NATIONAL, from_version="malam", text=None, by=Command(actor=DINA))
    assert (await _view(town, done(started))).policy == view.policy


@pytest.mark.parametrize(("clock", "lasts_s"), [("21:59:59", 90), ("22:00:00", 45), ("04:59:59", 45), ("05:00:00", 90)])
async def test_an_offer_of_the_night_expires_when_the_night_says(town: Town, clock: str, lasts_s: int) -> None:
    await publish_night(town)
    done(await requests.suggest(town.unit, drowned_child()))  # what was looked at in the afternoon is kept
    day = 21 if clock < "12" else 20
    made = await _offered_at(town, datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=ZONE))
    [offer] = made.live()
    assert offer.expires_at - offer.offered_at == timedelta(seconds=1 + lasts_s)
    await town.pass_time(lasts_s - 1)
    assert (await town.look(made)).live() == [offer]
    await town.pass_time(2)
    expired = next(one for one in (await town.look(made)).assignments if one.id == offer.id)
    assert expired.state is AssignmentState.EXPIRED
