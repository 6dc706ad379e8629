"""An approval: somebody's yes that a vehicle needs before it may go for a request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dispatch.vocabulary.promises import OWN_OPERATOR


class ApprovalState(StrEnum):
    """Whether the yes is awaited, was said, was refused, or is needed no longer."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A yes asked of `approver` (a role or own_operator) for a vehicle under a rule, with the reason of the answer."""

    id: str
    request_id: str
    vehicle_id: str
    rule: str
    approver: str
    state: ApprovalState
    asked_at: datetime
    reason: str | None = None

    @property
    def is_asked(self) -> bool:
        """Whether it is awaited."""
        return self.state is ApprovalState.ASKED

    @property
    def is_waited_for(self) -> bool:
        """Whether the request waits for it; another agency's operator is asked beside the search (R26)."""
        return self.is_asked and self.approver != OWN_OPERATOR
