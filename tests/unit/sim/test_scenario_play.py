"""Scenarios are played from timer to timer through the real desk, and a wrong expectation fails."""

from pathlib import Path

import pytest

from dispatch.domain.arrival import Method
from dispatch.sim.scenario.file import read_scenario
from dispatch.sim.scenario.play import Outcome, Report, play
from dispatch.sim.scenario.table import ScenarioError
from geo.roads.network import write_network
from tests.roads import tiny

pytestmark = pytest.mark.anyio

HEAD = """\
title = "Contoh"
at = 2026-11-18T10:00:00+07:00
packs = ["national", "kota-tangerang"]
[places]
cikokol = [106.6280, -6.2001]
[[vehicle]]
id = "A1"
class = "emergency_ambulance"
agency = "kota-tangerang"
travel_min = { cikokol = 2 }
[[vehicle]]
id = "H1"
class = "hearse"
agency = "kota-tangerang"
travel_min = { cikokol = 9 }
[[vehicle]]
id = "H3"
class = "hearse"
agency = "dkm"
travel_min = { cikokol = 14 }
[[step]]
at_s = 0
ask = { id = "Q1", need = "body", pickup = "cikokol", requester = "puskesmas-cikokol" }
"""
QUIET_H1 = HEAD.replace("{ cikokol = 9 }", "{ cikokol = 9 }\nfix_age_min = 6")


async def played(folder: Path, text: str, packs: list[str] | None = None) -> Report:
    path = folder / "contoh.toml"
    path.write_text(text)
    return await play(read_scenario(path), packs)


def times(report: Report) -> list[str]:
    return [decision.at.isoformat()[11:] for decision in report.decisions["Q1"]]


async def test_a_met_expectation_passes(tmp_path: Path) -> None:
    report = await played(tmp_path, HEAD + 'expect = { state = "searching", offered = ["H1"] }\n')
    assert report.outcome is Outcome.PASSED
    assert [check.what for check in report.checks] == ["state", "offered", "always"]


@pytest.mark.parametrize(
    ("expect", "what", "happened"),
    [
        ('state = "waiting"', "state", "searching"),
        ('offered = ["H3"]', "offered", "H1"),
        ("offered = []", "offered", "H1"),
        ('assigned = ["H1"]', "assigned", ""),
        ('never_offered = ["H1"]', "never_offered", "offered: H1"),
        ('denied = { H1 = ["R01"] }', "denied H1", "; now DINAS"),
        ('denied = { A1 = ["R07"] }', "denied A1", "R01"),
        ('needs_approval = ["H3"]', "needs_approval H3", "no yes needed"),
        ('eligible = ["H3"]', "eligible", "H1, H3"),
        ("promise = true", "promise", "no promise"),
        ('promise = { owner = "operator" }', "promise", "no promise"),
        ('checklist = ["kkp_letter"]', "checklist", ""),
        ('notified = ["police"]', "notified", "nothing"),
        ('sentence_has = "tidak tersedia"', "sentence_has", ""),
        ("assignments = 2", "assignments", "1: H1"),
        ('assignments = ["H3"]', "assignments", "H1"),
        ('assignments = { H1 = "accepted", H3 = "offered" }', "assignments", "H1: offered, H3: none"),
        ('told = ["keluarga"]', "told", "link, phone"),
        ('duty = { H1 = "committed" }', "duty", "H1: available"),
        ("refused = true", "refused", "not refused"),
        ('signal = { H1 = "lost" }', "signal", "H1: live"),
        ("taps = { H1 = { on_scene = 3 } }", "taps H1", "never"),
        ('order = ["Q1"]\nstate = "completed"', "state", "searching"),
    ],
)
async def test_a_wrong_expectation_fails_and_says_what_happened(
    tmp_path: Path, expect: str, what: str, happened: str
) -> None:
    report = await played(tmp_path, f"{HEAD}[step.expect]\n{expect}\n")
    assert report.outcome is Outcome.FAILED
    assert [check.what for check in report.failures] == [what]
    if happened:
        assert str(report.failures[0].happened) == happened


async def test_a_failure_carries_the_sentences_of_the_decision(tmp_path: Path) -> None:
    report = await played(tmp_path, HEAD + 'expect = { state = "waiting" }\n')
    assert any("(R01)" in sentence for sentence in report.failures[0].sentences)
    assert any(sentence.startswith("Katakan kepada keluarga") for sentence in report.failures[0].sentences)


async def test_timers_run_at_their_very_time_and_never_early(tmp_path: Path) -> None:
    # Offers of 90 seconds (R23): H1 until 10.01.30, H3 until 10.03.00; then the search is tried every 5 minutes, and at
    # 10.13.00 it finds what it found at 10.08.00.
    expected = "expect = { promise = { retry_every_min = 5 } }\n"
    report = await played(tmp_path, HEAD + f"[[step]]\nat_s = 800\n{expected}")
    assert report.outcome is Outcome.PASSED, report.failures
    assert times(report) == ["10:00:00+07:00", "10:01:30+07:00", "10:03:00+07:00", "10:08:00+07:00"]


async def test_before_its_time_a_timer_has_not_run(tmp_path: Path) -> None:
    later = '[[step]]\nat_s = 89.9\nexpect = { offered = ["H1"] }\n[[step]]\nat_s = 90\nexpect = { offered = ["H3"] }\n'
    assert (await played(tmp_path, HEAD + later)).outcome is Outcome.PASSED


async def test_a_phone_that_does_not_acknowledge_has_ten_seconds_more(tmp_path: Path) -> None:
    later = '[[step]]\nat_s = 99\nexpect = { offered = ["H1"] }\n[[step]]\nat_s = 100\nexpect = { offered = ["H3"] }\n'
    report = await played(tmp_path, QUIET_H1 + later)
    assert report.outcome is Outcome.PASSED, report.failures


async def test_a_step_that_was_refused_fails_unless_it_was_expected(tmp_path: Path) -> None:
    late = '[[step]]\nat_s = 5\nvehicle = { id = "H3", does = "accept" }\n'
    report = await played(tmp_path, HEAD + late)
    assert [(check.what, str(check.expected)) for check in report.failures] == [("step", "carried out")]
    assert (await played(tmp_path, HEAD + late + "expect = { refused = true }\n")).outcome is Outcome.PASSED


async def test_always_holds_between_the_steps_too(tmp_path: Path) -> None:
    # H1 is offered and expires long before the only step that looks.
    report = await played(tmp_path, HEAD + '[[step]]\nat_s = 700\n[always]\nnever_offered = ["H1"]\n')
    assert [check.what for check in report.failures] == ["never_offered"]
    assert "10.00.00 Q1: H1 was offered" in str(report.failures[0].happened)


async def test_a_scenario_that_waits_for_a_part_is_waiting_and_not_failed(tmp_path: Path) -> None:
    waits = HEAD.replace('title = "Contoh"', 'title = "Contoh"\nwaits_for = "a part"')
    report = await played(tmp_path, waits + 'expect = { state = "waiting" }\n')
    assert (report.outcome, report.waits_for) == (Outcome.WAITING, "a part")


async def test_a_scenario_that_passes_may_not_say_that_it_waits(tmp_path: Path) -> None:
    waits = HEAD.replace('title = "Contoh"', 'title = "Contoh"\nwaits_for = "a part"')
    report = await played(tmp_path, waits + 'expect = { state = "searching" }\n')
    assert report.outcome is Outcome.FAILED
    assert "take waits_for out" in str(report.failures[0].happened)


async def test_a_vehicle_on_another_trip_clears_it_at_its_time(tmp_path: Path) -> None:
    busy = HEAD.replace("{ cikokol = 9 }", "{ cikokol = 9 }\nbusy_for_min = 3").replace(
        'agency = "dkm"', 'agency = "dkm"\nduty = "off_duty"'
    )
    report = await played(
        tmp_path,
        busy + 'expect = { state = "waiting", duty = { H1 = "committed" } }\n'
        '[[step]]\nat_s = 179\nexpect = { state = "waiting" }\n'
        '[[step]]\nat_s = 180\nexpect = { duty = { H1 = "available" } }\n',
    )
    assert report.outcome is Outcome.PASSED, report.failures


async def test_live_positions_stay_live_and_given_ages_grow(tmp_path: Path) -> None:
    aged = HEAD.replace("{ cikokol = 14 }", "{ cikokol = 14 }\nfix_age_min = 20")
    later = '[[step]]\nat_s = 3600\nexpect = { signal = { H1 = "live", H3 = "lost" } }\n'
    report = await played(tmp_path, aged + 'expect = { signal = { H3 = "old" } }\n' + later)
    assert report.outcome is Outcome.PASSED, report.failures


async def test_a_draft_stands_in_place_of_its_agency_s_packs(tmp_path: Path) -> None:
    draft = """
[pack]
agency = "national"
title = "Draf"
version = "draf"
effective_from = 2019-01-01T00:00:00+07:00
[[rule]]
id = "X1"
title = "Mobil jenazah tetap di pangkalan"
effect = "deny"
vehicles = { class = ["hearse"], agency = ["kota-tangerang"] }
when = { need = ["body"] }
clause = "Contoh."
source = "dibuat untuk pengujian"
[rule.reason]
met = "Aturan ini tidak menyangkut kendaraan ini."
unmet = "Tetap di pangkalan."
would_help = "Bila draf diubah."
"""
    text = HEAD + 'expect = { offered = ["H3"], denied = { H1 = ["X1"] } }\n'
    assert (await played(tmp_path, text)).outcome is Outcome.FAILED
    assert (await played(tmp_path, text, [draft])).outcome is Outcome.PASSED


async def test_a_pack_that_is_no_pack_is_a_wrong_file(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('[pack]\nagency = "own"\n')
    with pytest.raises(ScenarioError, match="cannot be published"):
        await played(tmp_path, HEAD.replace('"national"', '"own.toml"'))


async def test_somebody_nobody_is_is_a_wrong_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="nobody is 'walikota'"):
        await played(
            tmp_path, HEAD + '[[step]]\nat_s = 1\noperator = { as = "walikota", does = "assign", vehicle = "H3" }\n'
        )


async def test_with_a_network_the_roads_are_real_and_a_hearse_goes_slower(tmp_path: Path) -> None:
    write_network(tiny.one_way(), tmp_path / "tiny.roads")
    text = """
title = "Jalan"
at = 2026-11-18T10:00:00+07:00
roads = "tiny.roads"
packs = ["national"]
[places]
sini = [106.8, -6.2]
[[vehicle]]
id = "V1"
class = "dual_use"
agency = "laz"
at = [106.801, -6.2]
crew = ["driver", "escort", "nurse"]
[[step]]
at_s = 0
ask = { id = "Q1", need = "transport", pickup = "sini" }
expect = { offered = ["V1"] }
[[step]]
at_s = 5
requester = { does = "cancel", request = "Q1" }
[[step]]
at_s = 10
ask = { id = "Q2", need = "body", pickup = "sini" }
expect = { offered = ["V1"] }
"""
    report = await played(tmp_path, text)
    assert report.outcome is Outcome.PASSED, report.failures
    first = {name: decisions[0].candidates[0] for name, decisions in report.decisions.items()}
    assert {candidate.method for candidate in first.values()} == {Method.ROADS}
    assert 0 < (first["Q1"].eta_s or 0) <= (first["Q2"].eta_s or 0)


async def test_for_a_red_a_social_car_beside_an_ambulance_drives_without_the_siren_that_it_has_not(
    tmp_path: Path,
) -> None:
    write_network(tiny.one_way(), tmp_path / "tiny.roads")
    text = """
title = "Merah, dan hanya mobil siaga di dekatnya"
at = 2026-11-18T10:00:00+07:00
roads = "tiny.roads"
packs = ["national"]
[places]
sini = [106.8, -6.2]
[[vehicle]]
id = "A1"
class = "emergency_ambulance"
agency = "kota-tangerang"
at = [106.801, -6.2]
[[vehicle]]
id = "M1"
class = "village_car"
agency = "kota-tangerang"
at = [106.801, -6.2]
[[step]]
at_s = 0
ask = { id = "Q1", need = "emergency", pickup = "sini" }
expect = { offered = ["A1"], denied = { M1 = ["R04"] } }
[[step]]
at_s = 5
vehicle = { id = "A1", does = "decline", reason = "ban bocor" }
[[step]]
at_s = 10
operator = { as = "operator", does = "override", request = "Q1", vehicle = "M1", rule = "R04", reason = "satu-satunya" }
expect = { offered = ["M1"] }
[[step]]
at_s = 15
requester = { does = "cancel", request = "Q1" }
[[step]]
at_s = 20
ask = { id = "Q2", need = "transport", pickup = "sini", patient = { can_sit = true } }
expect = { offered = ["M1"] }
"""
    report = await played(tmp_path, text)
    assert report.outcome is Outcome.PASSED, report.failures
    eta_s = {
        (name, candidate.vehicle_id): candidate.eta_s or 0
        for name, decisions in report.decisions.items()
        for decision in decisions
        for candidate in decision.candidates
    }
    assert eta_s["Q1", "A1"] < eta_s["Q1", "M1"] == eta_s["Q2", "M1"]
