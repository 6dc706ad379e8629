"""A promise: a call-back owed to somebody, by when, by whom and why, while the search goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class PromiseState(StrEnum):
    """Whether the promise still stands, and how it ended."""

    OPEN = "open"
    SOLVED = "solved"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Who owes a call-back for which request; the phone number stays with the request's contact."""

    id: str
    request_id: str
    state: PromiseState
    owner: str
    why: str
    made_at: datetime
    due_at: datetime
    retry_at: datetime
    retries: int = 0
    version: int = 1


RETRY_EVERY = timedelta(minutes=5)  # the search is tried again at least this often (product.md, promise 1)
CALL_BACK_WITHIN = timedelta(minutes=15)  # the first call-back; this project's own figure


def make_promise(*, promise_id: str, request_id: str, owner: str, why: str, now: datetime) -> Promise:
    """A promise made now, due at the end of the first call-back time."""
    return Promise(
        id=promise_id,
        request_id=request_id,
        state=PromiseState.OPEN,
        owner=owner,
        why=why,
        made_at=now,
        due_at=now + CALL_BACK_WITHIN,
        retry_at=now + RETRY_EVERY,
    )
