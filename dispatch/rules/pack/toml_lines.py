"""Where each key of a TOML text stands: tomllib reads the values, a syntax tree knows their lines."""

from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

Path = tuple[str | int, ...]
_TOML = Language(tree_sitter_toml.language())


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
