"""Call-backs that are owed: what for, why, by whom, and how a call went."""

from enum import StrEnum


class PromiseState(StrEnum):
    """Whether the promise still holds, and how it ended: with a vehicle, with a word kept, or needed no longer."""

    OPEN = "open"
    SOLVED = "solved"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


class PromiseKind(StrEnum):
    """What is owed: a vehicle, or a document that is out of stock."""

    VEHICLE = "vehicle"
    DOCUMENT = "document"


class Why(StrEnum):
    """Why a call-back is owed, or why somebody is told that nobody goes yet."""

    NOBODY_ELIGIBLE = "nobody_eligible"
    ALL_TRIED = "all_tried_or_unreachable"
    OUT_OF_STOCK = "out_of_stock"
    SEARCHING_LONG = "searching_long"
    REFUSED_OFTEN = "refused_often"
    RED_SILENT = "red_silent"
    RED_FIRST = "red_first"
    NOBODY_THERE = "nobody_there"
    DESTINATION = "destination"
    BOOKING_UNCERTAIN = "booking_uncertain"
    RETURN_UNSAID = "return_unsaid"


class CallOutcome(StrEnum):
    """How a call-back went."""

    TOLD = "told"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


class Whom(StrEnum):
    """Whom to call next: the number that was given, or the facility that asked."""

    CONTACT = "contact"
    FACILITY = "facility"


class CloseOutcome(StrEnum):
    """How its owner ends a promise."""

    HANDED_OUT = "handed_out"
    NOT_NEEDED = "not_needed"


STAFF, OPERATOR, SUPERVISOR = "staff", "operator", "health_officer"
# Who holds an overdue promise after whom; the health officer on duty is the operators' supervisor.
LADDER = (STAFF, OPERATOR, SUPERVISOR)
OWN_OPERATOR = "own_operator"  # an approver: the operator of the vehicle's own agency (R26)
APPROVERS = (SUPERVISOR, OPERATOR, OWN_OPERATOR)
# Who was told of an end or a solution where nobody wrote it down: codes, beside people's own words.
TOLD_REQUESTER, TOLD_FAMILY, TOLD_NOBODY = "requester", "family", "nobody"
RESERVED_AGAIN = "reserved"  # the outcome of a promise about a booked trip for which a vehicle was found again
