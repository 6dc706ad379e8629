"""The SOP as people read it: packs in sentences, drafts as forms."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints

from dispatch.desk.drafts import DraftView
from dispatch.domain.people import Person
from dispatch.domain.sop_draft import DraftState
from dispatch.reading.base import Out
from dispatch.reading.scope import keeps_sop
from dispatch.rules.conditions import KEYS, Key
from dispatch.rules.pack.document import rule_documents
from dispatch.rules.pack.fields import LONGEST, MOST_ALTERNATIVES, MOST_WORDS
from dispatch.rules.pack.read import RULE_ID
from dispatch.rules.sop import NATIONAL, Effect, OverridableBy, Pack, packs_in_force
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import APPROVERS
from dispatch.words.drafts import fault_sentence
from dispatch.words.facts import word
from dispatch.words.sop import (
    choice_lines,
    diff_sentences,
    effect_name,
    key_label,
    policy_lines,
    rule_sentence,
)
from dispatch.words.tables import phrase, table

_PEOPLE = ("created_by", "submitted_by", "approved_by", "updated_by")
PackState = Literal["past", "in_force", "coming"]
_Sentence = Annotated[str, StringConstraints(max_length=LONGEST)]
# A condition's value as it stands in a pack: a word, a number, yes or no, or a list of words.
ConditionValue = str | FiniteFloat | bool | list[str]
# Any of these tables may hold; all conditions within one must.
Alternatives = Annotated[list[dict[str, ConditionValue]], Field(max_length=MOST_ALTERNATIVES)]
_Words = Annotated[list[_Sentence], Field(max_length=MOST_WORDS)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BookingDocument(_Document):
    """Notice in minutes and hours of a drop-off."""

    notice_min: FiniteFloat
    hours: _Sentence


class ReasonDocument(_Document):
    """What a rule says of a vehicle, in English; the Indonesian ones are the rule's own fields."""

    met: _Sentence
    unmet: _Sentence
    would_help: _Sentence | None = None


class ApproverDocument(_Document):
    """One of those who are asked for a yes in their order."""

    who: _Sentence
    agency: _Sentence | None = None
    hours: _Sentence | None = None


class RuleDocument(_Document):
    """A rule as it stands in a pack (docs/decisions/0004); absent parts are empty."""

    id: Annotated[str, StringConstraints(pattern=f"^{RULE_ID}$")]
    title: _Sentence
    effect: Effect
    vehicles: Alternatives = Field(default_factory=list)
    when: Alternatives = Field(default_factory=list)
    unless: Alternatives = Field(default_factory=list)
    must: Alternatives = Field(default_factory=list)
    overrides: _Words = Field(default_factory=list)
    approver: _Sentence | None = None
    approvers: list[ApproverDocument] = Field(default_factory=list, max_length=MOST_ALTERNATIVES)
    prefer_within_min: FiniteFloat | None = None
    sooner_by_min: FiniteFloat | None = None
    one_each: bool | None = None
    documents: _Words = Field(default_factory=list)
    checklist: _Words = Field(default_factory=list)
    notify: _Words = Field(default_factory=list)
    booking: BookingDocument | None = None
    overridable_by: OverridableBy = OverridableBy.NOBODY
    clause: _Sentence
    source: _Sentence
    reason_met: _Sentence
    reason_unmet: _Sentence
    would_help: _Sentence | None = None
    reason_en: ReasonDocument | None = None


class KeyOut(Out):
    """A condition key for a form: its label, what kind of value it takes, and the choices with their labels."""

    name: str
    group: Literal["request", "patient", "trip", "vehicle", "moment"]
    label: str
    kind: Literal["choice", "flag", "number", "days", "hours", "names"]
    unit: str | None = None
    choices: list[tuple[str, str]]
    parts: list[Literal["vehicles", "when", "unless", "must"]]


class SopPackSummaryOut(Out):
    """A published version and whether it is past, in force or coming."""

    version: str
    title: str
    effective_from: datetime
    rules: int
    state: PackState


class DraftSummaryOut(Out):
    """A draft in a list."""

    id: str
    agency: str
    title: str
    state: DraftState
    version: str
    updated_at: datetime
    updated_by: str


class SopAgencyOut(Out):
    """An agency's versions, newest first, and its drafts."""

    agency: str
    versions: list[SopPackSummaryOut]
    drafts: list[DraftSummaryOut]


class SopOut(Out):
    """Every agency's SOP, and what a form needs to know; `may_edit` lists the agencies whose SOP the caller keeps."""

    agencies: list[SopAgencyOut]
    may_edit: list[str]
    keys: list[KeyOut]
    approvers: list[tuple[str, str]]
    effects: list[tuple[str, str]]
    overridable: list[tuple[str, str]]
    policy: list[tuple[str, str, str]]


class RuleOut(Out):
    """A rule as one sentence, and as the document that a form edits."""

    id: str
    sentence: str
    document: RuleDocument


class PackOut(Out):
    """A published version in sentences; `policy` gives (name, sentence, value); `text` is the TOML itself."""

    agency: str
    title: str
    version: str
    effective_from: datetime
    state: PackState
    rules: list[RuleOut]
    policy: list[tuple[str, str, float | str]]
    text: str


class DraftProblemOut(Out):
    """What keeps a draft from being submitted: the rule and field to mend, and what to do."""

    rule: str | None
    field: str | None
    line: int
    sentence: str


class DraftOut(DraftSummaryOut):
    """A draft with its rules, problems, its difference to the version it came from, and what the caller may do.

    `edit` grows with every change: a change must name the one it saw. `needs_other` says that somebody else must
    approve.
    """

    base_version: str | None
    effective_from: datetime | None
    edit: int
    created_by: str
    submitted_by: str | None
    approved_by: str | None
    reason: str | None
    rules: list[RuleOut]
    policy: list[tuple[str, str, float]]
    problems: list[DraftProblemOut]
    diff: list[str]
    may: list[Literal["edit", "submit", "approve", "publish", "discard"]]


def _key_out(key: Key, lang: Lang) -> KeyOut:
    about_vehicle = key.group == "vehicle" or key.name == "last_free_in_zone"
    return KeyOut.of(
        key,
        label=key_label(key.name, lang),
        kind=key.value.kind.value,
        unit=table(lang, "sop.unit").get(key.name),
        choices=[(value, word(key.name, value, lang)) for value in key.value.allowed],
        parts=["vehicles", "when", "unless", "must"] if about_vehicle else ["when", "unless", "must"],
    )


def _state(pack: Pack, packs: Sequence[Pack], now: datetime) -> PackState:
    if pack.effective_from > now:
        return "coming"
    return "in_force" if packs_in_force(packs, now).packs.get(pack.agency) is pack else "past"


def overview_out(
    packs: Sequence[Pack],
    drafts: Sequence[DraftView],
    person: Person,
    now: datetime,
    names: Mapping[str, str],
    lang: Lang,
) -> SopOut:
    """Every agency's versions and drafts, and what a form needs to know."""
    agencies = sorted({pack.agency for pack in packs} | {view.draft.agency for view in drafts})
    return SopOut(
        agencies=[
            SopAgencyOut(
                agency=agency,
                versions=[
                    SopPackSummaryOut.of(pack, rules=len(pack.rules), state=_state(pack, packs, now))
                    for pack in sorted(packs, key=lambda pack: pack.effective_from, reverse=True)
                    if pack.agency == agency
                ],
                drafts=[
                    DraftSummaryOut.of(view, view.draft, updated_by=_name(view.draft.updated_by, names))
                    for view in drafts
                    if view.draft.agency == agency and view.draft.state is not DraftState.PUBLISHED
                ],
            )
            for agency in agencies
        ],
        may_edit=[agency for agency in agencies if keeps_sop(person, agency)],
        keys=[_key_out(key, lang) for key in KEYS.values()],
        approvers=[(name, word("approver", name, lang)) for name in APPROVERS],
        effects=[(effect.value, effect_name(effect, lang)) for effect in Effect],
        overridable=[(by.value, phrase(lang, "sop.overridable", by)) for by in OverridableBy],
        policy=[(name, *what.split(" · ")) for name, what, _ in policy_lines(Policy(), lang)],  # type: ignore[misc]
    )


def pack_out(pack: Pack, text: str, packs: Sequence[Pack], now: datetime, lang: Lang) -> PackOut:
    """A published version."""
    return PackOut.of(
        pack,
        state=_state(pack, packs, now),
        rules=[
            RuleOut(id=rule.id, sentence=rule_sentence(rule, lang), document=RuleDocument.model_validate(document))
            for rule, document in zip(pack.rules, rule_documents(text), strict=True)
        ],
        policy=[*policy_lines(pack.policy, lang), *choice_lines(pack.policy, lang)] if pack.agency == NATIONAL else [],
        text=text,
    )


def _name(person_id: str | None, names: Mapping[str, str]) -> str | None:
    return names.get(person_id or "", person_id)


def draft_out(view: DraftView, person: Person, names: Mapping[str, str], lang: Lang) -> DraftOut:
    """A draft with its problems, its difference, and what the caller may do."""
    draft = view.draft
    sentences = {rule.id: rule_sentence(rule, lang) for rule in view.pack.rules} if view.pack else {}
    given: Mapping[str, float] = {**asdict(Policy()), **view.policy}
    published = view.pack is not None and draft.state is DraftState.PUBLISHED
    national = draft.agency == NATIONAL
    people = {name: _name(getattr(draft, name), names) for name in _PEOPLE}
    return DraftOut.of(
        view,
        draft,
        **people,
        effective_from=view.pack.effective_from if view.pack and published else None,
        rules=[
            {"id": rule["id"], "sentence": sentences.get(rule["id"], rule["title"]), "document": rule}
            for rule in view.rules
        ],
        policy=[(n, what, float(given[n])) for n, what, _ in policy_lines(Policy(), lang)] if national else [],
        problems=[DraftProblemOut.of(fault, sentence=fault_sentence(fault, lang)) for fault in view.faults],
        diff=diff_sentences(view.base, view.pack, lang) if view.base and view.pack else [],
        may=_may(view, person),
    )


def _may(view: DraftView, person: Person) -> list[str]:
    draft = view.draft
    if not keeps_sop(person, draft.agency) or draft.state is DraftState.PUBLISHED:
        return []
    may = ["edit", "discard"]
    if draft.state is DraftState.OPEN and not view.faults:
        may.append("submit")
    if draft.state is DraftState.SUBMITTED and person.id not in (draft.submitted_by, draft.created_by):
        may.append("approve")
    if draft.state is DraftState.APPROVED:
        may.append("publish")
    return may
