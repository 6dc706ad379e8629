"""An approval: somebody's yes that a vehicle needs before it may go for a request."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from dispatch.domain.people import Person
from dispatch.vocabulary.promises import OPERATOR, OWN_OPERATOR


class Asked(Protocol):
    """Somebody's yes for a vehicle."""

    @property
    def vehicle_id(self) -> str:
        """Which may go with it."""

    @property
    def approver(self) -> str:
        """Whose it is."""


A = TypeVar("A", bound=Asked)
HEARD_WITHIN = timedelta(minutes=1)  # how far a time read off a clock may be beside the desk's own


class ApprovalState(StrEnum):
    """Whether the yes is awaited, was said, was refused, or is needed no longer."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer that somebody heard by phone: from whom, when, and as which approver, of which office.

    Without an approver it is that of the first one asked, without an office of the first asked of that role.
    """

    name: str
    at: datetime
    approver: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A yes asked of `approver` (a role or own_operator; of one `agency` alone where the rule names it) for a vehicle.

    `reason` is that of the answer, `answered_by` the person who gave it or wrote it down. An answer by phone has the
    name of whoever gave it, and when, until the approver has answered in person.
    """

    id: str
    request_id: str
    vehicle_id: str
    rule: str
    approver: str
    state: ApprovalState
    asked_at: datetime
    reason: str | None = None
    agency: str | None = None
    answered_by: str | None = None
    heard_from: str | None = None
    heard_at: datetime | None = None

    @property
    def is_asked(self) -> bool:
        """Whether it is awaited."""
        return self.state is ApprovalState.ASKED

    @property
    def is_answered(self) -> bool:
        """Whether somebody said yes or no."""
        return self.state in (ApprovalState.GIVEN, ApprovalState.REFUSED)

    @property
    def is_heard(self) -> bool:
        """Whether the answer is known by phone alone, so that the approver may still say otherwise."""
        return self.is_answered and self.heard_at is not None

    def is_same_question(self, other: "Approval") -> bool:
        """Whether both ask for the same vehicle under the same rule of the same request."""
        return (self.request_id, self.vehicle_id, self.rule) == (other.request_id, other.vehicle_id, other.rule)

    def is_of(self, person: Person, owner: str) -> bool:
        """Whether this person is whom it is asked of: by role, and by agency where one is named.

        `owner` is the agency of the vehicle, whose operator an own_operator is.
        """
        if self.approver == OWN_OPERATOR:
            return person.role.value == OPERATOR and person.agency == owner
        return holds_office(person, self.approver, self.agency)

    def is_heard_as(self, heard: Heard) -> bool:
        """Whether the word that somebody heard may be the answer to this."""
        return heard.approver in (None, self.approver) and heard.agency in (None, self.agency)

    def may_become(self, *, yes: bool, heard: bool) -> bool:
        """Whether this answer says something new: the first one, another one, or the approver's own after one by phone.

        What an approver said in person stands against anything that is heard.
        """
        if self.is_asked:
            return True
        if not self.is_answered or (heard and not self.is_heard):
            return False
        return yes != (self.state is ApprovalState.GIVEN) or (self.is_heard and not heard)

    def answered(self, *, yes: bool, reason: str, by: str, heard: Heard | None) -> "Approval":
        """The same with this answer."""
        return replace(
            self,
            state=ApprovalState.GIVEN if yes else ApprovalState.REFUSED,
            reason=reason,
            answered_by=by,
            heard_from=heard.name if heard is not None else None,
            heard_at=heard.at if heard is not None else None,
        )


def holds_office(person: Person, role: str, agency: str | None) -> bool:
    """Whether a person has this role, of this agency where one is named; who belongs to none has it for all."""
    return person.role.value == role and (agency is None or person.agency in (None, agency))


def waited_for(asks: Iterable[A]) -> tuple[A, ...]:
    """Of what is asked that for which a request waits. Whoever is asked for another agency's vehicle, which its own
    operator lends (R26), is asked beside the search: nobody waits for that."""
    listed = list(asks)
    lent = lent_of(listed)
    return tuple(ask for ask in listed if ask.vehicle_id not in lent)


def lent_of(asks: Iterable[Asked]) -> frozenset[str]:
    """The vehicles that their own operators are asked for."""
    return frozenset(ask.vehicle_id for ask in asks if ask.approver == OWN_OPERATOR)
