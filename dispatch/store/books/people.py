"""People with their tokens, and facilities."""

from sqlalchemy import delete, insert, select, update

from dispatch.domain.people import Facility, Person, Token
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.books.vehicles import NEXT_REVISION
from dispatch.store.rows import Row, columns, point_of, value_of


class SqlPeople(Book):
    """The port People."""

    def find(self, person_id: str) -> Person | None:
        row = self._one(select(tables.people).where(tables.people.c.id == person_id))
        return None if row is None else value_of(Person, row)

    def list_all(self) -> list[Person]:
        return [value_of(Person, row) for row in self._all(select(tables.people).order_by(tables.people.c.id))]

    def put(self, person: Person) -> None:
        self._put(tables.people, columns(person))

    def add_token(self, token: Token) -> None:
        self._connection.execute(insert(tables.tokens).values(columns(token)))

    def find_token(self, digest: str) -> Token | None:
        row = self._one(select(tables.tokens).where(tables.tokens.c.digest == digest))
        return None if row is None else value_of(Token, row)

    def drop_token(self, digest: str) -> None:
        self._connection.execute(delete(tables.tokens).where(tables.tokens.c.digest == digest))


class SqlFacilities(Book):
    """The port Facilities."""

    def find(self, facility_id: str) -> Facility | None:
        row = self._one(select(tables.facilities).where(tables.facilities.c.id == facility_id))
        return None if row is None else _facility(row)

    def list_all(self) -> list[Facility]:
        query = select(tables.facilities).order_by(tables.facilities.c.name, tables.facilities.c.id)
        return [_facility(row) for row in self._all(query)]

    def put(self, facility: Facility) -> None:
        row = {**columns(facility, "point"), "lon": facility.point.lon, "lat": facility.point.lat}
        self._put(tables.facilities, row)
        based = update(tables.vehicles).where(tables.vehicles.c.base == facility.id)
        self._connection.execute(based.values(revision=NEXT_REVISION))


def _facility(row: Row) -> Facility:
    return value_of(Facility, row, point=point_of(row))
