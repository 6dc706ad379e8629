"""A SOP in sentences: its rules, its policy, and what differs between two versions."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from dispatch.rules.conditions import Condition
from dispatch.rules.sop import Effect, Pack, Part, Rule
from dispatch.rules.values import DAYS, OWN, Kind
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.policy import FIGURES, Policy
from dispatch.words.facts import joined, word
from dispatch.words.tables import capital, name_of, phrase, table

_RULE, _DIFF = "sop.rule", "sop.diff"
_ALL_OF = ("crew", "equipment", "documents")  # keys whose words must all be there


def effect_name(effect: str, lang: Lang) -> str:
    """What a rule does, in capitals."""
    return phrase(lang, "sop.effect", effect)


def overridable_name(by: str, lang: Lang) -> str:
    """Who may act against a rule."""
    return phrase(lang, "sop.overridable", by)


def key_label(key: str, lang: Lang) -> str:
    """What a form calls a condition."""
    return phrase(lang, "sop.label", key)


def unit_of(key: str, lang: Lang) -> str | None:
    """The unit of a condition's number."""
    return table(lang, "sop.unit").get(key)


def policy_lines(policy: Policy, lang: Lang) -> list[tuple[str, str, float]]:
    """Every figure as (name, what it is and its unit after a middle dot, value)."""
    said = table(lang, "sop.figure")
    return [(name, said[name], float(getattr(policy, name))) for name in FIGURES]


def number_text(value: float, lang: Lang) -> str:
    """A number without needless digits, with the decimal sign of the language."""
    return f"{value:g}".replace(".", table(lang, _RULE)["decimal"])


def condition_text(condition: Condition, lang: Lang) -> str:
    """One condition as part of a sentence."""
    name, value = condition.key.name, condition.value
    key, words = name, ""
    match condition.key.value.kind:
        case Kind.FLAG:
            return phrase(lang, "sop.said" if value else "sop.not", name)
        case Kind.NUMBER:
            assert isinstance(value, float)
            key = f"{name}_now" if name == "papers_valid_until" and value == 0 else name
            words = number_text(value, lang)
        case Kind.DAYS:
            assert isinstance(value, frozenset)
            words = joined([word(name, DAYS[day], lang) for day in sorted(value)], lang)
        case Kind.HOURS:
            if not isinstance(value, tuple):
                return phrase(lang, "sop.own", name)
            words = f"{value[0]:%H.%M}–{value[1]:%H.%M}"
        case Kind.CHOICE | Kind.NAMES:
            assert isinstance(value, frozenset)
            named = [word(name, item, lang) for item in sorted(value) if item != OWN]
            words = joined(named, lang, "and" if name in _ALL_OF else "or")
            if OWN in value:
                own = phrase(lang, "sop.own", name)
                return joined([phrase(lang, "sop.said", name, value=words), own], lang) if words else own
    return phrase(lang, "sop.said", key, value=words)


def part_text(part: Part, lang: Lang) -> str:
    """All alternatives of a part."""
    return _alternatives(
        lang,
        [
            _vehicles_text(some, lang)
            if any(condition.key.name == "class" for condition in some)
            else _all_of([condition_text(condition, lang) for condition in some], lang)
            for some in part
        ],
    )


def _alternatives(lang: Lang, texts: Sequence[str]) -> str:
    return table(lang, _RULE)["alternative"].join(texts)


def _all_of(texts: Sequence[str], lang: Lang) -> str:
    return f" {table(lang, 'facts.joint')['and']} ".join(texts)


def _vehicles_text(conditions: Sequence[Condition], lang: Lang) -> str:
    """Which vehicles: their class, whose they are, and what else is said of them."""
    said = {condition.key.name: condition_text(condition, lang) for condition in conditions}
    vehicle = said.pop("class", table(lang, _RULE)["any_vehicle"])
    vehicle = " ".join([vehicle, *([said.pop("agency")] if "agency" in said else [])])
    if not said:
        return vehicle
    return phrase(lang, _RULE, "vehicle_that", vehicle=vehicle, conditions=_all_of([*said.values()], lang))


def rule_sentence(rule: Rule, lang: Lang) -> str:
    """A rule as one sentence: what it does, for which vehicles, when, and except when."""

    def say(key: str, **facts: str) -> str:
        return phrase(lang, _RULE, key, **facts)

    vehicles = _alternatives(lang, [_vehicles_text(some, lang) for some in rule.vehicles])
    about = vehicles or say("every_vehicle")
    match rule.effect:
        case Effect.DENY:
            said = say("deny", about=about)
        case Effect.REQUIRE:
            said = say("require", about=about, must=part_text(rule.must, lang))
        case Effect.APPROVAL:
            lifted = [name_of(lang, "sop.rule_name", name) for name in sorted(rule.overrides)]
            lifts = say("lifts", rules=joined(lifted, lang, "and")) if lifted else ""
            approver = word("approver", rule.approver or "", lang)
            said = say("approval", About=capital(about), approver=approver, lifts=lifts)
        case Effect.PREFER:
            must = _alternatives(lang, [_vehicles_text(some, lang) for some in rule.must])
            said = say("prefer", must=must, minutes=number_text(rule.prefer_within_min, lang))
        case Effect.PAIR if rule.sooner_by_min is not None:
            said = say("pair", about=about, minutes=number_text(rule.sooner_by_min, lang))
        case Effect.PAIR:
            said = say("one_each")
        case Effect.DEFER:
            papers = joined([word("documents", name, lang) for name in rule.documents], lang, "and")
            said = say("defer", Papers=capital(papers)) if papers else say("defer_booking")
            if rule.booking:
                minutes = number_text(rule.booking.notice_min, lang)
                start, end = (f"{at:%H.%M}" for at in rule.booking.hours)
                said += say("booking", minutes=minutes, start=start, end=end)
        case Effect.HOLD:
            said = say("hold", whom=joined([word("notify", name, lang) for name in rule.notify], lang, "and"))
            said += say("hold_about", about=about) if vehicles else ""
    when = say("when", when=part_text(rule.when, lang)) if rule.when else ""
    unless = say("unless", unless=part_text(rule.unless, lang)) if rule.unless else ""
    return f"{said.removesuffix(',') if not when else said}{when}{unless}."


def diff_sentences(old: Pack, new: Pack, lang: Lang) -> list[str]:
    """What differs between two versions, in the order of the rules; empty where they say the same."""
    before, after = ({rule.id: rule for rule in pack.rules} for pack in (old, new))
    lines = []
    for rule_id in sorted(before | after):
        if rule_id not in before:
            rule = after[rule_id]
            said = rule_sentence(rule, lang)
            lines.append(phrase(lang, _DIFF, "new", rule=rule_id, title=rule.title, sentence=said))
        elif rule_id not in after:
            lines.append(phrase(lang, _DIFF, "gone", rule=rule_id, title=before[rule_id].title))
        else:
            changes = _rule_changes(before[rule_id], after[rule_id], lang)
            lines += [phrase(lang, _DIFF, "rule", rule=rule_id, line=line) for line in changes]
    for (_, what, value), (_, _, changed) in zip(
        policy_lines(old.policy, lang), policy_lines(new.policy, lang), strict=True
    ):
        if changed != value:
            figure, unit = what.split(" · ")
            was, now = number_text(value, lang), number_text(changed, lang)
            lines.append(phrase(lang, _DIFF, "figure", figure=figure, old=was, new=now, unit=unit))
    return lines


# What a rule says beside its sentence, by the keys of the table sop.diff; None says nothing.
_OF_TEXT: Mapping[str, Callable[[Rule, Lang], str | None]] = {
    "title": lambda rule, _: rule.title,
    "clause": lambda rule, _: rule.clause,
    "source": lambda rule, _: rule.source,
    "met": lambda rule, _: rule.reason.met,
    "unmet": lambda rule, _: rule.reason.unmet,
    "would_help": lambda rule, _: rule.reason.would_help,
    "en_met": lambda rule, _: rule.reason_en.met if rule.reason_en else None,
    "en_unmet": lambda rule, _: rule.reason_en.unmet if rule.reason_en else None,
    "en_would_help": lambda rule, _: rule.reason_en.would_help if rule.reason_en else None,
    "overridable": lambda rule, lang: overridable_name(rule.overridable_by, lang),
    "checklist": lambda rule, _: "; ".join(rule.checklist),
}


def _rule_changes(old: Rule, new: Rule, lang: Lang) -> Iterator[str]:
    one, two = rule_sentence(old, lang), rule_sentence(new, lang)
    if one != two:
        yield phrase(lang, _DIFF, "sentence", old=one, new=two)
    for part, get in _OF_TEXT.items():
        was, now = (get(rule, lang) or table(lang, _DIFF)["nothing"] for rule in (old, new))
        if was != now:
            yield phrase(lang, _DIFF, "part", part=table(lang, _DIFF)[part], old=was, new=now)
