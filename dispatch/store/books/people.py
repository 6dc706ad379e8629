"""People with their tokens, and facilities."""

from sqlalchemy import delete, insert, select, update

from dispatch.domain.people import Facility, Person, Token
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.books.vehicles import NEXT_REVISION
from dispatch.store.rows import row_of
from dispatch.vocabulary.roles import Role


class SqlPeople(Book):
    """The port People."""

    def find(self, person_id: str) -> Person | None:
        return self._find(Person, select(tables.people).where(tables.people.c.id == person_id))

    def list_all(self) -> list[Person]:
        return self._all(Person, select(tables.people).order_by(tables.people.c.id))

    def list_drivers(self, *vehicle_ids: str) -> list[Person]:
        table = tables.people
        query = select(table).where(table.c.vehicle.in_(vehicle_ids), table.c.role == Role.DRIVER)
        return self._all(Person, query.order_by(table.c.id))

    def put(self, person: Person) -> None:
        self._put(tables.people, row_of(tables.people, person))

    def add_token(self, token: Token) -> None:
        self._connection.execute(insert(tables.tokens).values(row_of(tables.tokens, token)))

    def find_token(self, digest: str) -> Token | None:
        return self._find(Token, select(tables.tokens).where(tables.tokens.c.digest == digest))

    def drop_token(self, digest: str) -> None:
        self._connection.execute(delete(tables.tokens).where(tables.tokens.c.digest == digest))


class SqlFacilities(Book):
    """The port Facilities."""

    def find(self, facility_id: str) -> Facility | None:
        return self._find(Facility, select(tables.facilities).where(tables.facilities.c.id == facility_id))

    def list_all(self) -> list[Facility]:
        query = select(tables.facilities).order_by(tables.facilities.c.name, tables.facilities.c.id)
        return self._all(Facility, query)

    def put(self, facility: Facility) -> None:
        self._put(tables.facilities, row_of(tables.facilities, facility))
        based = update(tables.vehicles).where(tables.vehicles.c.base == facility.id)
        self._connection.execute(based.values(revision=NEXT_REVISION))
