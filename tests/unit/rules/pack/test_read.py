"""Reading packs: the samples are sound, and every malformed or contradictory one is refused with line and sentence."""

import tomllib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.rules.conditions import KEYS
from dispatch.rules.pack.checks import judge_beside
from dispatch.rules.pack.document import rule_documents, write_pack
from dispatch.rules.pack.faults import SENTENCES, PackError
from dispatch.rules.pack.read import judge_pack_beside, read_pack
from dispatch.rules.sop import Effect, Reason
from dispatch.vocabulary.languages import Lang
from dispatch.words.drafts import fault_sentence
from tests.people import packs
from tests.unit.rules.pack.bad_packs import BAD, HEAD, RULE, effect, in_english

SAMPLES = packs()


def refused(text: str) -> PackError:
    with pytest.raises(PackError) as error:
        read_pack(text)
    return error.value


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_packs_are_sound(name: str) -> None:
    assert read_pack(SAMPLES[name]).rules


def test_the_made_up_pack_is_sound_before_it_is_spoiled() -> None:
    assert [rule.id for rule in read_pack(HEAD + RULE).rules] == ["X1"]


def test_at_least_sixty_bad_packs_are_tried() -> None:
    assert len(BAD) >= 60
    assert len({text for text, _, _ in BAD.values()}) == len(BAD)


@pytest.mark.parametrize(("text", "line", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_pack_is_refused_with_its_line_and_sentence(text: str, line: int, sentence: str) -> None:
    error = refused(text)
    assert (error.line, sentence in error.sentence) == (line, True), f"line {error.line}: {error.sentence}"


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("text", [text for text, _, _ in BAD.values()], ids=BAD)
def test_the_page_says_every_fault_in_words_without_a_gap(text: str, lang: Lang) -> None:
    for fault in refused(text).faults:
        said = fault_sentence(fault, lang)
        assert said.endswith(".")
        assert not any(key in said for key in KEYS if "_" in key), said
        if fault.code not in ("unknown_fact", "lone_brace"):
            assert "{" not in said


def test_every_sentence_of_a_refusal_is_seen_here_or_beside_other_packs() -> None:
    seen = {fault.code for text, _, _ in BAD.values() for fault in refused(text).faults}
    beside = {"version_taken", "versions_overlap", "overrides_unknown"}
    # Said by readers of the draft's form and of scenario files alone:
    assert set(SENTENCES) - seen - beside == set()


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_lines() -> None:
    text = HEAD.replace('"uji"', '"../uji"') + RULE.replace('"deny"', '"forbid"') + RULE.replace('["body"]', '["x"]')
    faults = refused(text).faults
    assert [fault.line for fault in faults] == [4, 9, 20]
    assert [(fault.rule, fault.field) for fault in faults] == [
        (None, "pack.version"),
        ("X1", "effect"),
        ("X1", "when.need"),
    ]


def test_a_version_that_is_taken_or_overlaps_is_refused_with_its_line() -> None:
    text = HEAD + RULE
    pack = read_pack(text)
    earlier = replace(pack, effective_from=datetime(2020, 1, 1, tzinfo=UTC))
    for other, line, sentence in (
        (earlier, 4, "version uji of kota-tangerang is there already with another text"),
        (replace(pack, version="lain"), 5, "lain of kota-tangerang is in force from the same instant"),
    ):
        with pytest.raises(PackError) as error:
            judge_pack_beside(text, pack, judge_beside(pack, [other]))
        assert (error.value.line, sentence in error.value.sentence) == (line, True)
    judge_pack_beside(text, pack, judge_beside(pack, [replace(earlier, version="lain")]))
    judge_pack_beside(text, pack, judge_beside(pack, [replace(pack, agency="dkm")]))


def test_a_rule_that_lifts_what_nobody_has_is_refused_with_its_line() -> None:
    national = read_pack(SAMPLES["national.toml"])
    text = effect("approval", 'approver = "operator"\noverrides = ["R99"]\n')
    pack = read_pack(text)
    judge_pack_beside(text, pack, judge_beside(pack, []))  # alone nobody knows what the others have
    with pytest.raises(PackError, match=r"line 16: X1 overrides R99, which neither kota-tangerang nor national has"):
        judge_pack_beside(text, pack, judge_beside(pack, [national]))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_form_gives_back_the_pack_that_it_got(name: str) -> None:
    pack = read_pack(SAMPLES[name])
    head = tomllib.loads(SAMPLES[name])["pack"]
    policy = tomllib.loads(SAMPLES[name]).get("policy", {})
    written = write_pack(**head, policy=policy, rules=rule_documents(SAMPLES[name]))
    assert read_pack(written) == pack
    assert rule_documents(written) == rule_documents(SAMPLES[name])


def test_a_form_keeps_the_reasons_in_english_and_drops_those_that_were_emptied() -> None:
    (document,) = rule_documents(in_english('met = "c", unmet = "d"'))
    assert document["reason_en"] == {"met": "c", "unmet": "d"}
    head = tomllib.loads(HEAD)["pack"]
    for english, reason in (
        ({"met": "c", "unmet": "d", "would_help": None}, Reason(met="c", unmet="d")),
        ({"met": "", "unmet": ""}, None),
        (None, None),
    ):
        written = write_pack(**head, policy={}, rules=[{**document, "reason_en": english}])
        assert read_pack(written).rules[0].reason_en == reason


def test_every_sample_rule_gives_its_reasons_in_both_languages() -> None:
    for text in SAMPLES.values():
        for rule in read_pack(text).rules:
            assert rule.reason_en, rule.id
            assert (rule.reason_en.would_help is None) is (rule.reason.would_help is None), rule.id


_SPOILED = st.sampled_from([(SAMPLES[name], line) for name in SAMPLES for line in range(SAMPLES[name].count("\n"))])


@settings(max_examples=150, deadline=None)
@given(_SPOILED, st.sampled_from(["", "=", "x = ", '"', "[[rule]]", "3", "\u0000", "effect = 'deny'", "{}", "['a']"]))
def test_whatever_stands_on_a_line_a_pack_is_read_or_refused_within_its_lines(
    spoiled: tuple[str, int], line: str
) -> None:
    text, number = spoiled
    lines = text.split("\n")
    lines[number] = line
    try:
        read_pack("\n".join(lines))
    except PackError as error:
        assert all(1 <= fault.line <= len(lines) + 1 for fault in error.faults)  # noqa: PT017 - both ways are fine


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(PackError):
        read_pack(text)


def test_every_effect_has_its_own_fields() -> None:
    for kind in Effect:
        text = effect(kind.value, 'colour = "red"\n')
        assert "unknown field 'colour'" in refused(text).sentence
