"""A decision in words, from its codes and facts: word by word as operators know it, and in English."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dispatch.choosing.next_step import AskApproval
from dispatch.choosing.record import CandidateRecord, DecisionRecord, PassedOver, WrittenWords
from dispatch.rules.consequences import ChecklistItem
from dispatch.rules.judge_one import APART_RULE, CLASS_RULE, DUTY_RULE, HOURS_RULE, LEFT_ALONE_RULE, Finding
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import NATIONAL, Effect, Rule
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.promises import OWN_OPERATOR, SUPERVISOR, Why
from dispatch.vocabulary.request_states import Outcome
from dispatch.vocabulary.vehicle_classes import VehicleClass
from dispatch.words.decisions import Owed, checklist_text, say, sentence
from dispatch.words.findings import Said, finding_text, would_help
from tests.people import ZONE, packs

AT = datetime(2026, 11, 20, 16, 45, tzinfo=ZONE)
RULES = {rule.id: rule for rule in read_pack(packs()["national.toml"]).rules}


def rule_of(agency: str, version: str, rule: str) -> Rule | None:
    return RULES[rule] if (agency, version) == (NATIONAL, "2026-11-01") else None


def candidate(vehicle_id: str, name: str, eta_s: int | None = None) -> CandidateRecord:
    return CandidateRecord(
        vehicle_id=vehicle_id,
        name=name,
        vehicle_class=VehicleClass.HEARSE,
        agency="dkm",
        eligible=True,
        needs_approval=False,
        first_contact=False,
        rank=1,
        eta_s=eta_s,
        eta_low_s=None,
        eta_high_s=None,
        distance_m=None,
        method=None,
        fix_age_s=None,
        lon=None,
        lat=None,
        phone=None,
        blocking=(),
    )


def finding(rule: str, facts: dict[str, object], *, met: bool = False, version: str = "2026-11-01") -> Finding:
    return Finding(
        rule=rule, agency=NATIONAL, version=version, effect=Effect.REQUIRE, applies=True, met=met, facts=facts
    )


NOBODY = DecisionRecord(
    outcome=Outcome.PROMISE,
    at=AT,
    sop={NATIONAL: "2026-11-01"},
    chosen=(),
    candidates=(candidate("A", "Mobil A", 840), candidate("B", "Ambulans B", 300), candidate("C", "Mobil C")),
    considered=3,
)
PASSED = PassedOver(vehicle_id="B", finding=finding("R01", {"class": "transport_ambulance"}))
OFFER = replace(NOBODY, outcome=Outcome.OFFER, chosen=("A",), passed=PASSED)
OFFERS = replace(NOBODY, outcome=Outcome.OFFERS, chosen=("A", "C"))
YES = AskApproval(vehicle_id="A", rule="R02", approver=SUPERVISOR)
OWN = tuple(AskApproval(vehicle_id=of, rule="R26", approver=OWN_OPERATOR) for of in ("B", "C"))
APPROVAL = replace(NOBODY, outcome=Outcome.APPROVAL, asks=(YES, *OWN))
BOOKED = replace(
    NOBODY,
    outcome=Outcome.SCHEDULE,
    schedule_at=AT + timedelta(days=1),
    search_at=AT + timedelta(days=1, hours=-1),
)
PROMISE = replace(NOBODY, why=Why.NOBODY_ELIGIBLE)
TEXTS = {
    "offer": (
        OFFER,
        (
            "Ambulans B: Ambulans transportasi hanya untuk pasien hidup dan menurut SOP tidak membawa jenazah (R01). "
            "Mobil A dihubungi; perkiraan tiba 16.59."
        ),
        "Katakan kepada keluarga: Mobil A sedang kami hubungi. Kami kabari lewat telepon ini.",
        (
            "Ambulans B: Transport ambulance: for living patients only; under the SOP it does not carry a deceased "
            "person (R01). Mobil A is asked; it is estimated to arrive at 16.59."
        ),
        "Tell the family: we are asking Mobil A. We keep you informed on this number.",
    ),
    "offers": (
        OFFERS,
        "Mobil A dihubungi; perkiraan tiba 16.59. Mobil C dihubungi.",
        "Katakan kepada keluarga: Mobil A dan Mobil C sedang kami hubungi. Kami kabari lewat telepon ini.",
        "Mobil A is asked; it is estimated to arrive at 16.59. Mobil C is asked.",
        "Tell the family: we are asking Mobil A and Mobil C. We keep you informed on this number.",
    ),
    "offer and a sooner one for a yes": (
        replace(OFFER, passed=None, asks=(replace(YES, vehicle_id="B"),)),
        (
            "Mobil A dihubungi; perkiraan tiba 16.59. Ambulans B dapat berangkat setelah petugas Dinas Kesehatan "
            "menyetujui (R02)."
        ),
        "Katakan kepada keluarga: Mobil A sedang kami hubungi. Kami kabari lewat telepon ini.",
        "Mobil A is asked; it is estimated to arrive at 16.59. Ambulans B can go once the Health Office agrees (R02).",
        "Tell the family: we are asking Mobil A. We keep you informed on this number.",
    ),
    "approval": (
        APPROVAL,
        "Mobil A dapat berangkat setelah petugas Dinas Kesehatan menyetujui (R02).",
        (
            "Katakan kepada keluarga: kami sedang meminta persetujuan petugas Dinas Kesehatan agar Mobil A dapat "
            "berangkat. Kami kabari lewat telepon ini."
        ),
        "Mobil A can go once the Health Office agrees (R02).",
        (
            "Tell the family: we are asking the Health Office to agree so that Mobil A can go. We keep you informed on "
            "this number."
        ),
    ),
    "schedule": (
        BOOKED,
        "Dijadwalkan 21 Nov 2026 pukul 16.45; kendaraan dipilih mulai pukul 15.45.",
        "Katakan kepada keluarga: penjemputan dijadwalkan 21 Nov 2026 pukul 16.45. Kami kabari lewat telepon ini.",
        "Booked for 21 Nov 2026 at 16.45; the vehicle is chosen from 15.45 on.",
        "Tell the family: the pick-up is booked for 21 Nov 2026 at 16.45. We keep you informed on this number.",
    ),
    "promise": (
        replace(PROMISE, asks=OWN, soon={"C": 1500, "A": 840}),
        (
            "Dari 3 kendaraan belum ada yang dapat ditawari sekarang; pencarian diulang setiap 5 menit dan operator "
            "menelepon kembali. Operator pemilik Ambulans B, Mobil C sedang ditanya. Perkiraan berikutnya 14 menit: "
            "Mobil A hampir selesai bertugas."
        ),
        (
            "Katakan kepada keluarga: kami terus mencarikan kendaraan; operator menelepon kembali. Nomor telepon "
            "sudah kami catat."
        ),
        (
            "Of 3 vehicles none can be asked right now; the search is repeated every 5 minutes and the operator calls "
            "back. The operators of Ambulans B, Mobil C are being asked. The next one is expected in 14 minutes: Mobil "
            "A has almost finished its trip."
        ),
        ("Tell the family: we keep looking for a vehicle; the operator calls back. We have noted the phone number."),
    ),
    "no vehicle": (
        replace(PROMISE, candidates=(), considered=0),
        "Belum ada kendaraan yang terdaftar; operator mencarikan dan menelepon kembali.",
        (
            "Katakan kepada keluarga: kami terus mencarikan kendaraan; operator menelepon kembali. Nomor telepon "
            "sudah kami catat."
        ),
        "No vehicle is registered yet; the operator looks for one and calls back.",
        ("Tell the family: we keep looking for a vehicle; the operator calls back. We have noted the phone number."),
    ),
    "out of stock": (
        replace(NOBODY, why=Why.OUT_OF_STOCK),
        "Persediaan sedang habis; nomor telepon dicatat, dan pemohon ditelepon begitu persediaan datang.",
        (
            "Katakan kepada pemohon: nomor telepon sudah kami catat. Kami menelepon begitu persediaan datang, dan "
            "mengantarnya ke rumah bila perlu."
        ),
        "It is out of stock; the phone number is noted, and the requester is called as soon as it comes in.",
        (
            "Tell the requester: we have noted the phone number. We call as soon as it comes in, and bring it to the "
            "house if needed."
        ),
    ),
}


SOME = replace(OFFER, passed=None, why=Why.ALL_TRIED, missing=2)


@pytest.mark.parametrize("record", [PROMISE, SOME])
def test_the_ledgers_time_is_the_only_one_that_is_spoken_and_a_late_one_apologises(record: DecisionRecord) -> None:
    due_at = AT + timedelta(minutes=12)
    by = say(record, ZONE, Lang.ID, Owed(due_at=due_at, is_late=False))
    assert "operator menelepon kembali paling lambat pukul 16.57." in by
    late = say(record, ZONE, Lang.ID, Owed(due_at=due_at, is_late=True))
    assert "; mohon maaf, telepon yang kami janjikan paling lambat pukul 16.57 terlambat; kami segera" in late
    assert "; operator menelepon kembali." in say(record, ZONE, Lang.ID)  # nothing is in the ledger: no time
    for lang in Lang:
        assert say(record, ZONE, lang, Owed(due_at=due_at, is_late=True)).count("16.57") == 1


@pytest.mark.parametrize(("record", "sentence_id", "say_id", "sentence_en", "say_en"), TEXTS.values(), ids=TEXTS)
def test_a_decision_says_what_is_done_and_what_to_tell(
    record: DecisionRecord, sentence_id: str, say_id: str, sentence_en: str, say_en: str
) -> None:
    assert sentence(record, rule_of, ZONE, Lang.ID, with_estimates=True) == sentence_id
    assert say(record, ZONE, Lang.ID) == say_id
    assert sentence(record, rule_of, ZONE, Lang.EN, with_estimates=True) == sentence_en
    assert say(record, ZONE, Lang.EN) == say_en


def test_who_is_asked_is_said_without_the_arrival_that_no_driver_has_agreed_to() -> None:
    assert sentence(OFFERS, rule_of, ZONE, Lang.ID) == "Mobil A dihubungi. Mobil C dihubungi."
    assert sentence(OFFERS, rule_of, ZONE, Lang.EN) == "Mobil A is asked. Mobil C is asked."


def test_a_reason_that_a_pack_has_in_indonesian_alone_is_shown_and_marked() -> None:
    bare = replace(RULES["R01"], reason_en=None)
    said = sentence(OFFER, lambda *_: bare, ZONE, Lang.EN, with_estimates=True)
    assert said == (
        "Ambulans B: “Ambulans transportasi hanya untuk pasien hidup dan menurut SOP tidak membawa jenazah” "
        "(R01, in Indonesian). Mobil A is asked; it is estimated to arrive at 16.59."
    )
    found = PASSED.finding
    assert finding_text(found, bare, Lang.EN).lang is Lang.ID
    assert would_help(found, bare, Lang.EN) == would_help(found, RULES["R01"], Lang.ID)
    assert finding_text(found, RULES["R01"], Lang.EN).lang is Lang.EN


def test_a_rule_whose_version_is_gone_is_still_named() -> None:
    gone = replace(PASSED, finding=finding("R01", {}, version="1999"))
    assert sentence(replace(OFFER, passed=gone), rule_of, ZONE, Lang.ID).startswith(
        "Ambulans B: Aturan ini tidak tersimpan lagi (R01). "
    )


def test_a_decision_of_before_stays_as_it_was_written_in_every_language() -> None:
    old = replace(OFFER, written=WrittenWords(sentence="Mobil A tiba.", say="Katakan: Mobil A tiba."))
    for lang in Lang:
        assert sentence(old, rule_of, ZONE, lang) == "Mobil A tiba."
        assert say(old, ZONE, lang) == "Katakan: Mobil A tiba."


CHECKLIST = {
    "today": (
        ChecklistItem(code="booking", rule="R16", not_before=AT + timedelta(hours=2)),
        "Pesankan TPU Selapajang Jaya: paling cepat hari ini pukul 18.45.",
        "Book TPU Selapajang Jaya: today at 18.45 at the earliest.",
    ),
    "tomorrow": (
        ChecklistItem(code="booking", rule="R16", not_before=AT + timedelta(hours=14, minutes=15)),
        "Antar ke rumah duka dahulu. Pesankan TPU Selapajang Jaya: paling cepat tanggal 21 Nov 2026 pukul 07.00.",
        "Bring the deceased home first. Book TPU Selapajang Jaya: 21 Nov 2026 at 07.00 at the earliest.",
    ),
    "letter": (
        ChecklistItem(code="death_letter", rule="R13"),
        "Surat kematian boleh menyusul.",
        "The death letter may follow later.",
    ),
    "line of a pack": (ChecklistItem(code="R08", rule="R08", text="Bawa tandu."), "Bawa tandu.", "Bawa tandu."),
}


@pytest.mark.parametrize(("item", "indonesian", "english"), CHECKLIST.values(), ids=CHECKLIST)
def test_a_checklist_says_what_is_to_be_done_beside_the_trip(
    item: ChecklistItem, indonesian: str, english: str
) -> None:
    record = replace(OFFER, destination="TPU Selapajang Jaya")
    assert checklist_text(item, record, ZONE, Lang.ID) == indonesian
    assert checklist_text(item, record, ZONE, Lang.EN) == english


def test_a_booking_for_a_place_without_a_name_names_the_destination() -> None:
    item, indonesian, _ = CHECKLIST["today"]
    assert checklist_text(item, OFFER, ZONE, Lang.ID) == indonesian.replace("TPU Selapajang Jaya", "tempat tujuan")


BUILT_IN = {
    "class": (
        finding(CLASS_RULE, {"class": "village_car", "need": "body", "may": ["hearse", "dual_use"]}),
        "Mobil siaga belum boleh dipakai untuk jenazah menurut jenisnya.",
        "Untuk jenazah dipakai mobil jenazah atau kendaraan serbaguna.",
    ),
    "only one class": (
        finding(CLASS_RULE, {"class": "hearse", "need": "emergency", "may": ["emergency_ambulance"]}),
        "Mobil jenazah belum boleh dipakai untuk gawat darurat menurut jenisnya.",
        "Untuk gawat darurat dipakai ambulans gawat darurat.",
    ),
    "one that sits": (
        finding(CLASS_RULE, {"class": "village_car", "need": "referral", "can_sit": False}),
        "Mobil siaga belum boleh dipakai untuk rujukan menurut jenisnya.",
        "Kendaraan ini boleh berangkat bila pasien dapat duduk.",
    ),
    "its class may": (
        finding(CLASS_RULE, {"class": "hearse", "need": "body"}, met=True),
        "Mobil jenazah boleh dipakai untuk jenazah menurut jenisnya.",
        None,
    ),
    "duty": (
        finding(DUTY_RULE, {"duty": "cleaning"}),
        "Kendaraan sedang dibersihkan.",
        "Kendaraan ini dapat ditawari lagi begitu sopirnya siaga.",
    ),
    "ready": (finding(DUTY_RULE, {"duty": "available"}, met=True), "Kendaraan siaga.", None),
    "outside its hours": (
        finding(HOURS_RULE, {"hours": "20.00", "serves": "08.00–16.00"}),
        "Sekarang pukul 20.00, di luar jam layanan kendaraan ini (08.00–16.00).",
        (
            "Kendaraan ini melayani lagi pada jamnya; untuk keadaan yang mengancam jiwa ia boleh berangkat kapan saja, "
            "dan operator dapat mengizinkannya sekarang."
        ),
    ),
    "within its hours": (
        finding(HOURS_RULE, {"hours": "09.00", "serves": "08.00–16.00"}, met=True),
        "Kendaraan ini boleh berangkat pada jam ini (jam layanannya 08.00–16.00).",
        None,
    ),
    "just declined": (
        finding(LEFT_ALONE_RULE, {"left_alone_until": "16.59"}),
        "Sopirnya baru saja berhalangan, jadi belum ditawari lagi sampai pukul 16.59.",
        "Operator dapat menelepon sopirnya lebih dahulu.",
    ),
    "over the water": (
        finding(APART_RULE, {}),
        "Dari posisinya sekarang kendaraan ini tidak terhubung jalan darat dengan tempat penjemputan.",
        (
            "Kendaraan ini dapat ditawari begitu sudah menyeberang atau jalannya dibuka lagi; bila ada penyeberangan, "
            "operator dapat mengirimnya dengan alasan."
        ),
    ),
    "has not declined": (
        finding(LEFT_ALONE_RULE, {"left_alone_until": None}, met=True),
        "Sopir tidak baru saja berhalangan.",
        None,
    ),
}


@pytest.mark.parametrize(("found", "text", "helps"), BUILT_IN.values(), ids=BUILT_IN)
def test_the_built_in_rules_say_why_and_what_would_help(found: Finding, text: str, helps: str | None) -> None:
    assert finding_text(found, None, Lang.ID) == Said(text, Lang.ID)
    assert would_help(found, None, Lang.ID) == (Said(helps, Lang.ID) if helps else None)
    english = [finding_text(found, None, Lang.EN), would_help(found, None, Lang.EN)]
    assert all(said.lang is Lang.EN and said.text.endswith(".") and "{" not in said.text for said in english if said)


def test_a_rule_that_does_not_concern_the_case_says_so() -> None:
    aside = replace(PASSED.finding, applies=False, met=True)
    assert finding_text(aside, RULES["R01"], Lang.ID).text == (
        "Aturan ini tidak menyangkut kendaraan atau permintaan ini."
    )
    assert would_help(aside, RULES["R01"], Lang.ID) is None
