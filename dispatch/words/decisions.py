"""A decision in words: what is done and why, what to tell the family, and what to do beside the trip."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from dispatch.choosing.record import DecisionRecord, PassedOver
from dispatch.choosing.unlocks import Lack, Unlock
from dispatch.domain.approval import waited_for
from dispatch.rules.consequences import ChecklistItem
from dispatch.rules.sop import Rule
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.notices import Mender
from dispatch.vocabulary.promises import OWN_OPERATOR, Why
from dispatch.words.facts import approver_name, joined, word
from dispatch.words.findings import finding_text, would_help
from dispatch.words.tables import capital, phrase
from dispatch.words.times import clock_text, day_text, minutes_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """The call that the ledger says is owed: by when, and whether that is over."""

    due_at: datetime
    is_late: bool


RuleOf = Callable[[str, str, str], Rule | None]  # (agency, version, rule id)
_SAY, _TELL = "decisions.say", "decisions.tell"


def sentence(record: DecisionRecord, rule_of: RuleOf, zone: tzinfo, lang: Lang, *, with_estimates: bool = False) -> str:
    """What is done and why: who is passed over, who is asked, whose yes is asked, what is promised.

    When a vehicle would arrive is an estimate, and for those who know that no driver has said yes yet.
    """
    if record.written is not None:
        return record.written.sentence
    return " ".join(dict.fromkeys(_sentences(record, rule_of, zone, lang, with_estimates=with_estimates)))


def _sentences(
    record: DecisionRecord, rule_of: RuleOf, zone: tzinfo, lang: Lang, *, with_estimates: bool
) -> Iterator[str]:
    if record.schedule_at is not None and record.search_at is not None:
        said = "on_call" if record.on_call else "schedule"
        yield phrase(lang, _SAY, said, **_at(record, zone, lang), search=clock_text(record.search_at, zone))
        return
    passed = f"{_passed(record, record.passed, rule_of, lang)} " if record.passed is not None else ""
    for vehicle_id in record.chosen:
        yield passed + _is_asked(record, vehicle_id, zone, lang, with_estimates=with_estimates)
        passed = ""
    waits_for = _waits_for(record, lang)
    if waits_for is not None:
        yield phrase(lang, _SAY, "approval", **waits_for)
    elif record.why is not None:
        yield from _unlocks(record, rule_of, zone, lang)
        yield from _promise(record, record.why, lang)


def _unlocks(record: DecisionRecord, rule_of: RuleOf, zone: tzinfo, lang: Lang) -> Iterator[str]:
    """The way out, said first: what would let most vehicles go, and what others could mend beside it."""
    said: set[Mender] = set()
    for unlock in record.unlocks:
        if unlock.who not in said:
            said.add(unlock.who)
            yield from _unlock(unlock, rule_of, zone, lang)


def _unlock(unlock: Unlock, rule_of: RuleOf, zone: tzinfo, lang: Lang) -> Iterator[str]:
    what, kind = unlock_text(unlock, rule_of, lang), unlock.kind
    if not unlock.lacks:  # a decision of before 0.3
        if what:
            yield phrase(lang, _SAY, "unlock", count=unlock.count, rule=unlock.rule, text=what)
        return
    several = phrase(lang, _SAY, "unlock_several", count=unlock.count)
    if kind is not None:
        several = phrase(lang, _SAY, "unlock_kind", count=unlock.count, kind=word("class", kind, lang))
    vehicles = several if unlock.count > 1 else unlock.name or several
    key = "unlock_when" if unlock.at is None else "unlock_first" if unlock.count > 1 else "unlock_at"
    clock = clock_text(unlock.at, zone) if unlock.at is not None else ""
    who = phrase(lang, "decisions.lack_who", unlock.who.value)
    yield phrase(lang, _SAY, key, vehicles=vehicles, what=what, who=who, name=unlock.name or several, clock=clock)


def unlock_text(unlock: Unlock, rule_of: RuleOf, lang: Lang) -> str:
    """What is to be mended, as half a sentence; of a decision of before 0.3 what the pack says would help."""
    if not unlock.lacks:
        finding = unlock.finding
        helps = would_help(finding, rule_of(finding.agency, finding.version, finding.rule), lang)
        return helps.text if helps is not None else ""
    return joined(list(dict.fromkeys(_lack(lack, lang) for lack in unlock.lacks)), lang, "and")


def _lack(lack: Lack, lang: Lang) -> str:
    named = [word(lack.key, value, lang) for value in lack.values]
    return phrase(lang, "decisions.lack", lack.key, what=joined(named, lang, "or" if lack.either else "and"))


def _passed(record: DecisionRecord, passed: PassedOver, rule_of: RuleOf, lang: Lang) -> str:
    """The nearest vehicle that may not go, with the rule that says so."""
    finding = passed.finding
    said = finding_text(finding, rule_of(finding.agency, finding.version, finding.rule), lang)
    return phrase(
        lang,
        _SAY,
        "passed" if said.lang is lang else "passed_other",
        name=record.name_of(passed.vehicle_id),
        text=said.text.removesuffix("."),
        rule=finding.rule,
    )


def _is_asked(record: DecisionRecord, vehicle_id: str, zone: tzinfo, lang: Lang, *, with_estimates: bool) -> str:
    """Who is asked, and when it would arrive."""
    eta_s, called = record.eta_s(vehicle_id), record.name_of(vehicle_id)
    if eta_s is not None and _is_as_booked(record, eta_s):
        return phrase(lang, _SAY, "booked", name=called, **_at(record, zone, lang))
    if eta_s is None or not with_estimates:
        return phrase(lang, _SAY, "asked", name=called)
    return phrase(lang, _SAY, "asked_eta", name=called, clock=clock_text(record.at + timedelta(seconds=eta_s), zone))


def _asked(record: DecisionRecord, zone: tzinfo, lang: Lang) -> str:
    """Who is asked: when it comes the family hears once its driver has said yes, and no hope before."""
    names: dict[str, list[str]] = {"asked_booked": [], "asked": []}
    for vehicle_id in record.chosen:
        eta_s = record.eta_s(vehicle_id)
        booked = eta_s is not None and _is_as_booked(record, eta_s)
        names["asked_booked" if booked else "asked"].append(record.name_of(vehicle_id))
    at = _at(record, zone, lang) if names["asked_booked"] else {}
    said = [phrase(lang, _TELL, key, name=joined(of, lang, "and"), **at) for key, of in names.items() if of]
    return said[0] if len(said) == 1 else phrase(lang, _TELL, "both", first=said[0], then=said[1])


def _is_as_booked(record: DecisionRecord, eta_s: float) -> bool:
    """Whether it is there at the booked time, and not before."""
    return record.schedule_at is not None and record.at + timedelta(seconds=eta_s) <= record.schedule_at


def _waits_for(record: DecisionRecord, lang: Lang) -> dict[str, str] | None:
    """The yeses that the request waits for, all for one vehicle."""
    asked = waited_for(record.asks)
    if not asked:
        return None
    approvers = dict.fromkeys(approver_name(ask.approver, ask.agency, lang) for ask in asked)
    rules = dict.fromkeys(ask.rule for ask in asked)
    return {
        "name": record.name_of(asked[0].vehicle_id),
        "rule": joined(list(rules), lang, "and"),
        "approver": joined(list(approvers), lang, "and"),
    }


def _promise(record: DecisionRecord, why: Why, lang: Lang) -> Iterator[str]:
    """Why a call-back is promised, whose operators are asked meanwhile, and who is about to be free."""
    if why is Why.OUT_OF_STOCK:
        yield phrase(lang, _SAY, "out_of_stock")
    elif record.considered == 0:
        yield phrase(lang, _SAY, "no_vehicle")
    elif record.missing:
        yield phrase(lang, _SAY, "missing", count=record.missing)
    else:
        yield phrase(lang, _SAY, "promise", considered=record.considered)
        lent = dict.fromkeys(ask.vehicle_id for ask in record.asks if ask.approver == OWN_OPERATOR)
        if lent:
            yield phrase(lang, _SAY, "asking", names=", ".join(record.name_of(name) for name in lent))
    if record.soon:
        vehicle_id, eta_s = min(record.soon.items(), key=lambda pair: (pair[1], pair[0]))
        yield phrase(lang, _SAY, "soon", span=minutes_text(eta_s, lang), name=record.name_of(vehicle_id))


def say(record: DecisionRecord, zone: tzinfo, lang: Lang, owed: Owed | None = None) -> str:
    """What to tell the family, or the one who came for a document.

    The only time of a call that is spoken is that of the ledger, `owed`; without it none is. A late one says so.
    """
    if record.written is not None:
        return record.written.say
    if record.schedule_at is not None and record.search_at is not None:
        return phrase(lang, _TELL, "on_call" if record.on_call else "schedule", **_at(record, zone, lang))
    if record.chosen:
        asked = _asked(record, zone, lang)
        if record.missing:
            return phrase(lang, _TELL, "some", asked=asked, count=record.missing, calls=_calls(owed, zone, lang))
        return phrase(lang, _TELL, "offers", asked=asked)
    waits_for = _waits_for(record, lang)
    if waits_for is not None:
        return phrase(lang, _TELL, "approval", **waits_for)
    if record.why is Why.OUT_OF_STOCK:
        return phrase(lang, _TELL, "out_of_stock")
    return phrase(lang, _TELL, "promise", calls=_calls(owed, zone, lang))


def _calls(owed: Owed | None, zone: tzinfo, lang: Lang) -> str:
    """That somebody calls, and by when."""
    if owed is None:
        return phrase(lang, _TELL, "calls")
    return phrase(lang, _TELL, "calls_late" if owed.is_late else "calls_by", clock=clock_text(owed.due_at, zone))


def _at(record: DecisionRecord, zone: tzinfo, lang: Lang) -> dict[str, str]:
    assert record.schedule_at is not None
    return {"day": day_text(record.schedule_at, zone, lang), "clock": clock_text(record.schedule_at, zone)}


def checklist_text(item: ChecklistItem, record: DecisionRecord, zone: tzinfo, lang: Lang) -> str:
    """One line of what is to be done beside the trip; a line of a rule stays as its pack has it."""
    if item.not_before is not None:
        day = day_text(item.not_before, zone, lang)
        return phrase(
            lang,
            "decisions.checklist",
            "today" if day == day_text(record.at, zone, lang) else "later",
            place=record.destination or phrase(lang, "decisions.checklist", "place"),
            day=day,
            clock=clock_text(item.not_before, zone),
        )
    if item.text is not None:
        return item.text
    document = capital(word("documents", item.code, lang))
    return phrase(lang, "decisions.checklist", "document", Document=document)
