"""The sentences of all sample rules, held against pages that a person has read: kalimat.txt and sentences.txt.

After a change of words: JEMPUT_WRITE_GOLDEN=1 pytest tests/unit/words/test_sentences.py, then read the difference.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from dispatch.domain.request import Ask, Place
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.judge_one import Finding, assess
from dispatch.rules.moment import Moment
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import Effect, Pack, Rule, SopInForce
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Death, Document, Leaves, Need, Urgency
from dispatch.vocabulary.vehicle_classes import EQUIPMENT, Duty, Shares, VehicleClass
from dispatch.words.findings import finding_text, would_help
from dispatch.words.sop import effect_name, rule_sentence
from dispatch.words.tables import table
from tests.people import CIKOKOL, HOME, NOW, ZONE, ask, moment, packs, vehicle

GOLDEN = Path(__file__).parents[1] / "golden"
PAGES = {Lang.ID: GOLDEN / "kalimat.txt", Lang.EN: GOLDEN / "sentences.txt"}
LABELS = {
    Lang.ID: {"rule": "aturan", "clause": "bunyi", "met": "terpenuhi", "unmet": "belum"},
    Lang.EN: {"rule": "rule", "clause": "clause", "met": "met", "unmet": "not met"},
}
HARSH = {
    Lang.ID: r"\b(ditolak|tidak tersedia|tidak bisa|mustahil)\b",
    Lang.EN: r"\b(rejected|refused|unavailable|impossible|denied)\b",
}
PACKS = {(pack.agency, pack.version): pack for pack in map(read_pack, packs().values())}
_ELSEWHERE = Place(point=CIKOKOL.point, name="Puskesmas Contoh", facility="puskesmas-contoh", agency="kota-tangerang")
_GRAVES = Place(point=HOME.point, name="TPU Selapajang Jaya", facility="tpu-selapajang-jaya", agency="kota-tangerang")


def _asks() -> Iterator[Ask]:
    for need in Need:
        yield ask(need)
    yield ask(Need.TRANSPORT, can_sit=True)
    yield ask(Need.REFERRAL, special_care=True)
    yield ask(Need.REFERRAL, oxygen=True, ventilator=True, incubator=True, infectious=True, labour=True, guarded=True)
    yield ask(Need.EMERGENCY, Urgency.RED, special_care=True)
    yield ask(Need.BODY, death=Death.UNIDENTIFIED, infectious=True, count=2, resident_of="kota-tangerang")
    yield replace(ask(Need.BODY), dropoff=_GRAVES)
    for leaves in Leaves:
        yield replace(ask(Need.BODY), leaves=leaves)
    papers = frozenset({Document.RT_RW, Document.HEALTH_LETTER, Document.KKP_LETTER})
    yield replace(ask(Need.BODY), leaves=Leaves.PROVINCE, documents=papers)
    yield replace(
        ask(Need.TRANSPORT, resident_of="tangerang-selatan"), pickup=replace(_ELSEWHERE, agency="tangerang-selatan")
    )


def _vehicles() -> Iterator[VehicleNow]:
    for kind, agency in product(VehicleClass, ("kota-tangerang", "kabupaten-tangerang", "dkm", "laz")):
        yield vehicle("V", kind, agency=agency)
    ready = vehicle("V", VehicleClass.HEARSE, agency="kota-tangerang")
    full = frozenset({"driver", "escort", "second_driver", "nurse"})
    for change in (
        {"crew": frozenset({"driver"})},
        {"crew": full, "equipment": EQUIPMENT},
        {"papers_valid_until": date(2026, 11, 1)},
        {"papers_valid_until": date(2026, 12, 1)},
        {"papers_valid_until": date(2030, 1, 1)},
        {"shares": Shares.ON_REQUEST, "area": frozenset({"kabupaten-tangerang"})},
        {"shares": Shares.ON_REQUEST, "area": frozenset({"kota-tangerang"})},
        {"vehicle_class": VehicleClass.TRANSPORT_AMBULANCE, "crew": full},
        {"vehicle_class": VehicleClass.EMERGENCY_AMBULANCE, "zone": "timur"},
    ):
        yield replace(ready, vehicle=replace(ready.vehicle, **change))
    yield replace(ready, duty=Duty.CLEANING)
    yield replace(ready, fix=None)
    yield vehicle("V", VehicleClass.HEARSE, fix_age=timedelta(minutes=42))
    yield replace(ready, trip_ended_at=NOW - timedelta(minutes=12), on_duty_since=NOW - timedelta(hours=3))
    yield replace(ready, trip_ended_at=NOW - timedelta(hours=2), on_duty_since=NOW - timedelta(hours=13))


def _moments() -> Iterator[Moment]:
    here = moment(soonest_s=24 * 60.0)
    yield here
    yield replace(here, soonest_s=48 * 60.0, puskesmas_vehicle_busy=False)
    yield replace(here, soonest_s=None, free_in_zone={(VehicleClass.EMERGENCY_AMBULANCE, "timur"): 1})
    for day, hour in ((20, 12), (22, 10), (23, 10)):  # a Friday at noon, a Sunday, and a Monday morning
        local = datetime(2026, 11, day, hour, 0, tzinfo=ZONE)
        yield replace(here, local=local)


@cache
def findings_of(agency: str, version: str) -> dict[str, list[Finding]]:
    """What each rule of a pack says of every vehicle in every case (takes a second)."""
    pack = PACKS[agency, version]
    spoken = SopInForce({agency: pack})
    found: dict[str, list[Finding]] = {rule.id: [] for rule in pack.rules}
    for asked, held, at in product(list(_asks()), list(_vehicles()), list(_moments())):
        for finding in assess(held, asked, spoken, at).findings:
            if (finding.agency, finding.version) == (agency, version):
                found[finding.rule].append(finding)
    return found


RULES = [(pack, rule) for pack in PACKS.values() for rule in pack.rules]
IDS = [f"{pack.agency}-{pack.version}-{rule.id}" for pack, rule in RULES]


def _lines(rule: Rule, findings: list[Finding], lang: Lang) -> Iterator[str]:
    labels = LABELS[lang]
    yield f"{rule.id} {effect_name(rule.effect, lang)}: {rule.title}"
    yield f"  {labels['rule']:9}{rule_sentence(rule, lang)}"
    yield f"  {labels['clause']:9}{rule.clause}"
    for name, met in (("met", True), ("unmet", False)):
        said = {
            finding_text(f, rule, lang).text: would_help(f, rule, lang) for f in findings if f.applies and f.met is met
        }
        for text, helps in list(said.items())[:3]:
            yield f"  {labels[name]:9}  {text}"
            if helps:
                yield f"             -> {helps.text}"


def page(lang: Lang) -> str:
    """Every pack, every rule: what it says, and what is said of vehicles."""
    lines: list[str] = []
    for key, pack in sorted(PACKS.items()):
        lines += [f"== {pack.title} ({pack.agency} {pack.version})", ""]
        for rule in pack.rules:
            lines += [*_lines(rule, findings_of(*key)[rule.id], lang), ""]
    return "\n".join(lines)


@pytest.mark.parametrize("lang", Lang)
def test_the_sentences_are_those_that_were_read(lang: Lang) -> None:
    if os.environ.get("JEMPUT_WRITE_GOLDEN"):
        PAGES[lang].write_text(page(lang), "utf-8")
    assert page(lang).splitlines() == PAGES[lang].read_text("utf-8").splitlines()


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=IDS)
def test_every_rule_is_seen_both_ways_or_cannot_be(pack: Pack, rule: Rule) -> None:
    seen = {finding.met for finding in findings_of(pack.agency, pack.version)[rule.id] if finding.applies}
    assert True in seen
    if rule.effect in (Effect.DENY, Effect.REQUIRE, Effect.APPROVAL):
        assert False in seen


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(("pack", "rule"), RULES, ids=IDS)
def test_every_sentence_is_whole_kind_and_without_code(pack: Pack, rule: Rule, lang: Lang) -> None:
    names = ("class", "crew", "equipment", "documents", "need")
    known = {code for name in names for code in table(lang, f"facts.{name}")}
    # Most codes are plain English words.
    codes = {code for code in known if "_" in code} if lang is Lang.EN else known - {"ventilator"}
    said = [rule_sentence(rule, lang)]
    said += [rule.clause, rule.title + "."] if lang is Lang.ID else []
    for finding in findings_of(pack.agency, pack.version)[rule.id]:
        texts = [finding_text(finding, rule, lang), would_help(finding, rule, lang)]
        assert texts[1] or not finding.blocks, "who may not go is told what would help"
        assert all(text.lang is lang for text in texts if text), "the sample packs speak both languages"
        said += [text.text for text in texts if text]
    for text in set(said):
        assert re.fullmatch(r"[A-Z].*[.]", text), text
        assert "{" not in text
        assert "None" not in text
        assert not re.search(r"\b(true|false|none|null)\b", text.replace("none yet", ""), re.IGNORECASE), text
        assert not codes & set(re.findall(r"[a-z_]+", text)), text
        assert not re.search(HARSH[lang], text.replace("tidak pernah ditolak", "")), text


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=IDS)
def test_every_rule_names_its_clause_and_where_it_comes_from(pack: Pack, rule: Rule) -> None:
    assert len(rule.clause) > 20
    assert rule.source
