"""Which objects of an editor's file are deleted: JOSM says it by an attribute that osmium does not look at."""

import bz2
import gzip
import zlib
from io import BufferedIOBase
from pathlib import Path
from xml.parsers import expat

# An object as osmium names its kind (n, w, r) and its number.
Object = tuple[str, int]
_MARK = b"delete"
_CHUNK = 1 << 20
_KINDS = frozenset({"node", "way", "relation"})


def deleted_in(path: Path) -> frozenset[Object]:
    """The objects of an OpenStreetMap XML file that are marked with `action="delete"`; none of any other file."""
    name = path.name.lower()
    if not name.removesuffix(".gz").removesuffix(".bz2").endswith(".osm"):
        return frozenset()
    found: set[Object] = set()

    def begins(kind: str, given: dict[str, str]) -> None:
        if kind in _KINDS and given.get("action") == "delete" and given.get("id", "").removeprefix("-").isdecimal():
            found.add((kind[0], int(given["id"])))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    try:
        with _opened(path) as file:
            if _holds(file, _MARK):
                file.seek(0)
                parser.ParseFile(file)
    except (OSError, EOFError, zlib.error, expat.ExpatError):
        # osmium reads the same file and says what is wrong with it.
        return frozenset()
    return frozenset(found)


def _opened(path: Path) -> BufferedIOBase:
    match path.suffix.lower():
        case ".gz":
            return gzip.open(path, "rb")
        case ".bz2":
            return bz2.open(path, "rb")
        case _:
            return path.open("rb")


def _holds(file: BufferedIOBase, text: bytes) -> bool:
    before = b""
    while chunk := file.read(_CHUNK):
        if text in before + chunk:
            return True
        before = chunk[-len(text) :]
    return False
