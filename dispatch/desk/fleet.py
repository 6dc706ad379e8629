"""The fleet of the store with its newest positions, kept between searches so that only what changed is read again."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dispatch.desk.ports import Books, Live, Store
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.fleet import Fleet


@dataclass(slots=True)
class FleetCache:
    """Vehicles by id at a revision of the store, and the columns that the last search made of them."""

    store: Store
    live: Live
    _revision: int = -1
    _by_id: Mapping[str, VehicleNow] = field(default_factory=dict)
    _placed: dict[str, tuple[VehicleNow, VehicleNow]] = field(default_factory=dict)
    _columns: Fleet = field(default_factory=lambda: Fleet([]))

    async def list_all(self) -> list[VehicleNow]:
        """Every vehicle with its newest fix, by id."""
        return self.with_fixes(await self.held())

    async def held(self) -> Collection[VehicleNow]:
        """Every vehicle as the store has it, by id."""
        known = self._revision
        revision, changed = await self.store.read(lambda books: books.vehicles.list_since(known))
        if revision > self._revision:  # else another search has read as much meanwhile
            by_id = {**self._by_id, **{vehicle.id: vehicle for vehicle in changed}}
            if len(by_id) > len(self._by_id):
                by_id = {name: by_id[name] for name in sorted(by_id)}
            self._revision, self._by_id = revision, by_id
        return self._by_id.values()

    async def some(self, ids: Iterable[str]) -> dict[str, VehicleNow]:
        """These vehicles with their newest fixes, by id. Raises NotFoundError."""
        wanted = sorted(set(ids))
        return {vehicle.id: vehicle for vehicle in self.with_fixes(await self.store.read(_reading(wanted)))}

    def with_fixes(self, vehicles: Iterable[VehicleNow]) -> list[VehicleNow]:
        """The same vehicles where their newest fixes are; one that neither moved nor changed is the same object."""
        fixes, kept, found = self.live.last_fixes(), self._placed, []
        for vehicle in vehicles:
            name = vehicle.vehicle.id
            fix = fixes.get(name, vehicle.fix)
            before = kept.get(name)
            if before is None or before[0] is not vehicle or before[1].fix is not fix:
                before = kept[name] = vehicle, vehicle if fix is vehicle.fix else replace(vehicle, fix=fix)
            found.append(before[1])
        return found

    def columns(self, vehicles: Sequence[VehicleNow]) -> Fleet:
        """These vehicles for a search; of the last search's columns only what changed is made anew."""
        if vehicles is not self._columns.vehicles:
            self._columns = self._columns.follow(vehicles)
        return self._columns


def _reading(ids: list[str]) -> Callable[[Books], list[VehicleNow]]:
    return lambda books: [books.vehicles.get(vehicle_id) for vehicle_id in ids]
