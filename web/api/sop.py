"""The SOP: packs in sentences, drafts as forms, the second person's yes, publication, tests and what-if."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from dispatch.desk.sop_keeping import DraftView, may_keep
from fastapi import APIRouter, Response

from dispatch.bootstrap import House
from dispatch.domain.people import Person
from dispatch.rules.pack.schema import pack_schema
from dispatch.sim.scenario.file import find_scenarios
from dispatch.sim.scenario.play import Report
from dispatch.sim.scenario.table import ScenarioError
from dispatch.sim.scenario.whatif import play_apart
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.words.drafts import expectation_text
from web import schemas_sop as s
from web.context import Caller, TheHouse, utc
from web.errors import Problem, not_found, refused
from web.views_sop import backtest_out, draft_out, overview_out, pack_out

router = APIRouter(prefix="/api/sop", tags=["sop"])
schema_router = APIRouter(include_in_schema=False)


@schema_router.get("/sop.schema.json")
async def schema() -> dict[str, Any]:
    """The JSON Schema of packs, for editors."""
    return pack_schema()


async def _names(house: House) -> Mapping[str, str]:
    people = await house.store.read(lambda books: books.people.list_all())
    return {person.id: person.name for person in people}


async def _answer(house: House, person: Person, result: DraftView | Refusal) -> s.DraftOut:
    if isinstance(result, Refusal):
        raise refused(result)
    return draft_out(result, person, await _names(house))


def _keeps(person: Person, agency: str) -> None:
    if not may_keep(person, agency):
        raise Problem(403, "not_your_sop", "SOP instansi ini dikelola petugas lain.")


@router.get("")
async def overview(house: TheHouse, person: Caller) -> s.SopOut:
    """Every agency's versions and drafts, and what a form needs to know."""
    packs = [pack for pack, _ in await house.desk.published()]
    return overview_out(packs, await house.desk.drafts(), person, house.desk.clock.now(), await _names(house))


@router.get("/{agency}/{version}")
async def version(agency: str, version: str, house: TheHouse) -> s.PackOut:
    """One published version in sentences."""
    published = await house.desk.published()
    found = next(((p, text) for p, text in published if (p.agency, p.version) == (agency, version)), None)
    if found is None:
        raise not_found()
    return pack_out(*found, [pack for pack, _ in published], house.desk.clock.now())


@router.post("/{agency}/drafts", status_code=201)
async def start(agency: s.Agency, body: s.NewDraftIn, house: TheHouse, person: Caller) -> s.DraftOut:
    """Start a draft from a version, from a text, or from nothing."""
    _keeps(person, agency)
    made = await house.desk.start_draft(agency, from_version=body.from_version, text=body.text, by=person)
    return await _answer(house, person, made)


@router.get("/{agency}/drafts/{draft_id}")
async def read(agency: s.Agency, draft_id: s.DraftId, house: TheHouse, person: Caller) -> s.DraftOut:
    """One draft."""
    return await _answer(house, person, await house.desk.draft(agency, draft_id))


@router.put("/{agency}/drafts/{draft_id}")
async def save(agency: s.Agency, draft_id: s.DraftId, body: s.DraftIn, house: TheHouse, person: Caller) -> s.DraftOut:
    """Keep what the form holds, with its problems named."""
    _keeps(person, agency)
    saved = await house.desk.save_draft(
        agency,
        draft_id,
        edit=body.edit,
        title=body.title,
        version=body.version,
        policy=body.policy,
        rules=[rule.model_dump(mode="json") for rule in body.rules],
        by=person,
    )
    return await _answer(house, person, saved)


@router.delete("/{agency}/drafts/{draft_id}", status_code=204)
async def discard(agency: s.Agency, draft_id: s.DraftId, house: TheHouse, person: Caller) -> Response:
    """Drop a draft."""
    _keeps(person, agency)
    refusal = await house.desk.discard_draft(agency, draft_id)
    if refusal is not None:
        raise refused(refusal)
    return Response(status_code=204)


@router.post("/{agency}/drafts/{draft_id}/submit")
async def submit(agency: s.Agency, draft_id: s.DraftId, body: s.EditIn, house: TheHouse, person: Caller) -> s.DraftOut:
    """Ask for the second person's yes."""
    _keeps(person, agency)
    return await _answer(house, person, await house.desk.submit_draft(agency, draft_id, edit=body.edit, by=person))


@router.post("/{agency}/drafts/{draft_id}/approve")
async def approve(
    agency: s.Agency, draft_id: s.DraftId, body: s.ApproveDraftIn, house: TheHouse, person: Caller
) -> s.DraftOut:
    """The second person's word."""
    _keeps(person, agency)
    judged = await house.desk.judge_draft(agency, draft_id, edit=body.edit, yes=body.yes, reason=body.reason, by=person)
    return await _answer(house, person, judged)


@router.post("/{agency}/drafts/{draft_id}/publish")
async def publish(
    agency: s.Agency, draft_id: s.DraftId, body: s.PublishIn, house: TheHouse, person: Caller
) -> s.DraftOut:
    """Make it a version that is in force from an instant."""
    _keeps(person, agency)
    done = await house.desk.publish_draft(
        agency, draft_id, edit=body.edit, effective_from=utc(body.effective_from), by=person
    )
    return await _answer(house, person, done)


@router.post("/{agency}/drafts/{draft_id}/test")
async def test(agency: s.Agency, draft_id: s.DraftId, house: TheHouse, person: Caller) -> s.DraftTestOut:
    """Play the scenarios under the draft."""
    _keeps(person, agency)
    view = _sound(await house.desk.draft(agency, draft_id))
    text, since = view.draft.text, view.base.effective_from if view.base else None
    folder = house.settings.scenario_path
    paths = find_scenarios([folder]) if folder else []
    if not paths:
        raise Problem(
            409, "no_scenarios", "Belum ada berkas skenario di server ini. Minta pengelola mengisi JEMPUT_SCENARIO_DIR."
        )
    try:
        # In a thread of its own: playing takes seconds, and offers must go on meanwhile.
        reports = await asyncio.to_thread(play_apart, text, paths, since)
    except ScenarioError as error:
        raise Problem(
            409, "bad_scenario", "Satu berkas skenario belum benar. Perbaiki dahulu.", {"why": str(error)}
        ) from error
    counts = {state: sum(report.outcome == state for report in reports) for state in ("passed", "failed", "waiting")}
    return s.DraftTestOut(**counts, scenarios=[_scenario(report) for report in reports])


def _scenario(report: Report) -> s.ScenarioOut:
    lines = [expectation_text(check.what, check.expected, check.happened) for check in report.failures]
    return s.ScenarioOut(name=report.name, title=report.title, state=report.outcome.value, lines=lines)


def _sound(view: DraftView) -> DraftView:
    if view.pack is None:
        raise refused(Refusal(RefusalCode.DRAFT_HAS_PROBLEMS, {"problems": len(view.faults)}))
    return view


@router.post("/{agency}/drafts/{draft_id}/backtest")
async def backtest(
    agency: s.Agency, draft_id: s.DraftId, body: s.BacktestIn, house: TheHouse, person: Caller
) -> s.BacktestOut:
    """What would have changed for the requests of the last days."""
    _keeps(person, agency)
    pack = _sound(await house.desk.draft(agency, draft_id)).pack
    assert pack is not None
    now = house.desk.clock.now()
    return backtest_out(await house.desk.backtest(pack, since=now - timedelta(days=body.days), until=now), body.days)
