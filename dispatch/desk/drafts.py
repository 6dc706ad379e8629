"""A draft of the SOP as it reads: its pack or what is wrong with it, and its rules as a form holds them."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.desk.ports import Books, NotFoundError
from dispatch.desk.unit import Unit
from dispatch.domain.sop_draft import DraftState, SopDraft
from dispatch.rules.pack.checks import judge_beside
from dispatch.rules.pack.document import Document, rule_documents
from dispatch.rules.pack.faults import PackError, PackFault
from dispatch.rules.pack.read import judge_pack_beside, read_pack
from dispatch.rules.sop import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A draft with its rules, its faults, and the published version that it came from."""

    draft: SopDraft
    title: str
    version: str
    rules: Sequence[Document]
    policy: Document
    pack: Pack | None
    faults: tuple[PackFault, ...]
    base: Pack | None


def get_draft(books: Books, agency: str, draft_id: str) -> SopDraft:
    """One draft of this agency. Raises NotFoundError."""
    draft = books.sop.find_draft(draft_id)
    if draft is None or draft.agency != agency:
        raise NotFoundError(f"no draft {draft_id}")
    return draft


def list_published(unit: Unit, books: Books) -> list[tuple[Pack, str]]:
    """Every published version with its text."""
    return list(zip(unit.packs(books), books.sop.list_packs(), strict=True))


def view_draft(unit: Unit, books: Books, draft: SopDraft) -> DraftView:
    """The draft as it reads beside what is published."""
    head = tomllib.loads(draft.text)["pack"]
    packs = unit.packs(books)
    pack: Pack | None = None
    faults: tuple[PackFault, ...] = ()
    try:
        pack = read_pack(draft.text)
        if draft.state is not DraftState.PUBLISHED:
            others = [other for other in packs if other.effective_from != pack.effective_from]
            judge_pack_beside(draft.text, pack, judge_beside(pack, others))
    except PackError as error:
        faults = error.faults
    return DraftView(
        draft=draft,
        title=head["title"],
        version=head["version"],
        rules=rule_documents(draft.text),
        policy=policy_of(draft.text),
        pack=pack,
        faults=faults,
        base=next((p for p in packs if (p.agency, p.version) == (draft.agency, draft.base_version)), None),
    )


def policy_of(text: str) -> Document:
    """The policy that a pack's text sets: its figures, and `hours` for those of certain hours."""
    found: Document = tomllib.loads(text).get("policy", {})
    return found
