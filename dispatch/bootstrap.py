"""Wiring: from settings to a house with its store, live port, roads and desk. Nothing else knows them all."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from dispatch.desk.desk import Desk
from dispatch.desk.ports import Books, Live, Store
from dispatch.domain.pack_faults import PackError
from dispatch.domain.pack_file import read_pack
from dispatch.live.memory import MemoryLive
from dispatch.live.redis import RedisLive
from dispatch.roads import NetworkRoads, StraightRoads
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from geo.area import Areas, read_areas, sample_areas
from geo.nearest import warm_up
from geo.network import VERSION, NetworkMeta, open_network, write_network
from geo.sample import sample_layers, sample_network
from geo.tiles import TileStore, write_tiles

Progress = Callable[[str], None]


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running service. `roads_kind` is real, sample or none; `demo` opens one-click sign-in."""

    settings: Settings
    store: Store
    live: Live
    desk: Desk
    areas: Areas
    tiles: TileStore | None
    roads_meta: NetworkMeta | None
    roads_kind: str
    demo: bool


def pack_texts(settings: Settings) -> list[tuple[str, str]]:
    """(file name, text) of every pack of the settings' folder, or of the package's samples.

    Raises:
        OSError: if the folder cannot be read.
    """
    if settings.sop_dir:
        return [(str(path), path.read_text("utf-8")) for path in sorted(Path(settings.sop_dir).glob("*.toml"))]
    samples = resources.files("dispatch") / "packs"
    files = sorted((entry for entry in samples.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return [(entry.name, entry.read_text("utf-8")) for entry in files]


def publish_packs(books: Books, texts: list[tuple[str, str]]) -> list[str]:
    """Publish each pack that is not published yet; returns what could not be, a sentence a file.

    A pack that fails to load never disturbs the one in force.
    """
    problems: list[str] = []
    for name, text in texts:
        try:
            pack = read_pack(text)
            books.add_pack(agency=pack.agency, version=pack.version, effective_from=pack.effective_from, text=text)
        except PackError as error:
            problems.append(f"{name} {error}")
        except ValueError as error:
            problems.append(f"{name}: {error}")
    return problems


def roads_path(settings: Settings, *, demo: bool, progress: Progress) -> Path | None:
    """The network file to open; for the demo the sample region's, made on first use."""
    if settings.roads:
        return Path(settings.roads)
    if not demo:
        return None
    # Named after the format: a file of an earlier one is left behind and made anew.
    path = settings.data_dir / f"sample-{VERSION}.roads"
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        progress("drawing the sample roads (made by Jemput, not real ones)")
        write_network(sample_network(progress), path)
    return path


def tiles_for(roads: Path, *, progress: Progress) -> TileStore:
    """The basemap beside a network file, drawn on first use or when the network is newer."""
    path = roads.with_suffix(".pmtiles")
    if not path.exists() or path.stat().st_mtime < roads.stat().st_mtime:
        network = open_network(roads)
        progress("drawing the map")
        write_tiles(network, sample_layers() if network.meta.sample else None, path, progress)
    return TileStore(path)


@contextlib.asynccontextmanager
async def open_house(settings: Settings, *, demo: bool, progress: Progress) -> AsyncIterator[House]:
    """Open everything that a server needs, and close it again.

    Raises:
        StoreUnavailableError, IndexMissingError, NetworkFileError, ValueError: with what to do.
    """
    path = roads_path(settings, demo=demo, progress=progress)
    roads: NetworkRoads | StraightRoads = StraightRoads()
    tiles: TileStore | None = None
    if path is not None:
        progress(f"opening the roads of {path.name}")
        network = open_network(path)
        warm_up(network, progress)
        roads = NetworkRoads(network)
        tiles = tiles_for(path, progress=progress)
    areas: Areas = read_areas(Path(settings.areas)) if settings.areas else sample_areas()
    live: Live = RedisLive(settings.redis_url) if settings.redis_url else MemoryLive()
    store = open_sqlite(settings.database_path)
    try:
        texts = pack_texts(settings)
        for problem in await store.write(lambda books: publish_packs(books, texts)):
            progress(f"SOP pack passed over: {problem}")
        await live.start(await store.read(lambda books: books.list_last_fixes()))
        desk = Desk(store=store, live=live, roads=roads, clock=SystemClock(), zone=settings.zone)
        yield House(
            settings=settings,
            store=store,
            live=live,
            desk=desk,
            areas=areas,
            tiles=tiles,
            roads_meta=roads.network.meta if isinstance(roads, NetworkRoads) else None,
            roads_kind=roads.kind,
            demo=demo,
        )
        await desk.keep_last_fixes()
    finally:
        await live.close()
        await store.close()
