"""A TOML text: tomllib reads the values, a syntax tree knows on which line each key stands."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]
_TOML = Language(tree_sitter_toml.language())


_DEEPEST = 20  # no pack and no scenario has tables within lists within tables as deep as that
# A name of that many dotted parts; a reader takes minutes over one of thousands, and ends in a recursion.
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
_LONG_NAME = re.compile(rf"""(?<![\w"'-])(?:{_PART}){{{2 * _DEEPEST}}}""")
_TOO_LONG = "a name, a number or a list in it is too long"


def read_toml(text: str) -> dict[str, Any]:
    """The values of a text, none of them nested too deep for whoever reads on. Raises ValueError for any other."""
    if _LONG_NAME.search(text):
        raise ValueError(_TOO_LONG)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError):  # a number of thousands of digits, or thousands of brackets
        raise ValueError(_TOO_LONG) from None
    held: list[object] = [found]
    for _ in range(_DEEPEST):
        held = [inner for each in held for inner in _within(each)]
    if held:
        raise ValueError(_TOO_LONG)
    return found


def _within(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def read_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table, key and list item, by its path: ("rule", 0, "when", "need")."""
    return dict(_places(Parser(_TOML).parse(text.encode()).root_node))


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table around it that stands in the text."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _places(document: Node) -> Iterator[tuple[Path, int]]:
    counts: dict[Path, int] = {}
    for node in document.children:
        if node.type == "pair":
            yield from _pair(node, ())
        if node.type not in ("table", "table_array_element"):
            continue
        path = _full(_key(node.children[1]), counts)
        if node.type == "table_array_element":
            counts[path] = counts.get(path, -1) + 1
            path = (*path, counts[path])
        yield path, _line(node)
        for child in node.children:
            if child.type == "pair":
                yield from _pair(child, path)


def _full(path: Path, counts: dict[Path, int]) -> Path:
    """A header's path with the number of each list's present item: [rule.reason] is of the last [[rule]]."""
    full: Path = ()
    for name in path[:-1]:
        full = (*full, name)
        if full in counts:
            full = (*full, counts[full])
    return (*full, path[-1])


def _pair(node: Node, above: Path) -> Iterator[tuple[Path, int]]:
    path = above
    for name in _key(node.children[0]):
        path = (*path, name)
        yield path, _line(node)
    yield from _value(node.children[-1], path)


def _value(node: Node, path: Path) -> Iterator[tuple[Path, int]]:
    if node.type == "inline_table":
        for child in node.children:
            if child.type == "pair":
                yield from _pair(child, path)
    if node.type == "array":
        items = [child for child in node.children if child.is_named and child.type != "comment"]
        for number, item in enumerate(items):
            yield (*path, number), _line(item)
            yield from _value(item, (*path, number))


def _key(node: Node) -> Path:
    if node.type == "dotted_key":
        return tuple(name for child in node.children if child.is_named for name in _key(child))
    text = (node.text or b"").decode()
    return (text.strip("\"'") if node.type == "quoted_key" else text,)


def _line(node: Node) -> int:
    return int(node.start_point[0]) + 1
