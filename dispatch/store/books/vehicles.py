"""Vehicles: master data, duty, and the last fix that was kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, select, update

from dispatch.desk.ports import NotFoundError
from dispatch.domain.fix import Fix
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import Row, reader, row_of
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point


class SqlVehicles(Book):
    """The port Vehicles."""

    def get(self, vehicle_id: str) -> VehicleNow:
        found = self._rows(_VEHICLES.where(tables.vehicles.c.id == vehicle_id))
        if not found:
            raise NotFoundError(f"no vehicle {vehicle_id}")
        return _vehicle(found[0])

    def list_all(self) -> list[VehicleNow]:
        return list(map(_vehicle, self._rows(_VEHICLES.order_by(tables.vehicles.c.id))))

    def list_since(self, revision: int) -> tuple[int, list[VehicleNow]]:
        table = tables.vehicles
        newest = self._connection.execute(select(func.coalesce(func.max(table.c.revision), 0))).scalar_one()
        if newest <= revision:
            return revision, []
        changed = _VEHICLES.where(table.c.revision > revision).order_by(table.c.id)
        return newest, list(map(_vehicle, self._rows(changed)))

    def put(self, vehicle: Vehicle) -> None:
        at_first = {"duty": Duty.OFF_DUTY, "at_base": False, "auto_accept": False, "to_clean": False}
        made = {"revision": NEXT_REVISION}
        self._put(tables.vehicles, row_of(tables.vehicles, vehicle), at_first=at_first, made=made)

    def set_duty(self, vehicle_id: str, duty: Duty, *, at_base: bool, now: datetime) -> None:
        self.touch(vehicle_id, duty=duty, at_base=at_base, duty_since=now)

    def set_history(self, vehicle_id: str, *, on_duty_since: datetime | None, trip_ended_at: datetime | None) -> None:
        self.touch(vehicle_id, on_duty_since=on_duty_since, trip_ended_at=trip_ended_at)

    def set_to_clean(self, vehicle_id: str, *, on: bool) -> None:
        self.touch(vehicle_id, to_clean=on)

    def set_broke_at(self, vehicle_id: str, at: datetime) -> None:
        self.touch(vehicle_id, broke_at=at)

    def leave_alone(self, vehicle_id: str, until: datetime | None) -> None:
        self.touch(vehicle_id, left_alone_until=until)

    def set_auto_accept(self, vehicle_id: str, *, on: bool) -> None:
        self.touch(vehicle_id, auto_accept=on)

    def touch(self, vehicle_id: str, **changes: object) -> None:
        """Change columns of a vehicle, or none, so that it is read again by whoever follows the fleet."""
        changed = {**changes, "revision": NEXT_REVISION}
        statement = update(tables.vehicles).where(tables.vehicles.c.id == vehicle_id).values(changed)
        if self._connection.execute(statement).rowcount != 1:
            raise NotFoundError(f"no vehicle {vehicle_id}")

    def put_fixes(self, fixes: Sequence[Fix]) -> None:
        """Newer `taken_at` wins; a shared live server may know vehicles that this database does not: passed over."""
        known = set(self._connection.execute(select(tables.vehicles.c.id)).scalars().all())
        found = [row_of(tables.last_fixes, fix) for fix in fixes if fix.vehicle_id in known]
        if found:
            self._put_newer(tables.last_fixes, found, "vehicle_id", "taken_at")

    def list_fixes(self) -> list[Fix]:
        return self._all(Fix, select(tables.last_fixes))


_base, _fix, _live = tables.facilities.alias("base"), tables.last_fixes, tables.assignments
_VEHICLES = (
    select(
        tables.vehicles,
        _base.c.lon.label("base_lon"),
        _base.c.lat.label("base_lat"),
        _fix,
        _live.c.id.label("assignment_id"),
    )
    .outerjoin(_base, tables.vehicles.c.base == _base.c.id)
    .outerjoin(_fix, tables.vehicles.c.id == _fix.c.vehicle_id)
    .outerjoin(_live, and_(_live.c.vehicle_id == tables.vehicles.c.id, tables.IS_LIVE))
)
# Every change of a vehicle has a number above all before it; writers are one at a time.
NEXT_REVISION = select(func.coalesce(func.max(tables.vehicles.c.revision), 0) + 1).scalar_subquery()
_read_vehicle, _read_now = reader(Vehicle, "base_point"), reader(VehicleNow, "vehicle", "fix", "kept_for")


def _vehicle(row: Row) -> VehicleNow:
    """A vehicle joined with its base, its last fix and its live assignment."""
    base = None if row["base_lon"] is None else Point(lon=row["base_lon"], lat=row["base_lat"])
    fix = reader(Fix)(row) if row["taken_at"] else None
    now: VehicleNow = _read_now(row, vehicle=_read_vehicle(row, base_point=base), fix=fix)
    return now
