"""Vehicles: master data, duty, and the last fix that was kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, select, update

from dispatch.desk.ports import NotFoundError
from dispatch.domain.fix import Fix
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.rows import fix_of, fix_row, plain, vehicle_of, vehicle_row
from dispatch.vocabulary.vehicle_classes import Duty


class SqlVehicles(Book):
    """The port Vehicles."""

    def get(self, vehicle_id: str) -> VehicleNow:
        return vehicle_of(self._get(_VEHICLES.where(tables.vehicles.c.id == vehicle_id), f"vehicle {vehicle_id}"))

    def list_all(self) -> list[VehicleNow]:
        return [vehicle_of(row) for row in self._all(_VEHICLES.order_by(tables.vehicles.c.id))]

    def list_since(self, revision: int) -> tuple[int, list[VehicleNow]]:
        table = tables.vehicles
        newest = self._connection.execute(select(func.coalesce(func.max(table.c.revision), 0))).scalar_one()
        if newest <= revision:
            return revision, []
        changed = _VEHICLES.where(table.c.revision > revision).order_by(table.c.id)
        return newest, [vehicle_of(row) for row in self._all(changed)]

    def put(self, vehicle: Vehicle) -> None:
        row = {**vehicle_row(vehicle), "revision": NEXT_REVISION}
        at_first = {"duty": Duty.OFF_DUTY.value, "at_base": False, "auto_accept": False}
        self._put(tables.vehicles, row, at_first=at_first)

    def set_duty(self, vehicle_id: str, duty: Duty, *, at_base: bool, now: datetime) -> None:
        self.touch(vehicle_id, duty=duty, at_base=at_base, duty_since=now)

    def set_history(self, vehicle_id: str, *, on_duty_since: datetime | None, trip_ended_at: datetime | None) -> None:
        self.touch(vehicle_id, on_duty_since=on_duty_since, trip_ended_at=trip_ended_at)

    def leave_alone(self, vehicle_id: str, until: datetime | None) -> None:
        self.touch(vehicle_id, left_alone_until=until)

    def set_auto_accept(self, vehicle_id: str, *, on: bool) -> None:
        self.touch(vehicle_id, auto_accept=on)

    def touch(self, vehicle_id: str, **changes: object) -> None:
        """Change columns of a vehicle, or none, so that it is read again by whoever follows the fleet."""
        changed = {name: plain(value) for name, value in changes.items()} | {"revision": NEXT_REVISION}
        statement = update(tables.vehicles).where(tables.vehicles.c.id == vehicle_id).values(changed)
        if self._connection.execute(statement).rowcount != 1:
            raise NotFoundError(f"no vehicle {vehicle_id}")

    def put_fixes(self, fixes: Sequence[Fix]) -> None:
        """Newer `taken_at` wins; a shared live server may know vehicles that this database does not: passed over."""
        known = set(self._connection.execute(select(tables.vehicles.c.id)).scalars())
        found = [fix_row(fix) for fix in fixes if fix.vehicle_id in known]
        if found:
            self._put_newer(tables.last_fixes, found, "vehicle_id", "taken_at")

    def list_fixes(self) -> list[Fix]:
        return [fix_of(row, vehicle_id=row["vehicle_id"]) for row in self._all(select(tables.last_fixes))]


_base, _fix, _live = tables.facilities.alias("base"), tables.last_fixes, tables.assignments
_VEHICLES = (
    select(
        tables.vehicles,
        _base.c.lon.label("base_lon"),
        _base.c.lat.label("base_lat"),
        *(column for column in _fix.c if column.name != "vehicle_id"),
        _live.c.id.label("assignment_id"),
    )
    .outerjoin(_base, tables.vehicles.c.base == _base.c.id)
    .outerjoin(_fix, tables.vehicles.c.id == _fix.c.vehicle_id)
    .outerjoin(_live, and_(_live.c.vehicle_id == tables.vehicles.c.id, tables.IS_LIVE))
)
# Every change of a vehicle has a number above all before it; writers are one at a time.
NEXT_REVISION = select(func.coalesce(func.max(tables.vehicles.c.revision), 0) + 1).scalar_subquery()
