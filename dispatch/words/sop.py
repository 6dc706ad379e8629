"""A SOP in sentences: its rules, its policy, and what differs between two versions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from dispatch.rules.conditions import KEYS, Condition
from dispatch.rules.sop import Approver, Effect, Pack, Part, Reason, Rule
from dispatch.rules.values import DAYS, OWN, Kind
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.policy import CHOICES, FIGURES, CertainHours, Policy
from dispatch.words.facts import approver_name, joined, word
from dispatch.words.tables import capital, name_or_own, phrase, table

_RULE, _DIFF = "sop.rule", "sop.diff"
_ALL_OF = ("crew", "equipment", "documents")  # keys whose words must all be there


def effect_name(effect: str, lang: Lang) -> str:
    """What a rule does, in capitals."""
    return phrase(lang, "sop.effect", effect)


def key_label(key: str, lang: Lang) -> str:
    """What a form calls a condition."""
    return phrase(lang, "sop.label", key)


def policy_lines(policy: Policy, lang: Lang) -> list[tuple[str, str, float]]:
    """Every figure as (name, what it is and its unit after a middle dot, value), then those of certain hours."""
    said = table(lang, "sop.figure")
    return [(name, said[name], float(getattr(policy, name))) for name in FIGURES] + [
        (f"hours.{number}.{name}", said[name].replace(" · ", f"{_when_text(some, lang)} · "), float(value))
        for number, some in enumerate(policy.hours)
        for name, value in some.figures.items()
    ]


def choice_lines(policy: Policy, lang: Lang) -> list[tuple[str, str, str]]:
    """Every choice as (name, what it is, what was chosen)."""
    said = table(lang, "sop.choice")
    return [(name, said[name], said[f"{name}_{getattr(policy, name)}"]) for name in CHOICES]


def _when_text(some: CertainHours, lang: Lang) -> str:
    days = [Condition(KEYS["weekdays"], some.weekdays)] if len(some.weekdays) < len(DAYS) else []
    when = tuple((*days, Condition(KEYS["hours"], span)) for span in some.hours)
    return phrase(lang, _RULE, "when", when=part_text(when, lang))


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


def part_text(part: Part, lang: Lang, *, of_vehicles: bool = False) -> str:
    """All alternatives of a part; `of_vehicles`: as the vehicles that it names, also where it names no class."""
    texts = [
        _vehicles_text(some, lang)
        if of_vehicles or any(condition.key.name == "class" for condition in some)
        else _all_of((condition_text(condition, lang) for condition in some), lang)
        for some in part
    ]
    return table(lang, _RULE)["alternative"].join(texts)


def _all_of(texts: Iterable[str], lang: Lang) -> str:
    return f" {table(lang, 'facts.joint')['and']} ".join(texts)


def _vehicles_text(conditions: Sequence[Condition], lang: Lang) -> str:
    """Which vehicles: their class, whose they are, and what else is said of them."""
    said = {condition.key.name: condition_text(condition, lang) for condition in conditions}
    vehicle = said.pop("class", table(lang, _RULE)["any_vehicle"])
    if "agency" in said:
        vehicle += " " + said.pop("agency")
    if not said:
        return vehicle
    return phrase(lang, _RULE, "vehicle_that", vehicle=vehicle, conditions=_all_of(said.values(), lang))


def rule_sentence(rule: Rule, lang: Lang) -> str:
    """A rule as one sentence: what it does, for which vehicles, when, and except when."""
    names = table(lang, _RULE)
    about = part_text(rule.vehicles, lang, of_vehicles=True) or names["every_vehicle"]
    key, minutes, lifts, booking = rule.effect.value, rule.prefer_within_min, "", ""
    if rule.effect is Effect.PAIR:
        key, minutes = ("pair", rule.sooner_by_min) if rule.sooner_by_min is not None else ("one_each", minutes)
    if rule.effect is Effect.DEFER and not rule.documents:
        key = "defer_booking"
    if rule.effect is Effect.HOLD and rule.vehicles:
        key = "hold_about"
    if rule.booking is not None:
        start, end = (f"{at:%H.%M}" for at in rule.booking.hours)
        notice = number_text(rule.booking.notice_min, lang)
        booking = phrase(lang, _RULE, "booking", minutes=notice, start=start, end=end)
    if rule.effect is Effect.APPROVAL and rule.overrides:
        lifted = [name_or_own(lang, "sop.rule_name", name) for name in sorted(rule.overrides)]
        lifts = phrase(lang, _RULE, "lifts", rules=joined(lifted, lang, "and"))
    said = phrase(
        lang,
        _RULE,
        key,
        about=about,
        About=capital(about),
        must=part_text(rule.must, lang, of_vehicles=rule.effect is Effect.PREFER),
        minutes=number_text(minutes, lang),
        approver=joined([_approver(one, lang) for one in rule.approvers], lang, "then"),
        lifts=lifts,
        Papers=capital(joined([word("documents", name, lang) for name in rule.documents], lang, "and")),
        booking=booking,
        whom=joined([word("notify", name, lang) for name in rule.notify], lang, "and"),
    )
    when = phrase(lang, _RULE, "when", when=part_text(rule.when, lang)) if rule.when else ""
    unless = phrase(lang, _RULE, "unless", unless=part_text(rule.unless, lang)) if rule.unless else ""
    return f"{said if when else said.removesuffix(',')}{when}{unless}."


def _approver(one: Approver, lang: Lang) -> str:
    """Who may say yes: the role, of which agency, and within which hours."""
    who = approver_name(one.who, one.agency, lang)
    if one.hours is None:
        return who
    start, end = (f"{at:%H.%M}" for at in one.hours)
    return phrase(lang, _RULE, "approver_at", who=who, start=start, end=end)


def diff_sentences(old: Pack, new: Pack, lang: Lang) -> list[str]:
    """What differs between two versions, in the order of the rules; empty where they say the same."""
    before, after = ({rule.id: rule for rule in pack.rules} for pack in (old, new))
    lines = []
    for rule_id in sorted(before | after):
        if rule_id not in before:
            rule, sentence = after[rule_id], rule_sentence(after[rule_id], lang)
            lines.append(phrase(lang, _DIFF, "new", rule=rule_id, title=rule.title, sentence=sentence))
        elif rule_id not in after:
            lines.append(phrase(lang, _DIFF, "gone", rule=rule_id, title=before[rule_id].title))
        else:
            changes = _rule_changes(before[rule_id], after[rule_id], lang)
            lines += [phrase(lang, _DIFF, "rule", rule=rule_id, line=line) for line in changes]
    nothing = table(lang, _DIFF)["nothing"]
    had, has = (
        {(name, *what.split(" · ")): number_text(value, lang) for name, what, value in policy_lines(pack.policy, lang)}
        for pack in (old, new)
    )
    for key in had | has:
        if had.get(key) != has.get(key):
            _, figure, unit = key
            now = f"{has[key]} {unit}" if key in has else nothing
            lines.append(phrase(lang, _DIFF, "figure", figure=figure, old=had.get(key, nothing), new=now))
    for (_, what, one), (_, _, two) in zip(choice_lines(old.policy, lang), choice_lines(new.policy, lang), strict=True):
        if one != two:
            lines.append(phrase(lang, _DIFF, "figure", figure=what, old=one, new=two))
    return lines


def _rule_changes(old: Rule, new: Rule, lang: Lang) -> Iterator[str]:
    one, two = rule_sentence(old, lang), rule_sentence(new, lang)
    if one != two:
        yield phrase(lang, _DIFF, "sentence", old=one, new=two)
    names, was, now = table(lang, _DIFF), _texts(old, lang), _texts(new, lang)
    for part in was:
        one, two = was[part] or names["nothing"], now[part] or names["nothing"]
        if one != two:
            yield phrase(lang, _DIFF, "part", part=names[part], old=one, new=two)


def _texts(rule: Rule, lang: Lang) -> dict[str, str | None]:
    """What a rule says beside its sentence, by the keys of the table sop.diff."""
    english = rule.reason_en or Reason(met="", unmet="")
    return {
        **{name: getattr(rule, name) for name in ("title", "clause", "source")},
        **asdict(rule.reason),
        **{f"en_{name}": text for name, text in asdict(english).items()},
        "overridable": phrase(lang, "sop.overridable", rule.overridable_by),
        "checklist": "; ".join(rule.checklist),
    }
