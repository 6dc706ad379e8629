"""What the family, the SOP's page and the search for places say, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import Reason
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.places import Spot
from dispatch.vocabulary.policy import FIGURES, Policy
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.trip_steps import TRAIL
from dispatch.words import family
from dispatch.words.drafts import backtest_text, expectation_text
from dispatch.words.facts import area_name, fact_words, joined, word
from dispatch.words.messages import name_in, recipient_label
from dispatch.words.places import name_of, place_hint, place_name, warning_of
from dispatch.words.sop import diff_sentences, number_text, policy_lines
from dispatch.words.times import clock_text, date_text, day_text, deadline_text, minutes_text, when_text
from geo.places.region import Nearby
from tests.people import HOME, ZONE, packs

AT = datetime(2026, 8, 20, 9, 59, tzinfo=UTC)
PACK = read_pack(packs()["national.toml"])


def test_times_read_as_they_are_written() -> None:
    assert clock_text(AT, ZONE) == "16.59"
    to_go = [deadline_text(AT + timedelta(seconds=s, microseconds=9), ZONE) for s in (0, 35)]
    assert to_go == ["16.59", "16.59.35"]
    assert [day_text(AT, ZONE, lang) for lang in Lang] == ["20 Agu 2026", "20 Aug 2026"]
    assert [date_text("2019-05-01", lang) for lang in Lang] == ["1 Mei 2019", "1 May 2019"]
    assert [minutes_text(20, lang) for lang in Lang] == ["1 menit", "1 minute"]
    assert [minutes_text(840, lang) for lang in Lang] == ["14 menit", "14 minutes"]
    assert [when_text(AT, AT, ZONE, lang) for lang in Lang] == ["pukul 16.59", "16.59"]
    yesterday = AT.replace(day=19)
    assert [when_text(AT, yesterday, ZONE, lang) for lang in Lang] == [
        "tanggal 20 Agu 2026 pukul 16.59",
        "16.59 on 20 Aug 2026",
    ]


@pytest.mark.parametrize("state", RequestState)
def test_the_family_reads_how_far_its_request_has_come(state: RequestState) -> None:
    said = {family.headline(state, need, lang) for need in (Need.BODY, Need.DOCUMENT) for lang in Lang}
    assert len(said) == (4 if state in (RequestState.WAITING, RequestState.COMPLETED) else 2)


def test_each_end_is_said_as_what_it_was() -> None:
    said = {state: family.headline(state, Need.BODY, Lang.ID) for state in ENDS}
    assert len({*said.values(), family.over(Lang.ID)}) == len(ENDS) + 1
    assert [state for state, line in said.items() if "Perjalanan" in line] == [RequestState.COMPLETED]


def test_the_family_reads_its_lines_word_by_word() -> None:
    assert family.due_line(AT, Need.BODY, AT, ZONE, Lang.ID) == "Kami menelepon Anda paling lambat pukul 16.59."
    assert family.due_line(AT, Need.DOCUMENT, AT, ZONE, Lang.ID) == (
        "Kami menelepon Anda paling lambat 20 Agu 2026 pukul 16.59."
    )
    for late, when in ((timedelta(minutes=1), "pukul"), (timedelta(days=1), "tanggal 20 Agu 2026 pukul")):
        assert family.due_line(AT, Need.BODY, AT + late, ZONE, Lang.ID) == (
            f"Mohon maaf, kami terlambat: janji kami menelepon Anda paling lambat {when} 16.59. Kami segera menelepon."
        )
    assert family.schedule_line(AT, ZONE, Lang.ID) == "Dijadwalkan 20 Agu 2026 pukul 16.59."
    assert family.signal_line(AT, ZONE, Lang.ID) == (
        "Sinyal kendaraan terputus sejak pukul 16.59; perjalanan tetap berlangsung."
    )
    assert family.first_contact("Ambulans A", Lang.ID) == "Ambulans A (penolong pertama)"
    assert family.left_line(Lang.EN) == "Thank you, we have noted that you left by yourselves. We will call you."
    assert family.held_line(Lang.EN) == "The destination is not certain yet; we keep looking for a vehicle."


def test_the_last_two_states_of_a_trip_are_one_step_of_the_family() -> None:
    for lang in Lang:
        labels = family.step_labels(lang)
        assert tuple(labels) == TRAIL
        assert len(set(labels.values())) == len(TRAIL) - 1
    assert [*dict.fromkeys(family.step_labels(Lang.ID).values())] == [
        "Ditugaskan",
        "Menuju lokasi",
        "Tiba",
        "Mengantar",
        "Sampai tujuan",
    ]


def test_a_place_without_a_name_is_called_what_it_is() -> None:
    unnamed = replace(HOME, name="", spot=Spot.VEHICLE_STOPPED)
    assert [place_name(unnamed, lang) for lang in Lang] == ["Tempat kendaraan berhenti", "Where the vehicle stopped"]
    assert place_name(replace(unnamed, spot=None), Lang.ID) == "Titik di peta"
    assert place_name(HOME, Lang.EN) == HOME.name


def test_a_position_is_called_by_its_street_and_a_driver_is_warned() -> None:
    near = Nearby(street="Jalan Melati", street_m=80.0, road_m=200.0)
    assert [name_of(near, 106.6, -6.2, lang) for lang in Lang] == ["dekat Jalan Melati", "near Jalan Melati"]
    assert warning_of(near, 2_000, Lang.ID).startswith("Titik ini sekitar 200 m dari jalan terdekat")
    assert warning_of(replace(near, road_m=None), 2_000, Lang.EN).startswith("This point is more than 2 km from any")
    assert place_hint("swapped", Lang.ID) == "Bujur dan lintang tertukar; sudah kami balik."


def test_facts_read_as_words() -> None:
    facts = {"class": "hearse", "crew": ["driver", "nurse"], "rest_min_under": 150, "fix_age_min_over": 60 * 49}
    assert dict(fact_words(facts, Lang.ID)) == {
        "class": "mobil jenazah",
        "Class": "Mobil jenazah",
        "crew": "sopir, perawat",
        "rest_min_under": "2 jam yang lalu",
        "fix_age_min_over": "2 hari yang lalu",
    }
    assert fact_words(facts, Lang.EN)["fix_age_min_over"] == "2 days ago"
    assert fact_words({"living": True, "leaves": None, "area": []}, Lang.EN) == {
        "living": "yes",
        "leaves": "not written down yet",
        "area": "none yet",
    }
    assert [joined(["a", "b", "c"][:count], Lang.EN) for count in range(4)] == ["", "a", "a or b", "a, b or c"]
    assert area_name("rsud-kota-tangerang") == "RSUD Kota Tangerang"
    assert [word("agency", "national", lang) for lang in Lang] == ["Nasional", "National"]


def test_what_differs_between_two_versions_is_told() -> None:
    (first, *others) = PACK.rules
    reason = replace(first.reason, would_help=None)
    english = Reason(met="a", unmet="b", would_help="c")
    changed = replace(first, title="Judul lain", reason=reason, reason_en=english, when=())
    new = replace(PACK, rules=(changed, *others[1:]), policy=replace(PACK.policy, turnout_s=120.5))
    lines = diff_sentences(PACK, new, Lang.ID)
    assert lines[0].startswith("R01: “Melarang ambulans gawat darurat, puskesmas keliling atau ambulans transportasi ")
    assert "R01: judul “Ambulans tidak membawa jenazah” menjadi “Judul lain”" in lines
    assert "R01: yang menolong “Mobil jenazah atau kendaraan serbaguna membawa jenazah.” menjadi “belum ada”" in lines
    assert any(line.startswith("R01: alasan bila belum (Inggris) “") for line in lines)
    assert f"{others[0].id} dihapus: {others[0].title}." in lines
    assert lines[-1] == "Waktu bersiap sebelum berangkat: 90 → 120,5 detik."
    assert diff_sentences(PACK, new, Lang.EN)[-1] == "Time to get ready before going: 90 → 120.5 seconds."
    assert diff_sentences(PACK, PACK, Lang.ID) == []


def test_every_figure_is_named_with_its_unit_in_the_order_of_the_policy() -> None:
    for lang in Lang:
        lines = policy_lines(Policy(), lang)
        assert [name for name, _, _ in lines] == list(FIGURES)
        assert all(what.count(" · ") == 1 for _, what, _ in lines)
    assert policy_lines(Policy(), Lang.ID)[0] == ("offer_red_s", "Waktu menjawab tawaran merah · detik", 30.0)
    assert [number_text(2.5, lang) for lang in Lang] == ["2,5", "2.5"]


def test_a_draft_that_is_tried_tells_what_came_out() -> None:
    assert expectation_text("offered Mobil A", "", "Mobil B", Lang.ID) == (
        "Yang ditawari Mobil A: diharapkan tidak ada; terjadi Mobil B."
    )
    counts: dict[str, Any] = {"sooner": 2, "later": 1, "promises": (3, 1), "approvals": (0, 2)}
    assert backtest_text(7, 12, median_s=-180, lang=Lang.ID, **counts) == (
        "7 hari, 12 permintaan: 2 lebih cepat, 1 lebih lambat (median −3 menit), janji 3 → 1, "
        "persetujuan diminta 0 → 2 kali."
    )
    assert "median" not in backtest_text(7, 12, median_s=0, lang=Lang.EN, **counts)


def test_messages_name_their_codes_and_recipients() -> None:
    assert name_in("what", "body", Lang.ID) == "mobil jenazah"
    assert name_in("what", "document", Lang.ID) is None
    assert name_in("owners", "petugas-1", Lang.ID) == "Petugas kami"
    assert recipient_label("driver", "Mobil A", Lang.EN) == "Driver of Mobil A"
    assert recipient_label("kades", "", Lang.EN) == "Recipient"
