"""The books over one connection inside one transaction: a module a noun."""

from sqlalchemy import Connection

from dispatch.desk.ports import Books
from dispatch.store.books.answers import SqlAnswers
from dispatch.store.books.assignments import SqlApprovals, SqlAssignments
from dispatch.store.books.closures import SqlClosures
from dispatch.store.books.deaths import SqlDeaths
from dispatch.store.books.drives import SqlDrives
from dispatch.store.books.incidents import SqlIncidents
from dispatch.store.books.journal import SqlJournal
from dispatch.store.books.outbox import SqlOutbox
from dispatch.store.books.people import SqlFacilities, SqlPeople
from dispatch.store.books.promises import SqlPromises
from dispatch.store.books.requests import SqlDecisions, SqlRequests
from dispatch.store.books.sop import SqlSop
from dispatch.store.books.timers import SqlTimers
from dispatch.store.books.vehicles import SqlVehicles


def open_books(connection: Connection) -> Books:
    """The books over a connection that is in a transaction."""
    return Books(
        answers=SqlAnswers(connection),
        journal=SqlJournal(connection),
        people=SqlPeople(connection),
        facilities=SqlFacilities(connection),
        vehicles=SqlVehicles(connection),
        requests=SqlRequests(connection),
        decisions=SqlDecisions(connection),
        assignments=SqlAssignments(connection),
        approvals=SqlApprovals(connection),
        promises=SqlPromises(connection),
        deaths=SqlDeaths(connection),
        timers=SqlTimers(connection),
        sop=SqlSop(connection),
        closures=SqlClosures(connection),
        drives=SqlDrives(connection),
        incidents=SqlIncidents(connection),
        outbox=SqlOutbox(connection),
    )
