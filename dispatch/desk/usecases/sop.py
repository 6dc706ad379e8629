"""Keeping the SOP: drafts, the second person's yes, publication, and what a draft would have changed.

Commands return the draft's id, or a Refusal. Whether the actor may at all is the caller's check.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from dispatch.desk.backtest import Backtest, Change, replay, sum_up
from dispatch.desk.command import Command
from dispatch.desk.drafts import get_draft, list_published, policy_of, view_draft
from dispatch.desk.effects.steps import judge_anew
from dispatch.desk.facts import read_facts
from dispatch.desk.ports import Books, NotFoundError
from dispatch.desk.unit import Unit, transaction
from dispatch.domain.people import Person
from dispatch.domain.sop_draft import DraftState, SopDraft
from dispatch.rules.pack.checks import judge_beside
from dispatch.rules.pack.document import Document, rule_documents, write_pack
from dispatch.rules.pack.faults import PackError
from dispatch.rules.pack.read import judge_pack_beside, read_pack
from dispatch.rules.sop import Pack
from dispatch.vocabulary.events import SopApproved, SopEvent, SopPublished, SopReturned, SopSubmitted
from dispatch.vocabulary.policy import CHOICES
from dispatch.vocabulary.refusals import Refusal, RefusalCode

_MOST_REPLAYED = 5_000
_EARLIEST = timedelta(minutes=1)  # how long ago a form may have been filled in and still mean "from now"


async def start_draft(
    unit: Unit, agency: str, *, from_version: str | None, text: str | None, by: Command
) -> str | Refusal:
    """A new draft from a published version, from a sound text of this agency's, or from nothing."""
    now = unit.clock.now()
    if text is not None and (refusal := _judge_text(text, agency)) is not None:
        return refusal

    def work(books: Books) -> str:
        base = next(
            (
                (pack, held)
                for pack, held in list_published(unit, books)
                if pack.agency == agency and pack.version == from_version
            ),
            None,
        )
        if from_version is not None and base is None:
            raise NotFoundError(f"{agency} has no version {from_version}")
        given = text or write_pack(
            agency=agency,
            title=base[0].title if base else agency,
            version=f"{now.astimezone(unit.zone):%Y-%m-%d}",
            effective_from=now,
            policy=policy_of(base[1]) if base else {},
            rules=rule_documents(base[1]) if base else [],
        )
        draft = SopDraft(
            id=f"R-{uuid4().hex[:12]}",
            agency=agency,
            state=DraftState.OPEN,
            text=given,
            edit=1,
            base_version=from_version,
            created_by=by.actor.id,
            updated_by=by.actor.id,
            updated_at=now,
        )
        books.sop.put_draft(draft)
        return draft.id

    return await unit.once_at(by, work)


async def save_draft(
    unit: Unit,
    agency: str,
    draft_id: str,
    *,
    edit: int,
    title: str,
    version: str,
    policy: Mapping[str, float],
    rules: Sequence[Document],
    by: Person,
) -> str | Refusal:
    """Keep what the form holds, also where it has problems; a submitted draft is open again.

    The form has no figures of certain hours and no choices: they stay as the draft's text has them.
    """

    def save(_: Books, draft: SopDraft, now: datetime) -> SopDraft:
        kept = {name: value for name, value in policy_of(draft.text).items() if name in (*CHOICES, "hours") and value}
        text = write_pack(
            agency=agency, title=title, version=version, effective_from=now, policy={**policy, **kept}, rules=rules
        )
        return replace(draft, text=text, state=DraftState.OPEN, submitted_by=None, approved_by=None, reason=None)

    return await _step(unit, agency, draft_id, edit, by, set(DraftState) - {DraftState.PUBLISHED}, save, None)


async def submit_draft(unit: Unit, agency: str, draft_id: str, *, edit: int, by: Person) -> str | Refusal:
    """Ask for the second person's yes."""

    def submit(books: Books, draft: SopDraft, _: datetime) -> SopDraft | Refusal:
        faults = view_draft(unit, books, draft).faults
        if faults:
            return Refusal(RefusalCode.DRAFT_HAS_PROBLEMS, {"problems": len(faults)})
        return replace(draft, state=DraftState.SUBMITTED, submitted_by=by.id, approved_by=None, reason=None)

    return await _step(unit, agency, draft_id, edit, by, {DraftState.OPEN}, submit, SopSubmitted)


async def judge_draft(
    unit: Unit, agency: str, draft_id: str, *, edit: int, yes: bool, reason: str, by: Person
) -> str | Refusal:
    """The second person's word: never that of the person who began or submitted it."""

    def judge(_: Books, draft: SopDraft, __: datetime) -> SopDraft | Refusal:
        if by.id in (draft.submitted_by, draft.created_by):
            return Refusal(RefusalCode.SAME_PERSON)
        if not yes:
            return replace(draft, state=DraftState.OPEN, reason=reason)
        return replace(draft, state=DraftState.APPROVED, approved_by=by.id, reason=reason)

    said = partial(SopApproved if yes else SopReturned, reason=reason)
    return await _step(unit, agency, draft_id, edit, by, {DraftState.SUBMITTED}, judge, said)


async def publish_draft(
    unit: Unit, agency: str, draft_id: str, *, edit: int, effective_from: datetime, by: Person
) -> str | Refusal:
    """Make the approved draft a version that is in force from an instant that is not past."""

    def publish(books: Books, draft: SopDraft, now: datetime) -> SopDraft | Refusal:
        if effective_from < now - _EARLIEST:
            return Refusal(RefusalCode.IN_THE_PAST, {"effective_from": effective_from.isoformat()})
        view = view_draft(unit, books, draft)
        text = write_pack(
            agency=agency,
            title=view.title,
            version=view.version,
            effective_from=effective_from.astimezone(unit.zone),
            policy=view.policy,
            rules=view.rules,
        )
        try:
            pack = read_pack(text)
            judge_pack_beside(text, pack, judge_beside(pack, unit.packs(books)))
        except PackError as error:
            fault = error.faults[0]
            known = fault.code in RefusalCode.__members__.values()
            code = RefusalCode(fault.code) if known else RefusalCode.DRAFT_HAS_PROBLEMS
            return Refusal(code, {name: str(value) for name, value in fault.facts.items()})
        books.sop.add_pack(agency=agency, version=pack.version, effective_from=effective_from, text=text)
        judge_anew(books, now, since=effective_from)
        return replace(draft, state=DraftState.PUBLISHED, text=text)

    published = partial(SopPublished, effective_from=effective_from)
    return await _step(unit, agency, draft_id, edit, by, {DraftState.APPROVED}, publish, published)


@transaction
def discard_draft(_: Unit, books: Books, __: datetime, agency: str, draft_id: str) -> Refusal | None:
    """Drop a draft that was not published."""
    if get_draft(books, agency, draft_id).state is DraftState.PUBLISHED:
        return Refusal(RefusalCode.DRAFT_PUBLISHED)
    books.sop.drop_draft(draft_id)
    return None


async def backtest(unit: Unit, pack: Pack, *, since: datetime, until: datetime) -> Backtest:
    """Every request first decided in this time, under the versions of its day and under `pack`."""

    def look(books: Books) -> tuple[list[tuple[str, bytes]], list[Pack]]:
        return books.decisions.list_first_facts(since=since, until=until, limit=_MOST_REPLAYED), unit.packs(books)

    found, packs = await unit.store.read(look)
    asks = await unit.store.read(lambda books: [books.requests.get(request_id).ask for request_id, _ in found])
    roads = unit.roads.aside()

    def work() -> list[Change]:
        return [
            replay(request_id, ask, read_facts(facts), packs, pack, roads, unit.zone)
            for (request_id, facts), ask in zip(found, asks, strict=True)
        ]

    return sum_up(await asyncio.to_thread(work), since, until)


@transaction
def _step(
    unit: Unit,
    books: Books,
    now: datetime,
    agency: str,
    draft_id: str,
    edit: int,
    by: Person,
    states: set[DraftState],
    change: Callable[[Books, SopDraft, datetime], SopDraft | Refusal],
    event: Callable[..., SopEvent] | None,
) -> str | Refusal:
    """One change of a draft that nobody changed meanwhile, and its line in the journal."""
    draft = get_draft(books, agency, draft_id)
    changed = _judge_state(draft, edit, states) or change(books, draft, now)
    if isinstance(changed, Refusal):
        return changed
    kept = replace(changed, edit=draft.edit + 1, updated_by=by.id, updated_at=now)
    books.sop.put_draft(kept)
    if event is not None:
        books.journal.add(event(agency=agency, version=view_draft(unit, books, kept).version, at=now, actor=by.id))
    return draft_id


def _judge_state(draft: SopDraft, edit: int, states: set[DraftState]) -> Refusal | None:
    if draft.edit != edit:
        return Refusal(RefusalCode.EDITED_MEANWHILE, {"edit": draft.edit})
    if draft.state in states:
        return None
    if draft.state is DraftState.PUBLISHED:
        return Refusal(RefusalCode.DRAFT_PUBLISHED)
    needed = RefusalCode.NOT_APPROVED if states == {DraftState.APPROVED} else RefusalCode.NOT_SUBMITTED
    return Refusal(needed, {"state": draft.state})


def _judge_text(text: str, agency: str) -> Refusal | None:
    """Why an uploaded text is no draft of this agency's: everything that is wrong with it, line by line."""
    try:
        pack = read_pack(text)
    except PackError as error:
        faults = [{"line": fault.line, "sentence": fault.sentence} for fault in error.faults]
        return Refusal(RefusalCode.NOT_A_PACK, {"faults": faults})
    return None if pack.agency == agency else Refusal(RefusalCode.OTHER_AGENCYS_PACK, {"agency": pack.agency})
