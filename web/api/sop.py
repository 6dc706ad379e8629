"""The SOP: packs in sentences, drafts as forms, the second person's yes, publication, tests and what-if."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import Field, FiniteFloat, StringConstraints

from dispatch.desk.drafts import DraftView, get_draft, list_published, view_draft
from dispatch.desk.ports import Books, NotFoundError
from dispatch.desk.usecases import sop
from dispatch.reading.scope import keeps_sop
from dispatch.reading.sop import (
    DraftOut,
    PackOut,
    RuleDocument,
    SopOut,
    draft_out,
    overview_out,
    pack_out,
)
from dispatch.reading.trials import BacktestOut, DraftTestOut, ScenarioOut, backtest_out
from dispatch.rules.pack.fields import LONGEST, MOST_RULES
from dispatch.rules.pack.read import AGENCY, VERSION
from dispatch.rules.pack.schema import pack_schema
from dispatch.rules.sop import Pack
from dispatch.sim.scenario.file import find_scenarios
from dispatch.sim.scenario.play import Report
from dispatch.sim.scenario.table import ScenarioError
from dispatch.sim.scenario.whatif import play_apart
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.words.drafts import expectation_text
from web.bodies import In, Reason, utc
from web.context import ByAny, Caller, Spoken, TheHouse, done
from web.errors import Problem, refused

router = APIRouter(prefix="/api/sop", tags=["sop"])
schema_router = APIRouter(include_in_schema=False)
DraftId = Annotated[str, StringConstraints(pattern=r"^R-[0-9a-f]{12}$")]
Agency = Annotated[str, StringConstraints(pattern=f"^{AGENCY}$")]


class NewDraftIn(In):
    """Start a draft from a published version, or from a whole TOML text."""

    from_version: Annotated[str, StringConstraints(max_length=40)] | None = None
    text: Annotated[str, StringConstraints(max_length=200_000)] | None = None


class DraftIn(In):
    """The whole draft as the form holds it; it is kept even where it has problems, which are then named."""

    edit: int
    title: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]
    version: Annotated[str, StringConstraints(pattern=f"^{VERSION}$")]
    rules: Annotated[list[RuleDocument], Field(max_length=MOST_RULES)]
    policy: Annotated[dict[str, FiniteFloat], Field(max_length=40)]


class EditIn(In):
    """The edit of the draft that the caller saw."""

    edit: int


class ApproveDraftIn(EditIn):
    """The second person's word."""

    yes: bool
    reason: Reason


class PublishIn(EditIn):
    """From when the new version is in force; not in the past."""

    effective_from: datetime


class BacktestIn(In):
    """How many days back."""

    days: Annotated[int, Field(ge=1, le=366)] = 30


def _names(books: Books) -> Mapping[str, str]:
    return {person.id: person.name for person in books.people.list_all()}


class _Draft:
    """One draft of an agency as the person who calls sees it."""

    def __init__(self, house: TheHouse, person: Caller, lang: Spoken, agency: Agency, draft_id: DraftId) -> None:
        self.house, self.person, self.lang = house, person, lang
        self.place = house.unit, agency, draft_id

    async def view(self) -> DraftView:
        unit, agency, draft_id = self.place
        return await unit.store.read(lambda books: view_draft(unit, books, get_draft(books, agency, draft_id)))

    async def sound(self) -> tuple[DraftView, Pack]:
        """The draft and its pack. Raises a refusal where it has problems."""
        view = await self.view()
        if view.pack is None:
            raise refused(Refusal(RefusalCode.DRAFT_HAS_PROBLEMS, {"problems": len(view.faults)}))
        return view, view.pack

    async def out(self, result: str | Refusal) -> DraftOut:
        self.place = (*self.place[:2], done(result))
        view, names = await self.view(), await self.house.unit.store.read(_names)
        return draft_out(view, self.person, names, self.lang)


AnyDraft = Annotated[_Draft, Depends()]


def _kept(draft: AnyDraft) -> _Draft:
    """The same, for those who would change it. Raises a 403 problem for others than this agency's keepers."""
    if not keeps_sop(draft.person, draft.place[1]):
        raise Problem(403, "not_your_sop")
    return draft


Kept = Annotated[_Draft, Depends(_kept)]


@schema_router.get("/sop.schema.json")
async def schema() -> dict[str, Any]:
    """The JSON Schema of packs, for editors."""
    return pack_schema()


@router.get("")
async def overview(house: TheHouse, person: Caller, lang: Spoken) -> SopOut:
    """Every agency's versions and drafts, and what a form needs to know."""
    unit = house.unit

    def look(books: Books) -> SopOut:
        drafts = [view_draft(unit, books, draft) for draft in books.sop.list_drafts()]
        return overview_out(unit.packs(books), drafts, person, unit.clock.now(), _names(books), lang)

    return await unit.store.read(look)


@router.get("/{agency}/{version}")
async def version(agency: str, version: str, house: TheHouse, lang: Spoken) -> PackOut:
    """One published version in sentences."""
    unit = house.unit

    def look(books: Books) -> PackOut:
        published = list_published(unit, books)
        found = next(((p, text) for p, text in published if (p.agency, p.version) == (agency, version)), None)
        if found is None:
            raise NotFoundError(f"{agency} has no version {version}")
        return pack_out(*found, [pack for pack, _ in published], unit.clock.now(), lang)

    return await unit.store.read(look)


@router.post("/{agency}/drafts", status_code=201)
async def start(agency: Agency, body: NewDraftIn, house: TheHouse, by: ByAny, lang: Spoken) -> DraftOut:
    """Start a draft from a version, from a text, or from nothing."""
    draft = _kept(_Draft(house, by.actor, lang, agency, ""))
    made = await sop.start_draft(house.unit, agency, from_version=body.from_version, text=body.text, by=by)
    return await draft.out(made)


@router.get("/{agency}/drafts/{draft_id}")
async def read(draft: AnyDraft) -> DraftOut:
    """One draft."""
    return await draft.out(draft.place[2])


@router.put("/{agency}/drafts/{draft_id}")
async def save(draft: Kept, body: DraftIn) -> DraftOut:
    """Keep what the form holds, with its problems named."""
    saved = await sop.save_draft(
        *draft.place,
        edit=body.edit,
        title=body.title,
        version=body.version,
        policy=body.policy,
        rules=[rule.model_dump(mode="json") for rule in body.rules],
        by=draft.person,
    )
    return await draft.out(saved)


@router.delete("/{agency}/drafts/{draft_id}", status_code=204)
async def discard(draft: Kept) -> Response:
    """Drop a draft."""
    done(await sop.discard_draft(*draft.place))
    return Response(status_code=204)


@router.post("/{agency}/drafts/{draft_id}/submit")
async def submit(draft: Kept, body: EditIn) -> DraftOut:
    """Ask for the second person's yes."""
    return await draft.out(await sop.submit_draft(*draft.place, edit=body.edit, by=draft.person))


@router.post("/{agency}/drafts/{draft_id}/approve")
async def approve(draft: Kept, body: ApproveDraftIn) -> DraftOut:
    """The second person's word."""
    judged = await sop.judge_draft(*draft.place, edit=body.edit, yes=body.yes, reason=body.reason, by=draft.person)
    return await draft.out(judged)


@router.post("/{agency}/drafts/{draft_id}/publish")
async def publish(draft: Kept, body: PublishIn) -> DraftOut:
    """Make it a version that is in force from an instant."""
    since = utc(body.effective_from)
    published = await sop.publish_draft(*draft.place, edit=body.edit, effective_from=since, by=draft.person)
    return await draft.out(published)


@router.post("/{agency}/drafts/{draft_id}/test")
async def test(draft: Kept) -> DraftTestOut:
    """Play the scenarios under the draft."""
    view, _ = await draft.sound()
    folder = draft.house.settings.scenario_path
    paths = find_scenarios([folder]) if folder.is_dir() else []
    if not paths:
        raise Problem(409, "no_scenarios")
    since = view.base.effective_from if view.base else None
    try:
        # In a thread of its own: playing takes seconds, and offers must go on meanwhile.
        reports = await asyncio.to_thread(play_apart, view.draft.text, paths, since)
    except ScenarioError as error:
        raise Problem(409, "bad_scenario", {"why": str(error)}) from error
    counts = {state: sum(report.outcome == state for report in reports) for state in ("passed", "failed", "waiting")}
    return DraftTestOut(**counts, scenarios=[_scenario(report, draft.lang) for report in reports])


def _scenario(report: Report, lang: Lang) -> ScenarioOut:
    lines = [
        expectation_text(check.what, check.expected.text(lang), check.happened.text(lang), lang)
        for check in report.failures
    ]
    return ScenarioOut.of(report, state=report.outcome.value, lines=lines)


@router.post("/{agency}/drafts/{draft_id}/backtest")
async def backtest(draft: Kept, body: BacktestIn) -> BacktestOut:
    """What would have changed for the requests of the last days."""
    _, pack = await draft.sound()
    unit = draft.house.unit
    now = unit.clock.now()
    found = await sop.backtest(unit, pack, since=now - timedelta(days=body.days), until=now)
    packs = await unit.store.read(unit.packs)
    return backtest_out(found, body.days, [*packs, pack], unit.zone, draft.lang)
