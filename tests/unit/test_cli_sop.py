"""`jemput sop`: exit 0 when done, 1 with line and sentence when a pack or a setting is wrong, and never a trace."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dispatch.cli.main import app
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import packs_in_force
from tests.people import NOW, packs
from tests.unit.rules.pack.bad_packs import HEAD, RULE

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "dispatch" / "packs"
CITY = PACKS / "kota-tangerang.toml"
CIKOKOL_2019 = ROOT / "dispatch" / "scenarios" / "03-cikokol-2019-08-23.toml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, and no settings but it."""
    monkeypatch.chdir(tmp_path)
    for name in ("ROADS", "SOP_DIR", "DATABASE_URL", "TIMEZONE", "SCENARIO_DIR", "AREAS"):
        monkeypatch.delenv(f"JEMPUT_{name}", raising=False)
    monkeypatch.setenv("JEMPUT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "400")
    return tmp_path


def sop(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["sop", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def written(folder: Path, text: str, name: str = "pack.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8", errors="surrogateescape")
    return path


def test_the_sample_packs_are_sound_together() -> None:
    code, said = sop("check", *sorted(PACKS.glob("*.toml")))
    assert (code, said.count(" rules, from ")) == (0, len(packs()))


def test_check_says_everything_that_is_wrong_with_its_lines_and_goes_on_with_the_next_file(folder: Path) -> None:
    wrong = written(folder, HEAD.replace('"uji"', '"../x"') + RULE.replace('["body"]', '["bodies"]'))
    code, said = sop("check", wrong, CITY)
    assert code == 1
    assert f"{wrong} line 4: version takes letters" in said
    assert f"{wrong} line 11: when.need: bodies is none of" in said
    assert f"{CITY}: kota-tangerang 2026-11-01" in said


def test_check_sees_what_contradicts_between_files_and_with_the_national_pack(folder: Path) -> None:
    twin = written(folder, CITY.read_text("utf-8").replace('version = "2026-11-01"', 'version = "lain"'), "twin.toml")
    code, said = sop("check", CITY, twin)
    assert (code, "line 7: 2026-11-01 of kota-tangerang is in force from the same instant" in said) == (1, True)
    unknown = written(folder, CITY.read_text("utf-8").replace('["R01"]', '["R99"]'))
    code, said = sop("check", unknown)
    assert (code, "line 15: R02 overrides R99" in said) == (1, True)


@pytest.mark.parametrize("command", ["check", "publish", "show", "backtest"])
@pytest.mark.parametrize(
    "text", ["", "[pack", "\udcff\udcfe", HEAD + "[[rule]]\n"], ids=["empty", "torn", "bytes", "bare"]
)
def test_a_file_that_is_no_pack_is_refused_with_a_line_by_every_command(folder: Path, command: str, text: str) -> None:
    path = written(folder, text)
    code, said = sop(command, path)
    assert code == 1
    assert f"{path} line " in said
    assert sop("diff", path, CITY)[0] == 1
    assert sop("backtest", path, "--scenarios", CIKOKOL_2019)[0] == 1


def test_publish_keeps_all_or_nothing_and_disturbs_nothing_in_force(folder: Path) -> None:
    assert sop("publish", *sorted(PACKS.glob("*.toml"))) == (0, f"{len(packs())} published, 0 there already\n")
    before = sop("show")
    new = written(folder, HEAD + RULE, "new.toml")
    for text, sentence in (
        (HEAD + RULE.replace('"deny"', '"forbid"'), "line 9: 'forbid' is no effect"),
        (CITY.read_text("utf-8").replace("30", "45"), "line 6: version 2026-11-01 of kota-tangerang is there already"),
        (CITY.read_text("utf-8").replace('"2026-11-01"', '"x"'), "line 7: 2026-11-01 of kota-tangerang is in force"),
        (HEAD + RULE.replace('"deny"', '"approval"') + 'approver = "operator"\noverrides = ["R99"]\n', "overrides R99"),
    ):
        code, said = sop("publish", new, written(folder, text, "wrong.toml"))
        assert (code, sentence in said) == (1, True), said
        assert sop("show") == before
    assert sop("publish", new) == (0, "1 published, 0 there already\n")
    assert sop("publish", new) == (0, "0 published, 1 there already\n")
    assert "kota-tangerang@uji" in sop("show")[1]


def test_a_pack_of_a_city_is_judged_beside_the_national_one_before_anything_is_published(folder: Path) -> None:
    path = written(folder, CITY.read_text("utf-8").replace('["R01"]', '["R99"]'))
    assert sop("publish", path)[0] == 1


def test_show_reads_a_pack_in_sentences() -> None:
    code, said = sop("show", "kota-tangerang")
    assert code == 0
    assert "SOP Ambulans Kota Tangerang (kota-tangerang 2026-11-01" in said
    assert "setelah disetujui petugas Dinas Kesehatan, meskipun R01 melarangnya" in said
    assert "R02" not in sop("show", "kota-tangerang@2018-01-01")[1]
    assert sop("show", "nowhere")[0] == sop("show", "kota-tangerang@2031-01-01")[0] == 1


def test_diff_says_in_sentences_what_changed_on_26_august_2019() -> None:
    code, said = sop("diff", "kota-tangerang@2018-01-01", "kota-tangerang@2019-08-26")
    assert code == 0
    assert [line[:9] for line in said.splitlines()] == ["R02 baru:", "R16 baru:"]
    assert sop("diff", CITY, CITY) == (0, "Keduanya sama.\n")


def test_diff_tells_a_changed_number_and_a_removed_rule(folder: Path) -> None:
    changed = CITY.read_text("utf-8").replace("no_other_within_min = 30", "no_other_within_min = 45")
    head, _, tail = changed.partition('[[rule]]\nid = "R16"')
    path = written(folder, head + tail[tail.index("[[rule]]") :])
    said = sop("diff", "kota-tangerang", path)[1]
    assert "dalam 30 menit" in said
    assert "dalam 45 menit" in said
    assert "R16 dihapus" in said


def test_23_august_2019_is_told_under_both_versions() -> None:
    """The demonstration: a promise under the version of that day, the free ambulance under that of three days later."""
    code, said = sop("backtest", "kota-tangerang@2019-08-26", "--scenarios", CIKOKOL_2019)
    assert code == 0
    assert "- promise: " in said
    assert "+ approval: T1 dapat berangkat setelah petugas Dinas Kesehatan menyetujui (R02)." in said
    assert "- approval" not in said
    assert said.splitlines()[-1].startswith(
        "1 requests: 1 answered otherwise; decisions: offers 3 -> 3, approvals 0 -> "
    )
    code, said = sop("backtest", "kota-tangerang@2018-01-01", "--scenarios", CIKOKOL_2019)
    assert (code, said.startswith("1 requests: 0 answered otherwise")) == (0, True)


def test_the_version_in_force_on_each_side_of_midnight_is_the_cikokol_line() -> None:
    read = [read_pack(text) for text in packs().values()]
    change = next(pack.effective_from for pack in read if pack.version == "2019-08-26")
    autumn = next(pack.effective_from for pack in read if pack.version == "2026-11-01")
    for at, version in (
        (change - timedelta(microseconds=1), "2018-01-01"),
        (change, "2019-08-26"),
        (autumn - timedelta(microseconds=1), "2019-08-26"),
        (autumn, "2026-11-01"),
        (NOW, "2026-11-01"),
    ):
        assert packs_in_force(read, at).packs["kota-tangerang"].version == version


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--from", "yesterday"), 2),
        (("--from", "0001-01-01"), 2),
        (("--from", "2026-02-01", "--to", "2026-01-01"), 2),
        (("--from", "2026-01-01", "--to", "2026-02-01"), 0),
    ],
)
def test_the_days_of_a_backtest_are_checked(options: tuple[str, ...], code: int) -> None:
    assert sop("backtest", "kota-tangerang", *options)[0] == code


def test_a_backtest_leaves_the_packs_that_would_be_published_as_they_are() -> None:
    assert sop("backtest", "kota-tangerang")[0] == 0  # makes the database
    assert sop("backtest", "kota-tangerang")[0] == 0
    assert sop("show")[1].count("@") == len(packs())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TIMEZONE", "Asia/Atlantis", "JEMPUT_TIMEZONE: 'Asia/Atlantis' is no time zone"),
        ("DATABASE_URL", "postgresql://x/y", "sqlite:///FILE"),
        ("SOP_DIR", "/nowhere", "JEMPUT_SOP_DIR: there is no folder with SOP packs"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    monkeypatch.setenv(f"JEMPUT_{name}", value)
    for words in (["sop", "show"], ["check"], ["serve", "--port", "0"]):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 1, words
        assert isinstance(result.exception, SystemExit)
        assert sentence in result.output


def test_a_folder_with_a_bad_pack_serves_the_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = folder / "packs"
    mine.mkdir()
    for name, text in packs().items():
        (mine / name).write_text(text, "utf-8")
    (mine / "wrong.toml").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("JEMPUT_SOP_DIR", str(mine))
    code, said = sop("show")
    assert (code, said.count("@")) == (0, len(packs()))
    assert "wrong.toml line 1: a pack is written in UTF-8" in said
    assert CliRunner().invoke(app, ["check"]).exit_code == 1


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("2030-01-01T00:00:00+07:00", "0001-01-01T00:00:00+14:00") + RULE,
        HEAD + RULE + "[" + ".".join("a" * 5_000) + "]\n",
    ],
    ids=["before the first day", "many names"],
)
def test_what_no_calendar_or_reader_can_hold_is_said_without_a_trace(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    mine = folder / "packs"
    mine.mkdir()
    path = written(mine, text)
    monkeypatch.setenv("JEMPUT_SOP_DIR", str(mine))
    for words in (["sop", "check", str(path)], ["sop", "publish", str(path)], ["check"]):
        result = CliRunner().invoke(app, words)
        assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True), words
        assert "pack.toml line " in result.output, words


def test_a_data_folder_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMPUT_DATA_DIR", "/proc/x")
    for words in (["check"], ["explain", "P-1"], ["token", "operator"]):
        result = CliRunner().invoke(app, words)
        assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True), words
        assert "/proc/x cannot be made" in result.output


def test_the_schema_is_printed_for_editors() -> None:
    code, said = sop("schema")
    assert (code, '"Jemput SOP pack"' in said) == (0, True)


def test_check_names_an_office_that_a_rule_asks_and_nobody_holds(folder: Path) -> None:
    head, lacks = (
        "id,name,role,agency,facility,vehicle\n",
        "R02 asks health_officer for a yes, and nobody has that role",
    )

    def check(*people: str) -> tuple[int, str]:
        if people:
            path = written(folder, head + "".join(f"{one}\n" for one in people), "people.csv")
            assert CliRunner().invoke(app, ["import", "people", str(path)]).exit_code == 0
            assert CliRunner().invoke(app, ["token", "operator"]).exit_code == 0  # publishes what a start would
        result = CliRunner().invoke(app, ["check"])
        return result.exit_code, result.output

    assert check()[0] == 0  # nobody is there yet
    operator = "rina,Rina Contoh,operator,kota-tangerang,,"
    code, said = check(operator)
    assert (code, f"kota-tangerang: {lacks}" in said) == (1, True), said
    code, said = check(operator, "dinas,Dinas Contoh,health_officer,kota-tangerang,,")
    assert (code, lacks in said) == (0, False), said
