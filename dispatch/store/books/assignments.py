"""Assignments, and approvals that are asked for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from dispatch.domain.approval import Approval, ApprovalState
from dispatch.domain.assignment import Assignment
from dispatch.store import tables
from dispatch.store.books.base import Book
from dispatch.store.books.vehicles import SqlVehicles
from dispatch.store.rows import row_of


class SqlAssignments(Book):
    """The port Assignments.

    What one request has is read again and again in a transaction, and may be long: each is kept until it changes.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._of: dict[str, list[Assignment]] = {}

    def add(self, assignment: Assignment) -> None:
        self._insert(tables.assignments, _row(assignment))
        self._of.pop(assignment.request_id, None)
        SqlVehicles(self._connection).touch(assignment.vehicle_id)

    def get(self, assignment_id: str) -> Assignment:
        return self._get(Assignment, tables.assignments, assignment_id)

    def save(self, assignment: Assignment) -> None:
        self._save(tables.assignments, _row(assignment))
        self._of.pop(assignment.request_id, None)
        SqlVehicles(self._connection).touch(assignment.vehicle_id)

    def list_of(self, *request_ids: str) -> list[Assignment]:
        if len(request_ids) != 1:
            return self._list_of(request_ids)
        [request_id] = request_ids
        if request_id not in self._of:
            self._of[request_id] = self._list_of(request_ids)
        return [*self._of[request_id]]

    def _list_of(self, request_ids: Sequence[str]) -> list[Assignment]:
        table = tables.assignments
        query = select(table).where(table.c.request_id.in_(request_ids)).order_by(table.c.offered_at, table.c.id)
        return self._all(Assignment, query)

    def list_of_vehicle(self, vehicle_id: str, *, since: datetime) -> list[Assignment]:
        table = tables.assignments
        query = select(table).where(table.c.vehicle_id == vehicle_id, table.c.offered_at >= since)
        return self._all(Assignment, query.order_by(table.c.offered_at, table.c.id))

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

    def list_asked(self, vehicle_id: str) -> list[Approval]:
        """What is asked for a vehicle now, by every request."""
        table = tables.approvals
        asked = (table.c.vehicle_id == vehicle_id) & (table.c.state == ApprovalState.ASKED)
        return self._all(Approval, select(table).where(asked).order_by(table.c.asked_at, table.c.id))
