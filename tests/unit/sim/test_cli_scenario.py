"""`jemput scenario run`: exit 0 when everything came out, 1 on a failure, 2 on a wrong file."""

from pathlib import Path

from typer.testing import CliRunner

from dispatch.cli.scenario import scenario
from tests.unit.sim.test_scenario_play import HEAD


def run(folder: Path, *texts: str, more: str = "") -> tuple[int, str]:
    for number, text in enumerate(texts):
        (folder / f"s{number}.toml").write_text(text)
    result = CliRunner().invoke(scenario, ["run", str(folder), *more.split()])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_everything_that_passes_exits_0(tmp_path: Path) -> None:
    code, said = run(tmp_path, HEAD + 'expect = { offered = ["H1"] }\n')
    assert code == 0
    assert "PASSED   s0: Contoh (2 of 2 met)" in said
    assert "1 passed, 0 failed, 0 waiting, 0 wrong" in said


def test_a_failure_exits_1_with_expected_happened_and_the_sentences(tmp_path: Path) -> None:
    code, said = run(tmp_path, HEAD + 'expect = { offered = ["H3"] }\n')
    assert code == 1
    assert "FAILED   s0" in said
    assert "expected  H3" in said
    assert "happened  H1" in said
    assert "said      " in said
    assert "(R01)" in said


def test_a_file_of_thousands_of_brackets_exits_2_without_a_trace(tmp_path: Path) -> None:
    code, said = run(tmp_path, HEAD + "a = " + "[" * 5_000 + "\n")
    assert code == 2
    assert "s0.toml line 1: this is not TOML: a name or a list in it is too long" in said.replace("\n", "")


def test_a_wrong_file_exits_2_and_names_the_line(tmp_path: Path) -> None:
    code, said = run(tmp_path, HEAD + "colour = 1\n", HEAD)
    assert code == 2
    assert "s0.toml line 24: unknown key 'colour'" in said.replace("\n", "")
    assert "PASSED   s1" in said


def test_a_folder_without_scenarios_exits_2(tmp_path: Path) -> None:
    assert run(tmp_path)[0] == 2


def test_waiting_is_listed_with_what_it_waits_for(tmp_path: Path) -> None:
    text = HEAD.replace('title = "Contoh"', 'title = "Contoh"\nwaits_for = "a part"')
    code, said = run(tmp_path, text + 'expect = { offered = ["H3"] }\n')
    assert code == 0
    assert "waits for a part" in said
    assert "1 waiting" in said


def test_verbose_shows_what_was_met_too(tmp_path: Path) -> None:
    _, said = run(tmp_path, HEAD + 'expect = { offered = ["H1"] }\n', more="-v")
    assert "met     0:00  line 21   offered" in said
