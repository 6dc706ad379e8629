"""What a rule says of a vehicle, and what would help."""

from dataclasses import dataclass

from dispatch.rules.judge_one import (
    APART_RULE,
    CLASS_RULE,
    DUTY_RULE,
    HOURS_RULE,
    KEPT_RULE,
    LEFT_ALONE_RULE,
    Finding,
)
from dispatch.rules.sop import Rule
from dispatch.vocabulary.languages import Lang
from dispatch.words.facts import fact_words, joined, word
from dispatch.words.tables import table

_BUILT_IN = {
    APART_RULE: "apart",
    CLASS_RULE: "class",
    DUTY_RULE: "duty",
    HOURS_RULE: "hours",
    KEPT_RULE: "kept",
    LEFT_ALONE_RULE: "left_alone",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the language in which it really is: a pack may have its reasons in Indonesian alone."""

    text: str
    lang: Lang


def rule_name(rule_id: str, rule: Rule | None, lang: Lang) -> str:
    """What people call a rule, who do not know its code: its title, as its pack has it, or what a built-in is about."""
    if rule is not None:
        return rule.title
    return table(lang, "sop.rule_name").get(rule_id) or table(lang, "findings.say")["unnamed_rule"]


def finding_text(finding: Finding, rule: Rule | None, lang: Lang) -> Said:
    """The one sentence of a finding, from the rule's reason and the facts that it saw."""
    if finding.rule in _BUILT_IN:
        return _own(f"{_BUILT_IN[finding.rule]}_{'met' if finding.met else 'unmet'}", finding, lang)
    if rule is not None and finding.applies:
        said = _reason(rule, "met" if finding.met else "unmet", finding, lang)
        assert said is not None
        return said
    return _own("unknown_rule" if rule is None else "not_concerned", finding, lang)


def would_help(finding: Finding, rule: Rule | None, lang: Lang) -> Said | None:
    """What would make the vehicle eligible, for a finding that keeps it from going."""
    if not finding.blocks:
        return None
    if finding.rule == CLASS_RULE and "can_sit" in finding.facts:
        return _own("sitting_help", finding, lang)
    if finding.rule in _BUILT_IN:
        return _own(f"{_BUILT_IN[finding.rule]}_help", finding, lang)
    return _reason(rule, "would_help", finding, lang) if rule is not None else None


def _own(key: str, finding: Finding, lang: Lang) -> Said:
    """A sentence of the product's own."""
    words = fact_words(finding.facts, lang)
    may = finding.facts.get("may")
    words["classes"] = joined([word("class", kind, lang) for kind in may], lang) if isinstance(may, list) else ""
    return Said(table(lang, "findings.say")[key].format_map(words), lang)


def _reason(rule: Rule, name: str, finding: Finding, lang: Lang) -> Said | None:
    """A sentence of the pack's: in the language that is asked for, or else in Indonesian."""
    for reason, spoken in ((rule.reason_en, Lang.EN), (rule.reason, Lang.ID)):
        text = getattr(reason, name, None) if spoken in (lang, Lang.ID) else None
        if text is not None:
            return Said(text.format_map(fact_words(finding.facts, spoken)), spoken)
    return None
