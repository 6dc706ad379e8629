"""Assignments, and approvals that are asked for."""

from sqlalchemy import select

from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.books.vehicles import SqlVehicles
from dispatch.store.rows import assignment_of, assignment_row, columns, value_of


class SqlAssignments(Book):
    """The port Assignments."""

    def add(self, assignment: Assignment) -> None:
        self._insert(tables.assignments, assignment_row(assignment))
        SqlVehicles(self._connection).touch(assignment.vehicle_id)

    def get(self, assignment_id: str) -> Assignment:
        query = select(tables.assignments).where(tables.assignments.c.id == assignment_id)
        return assignment_of(self._get(query, f"assignment {assignment_id}"))

    def save(self, assignment: Assignment) -> None:
        self._save(tables.assignments, assignment_row(assignment))
        SqlVehicles(self._connection).touch(assignment.vehicle_id)

    def list_of(self, *request_ids: str) -> list[Assignment]:
        table = tables.assignments
        query = select(table).where(table.c.request_id.in_(request_ids)).order_by(table.c.offered_at, table.c.id)
        return [assignment_of(row) for row in self._all(query)]

    def find_live(self, vehicle_id: str) -> Assignment | None:
        table = tables.assignments
        row = self._one(select(table).where(table.c.vehicle_id == vehicle_id, tables.IS_LIVE))
        return None if row is None else assignment_of(row)

    def list_live(self) -> list[Assignment]:
        return [assignment_of(row) for row in self._all(select(tables.assignments).where(tables.IS_LIVE))]


class SqlApprovals(Book):
    """The port Approvals."""

    def put(self, approval: Approval) -> None:
        self._put(tables.approvals, columns(approval))

    def list_of(self, *request_ids: str) -> list[Approval]:
        table = tables.approvals
        query = select(table).where(table.c.request_id.in_(request_ids)).order_by(table.c.asked_at, table.c.id)
        return [value_of(Approval, row) for row in self._all(query)]
