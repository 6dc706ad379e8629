"""No module imports itself by way of others, not even from within a function or for its types alone."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest


def find_circle(*packages: str) -> list[str]:
    """Modules of which each imports the next, the first once more at the end; empty if there is no such circle."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_module_imports_itself_by_way_of_others():
    assert find_circle("geo", "dispatch", "web") == []


@pytest.mark.parametrize(
    "back",
    [
        "from circle import first",
        "def late():\n    from circle.first import one\n    return one",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from circle.first import one",
    ],
)
def test_a_circle_is_found_however_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: str):
    package = tmp_path / "circle"
    package.mkdir()
    for name, text in {"__init__": "", "first": "import circle.second\none = 1", "second": back}.items():
        (package / f"{name}.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert set(find_circle("circle")) == {"circle.first", "circle.second"}
