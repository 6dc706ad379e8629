"""Assignments, and approvals that are asked for."""

from sqlalchemy import select

from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.books.vehicles import SqlVehicles
from dispatch.store.rows import row_of


class SqlAssignments(Book):
    """The port Assignments."""

    def add(self, assignment: Assignment) -> None:
        self._insert(tables.assignments, _row(assignment))
        SqlVehicles(self._connection).touch(assignment.vehicle_id)

    def get(self, assignment_id: str) -> Assignment:
        return self._get(Assignment, tables.assignments, assignment_id)

    def save(self, assignment: Assignment) -> None:
        self._save(tables.assignments, _row(assignment))
        SqlVehicles(self._connection).touch(assignment.vehicle_id)

    def list_of(self, *request_ids: str) -> list[Assignment]:
        table = tables.assignments
        query = select(table).where(table.c.request_id.in_(request_ids)).order_by(table.c.offered_at, table.c.id)
        return self._all(Assignment, query)

    def find_live(self, vehicle_id: str) -> Assignment | None:
        table = tables.assignments
        return self._find(Assignment, select(table).where(table.c.vehicle_id == vehicle_id, tables.IS_LIVE))

    def list_live(self) -> list[Assignment]:
        return self._all(Assignment, select(tables.assignments).where(tables.IS_LIVE))


def _row(assignment: Assignment) -> dict[str, object]:
    return row_of(tables.assignments, assignment, is_live=assignment.is_live)


class SqlApprovals(Book):
    """The port Approvals."""

    def put(self, approval: Approval) -> None:
        self._put(tables.approvals, row_of(tables.approvals, approval))

    def get(self, approval_id: str) -> Approval:
        return self._get(Approval, tables.approvals, approval_id)

    def list_of(self, *request_ids: str) -> list[Approval]:
        table = tables.approvals
        query = select(table).where(table.c.request_id.in_(request_ids)).order_by(table.c.asked_at, table.c.id)
        return self._all(Approval, query)
