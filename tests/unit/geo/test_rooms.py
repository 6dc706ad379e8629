"""The README of each room of geo names its modules, all of them and no other."""

import re
from pathlib import Path

import pytest

import geo

ROOMS = sorted(path.parent for path in Path(geo.__file__).parent.glob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_the_readme_of_a_room_names_its_modules(room: Path):
    # `name`, `name`: what they are; `name`: what it is
    heads = re.findall(r"(?:^- |; )((?:`[^`]+`(?:, )?)+):", (room / "README.md").read_text("utf-8"), re.MULTILINE)
    named = {name for head in heads for name in re.findall(r"`(\w+)`", head)}
    modules = {path.stem for path in room.glob("*.py")} - {"__init__"}
    assert named == {name for name in modules if not name.endswith("_kernels")}


def test_there_are_rooms():
    assert {"osm", "roads", "search"} <= {room.name for room in ROOMS}
