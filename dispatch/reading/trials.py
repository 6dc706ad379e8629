"""A draft of the SOP, tried: scenarios under it, and what it would have changed for past requests."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Literal

from dispatch.desk.backtest import Backtest, What
from dispatch.reading.base import Out
from dispatch.reading.decisions import rules_of
from dispatch.rules.sop import Pack
from dispatch.vocabulary.languages import Lang
from dispatch.words.decisions import RuleOf, sentence
from dispatch.words.drafts import backtest_text


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


def backtest_out(found: Backtest, days: int, packs: Sequence[Pack], zone: tzinfo, lang: Lang) -> BacktestOut:
    """The figures of a backtest and the requests that change; `packs` are all that spoke, the draft among them."""
    counts, moved, rule_of = found.counts, found.median_change_s, rules_of(packs)
    summary = backtest_text(
        days,
        found.requests,
        sooner=counts["sooner"],
        later=counts["later"],
        median_s=moved or 0.0,
        promises=found.promises,
        approvals=found.approvals,
        lang=lang,
    )
    return BacktestOut.of(
        found,
        **{name: counts[name] for name in ("same", "sooner", "later", "other")},
        **dict(zip(("promises_before", "promises_after"), found.promises, strict=True)),
        **dict(zip(("approvals_before", "approvals_after"), found.approvals, strict=True)),
        summary=summary,
        rows=[
            BacktestRowOut.of(
                change,
                before=_what(change.before, rule_of, zone, lang),
                after=_what(change.after, rule_of, zone, lang),
            )
            for change in found.changes[:500]
        ],
    )


def _what(what: What, rule_of: RuleOf, zone: tzinfo, lang: Lang) -> WhatOut:
    said = sentence(what.record, rule_of, zone, lang, with_estimates=True)
    return WhatOut.of(what, outcome=what.record.outcome, sentence=said)
