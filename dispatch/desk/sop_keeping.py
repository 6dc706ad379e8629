"""Keeping the SOP: drafts, the second person's yes, publication, and what a draft would have changed."""

import asyncio
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from dispatch.desk.core import DeskCore, note
from dispatch.desk.ports import Books, NotFoundError, SopDraft
from dispatch.desk.record import read_facts
from dispatch.desk.whatif import Backtest, Change, replay, sum_up
from dispatch.domain.directory import Person, Role
from dispatch.domain.events import EventKind
from dispatch.domain.pack_checks import judge_beside
from dispatch.domain.pack_document import Document, rule_documents, write_pack
from dispatch.domain.pack_faults import PackError, PackFault
from dispatch.domain.pack_file import judge_pack_beside, read_pack
from dispatch.domain.refusal import Refusal
from dispatch.domain.sop import Pack

_MOST_REPLAYED = 5_000
_EARLIEST = timedelta(minutes=1)  # how long ago a form may have been filled in and still mean "from now"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A draft as it reads: its pack or what is wrong with it, and its rules as a form holds them."""

    draft: SopDraft
    title: str
    version: str
    rules: Sequence[Document]
    policy: Mapping[str, float]
    pack: Pack | None
    faults: tuple[PackFault, ...]
    base: Pack | None


def may_keep(person: Person, agency: str) -> bool:
    """Whether this person keeps the agency's SOP: a health officer her own agency's, or every one if she has none."""
    if person.role is Role.ADMIN:
        return True
    return person.role is Role.HEALTH_OFFICER and person.agency in (None, agency)


class SopKeeping(DeskCore):
    """Commands return the draft as it reads then, or a Refusal. Whether the actor may at all is the caller's check."""

    __slots__ = ()

    async def published(self) -> list[tuple[Pack, str]]:
        """Every published version with its text."""
        return await self.store.read(lambda books: list(zip(self.packs(books), books.list_packs(), strict=True)))

    async def drafts(self) -> list[DraftView]:
        """Every draft, the newest first."""
        return await self.store.read(lambda books: [self._view(books, draft) for draft in books.list_drafts()])

    async def draft(self, agency: str, draft_id: str) -> DraftView:
        """One draft. Raises NotFoundError."""
        return await self.store.read(lambda books: self._view(books, _get(books, agency, draft_id)))

    async def start_draft(
        self, agency: str, *, from_version: str | None, text: str | None, by: Person
    ) -> DraftView | Refusal:
        """A new draft from a published version, from a sound text of this agency's, or from nothing."""
        now = self.clock.now()
        if text is not None:
            refusal = _judge_text(text, agency)
            if refusal is not None:
                return refusal

        def work(books: Books) -> DraftView | Refusal:
            base = next(
                (
                    (pack, held)
                    for pack, held in zip(self.packs(books), books.list_packs(), strict=True)
                    if pack.agency == agency and pack.version == from_version
                ),
                None,
            )
            if from_version is not None and base is None:
                raise NotFoundError(f"{agency} has no version {from_version}")
            fresh = f"{now.astimezone(self.zone):%Y-%m-%d}"
            given = text
            if given is None:
                title = base[0].title if base else agency
                policy, rules = _form(base[1]) if base else ({}, [])
                given = write_pack(
                    agency=agency, title=title, version=fresh, effective_from=now, policy=policy, rules=rules
                )
            draft = SopDraft(
                id=f"R-{uuid4().hex[:12]}",
                agency=agency,
                state="open",
                text=given,
                edit=1,
                base_version=from_version,
                created_by=by.id,
                updated_by=by.id,
                updated_at=now,
            )
            books.put_draft(draft)
            return self._view(books, draft)

        return await self._write(work)

    async def save_draft(
        self,
        agency: str,
        draft_id: str,
        *,
        edit: int,
        title: str,
        version: str,
        policy: Mapping[str, float],
        rules: Sequence[Document],
        by: Person,
    ) -> DraftView | Refusal:
        """Keep what the form holds, also where it has problems; a submitted draft is open again."""
        now = self.clock.now()
        text = write_pack(agency=agency, title=title, version=version, effective_from=now, policy=policy, rules=rules)
        return await self._change(
            agency,
            draft_id,
            edit,
            by,
            lambda draft: replace(draft, text=text, state="open", submitted_by=None, approved_by=None, reason=None),
        )

    async def submit_draft(self, agency: str, draft_id: str, *, edit: int, by: Person) -> DraftView | Refusal:
        """Ask for the second person's yes."""

        def submit(draft: SopDraft, view: DraftView) -> SopDraft | Refusal:
            if view.faults:
                return Refusal("draft_has_problems", {"problems": len(view.faults)})
            return replace(draft, state="submitted", submitted_by=by.id, approved_by=None, reason=None)

        return await self._step(agency, draft_id, edit, by, ("open",), submit, EventKind.SOP_SUBMITTED)

    async def judge_draft(
        self, agency: str, draft_id: str, *, edit: int, yes: bool, reason: str, by: Person
    ) -> DraftView | Refusal:
        """The second person's word: never that of whoever began or submitted it."""

        def judge(draft: SopDraft, _: DraftView) -> SopDraft | Refusal:
            if by.id in (draft.submitted_by, draft.created_by):
                return Refusal("same_person", {})
            if not yes:
                return replace(draft, state="open", reason=reason)
            return replace(draft, state="approved", approved_by=by.id, reason=reason)

        kind = EventKind.SOP_APPROVED if yes else EventKind.SOP_RETURNED
        return await self._step(agency, draft_id, edit, by, ("submitted",), judge, kind)

    async def publish_draft(
        self, agency: str, draft_id: str, *, edit: int, effective_from: datetime, by: Person
    ) -> DraftView | Refusal:
        """Make the approved draft a version that is in force from an instant that is not past."""
        now = self.clock.now()

        def work(books: Books) -> DraftView | Refusal:
            draft = _get(books, agency, draft_id)
            refusal = _stale(draft, edit, ("approved",))
            if refusal is not None:
                return refusal
            if effective_from < now - _EARLIEST:
                return Refusal("in_the_past", {"effective_from": effective_from.isoformat()})
            view = self._view(books, draft)
            text = write_pack(
                agency=agency,
                title=view.title,
                version=view.version,
                effective_from=effective_from.astimezone(self.zone),
                policy=view.policy,
                rules=view.rules,
            )
            try:
                pack = read_pack(text)
                judge_pack_beside(text, pack, judge_beside(pack, self.packs(books)))
            except PackError as error:
                fault = error.faults[0]
                return Refusal(fault.code, {name: str(value) for name, value in fault.facts.items()})
            books.add_pack(agency=agency, version=pack.version, effective_from=effective_from, text=text)
            done = replace(draft, state="published", text=text, edit=draft.edit + 1, updated_by=by.id, updated_at=now)
            books.put_draft(done)
            facts = {"agency": agency, "version": pack.version, "effective_from": effective_from.isoformat()}
            note(books, EventKind.SOP_PUBLISHED, now, by, facts=facts)
            return self._view(books, done)

        return await self._write(work)

    async def discard_draft(self, agency: str, draft_id: str) -> Refusal | None:
        """Drop a draft that was not published."""

        def work(books: Books) -> Refusal | None:
            if _get(books, agency, draft_id).state == "published":
                return Refusal("draft_published", {})
            books.drop_draft(draft_id)
            return None

        return await self._write(work)

    async def backtest(self, pack: Pack, *, since: datetime, until: datetime) -> Backtest:
        """Every request first decided in this time, under the versions of its day and under `pack`."""
        found = await self.store.read(
            lambda books: [
                (books.get_request(request_id), facts)
                for request_id, facts in books.list_first_facts(since=since, until=until, limit=_MOST_REPLAYED)
            ]
        )
        packs = [published for published, _ in await self.published()]

        roads = self.roads.aside()

        def work() -> list[Change]:
            return [
                replay(request.id, request.ask, read_facts(facts), packs, pack, roads, self.zone)
                for request, facts in found
            ]

        return sum_up(await asyncio.to_thread(work), since, until)

    async def _change(
        self, agency: str, draft_id: str, edit: int, by: Person, change: Callable[[SopDraft], SopDraft]
    ) -> DraftView | Refusal:
        return await self._step(
            agency, draft_id, edit, by, ("open", "submitted", "approved"), lambda draft, _: change(draft), None
        )

    async def _step(
        self,
        agency: str,
        draft_id: str,
        edit: int,
        by: Person,
        states: tuple[str, ...],
        change: Callable[[SopDraft, DraftView], SopDraft | Refusal],
        kind: EventKind | None,
    ) -> DraftView | Refusal:
        """One change of a draft that nobody changed meanwhile, and its line in the journal."""
        now = self.clock.now()

        def work(books: Books) -> DraftView | Refusal:
            draft = _get(books, agency, draft_id)
            refusal = _stale(draft, edit, states)
            if refusal is not None:
                return refusal
            changed = change(draft, self._view(books, draft))
            if isinstance(changed, Refusal):
                return changed
            kept = replace(changed, edit=draft.edit + 1, updated_by=by.id, updated_at=now)
            books.put_draft(kept)
            view = self._view(books, kept)
            if kind is not None:
                facts = {"agency": agency, "version": view.version, "reason": kept.reason}
                note(books, kind, now, by, facts=facts)
            return view

        return await self._write(work)

    def _view(self, books: Books, draft: SopDraft) -> DraftView:
        head = tomllib.loads(draft.text)["pack"]
        policy, rules = _form(draft.text)
        packs = self.packs(books)
        pack: Pack | None = None
        faults: tuple[PackFault, ...] = ()
        try:
            pack = read_pack(draft.text)
            if draft.state != "published":
                others = [other for other in packs if other.effective_from != pack.effective_from]
                judge_pack_beside(draft.text, pack, judge_beside(pack, others))
        except PackError as error:
            faults = error.faults
        base = next((p for p in packs if (p.agency, p.version) == (draft.agency, draft.base_version)), None)
        return DraftView(
            draft=draft,
            title=head["title"],
            version=head["version"],
            rules=rules,
            policy=policy,
            pack=pack,
            faults=faults,
            base=base,
        )


def _get(books: Books, agency: str, draft_id: str) -> SopDraft:
    draft = books.find_draft(draft_id)
    if draft is None or draft.agency != agency:
        raise NotFoundError(f"no draft {draft_id}")
    return draft


def _stale(draft: SopDraft, edit: int, states: tuple[str, ...]) -> Refusal | None:
    if draft.edit != edit:
        return Refusal("edited_meanwhile", {"edit": draft.edit})
    if draft.state in states:
        return None
    if draft.state == "published":
        return Refusal("draft_published", {})
    return Refusal("not_approved" if states == ("approved",) else "not_submitted", {"state": draft.state})


def _judge_text(text: str, agency: str) -> Refusal | None:
    """Why an uploaded text is no draft of this agency's: everything that is wrong with it, line by line."""
    try:
        pack = read_pack(text)
    except PackError as error:
        return Refusal(
            "not_a_pack", {"faults": [{"line": fault.line, "sentence": fault.sentence} for fault in error.faults]}
        )
    return None if pack.agency == agency else Refusal("other_agencys_pack", {"agency": pack.agency})


def _form(text: str) -> tuple[Mapping[str, float], list[dict[str, Any]]]:
    return tomllib.loads(text).get("policy", {}), rule_documents(text)
