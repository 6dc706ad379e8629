"""What a draft's page says: what is wrong with it, what a scenario expected under it, what would have been else."""

from dispatch.rules.conditions import KEYS
from dispatch.rules.pack.faults import PackFault
from dispatch.vocabulary.languages import Lang
from dispatch.words.facts import area_name, word
from dispatch.words.sop import key_label, number_text
from dispatch.words.tables import capital, name_of, phrase


def expectation_text(what: str, expected: str, happened: str, lang: Lang) -> str:
    """What a scenario expected and what came out, for the page on which a draft is tried."""
    name, _, rest = what.partition(" ")
    label = f"{name_of(lang, 'drafts.expected', name)} {rest}".strip()
    nothing = phrase(lang, "drafts.say", "nothing")
    return phrase(
        lang,
        "drafts.say",
        "expected",
        What=capital(label),
        expected=expected or nothing,
        happened=happened.removesuffix(".") or nothing,
    )


def fault_sentence(fault: PackFault, lang: Lang) -> str:
    """What is wrong with a draft, for the page on which it is mended."""
    key = (fault.field or "").rpartition(".")[2]
    if fault.code == "bad_value" and key in KEYS:
        takes = phrase(lang, "drafts.value", KEYS[key].value.kind)
        return phrase(lang, "drafts.say", "bad_value", label=key_label(key, lang), takes=takes)
    facts = {name: _fact(name, value, lang) for name, value in fault.facts.items()}
    return phrase(lang, "drafts.fault", fault.code, **facts)


def _fact(name: str, value: object, lang: Lang) -> object:
    match name:
        case "need":
            return word(name, value, lang)
        case "one" | "two":
            return name_of(lang, "drafts.side", value)
        case "agency":
            return area_name(str(value))
        case _:
            return value


def backtest_text(
    days: int,
    requests: int,
    *,
    sooner: int,
    later: int,
    median_s: float,
    promises: tuple[int, int],
    approvals: tuple[int, int],
    lang: Lang,
) -> str:
    """What would have been else in these days; `promises` and `approvals` are numbers before and after."""
    sign = "+" if median_s > 0 else "−"
    minutes = f"{sign}{number_text(abs(round(median_s / 60)), lang)}"
    return phrase(
        lang,
        "drafts.say",
        "backtest",
        days=days,
        requests=requests,
        sooner=sooner,
        later=later,
        by=phrase(lang, "drafts.say", "median", minutes=minutes) if median_s else "",
        promises_before=promises[0],
        promises_after=promises[1],
        approvals_before=approvals[0],
        approvals_after=approvals[1],
    )
