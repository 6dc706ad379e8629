"""The sentences of all sample rules, held against a page that a person has read: tests/unit/golden/kalimat.txt.

After a change of words: JEMPUT_WRITE_GOLDEN=1 pytest tests/unit/test_sentences.py, then read the difference.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from dispatch.words.sentences import finding_text, would_help

from dispatch.domain.request import Ask, Place
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.judge_one import Finding, assess
from dispatch.rules.moment import Moment
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import Effect, Pack, Rule, SopInForce
from dispatch.vocabulary.needs import Death, Leaves, Need, Urgency
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from dispatch.words.facts import CLASS_NAMES, CREW_NAMES, DOCUMENT_NAMES, EQUIPMENT_NAMES
from dispatch.words.sop import EFFECT_NAMES, rule_sentence
from tests.people import CIKOKOL, HOME, NOW, ZONE, ask, moment, packs, sop, vehicle

GOLDEN = Path(__file__).parent / "golden" / "kalimat.txt"
PACKS = {(pack.agency, pack.version): pack for pack in map(read_pack, packs().values())}
_ELSEWHERE = Place(point=CIKOKOL.point, name="Puskesmas Contoh", facility="puskesmas-contoh", agency="kota-tangerang")
_GRAVES = Place(point=HOME.point, name="TPU Selapajang Jaya", facility="tpu-selapajang-jaya", agency="kota-tangerang")


def _asks() -> Iterator[Ask]:
    for need in Need:
        yield ask(need)
    yield ask(Need.TRANSPORT, can_sit=True)
    yield ask(Need.REFERRAL, special_care=True)
    yield ask(Need.EMERGENCY, Urgency.RED, special_care=True)
    yield ask(Need.BODY, death=Death.UNIDENTIFIED, infectious=True, count=2, resident_of="kota-tangerang")
    yield replace(ask(Need.BODY), dropoff=_GRAVES)
    for leaves in Leaves:
        yield replace(ask(Need.BODY), leaves=leaves)
    papers = frozenset({"rt_rw", "health_letter", "kkp_letter"})
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
        {"crew": full, "equipment": frozenset({"infectious", "ppe"})},
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
    for day in (22, 23):  # a Sunday, and a Monday morning
        local = datetime(2026, 11, day, 10, 0, tzinfo=ZONE)
        yield replace(here, local=local)


def findings_of(pack: Pack) -> dict[str, list[Finding]]:
    """What each rule of a pack says of every vehicle in every case."""
    spoken = SopInForce({**sop().packs, pack.agency: pack})
    found: dict[str, list[Finding]] = {rule.id: [] for rule in pack.rules}
    for asked, held, at in product(_asks(), _vehicles(), _moments()):
        for finding in assess(held, asked, spoken, at).findings:
            if (finding.agency, finding.version) == (pack.agency, pack.version):
                found[finding.rule].append(finding)
    return found


FINDINGS = {key: findings_of(pack) for key, pack in PACKS.items()}
RULES = [(pack, rule) for pack in PACKS.values() for rule in pack.rules]
IDS = [f"{pack.agency}-{pack.version}-{rule.id}" for pack, rule in RULES]


def _lines(rule: Rule, findings: list[Finding]) -> Iterator[str]:
    yield f"{rule.id} {EFFECT_NAMES[rule.effect]}: {rule.title}"
    yield f"  aturan   {rule_sentence(rule)}"
    yield f"  bunyi    {rule.clause}"
    for name, met in (("terpenuhi", True), ("belum", False)):
        said = {finding_text(f, rule): would_help(f, rule) for f in findings if f.applies and f.met is met}
        for text in list(said)[:3]:
            yield f"  {name:9}  {text}"
            if said[text]:
                yield f"             -> {said[text]}"


def page() -> str:
    """Every pack, every rule: what it says, and what is said of vehicles."""
    lines: list[str] = []
    for key, pack in sorted(PACKS.items()):
        lines += [f"== {pack.title} ({pack.agency} {pack.version})", ""]
        for rule in pack.rules:
            lines += [*_lines(rule, FINDINGS[key][rule.id]), ""]
    return "\n".join(lines)


def test_the_sentences_are_those_that_were_read() -> None:
    if os.environ.get("JEMPUT_WRITE_GOLDEN"):
        GOLDEN.write_text(page(), "utf-8")
    assert page().splitlines() == GOLDEN.read_text("utf-8").splitlines()


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=IDS)
def test_every_rule_is_seen_both_ways_or_cannot_be(pack: Pack, rule: Rule) -> None:
    seen = {finding.met for finding in FINDINGS[pack.agency, pack.version][rule.id] if finding.applies}
    assert True in seen
    if rule.effect in (Effect.DENY, Effect.REQUIRE, Effect.APPROVAL):
        assert False in seen


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=IDS)
def test_every_sentence_is_whole_kind_and_without_code(pack: Pack, rule: Rule) -> None:
    codes = {*map(str, CLASS_NAMES), *CREW_NAMES, *EQUIPMENT_NAMES, *DOCUMENT_NAMES, *map(str, Need)} - {
        "oksigen",
        "ventilator",
        "ktp",
    }
    said = [rule_sentence(rule), rule.clause, rule.title + "."]
    for finding in FINDINGS[pack.agency, pack.version][rule.id]:
        said.append(finding_text(finding, rule))
        if finding.blocks:
            help_ = would_help(finding, rule)
            assert help_, "who may not go is told what would help"
            said.append(help_)
    for text in set(said):
        assert re.fullmatch(r"[A-Z].*[.]", text), text
        assert "{" not in text
        assert "None" not in text
        assert not re.search(r"\b(true|false|none|null)\b", text, re.IGNORECASE), text
        assert not codes & set(re.findall(r"[a-z_]+", text)), text
        assert not re.search(
            r"\b(ditolak|tidak tersedia|tidak bisa|mustahil)\b", text.replace("tidak pernah ditolak", "")
        ), text


@pytest.mark.parametrize(("pack", "rule"), RULES, ids=IDS)
def test_every_rule_names_its_clause_and_where_it_comes_from(pack: Pack, rule: Rule) -> None:
    assert len(rule.clause) > 20
    assert rule.source
