"""An approval: somebody's yes that a vehicle needs before it may go for a request."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.domain.people import Person
from dispatch.vocabulary.promises import OPERATOR, OWN_OPERATOR

HEARD_WITHIN = timedelta(minutes=1)  # how far a time read off a clock may be beside the desk's own


class ApprovalState(StrEnum):
    """Whether the yes is awaited, was said, was refused, or is needed no longer."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer that somebody heard by phone: from whom, when, and as which approver; None: as the first one asked."""

    name: str
    at: datetime
    approver: str | None = None


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
    def is_waited_for(self) -> bool:
        """Whether the request waits for it; another agency's operator is asked beside the search (R26)."""
        return self.is_asked and self.approver != OWN_OPERATOR

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
        return person.role.value == self.approver and (self.agency is None or person.agency in (None, self.agency))

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
