"""Serving vector tiles from a .pmtiles file that was written whole."""

import zlib
from collections.abc import Mapping
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import MagicNumberNotFound, SpecVersionUnsupported

# pmtiles has no annotations.
_Reader: Any = Reader
_MmapSource: Any = MmapSource


class TilesError(Exception):
    """A file that holds no tiles; the message says how to make one."""


class TileStore:
    """Tiles of a .pmtiles file, read by any number of threads. Raises TilesError if the file cannot be read or is no
    such file.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._reader = _Reader(_MmapSource(file))
                with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
                    self.etag, size = f'"{zlib.crc32(content):08x}"', len(content)
            header = self._reader.header()
            _judge_size(size, header["tile_data_offset"] + header["tile_data_length"])
            self.metadata: Mapping[str, Any] = self._reader.metadata()
            self.zooms: tuple[int, int] = (header["min_zoom"], header["max_zoom"])
        except (
            OSError,
            ValueError,
            LookupError,
            EOFError,
            zlib.error,
            MagicNumberNotFound,
            SpecVersionUnsupported,
        ) as e:
            raise TilesError(f"{path} holds no map tiles ({e!r}): delete it, the next start makes it anew") from e

    def get_tile(self, z: int, x: int, y: int) -> bytes | None:
        """A gzipped Mapbox Vector Tile, or None where the file has none."""
        if not (self.zooms[0] <= z <= self.zooms[1] and 0 <= x < 2**z and 0 <= y < 2**z):
            return None
        tile: bytes | None = self._reader.get(z, x, y)
        return tile


def _judge_size(size: int, wanted: int) -> None:
    if size != wanted:
        raise ValueError(f"{size} bytes where there should be {wanted}")
