"""Master data in the books: people, facilities, vehicles, positions and packs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from dispatch.desk.ports import LostRaceError, NotFoundError, SopDraft, Token, VehicleTakenError
from dispatch.domain.directory import Facility, FacilityKind, Person, Role
from dispatch.domain.fix import Fix
from dispatch.domain.vehicle import Duty, Vehicle, VehicleNow
from dispatch.store import rows, tables
from dispatch.store.rows import Row, time_of, time_text
from geo.point import Point


class Master:
    """People, facilities, vehicles, positions and packs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, query: Select[Any]) -> Row | None:
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else {str(name): value for name, value in row.items()}

    def _all(self, query: Select[Any]) -> list[Row]:
        found = self._connection.execute(query).mappings()
        return [{str(name): value for name, value in row.items()} for row in found]

    def _put(self, table: Table, row: Mapping[str, object], keys: Sequence[str]) -> None:
        changes = {name: value for name, value in row.items() if name not in keys}
        self._connection.execute(upsert(table).values(row).on_conflict_do_update(index_elements=keys, set_=changes))

    def _insert(self, table: Table, row: Mapping[str, object]) -> None:
        try:
            self._connection.execute(insert(table).values(row))
        except IntegrityError as error:
            taken = "assignments.vehicle_id" in str(error.orig) or tables.LIVE_VEHICLE in str(error.orig)
            if "FOREIGN KEY" in str(error.orig):
                raise NotFoundError(f"a row that {table.name} names does not exist") from error
            raise (VehicleTakenError if taken else LostRaceError)(table.name) from error

    def _save(self, table: Table, row: Mapping[str, object]) -> None:
        statement = update(table).where(table.c.id == row["id"], table.c.version == _before(row))
        try:
            done = self._connection.execute(statement.values(row))
        except IntegrityError as error:
            raise LostRaceError(table.name) from error
        if done.rowcount != 1:
            raise LostRaceError(f"{table.name} {row['id']} was changed by somebody else")

    def find_person(self, person_id: str) -> Person | None:
        row = self._one(select(tables.people).where(tables.people.c.id == person_id))
        return None if row is None else _person(row)

    def list_people(self) -> list[Person]:
        return [_person(row) for row in self._all(select(tables.people).order_by(tables.people.c.id))]

    def put_person(self, person: Person) -> None:
        self._put(tables.people, {**asdict(person), "role": person.role.value}, ["id"])

    def add_token(self, token: Token) -> None:
        expires_at = time_text(token.expires_at) if token.expires_at else None
        row = {**asdict(token), "created_at": time_text(token.created_at), "expires_at": expires_at}
        self._connection.execute(insert(tables.tokens).values(row))

    def find_token(self, digest: str) -> Token | None:
        row = self._one(select(tables.tokens).where(tables.tokens.c.digest == digest))
        if row is None:
            return None
        return Token(
            digest=row["digest"],
            person_id=row["person_id"],
            kind=row["kind"],
            created_at=time_of(row["created_at"]),
            expires_at=time_of(row["expires_at"]) if row["expires_at"] else None,
        )

    def drop_token(self, digest: str) -> None:
        self._connection.execute(delete(tables.tokens).where(tables.tokens.c.digest == digest))

    def find_facility(self, facility_id: str) -> Facility | None:
        row = self._one(select(tables.facilities).where(tables.facilities.c.id == facility_id))
        return None if row is None else _facility(row)

    def list_facilities(self) -> list[Facility]:
        query = select(tables.facilities).order_by(tables.facilities.c.name, tables.facilities.c.id)
        return [_facility(row) for row in self._all(query)]

    def put_facility(self, facility: Facility) -> None:
        row = {
            "id": facility.id,
            "kind": facility.kind.value,
            "name": facility.name,
            "lon": facility.point.lon,
            "lat": facility.point.lat,
            "agency": facility.agency,
            "phone": facility.phone,
            "source": facility.source,
        }
        self._put(tables.facilities, row, ["id"])
        based = update(tables.vehicles).where(tables.vehicles.c.base == facility.id)
        self._connection.execute(based.values(revision=_NEXT_REVISION))

    def get_vehicle(self, vehicle_id: str) -> VehicleNow:
        row = self._one(_VEHICLES.where(tables.vehicles.c.id == vehicle_id))
        if row is None:
            raise NotFoundError(f"no vehicle {vehicle_id}")
        return rows.vehicle_of(row)

    def list_vehicles(self) -> list[VehicleNow]:
        return [rows.vehicle_of(row) for row in self._all(_VEHICLES.order_by(tables.vehicles.c.id))]

    def list_vehicles_since(self, revision: int) -> tuple[int, list[VehicleNow]]:
        table = tables.vehicles
        newest = self._connection.execute(select(func.coalesce(func.max(table.c.revision), 0))).scalar_one()
        if newest <= revision:
            return revision, []
        changed = _VEHICLES.where(table.c.revision > revision).order_by(table.c.id)
        return newest, [rows.vehicle_of(row) for row in self._all(changed)]

    def touch_vehicle(self, vehicle_id: str) -> None:
        self._update_vehicle(vehicle_id)

    def put_vehicle(self, vehicle: Vehicle) -> None:
        new = {"duty": Duty.OFF_DUTY.value, "at_base": False}
        row = {**rows.vehicle_row(vehicle), "revision": _NEXT_REVISION}
        statement = upsert(tables.vehicles).values({**row, **new})
        changes = {name: value for name, value in row.items() if name != "id"}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))

    def set_duty(self, vehicle_id: str, duty: Duty, *, at_base: bool, now: datetime) -> None:
        self._update_vehicle(vehicle_id, duty=duty.value, at_base=at_base, duty_since=time_text(now))

    def set_history(self, vehicle_id: str, *, on_duty_since: datetime | None, trip_ended_at: datetime | None) -> None:
        self._update_vehicle(
            vehicle_id,
            on_duty_since=time_text(on_duty_since) if on_duty_since else None,
            trip_ended_at=time_text(trip_ended_at) if trip_ended_at else None,
        )

    def leave_alone(self, vehicle_id: str, until: datetime | None) -> None:
        self._update_vehicle(vehicle_id, left_alone_until=time_text(until) if until else None)

    def set_auto_accept(self, vehicle_id: str, *, on: bool) -> None:
        self._update_vehicle(vehicle_id, auto_accept=on)

    def _update_vehicle(self, vehicle_id: str, **columns: object) -> None:
        changed = {**columns, "revision": _NEXT_REVISION}
        statement = update(tables.vehicles).where(tables.vehicles.c.id == vehicle_id).values(changed)
        if self._connection.execute(statement).rowcount != 1:
            raise NotFoundError(f"no vehicle {vehicle_id}")

    def put_last_fixes(self, fixes: Sequence[Fix]) -> None:
        """Newer `taken_at` wins; a shared live server may know vehicles that this database does not: passed over."""
        known = set(self._connection.execute(select(tables.vehicles.c.id)).scalars())
        found = [rows.fix_row(fix) for fix in fixes if fix.vehicle_id in known]
        if found:
            self._connection.execute(_KEEP_FIX, found)

    def list_last_fixes(self) -> list[Fix]:
        return [rows.fix_of(row, vehicle_id=row["vehicle_id"]) for row in self._all(select(tables.last_fixes))]

    def add_pack(self, *, agency: str, version: str, effective_from: datetime, text: str) -> bool:
        table = tables.packs
        held = self._one(select(table.c.text).where(table.c.agency == agency, table.c.version == version))
        if held is not None and held["text"] == text:
            return False
        if held is not None:
            raise ValueError(f"{agency} {version} is published with another text: give the change a new version")
        row = {"agency": agency, "version": version, "effective_from": time_text(effective_from), "text": text}
        try:
            self._connection.execute(insert(table).values(row))
        except IntegrityError as error:
            raise ValueError(
                f"{agency} has another version in force from {effective_from.isoformat()}: give {version} another time"
            ) from error
        return True

    def list_packs(self) -> list[str]:
        return list(self._connection.execute(select(tables.packs.c.text)).scalars())

    def put_draft(self, draft: SopDraft) -> None:
        self._put(tables.sop_drafts, {**asdict(draft), "updated_at": time_text(draft.updated_at)}, ["id"])

    def find_draft(self, draft_id: str) -> SopDraft | None:
        row = self._one(select(tables.sop_drafts).where(tables.sop_drafts.c.id == draft_id))
        return None if row is None else _draft(row)

    def list_drafts(self) -> list[SopDraft]:
        table = tables.sop_drafts
        return [_draft(row) for row in self._all(select(table).order_by(table.c.updated_at.desc(), table.c.id))]

    def drop_draft(self, draft_id: str) -> None:
        self._connection.execute(delete(tables.sop_drafts).where(tables.sop_drafts.c.id == draft_id))


def _before(row: Mapping[str, object]) -> int:
    return int(str(row["version"])) - 1


def _person(row: Row) -> Person:
    return Person(**{**row, "role": Role(row["role"])})


def _draft(row: Row) -> SopDraft:
    return SopDraft(**{**row, "updated_at": time_of(row["updated_at"])})


def _facility(row: Row) -> Facility:
    return Facility(
        id=row["id"],
        kind=FacilityKind(row["kind"]),
        name=row["name"],
        point=Point(lon=row["lon"], lat=row["lat"]),
        agency=row["agency"],
        phone=row["phone"],
        source=row["source"],
    )


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
_newest = upsert(_fix)
_KEEP_FIX = _newest.on_conflict_do_update(
    index_elements=["vehicle_id"],
    set_={column.name: _newest.excluded[column.name] for column in _fix.c if column.name != "vehicle_id"},
    where=_fix.c.taken_at < _newest.excluded.taken_at,
)
# Every change of a vehicle has a number above all before it; writers are one at a time.
_NEXT_REVISION = select(func.coalesce(func.max(tables.vehicles.c.revision), 0) + 1).scalar_subquery()
