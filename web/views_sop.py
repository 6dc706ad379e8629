"""The SOP as pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Literal

from dispatch.desk.sop_keeping import DraftView, may_keep
from dispatch.desk.whatif import Backtest

from dispatch.domain.people import Person
from dispatch.rules.conditions import KEYS, Key
from dispatch.rules.pack.document import Document, rule_documents
from dispatch.rules.sop import Effect, OverridableBy, Pack, packs_in_force
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import APPROVERS
from dispatch.words.drafts import fault_sentence
from dispatch.words.facts import APPROVER_NAMES, word
from dispatch.words.sop import (
    EFFECT_NAMES,
    KEY_LABELS,
    OVERRIDABLE_NAMES,
    diff_sentences,
    number_text,
    policy_lines,
    rule_sentence,
    unit_of,
)
from web import schemas_sop as s

State = Literal["past", "in_force", "coming"]


def _key_out(key: Key) -> s.KeyOut:
    about_vehicle = key.group == "vehicle" or key.name == "last_free_in_zone"
    return s.KeyOut(
        name=key.name,
        group=key.group,  # type: ignore[arg-type]
        label=KEY_LABELS[key.name][0],
        kind=key.value.kind.value,
        unit=unit_of(key.name),
        choices=[(value, word(key.name, value)) for value in key.value.allowed],
        parts=["vehicles", "when", "unless", "must"] if about_vehicle else ["when", "unless", "must"],
    )


def _state(pack: Pack, packs: Sequence[Pack], now: datetime) -> State:
    if pack.effective_from > now:
        return "coming"
    return "in_force" if packs_in_force(packs, now).packs.get(pack.agency) is pack else "past"


def overview_out(
    packs: Sequence[Pack], drafts: Sequence[DraftView], person: Person, now: datetime, names: Mapping[str, str]
) -> s.SopOut:
    """Every agency's versions and drafts."""
    agencies = sorted({pack.agency for pack in packs} | {view.draft.agency for view in drafts})
    return s.SopOut(
        agencies=[
            s.SopAgencyOut(
                agency=agency,
                versions=[
                    s.SopPackSummaryOut(
                        version=pack.version,
                        title=pack.title,
                        effective_from=pack.effective_from,
                        rules=len(pack.rules),
                        state=_state(pack, packs, now),
                    )
                    for pack in sorted(packs, key=lambda pack: pack.effective_from, reverse=True)
                    if pack.agency == agency
                ],
                drafts=[
                    s.DraftSummaryOut.model_validate(_summary(view, names))
                    for view in drafts
                    if view.draft.agency == agency and view.draft.state != "published"
                ],
            )
            for agency in agencies
        ],
        may_edit=[agency for agency in agencies if may_keep(person, agency)],
        keys=[_key_out(key) for key in KEYS.values()],
        approvers=[(name, APPROVER_NAMES[name]) for name in APPROVERS],
        effects=[(effect.value, EFFECT_NAMES[effect]) for effect in Effect],
        overridable=[(by.value, OVERRIDABLE_NAMES[by]) for by in OverridableBy],
        policy=[(name, *what.split(" · ")) for name, what, _ in policy_lines(Policy())],  # type: ignore[misc]
    )


def _document(rule: Document) -> s.RuleDocument:
    return s.RuleDocument.model_validate(rule)


def pack_out(pack: Pack, text: str, packs: Sequence[Pack], now: datetime) -> s.PackOut:
    """A published version."""
    return s.PackOut(
        agency=pack.agency,
        title=pack.title,
        version=pack.version,
        effective_from=pack.effective_from,
        state=_state(pack, packs, now),
        rules=[
            s.RuleOut(id=rule.id, sentence=rule_sentence(rule), document=_document(document))
            for rule, document in zip(pack.rules, rule_documents(text), strict=True)
        ],
        policy=policy_lines(pack.policy) if pack.agency == "national" else [],
        text=text,
    )


def _summary(view: DraftView, names: Mapping[str, str]) -> dict[str, object]:
    draft = view.draft
    return {
        "id": draft.id,
        "agency": draft.agency,
        "title": view.title,
        "state": draft.state,
        "version": view.version,
        "updated_at": draft.updated_at,
        "updated_by": names.get(draft.updated_by, draft.updated_by),
    }


def draft_out(view: DraftView, person: Person, names: Mapping[str, str]) -> s.DraftOut:
    """A draft with its problems, its difference, and what the caller may do."""
    draft = view.draft
    sentences = {rule.id: rule_sentence(rule) for rule in view.pack.rules} if view.pack else {}
    given: Mapping[str, float] = {**asdict(Policy()), **view.policy}
    return s.DraftOut.model_validate(
        {
            **_summary(view, names),
            "base_version": draft.base_version,
            "effective_from": view.pack.effective_from if view.pack and draft.state == "published" else None,
            "edit": draft.edit,
            "created_by": names.get(draft.created_by, draft.created_by),
            "submitted_by": names.get(draft.submitted_by or "", draft.submitted_by),
            "approved_by": names.get(draft.approved_by or "", draft.approved_by),
            "reason": draft.reason,
            "rules": [
                {"id": rule["id"], "sentence": sentences.get(rule["id"], rule["title"]), "document": rule}
                for rule in view.rules
            ],
            "policy": [(name, what, float(given[name])) for name, what, _ in policy_lines(Policy())]
            if draft.agency == "national"
            else [],
            "problems": [
                {"rule": fault.rule, "field": fault.field, "line": fault.line, "sentence": fault_sentence(fault)}
                for fault in view.faults
            ],
            "diff": diff_sentences(view.base, view.pack) if view.base and view.pack else [],
            "may": _may(view, person),
        }
    )


def _may(view: DraftView, person: Person) -> list[str]:
    draft = view.draft
    if not may_keep(person, draft.agency) or draft.state == "published":
        return []
    may = ["edit", "discard"]
    if draft.state == "open" and not view.faults:
        may.append("submit")
    if draft.state == "submitted" and person.id not in (draft.submitted_by, draft.created_by):
        may.append("approve")
    if draft.state == "approved":
        may.append("publish")
    return may


def backtest_out(found: Backtest, days: int) -> s.BacktestOut:
    """The figures of a backtest and the requests that change."""
    counts = found.counts
    moved = found.median_change_s
    by = f" (median {'+' if moved > 0 else '−'}{number_text(abs(round(moved / 60)))} menit)" if moved else ""
    summary = (
        f"{days} hari, {found.requests} permintaan: {counts['sooner']} lebih cepat, "
        f"{counts['later']} lebih lambat{by}, "
        f"janji {found.promises[0]} → {found.promises[1]}, "
        f"persetujuan diminta {found.approvals[0]} → {found.approvals[1]} kali."
    )
    return s.BacktestOut(
        since=found.since,
        until=found.until,
        requests=found.requests,
        same=counts["same"],
        sooner=counts["sooner"],
        later=counts["later"],
        other=counts["other"],
        median_change_s=moved,
        promises_before=found.promises[0],
        promises_after=found.promises[1],
        approvals_before=found.approvals[0],
        approvals_after=found.approvals[1],
        summary=summary,
        rows=[s.BacktestRowOut.model_validate(asdict(change)) for change in found.changes[:500]],
    )
