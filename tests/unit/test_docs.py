"""The documentation, held against the code: what it names is there, and what is there is named."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from dispatch.cli.main import app
from dispatch.rules.conditions import KEYS
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import Effect
from dispatch.vocabulary.policy import Policy

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        if not link.startswith("http"):
            assert (ROOT / page).parent.joinpath(link).exists(), link


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_there(page: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    for line in re.findall(r"^(?:\$ )?(?:JEMPUT_\S+ )?jemput (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE):
        for said in re.split(r"&& jemput ", line.split("#")[0]):
            name, second = [*said.split(), "", ""][:2]
            assert name in commands, said
            if hasattr(commands[name], "commands"):
                assert second in commands[name].commands, said


def test_the_page_of_packs_names_every_condition_effect_and_figure() -> None:
    named = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs" / "sop.md").read_text("utf-8")))
    assert set(KEYS) <= named
    assert set(map(str, Effect)) <= named
    assert set(Policy.__dataclass_fields__) <= named


def test_the_pack_of_the_page_is_sound() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "sop.md").read_text("utf-8"), re.DOTALL)
    assert tomllib.loads(block)["rule"][0]["id"] == "R02"
    assert read_pack(block).agency == "my-city"


def test_the_drawing_is_what_the_contracts_hold() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    (drawing,) = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    packages = [
        [re.split(r" {2,}", line)[0] for line in part.strip("\n").splitlines()] for part in re.split("─+\n", drawing)
    ]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    by_package = {contract["containers"][0]: contract for contract in contracts if "containers" in contract}
    layers = {name: contract["layers"] for name, contract in by_package.items()}
    assert packages == [["web"], layers["dispatch"], layers["geo"]]
    assert ["web", "dispatch", "geo"] in [contract.get("layers") for contract in contracts]
    assert all(contract["exhaustive"] for contract in by_package.values())


def test_every_room_has_a_page_that_names_what_is_in_it() -> None:
    rooms = [path.parent for top in ("dispatch", "geo") for path in (ROOT / top).glob("*/__init__.py")]
    for room in (*rooms, ROOT / "web"):
        page = (room / "README.md").read_text("utf-8")
        named = set(re.findall(r"`([a-z_/]+)`", page))
        inside = {path.stem for path in room.glob("[!_]*.py") if not path.stem.endswith("_kernels")}
        assert inside <= named, (room, inside - named)
