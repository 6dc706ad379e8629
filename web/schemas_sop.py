"""The wire of the SOP: packs in sentences, drafts as forms, tests and what-if."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, StringConstraints

from dispatch.rules.pack.fields import LONGEST, MOST_ALTERNATIVES, MOST_RULES, MOST_WORDS
from dispatch.rules.pack.read import AGENCY, RULE_ID, VERSION
from dispatch.rules.sop import Effect, OverridableBy
from web.schemas import In, Out, Reason

DraftId = Annotated[str, StringConstraints(pattern=r"^R-[0-9a-f]{12}$")]
Agency = Annotated[str, StringConstraints(pattern=f"^{AGENCY}$")]
_Sentence = Annotated[str, StringConstraints(max_length=LONGEST)]
# A condition's value as it stands in a pack: a word, a number, yes or no, or a list of words.
ConditionValue = str | FiniteFloat | bool | list[str]
# Any of these tables may hold; all conditions within one must.
Alternatives = Annotated[list[dict[str, ConditionValue]], Field(max_length=MOST_ALTERNATIVES)]
_Words = Annotated[list[_Sentence], Field(max_length=MOST_WORDS)]


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
    state: Literal["past", "in_force", "coming"]


class DraftSummaryOut(Out):
    """A draft in a list."""

    id: str
    agency: str
    title: str
    state: Literal["open", "submitted", "approved", "published"]
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


class BookingDocument(In):
    """Notice in minutes and hours of a drop-off."""

    notice_min: FiniteFloat
    hours: _Sentence


class RuleDocument(In):
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
    state: Literal["past", "in_force", "coming"]
    rules: list[RuleOut]
    policy: list[tuple[str, str, float]]
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


class ScenarioOut(Out):
    """One scenario under the draft; `lines` say what was expected and what happened, where it failed."""

    name: str
    title: str
    state: Literal["passed", "failed", "waiting"]
    lines: list[str]


class DraftTestOut(Out):
    """The scenarios under the draft."""

    passed: int
    failed: int
    waiting: int
    scenarios: list[ScenarioOut]


class BacktestIn(In):
    """How many days back."""

    days: Annotated[int, Field(ge=1, le=366)] = 30


class WhatOut(Out):
    """What one version decides: offer, offers, approval or promise, and for whom."""

    outcome: str
    vehicle_id: str | None
    vehicle: str | None
    eta_s: int | None
    sentence: str


class BacktestRowOut(Out):
    """One request under both versions."""

    request_id: str
    at: datetime
    need: str
    pickup: str
    change: Literal["same", "sooner", "later", "other", "solution", "promise"]
    before: WhatOut
    after: WhatOut


class BacktestOut(Out):
    """Past requests under the version of their day and under the draft; `rows` are those that change."""

    since: datetime
    until: datetime
    requests: int
    same: int
    sooner: int
    later: int
    other: int
    median_change_s: int | None
    promises_before: int
    promises_after: int
    approvals_before: int
    approvals_after: int
    summary: str
    rows: list[BacktestRowOut]
