"""Both languages say the same things: the same tables and keys, the same facts, and a name for every code."""

import inspect
import pkgutil
import re
from collections.abc import Iterable
from enum import StrEnum
from importlib import import_module, resources
from pathlib import Path

import pytest

from dispatch import vocabulary
from dispatch.domain.fix import LinkHealth
from dispatch.rules.conditions import KEYS
from dispatch.rules.judge_one import ASKED
from dispatch.rules.pack.faults import SENTENCES
from dispatch.rules.sop import Effect, OverridableBy
from dispatch.rules.values import DAYS, Kind
from dispatch.vocabulary.bookings import Rides, Weekday
from dispatch.vocabulary.deaths import DeathState, WhoseWord
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.likeness import Alike
from dispatch.vocabulary.needs import Colour, Death, Document, Leaves, Metric, Need, Urgency
from dispatch.vocabulary.notices import Changed, Mender, Notice
from dispatch.vocabulary.places import Cause, Spot
from dispatch.vocabulary.policy import CHOICES, FIGURES, Diverts
from dispatch.vocabulary.promises import (
    APPROVERS,
    LADDER,
    TOLD_FAMILY,
    TOLD_NOBODY,
    TOLD_REQUESTER,
    CallOutcome,
    CloseOutcome,
    PromiseKind,
    PromiseState,
    Whom,
    Why,
)
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import ENDS, FamilyWord, Outcome, RequestState
from dispatch.vocabulary.roles import Permission, Role
from dispatch.vocabulary.trip_steps import (
    TAKEN_BY_PEOPLE,
    TRAIL,
    AssignmentState,
    Leg,
    Phase,
    Report,
    Step,
    StepCause,
    StepSource,
)
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, Duty, Shares, VehicleClass
from dispatch.words import events as event_words
from dispatch.words.facts import word
from dispatch.words.messages import names_of
from dispatch.words.refusals import refusal_title
from dispatch.words.tables import name_of, page_tables, table, tables_of
from geo.places.pasted import Trouble


def _other(subject: str) -> Iterable[str]:
    return tables_of(Lang.ID, subject)["other"]


# Which tables must know which codes.
CODES: dict[str, Iterable[str]] = {
    "refusals.refusal": RefusalCode,
    "events.line": EventKind,
    "steps.timeline": AssignmentState,
    "events.role": Role,
    "events.why": Why,
    "events.outcome": Outcome,
    "events.step_cause": StepCause,
    "events.notice": Notice,
    "events.changed": Changed,
    "events.whose": WhoseWord,
    "events.leg": Leg,
    "events.call": CallOutcome,
    "events.whom": Whom,
    "events.said": FamilyWord,
    "events.told": (TOLD_REQUESTER, TOLD_FAMILY, TOLD_NOBODY),
    "facts.class": VehicleClass,
    "facts.need": Need,
    "facts.duty": Duty,
    "facts.weekdays": DAYS,
    "facts.approver": APPROVERS,
    "facts.urgency": Urgency,
    "facts.death": Death,
    "facts.leaves": Leaves,
    "facts.crew": CREW,
    "facts.equipment": EQUIPMENT,
    "facts.documents": Document,
    "facts.cause": Cause,
    "facts.shares": Shares,
    "family.headline": RequestState,
    "steps.family": TRAIL,
    "messages.owners": LADDER,
    "messages.ends": ENDS,
    "messages.whys": Why,
    "pages.need": Need,
    "pages.state": RequestState,
    "pages.duty": Duty,
    "pages.link": LinkHealth,
    "pages.role": Role,
    "pages.promise_kind": PromiseKind,
    "pages.promise_end": CloseOutcome,
    "pages.alike": Alike,
    "pages.colour": Colour,
    "pages.effect": Effect,
    "pages.group": {key.group for key in KEYS.values()},
    "places.spot": Spot,
    "places.trouble": Trouble,
    "sop.effect": Effect,
    "sop.overridable": OverridableBy,
    "sop.label": KEYS,
    "sop.said": KEYS,
    "sop.not": {key.name for key in KEYS.values() if key.value.kind is Kind.FLAG},
    "sop.own": {key.name for key in KEYS.values() if key.value.own},
    "sop.figure": FIGURES,
    "sop.choice": {f"{name}_{word}" for name, words in CHOICES.items() for word in words},
    "steps.button": TAKEN_BY_PEOPLE,
    "steps.state": AssignmentState,
    "drafts.fault": SENTENCES,
    "drafts.value": Kind,
}
# Names of facts that are nobody's word: what people know a request and a rule by is {which} and {about}.
IDENTIFIER = re.compile(r"^(request|rules?|facility|base|assignment|trip|id|number|code|key|token|plan)$|_(id|code)$")
# Who reads one all the same: beside a decision's sentence the rule that is overridden by it, which stands there with
# its words; and those who write the SOP, whose own names of rules and of requests in a scenario these are.
BY_CODE = {
    "decisions.say": {"rule"},
    "drafts.fault": {"rule", "rules"},
    "drafts.outcome": {"request"},
    "sop.diff": {"rule"},
    "sop.rule": {"rules"},
}
# What a table has beside its codes, and why.
BESIDE = {
    "facts.duty": {ASKED},
    "sop.choice": set(CHOICES),
    "events.line": {
        "approval_given_heard",
        "approval_refused_heard",
        "approval_taken_back_heard",
        "approval_reminded_nobody",
        "arrival_changed_first",
        "arrival_changed_same",
        "booking_papers",
        "decision_made_again",
        "death_answered_confirmed",
        "held_over",
        "noted_delivers",
        "duty_changed_shift_over",
        "request_ended_why",
        "request_received_onward",
        "reservation_lost_waited",
        "reserved_waits",
        "step_corrected_forgotten",
        "with_reason",
    },
    "events.told": {"keluarga"},  # of entries before 0.2
    "family.headline": {"waiting_document", "completed_document", "over"},
    "messages.owners": {"other"},
    "sop.said": {"papers_valid_until_now"},
}
# The tables that have a general word for a code that they do not know.
ROUNDED = sorted(
    f"{subject}.{rows}" for subject in ("events", "facts", "steps", "drafts", "messages") for rows in _other(subject)
)
# Codes that nobody reads as a word: for each somebody has decided so.
UNSEEN = {
    DeathState,
    Diverts,
    Lang,
    Mender,
    Metric,
    Phase,
    Permission,
    PromiseState,
    Report,
    Rides,
    Step,
    StepSource,
    Weekday,
}


def _subjects(lang: Lang) -> list[str]:
    folder = resources.files("dispatch.words") / lang
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())


def test_both_languages_have_the_same_files_tables_and_keys() -> None:
    assert _subjects(Lang.ID) == _subjects(Lang.EN)
    for subject in _subjects(Lang.ID):
        one, other = tables_of(Lang.ID, subject), tables_of(Lang.EN, subject)
        assert {name: set(rows) for name, rows in one.items()} == {name: set(rows) for name, rows in other.items()}


@pytest.mark.parametrize("subject", _subjects(Lang.ID))
def test_both_languages_name_the_same_facts_in_every_sentence(subject: str) -> None:
    for name, rows in tables_of(Lang.ID, subject).items():
        for key in rows:
            texts = [table(lang, f"{subject}.{name}")[key] for lang in Lang]
            one, other = ([names_of(said) for said in text.splitlines()] for text in texts)
            assert one == other, f"{subject}.{name}.{key}"
            assert all(text.strip() for text in texts)


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("subject", _subjects(Lang.ID))
def test_no_sentence_has_a_place_for_an_identifier_or_a_code(subject: str, lang: Lang) -> None:
    for name, rows in tables_of(lang, subject).items():
        found = {fact for text in rows.values() for fact in names_of(text) if re.search(IDENTIFIER, fact)}
        assert found <= BY_CODE.get(f"{subject}.{name}", set()), f"{subject}.{name}"


def test_whoever_reads_a_code_is_named_with_the_sentence_that_has_it() -> None:
    for name, facts in BY_CODE.items():
        assert {fact for text in table(Lang.ID, name).values() for fact in names_of(text)} >= facts


@pytest.mark.parametrize("name", CODES)
def test_every_code_has_its_words(name: str) -> None:
    for lang in Lang:
        assert table(lang, name).keys() == {*map(str, CODES[name]), *BESIDE.get(name, ())}


@pytest.mark.parametrize("name", ROUNDED)
def test_a_code_that_no_table_knows_is_said_with_a_general_word(name: str) -> None:
    for lang in Lang:
        said = name_of(lang, name, "staf-puskesmas-cikokol")
        assert "staf" not in said
        assert said.strip()
        if name.startswith("facts."):
            assert word(name.removeprefix("facts."), "staf-puskesmas-cikokol", lang) == said


def test_every_table_of_codes_that_lines_and_sentences_look_up_has_its_general_word() -> None:
    assert {*event_words.WORDS_OF.values()} <= {*ROUNDED}
    of_facts = {name for name in CODES if name.startswith("facts.") and name != "facts.documents"}
    assert of_facts <= {*ROUNDED}


def test_every_vocabulary_of_the_trade_is_said_or_known_to_be_unseen() -> None:
    modules = [
        import_module(f"dispatch.vocabulary.{found.name}") for found in pkgutil.iter_modules(vocabulary.__path__)
    ]
    enums = {
        found
        for module in modules
        for _, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, StrEnum) and found is not StrEnum
    }
    said = {type(code) for codes in CODES.values() for code in codes if isinstance(code, StrEnum)}
    assert enums - said - UNSEEN == set()


@pytest.mark.parametrize("lang", Lang)
def test_a_refusal_is_said_in_words_without_a_gap(lang: Lang) -> None:
    for code in RefusalCode:
        said = refusal_title(Refusal(code), lang)
        assert said.endswith(".")
        assert "{" not in said
        assert "_" not in said


def test_every_error_of_the_web_has_a_title() -> None:
    sources = "".join(path.read_text("utf-8") for path in (Path(__file__).parents[3] / "web").rglob("*.py"))
    keys = {*re.findall(r'Problem\(\s*\d+,\s*"(\w+)"', sources), *re.findall(r'\b\d{3}: "(\w+)"', sources), "error"}
    assert len(keys) > 20
    for lang in Lang:
        assert keys <= table(lang, "problems.title").keys()


def test_pages_get_every_table_that_they_show() -> None:
    assert page_tables(Lang.ID)["trip"]["on_scene"] == "Tiba"
    assert page_tables(Lang.ID)["button"]["on_scene"] == "SAYA SUDAH TIBA"
    assert page_tables(Lang.EN).keys() == page_tables(Lang.ID).keys() >= {"need", "state", "class", "duty", "link"}
