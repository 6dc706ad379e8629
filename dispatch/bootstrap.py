"""Wiring: from settings to a house with its store, live port, roads and desk. Nothing else knows them all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from dispatch.desk.effects.steps import judge_anew
from dispatch.desk.ports import Books, Live, Store
from dispatch.desk.road_ports import RoadAreas
from dispatch.desk.unit import Unit
from dispatch.desk.usecases.closures import tell_roads
from dispatch.desk.usecases.following import follow_fleet
from dispatch.desk.usecases.vehicles import keep_last_fixes, warm_up
from dispatch.live.memory import MemoryLive
from dispatch.live.redis import RedisLive
from dispatch.roads.network import NetworkRoads
from dispatch.roads.straight import StraightRoads
from dispatch.rules.pack.checks import judge_beside
from dispatch.rules.pack.faults import PackError
from dispatch.rules.pack.read import judge_pack_beside, read_pack
from dispatch.rules.sop import NATIONAL, Pack
from dispatch.settings import Settings
from dispatch.store.sqlite import open_sqlite
from dispatch.tell.gateway import Gateways
from dispatch.tell.teller import Teller
from geo.areas.area import AreaFileError, Areas, read_areas
from geo.basemap.store import TileStore
from geo.basemap.tiles import tiles_path, write_tiles
from geo.osm.features import BasemapLayers, PlaceLabel
from geo.places.file import PlacesFileError, places_path, read_places
from geo.places.online import OnlinePlaces
from geo.places.region import RegionPlaces
from geo.roads.network import VERSION, NetworkFileError, NetworkMeta, open_network, write_network
from geo.roads.traffic import SLICES, Slice, TrafficFileError, read_slices
from geo.sample.areas import sample_areas
from geo.sample.layers import sample_layers
from geo.sample.roads import sample_network

Progress = Callable[[str], None]


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running service. `roads_kind` is real, sample or none; `demo` opens one-click sign-in. `area_turns`: who
    calculates an area, one at a time, so that they leave processors to the desk.
    """

    settings: Settings
    unit: Unit
    teller: Teller
    areas: Areas
    tiles: TileStore | None
    places: RegionPlaces | None
    online: OnlinePlaces | None
    roads_meta: NetworkMeta | None
    road_areas: RoadAreas | None
    roads_kind: str
    demo: bool
    area_turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


def pack_texts(settings: Settings) -> list[tuple[str, str]]:
    """(file name, text) of every pack of the settings' folder, or of the package's samples; what is no UTF-8 is kept
    as half characters, which `read_pack` refuses with their line.

    Raises:
        OSError: if the folder cannot be read, or holds no pack.
    """
    if settings.sop_dir:
        paths = sorted(Path(settings.sop_dir).glob("*.toml"))
        if not paths:
            raise FileNotFoundError(f"JEMPUT_SOP_DIR: there is no folder with SOP packs (*.toml) at {settings.sop_dir}")
        return [(str(path), path.read_text("utf-8", errors="surrogateescape")) for path in paths]
    samples = resources.files("dispatch") / "packs"
    files = sorted((entry for entry in samples.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return [(entry.name, entry.read_text("utf-8")) for entry in files]


def judge_files(settings: Settings) -> list[str]:
    """What is wrong with the files and folders that the settings name: without them no server starts."""
    problems: list[str] = []
    for name, work in (
        ("roads", lambda: open_network(Path(settings.roads)) if settings.roads else None),
        ("places", lambda: labels_for(Path(settings.roads)) if settings.roads else None),
        ("areas", lambda: read_areas(Path(settings.areas)) if settings.areas else None),
        ("traffic", lambda: slices_for(settings)),
        ("SOP", lambda: pack_texts(settings)),
    ):
        try:
            work()
        except (NetworkFileError, AreaFileError, PlacesFileError, TrafficFileError, OSError) as error:
            problems.append(f"{name:10} {error}")
    return problems


def publish_packs(books: Books, texts: list[tuple[str, str]], now: datetime, beside: Sequence[Pack] = ()) -> list[str]:
    """Publish each pack that is not published yet; returns what could not be, a sentence with its line for each fault.

    A pack that fails to load never disturbs the one in force. `beside` are packs that count as if they were there.
    """
    problems: list[str] = []
    there = {text: read_pack(text) for text in books.sop.list_packs()}
    sound: list[tuple[str, str, Pack]] = []
    for name, text in texts:
        try:
            if text not in there:
                sound.append((name, text, read_pack(text)))
        except PackError as error:
            problems += _told(name, error)
    # The national pack first: the others may lift its rules.
    for name, text, pack in sorted(sound, key=lambda found: found[2].agency != NATIONAL):
        try:
            judge_pack_beside(
                text,
                pack,
                judge_beside(pack, [*there.values(), *(other for other in beside if other.agency != pack.agency)]),
            )
        except PackError as error:
            problems += _told(name, error)
            continue
        since = pack.effective_from
        if books.sop.add_pack(agency=pack.agency, version=pack.version, effective_from=since, text=text):
            judge_anew(books, now, since=since)
        there[text] = pack
    return problems


def _told(name: str, error: PackError) -> list[str]:
    return [f"{name} line {fault.line}: {fault.sentence}" for fault in error.faults]


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


def slices_for(settings: Settings) -> tuple[Slice, ...]:
    """How the hours of the week differ on these roads: the settings' file, or this project's estimate.

    Raises:
        TrafficFileError: if the file is none.
    """
    return read_slices(Path(settings.traffic)) if settings.traffic else SLICES


def tiles_for(roads: Path, *, progress: Progress) -> TileStore:
    """The basemap beside a network file, drawn on first use or when the network is newer."""
    path = tiles_path(roads)
    if not path.exists() or path.stat().st_mtime < roads.stat().st_mtime:
        network = open_network(roads)
        progress("drawing the map")
        layers = sample_layers() if network.meta.sample else BasemapLayers(places=labels_for(roads))
        write_tiles(network, layers, path, progress)
    return TileStore(path)


def labels_for(roads: Path) -> tuple[PlaceLabel, ...]:
    """The names that lie beside a network file, if any do."""
    path = places_path(roads)
    return read_places(path) if path.exists() else ()


def places_for(roads: NetworkRoads, path: Path, progress: Progress) -> RegionPlaces:
    """What can be searched for on these roads."""
    labels = sample_layers().places if roads.network.meta.sample else labels_for(path)
    places = RegionPlaces(roads.network, roads.snapper, labels)
    progress(f"{len(places.index):,} streets and places can be searched for")
    return places


def make_teller(settings: Settings, store: Store, *, demo: bool, progress: Progress) -> Teller:
    """Who sends the messages; the demo's people are made up, so none of theirs goes to a gateway."""
    gateways = Gateways("", {}) if demo else Gateways(settings.tell_phone_url, settings.tell_urls)
    for problem in gateways.problems:
        progress(f"messages: {problem}")
    return Teller(
        store=store, clock=SystemClock(), gateways=gateways, zone=settings.zone, public_url=settings.public_url
    )


@contextlib.asynccontextmanager
async def open_house(settings: Settings, *, demo: bool, progress: Progress) -> AsyncIterator[House]:
    """Open everything that a server needs, and close it again.

    Raises:
        StoreUnavailableError, IndexMissingError, NetworkFileError, PlacesFileError, TrafficFileError, ValueError: with
            what to do.
    """
    path = roads_path(settings, demo=demo, progress=progress)
    roads: NetworkRoads | StraightRoads = StraightRoads()
    tiles: TileStore | None = None
    places: RegionPlaces | None = None
    if path is not None:
        progress(f"opening the roads of {path.name}")
        roads = NetworkRoads(open_network(path), slices_for(settings))
        roads.warm_up(progress)
        tiles = tiles_for(path, progress=progress)
        places = places_for(roads, path, progress)
    areas: Areas = read_areas(Path(settings.areas)) if settings.areas else sample_areas()
    live: Live = RedisLive(settings.redis_url) if settings.redis_url else MemoryLive()
    store = open_sqlite(settings.database_path)
    unit = Unit(store=store, live=live, roads=roads, clock=SystemClock(), zone=settings.zone)
    try:
        texts = pack_texts(settings)
        for problem in await store.write(lambda books: publish_packs(books, texts, unit.clock.now())):
            progress(f"SOP pack passed over: {problem}")
        kept = await store.read(lambda books: books.vehicles.list_fixes())
        await live.start(kept)
        await tell_roads(unit)
        await follow_fleet(unit)
        await warm_up(unit, kept)
        yield House(
            settings=settings,
            unit=unit,
            teller=make_teller(settings, store, demo=demo, progress=progress),
            areas=areas,
            tiles=tiles,
            places=places,
            online=OnlinePlaces(settings.geocoder_url) if settings.geocoder_url else None,
            roads_meta=roads.network.meta if isinstance(roads, NetworkRoads) else None,
            road_areas=roads if isinstance(roads, NetworkRoads) else None,
            roads_kind=roads.kind,
            demo=demo,
        )
        await keep_last_fixes(unit)
    finally:
        unit.close()
        await live.close()
        await store.close()
