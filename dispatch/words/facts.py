"""What rules see, in words: classes, needs, days, crews, papers, areas."""

from collections.abc import Mapping, Sequence

from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.promises import OPERATOR, OWN_OPERATOR
from dispatch.words.tables import Gaps, capital, name_of, name_or_own, phrase, table, tables_of
from dispatch.words.times import date_text, span_text

_SHORT = frozenset({"dkm", "laz", "tpu", "rs", "rsud", "pmi", "bpbd"})
_AREAS = frozenset(
    {*("area", "agency", "resident_of", "pickup_area", "dropoff_area"), *("requester", "pickup", "dropoff", "base")}
)
_OWN_WORDS = frozenset({"documents", "notify"})  # packs and people write others than those that have a name
# The facts that count time, in which unit; None says that it never was.
_COUNTED = {
    "fix_age_min_over": "minute",
    "no_other_within_min": "minute",
    "waited_min_under": "minute",
    "rest_min_under": "minute",
    "duty_h_over": "hour",
}
_LONG_MIN, _LONG_H = 120, 48  # from here on, minutes are told in hours and hours in days


def area_name(name: str) -> str:
    """An agency, area or facility as people read it: kota-tangerang is Kota Tangerang, tpu-baja is TPU Baja."""
    return " ".join(part.upper() if part in _SHORT else part.title() for part in name.split("-"))


def approver_name(who: str, agency: str | None, lang: Lang) -> str:
    """Whose yes is asked for: the role, and of which agency where that is known."""
    if agency is None:
        return word("approver", who, lang)
    role = word("approver", OPERATOR if who == OWN_OPERATOR else who, lang)
    return phrase(lang, "sop.rule", "approver_of", who=role, agency=area_name(agency))


def word(name: str, value: object, lang: Lang) -> str:
    """One value of a condition key, in words. What is no code (a number, a rule, a name) stays as it is."""
    facts, text = tables_of(lang, "facts"), str(value)
    if name in _AREAS:
        return facts["agency"].get(text) or (area_name(text) if isinstance(value, str) else text)
    if name not in facts:
        return text
    return name_or_own(lang, f"facts.{name}", text) if name in _OWN_WORDS else name_of(lang, f"facts.{name}", text)


def joined(words: Sequence[str], lang: Lang, last: str = "or") -> str:
    """One, two or three of them, as a sentence lists them; `last` is "or", "and" or "then"."""
    return f" {table(lang, 'facts.joint')[last]} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def fact_words(facts: Mapping[str, object], lang: Lang) -> Gaps:
    """The facts of a finding as words of a sentence; {Class} begins one."""
    words = Gaps({name: _fact_word(name, value, lang) for name, value in facts.items()})
    if "class" in words:
        words["Class"] = capital(words["class"])
    return words


def _fact_word(name: str, value: object, lang: Lang) -> str:
    if name in _COUNTED and (value is None or isinstance(value, int)):
        return _counted(name, value, lang)
    values = table(lang, "facts.value")
    if name == "papers_valid_until":
        if not value:
            return values["valid_unknown"]
        return phrase(lang, "facts.value", "valid_until", date=date_text(str(value), lang))
    match value:
        case bool():
            return values["yes" if value else "no"]
        case list():
            return ", ".join(word(name, item, lang) for item in value) or values["nothing"]
        case None:
            return values["unknown"]
        case _:
            return word(name, value, lang)


def _counted(name: str, value: int | None, lang: Lang) -> str:
    said, unit = table(lang, "facts.counted"), _COUNTED[name]
    if value is None:
        return said[f"{name}_none"]
    if value == 0 and f"{name}_now" in said:
        return said[f"{name}_now"]
    if unit == "minute" and value >= _LONG_MIN:
        value, unit = value // 60, "hour"
        if value >= _LONG_H:
            value, unit = value // 24, "day"
    return phrase(lang, "facts.counted", name, span=span_text(value, unit, lang))
