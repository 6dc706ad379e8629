"""Reading a scenario file: pydantic says what is wrong, and the file's syntax tree on which line."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dispatch.rules.pack.toml_lines import line_of, read_lines
from dispatch.sim.scenario.model import Scenario, ScenarioFile
from dispatch.sim.scenario.table import Names, ScenarioError

_Path = tuple[str | int, ...]
# What to do, by pydantic's codes, where its own words do not say so in the terms of a TOML file.
_SENTENCES = {
    "timezone_aware": "needs an offset, such as 2026-11-20T16:45:00+07:00",
    "datetime_type": "takes a time such as 2026-11-20T16:45:00+07:00",
    "string_pattern_mismatch": "takes a text that is not empty",
    "model_type": "takes a table",
    "dict_type": "takes a table",
    "tuple_type": "takes a list, or [[ ]] tables",
    "too_short": "takes one at least",
}


def read_scenario(path: Path) -> Scenario:
    """The scenario of a file.

    Raises:
        ScenarioError: at the first thing that is wrong.
    """
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise ScenarioError(path, 1, f"the file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ScenarioError(path, 1, "the file is not UTF-8 text") from None
    except ValueError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise ScenarioError(path, int(found[1]) if found else 1, f"this is not TOML: {error}") from None
    lines = read_lines(text)
    try:
        said = ScenarioFile.model_validate(data, context=Names(path.parent))
    except ValidationError as error:
        at, sentence = _first(error, data)
        raise ScenarioError(path, line_of(lines, at), sentence) from None
    starts = tuple(line_of(lines, ("step", number)) for number in range(len(said.steps)))
    return Scenario.model_construct(**dict(said) | {"name": said.name or path.stem, "path": path, "lines": starts})


def find_scenarios(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and of folders every TOML file whose top has a step, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += [file for file in sorted(path.glob("*.toml")) if "[[step]]" in file.read_text("utf-8")]
        else:
            found.append(path)
    return found


def _first(error: ValidationError, data: object) -> tuple[_Path, str]:
    """The path within the file and the sentence of the first fault; what a value could be instead is one sentence."""
    faults = [(_within(data, fault), fault) for fault in error.errors(include_url=False)]
    at, first = faults[0]
    context = first.get("ctx", {})
    if first["type"] == "unknown":
        return at, f"unknown key {at[-1]!r} in {_spoken(at[:-1])}: it takes {context['takes']}"
    if first["type"] == "missing":
        return at, f"{_spoken(at)} lacks {first['loc'][-1]!r}"
    if first["type"] == "wrong":
        return at, f"{_spoken(at)}: {context['sentence']}"
    takes = [_SENTENCES.get(fault["type"], fault["msg"]) for path, fault in faults if path == at]
    return at, f"{_spoken(at)}: {', or '.join(dict.fromkeys(takes))}, not {first['input']!r}"


def _within(data: Any, fault: ErrorDetails) -> _Path:  # noqa: ANN401 - TOML
    """Where a fault is: of its path what the file has, without pydantic's marks of alternatives."""
    path: _Path = ()
    for part in (*fault["loc"], *fault.get("ctx", {}).get("path", ())):
        known = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
        if part in known:
            data, path = data[part], (*path, part)
    return path


def _spoken(path: _Path) -> str:
    """A path as a sentence names it, such as vehicle 1.class."""
    return "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in path)[1:] or "the file"
