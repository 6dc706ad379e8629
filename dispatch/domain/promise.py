"""A promise: a call-back owed to somebody, by when, by whom and why, while the search goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from dispatch.vocabulary.promises import LADDER, OPERATOR, CallOutcome, PromiseKind, PromiseState, Whom, Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode

RETRY_EVERY = timedelta(minutes=5)  # the search is tried again at least this often (product.md, promise 1)
CALL_BACK_WITHIN = timedelta(minutes=15)  # between one call-back and the next; this project's own figure
CALL_AGAIN_AFTER = timedelta(minutes=3)  # after a call that reached nobody; this project's own figure
REMIND_BEFORE = timedelta(minutes=3)  # this project's own figure
ESCALATE_EVERY = timedelta(minutes=5)  # an overdue promise goes one step up each time; this project's own figure
NIGHT = (time(21), time(6))  # when the operator stays beside whoever owes a call; this project's own figure
STOCK_AGAIN_AFTER = timedelta(days=1)  # who waits for a document hears again by then; this project's own figure
_ASKED_BY_PHONE = frozenset({Why.NOBODY_THERE, Why.DESTINATION})
STOCK_WITHIN = timedelta(days=7)  # by when a document is owed where nobody said a time; this project's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Who owes a call-back for which request; the phone number stays with the request's contact.

    `owner` is a role or a person's id, `level` the rung of LADDER that the promise has come to. `kept` and `late` count
    the call-backs that came in time and too late.
    """

    id: str
    request_id: str
    state: PromiseState
    owner: str
    why: Why
    made_at: datetime
    due_at: datetime
    retries: int = 0
    kind: PromiseKind = PromiseKind.VEHICLE
    level: int = 1
    whom: Whom = Whom.CONTACT
    calls: int = 0
    kept: int = 0
    late: int = 0
    outcome: str | None = None
    told: str | None = None
    closed_at: datetime | None = None
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether the call-back is still owed."""
        return self.state is PromiseState.OPEN

    @property
    def owes_a_word(self) -> bool:
        """Whether somebody has to be rung even where a vehicle goes, and was not reached yet."""
        return self.why in _ASKED_BY_PHONE and self.kept + self.late == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call-back: who called whom, how it went, and who was told."""

    promise_id: str
    at: datetime
    by: str
    whom: Whom
    outcome: CallOutcome
    told: str = ""
    note: str = ""


def make_promise(
    *,
    promise_id: str,
    request_id: str,
    owner: str,
    why: Why,
    now: datetime,
    kind: PromiseKind = PromiseKind.VEHICLE,
    due_at: datetime | None = None,
) -> Promise:
    """A promise made now, due at the end of the first call-back time unless another time was given."""
    return Promise(
        id=promise_id,
        request_id=request_id,
        state=PromiseState.OPEN,
        owner=owner,
        why=why,
        made_at=now,
        due_at=due_at or now + CALL_BACK_WITHIN,
        kind=kind,
        level=LADDER.index(owner) if owner in LADDER else 1,
    )


def remind_at(promise: Promise) -> datetime:
    """When its owner is reminded, before it is due."""
    return max(promise.made_at, promise.due_at - REMIND_BEFORE)


def stands_beside(promise: Promise, local: datetime) -> str | None:
    """Who is told at this time of the region beside its owner: at night the operator, unless that is who owes it."""
    begins, ends = NIGHT
    is_night = local.time() >= begins or local.time() < ends
    return OPERATOR if is_night and promise.owner != OPERATOR else None


def retried(promise: Promise) -> Promise:
    """The search was tried again."""
    return _next(promise, retries=promise.retries + 1)


def called(promise: Promise, call: Call, *, has_facility: bool, again_at: datetime | None = None) -> Promise | Refusal:
    """A call-back was made: who was told is promised the next one, not before `again_at`; who was not reached is tried
    another way."""
    if not promise.is_open:
        return Refusal(RefusalCode.PROMISE_CLOSED, {"state": promise.state})
    if call.outcome is CallOutcome.TOLD:
        if not call.told:
            return Refusal(RefusalCode.TOLD_WHOM, {})
        again = max(call.at + CALL_BACK_WITHIN, again_at or call.at)
        if promise.kind is PromiseKind.DOCUMENT:
            again = max(promise.due_at, call.at + STOCK_AGAIN_AFTER)
        return _next(_counted(promise, call.at), calls=promise.calls + 1, due_at=again, whom=Whom.CONTACT)
    other = Whom.FACILITY if promise.whom is Whom.CONTACT and has_facility else Whom.CONTACT
    return _next(promise, calls=promise.calls + 1, whom=other)


def overdue(promise: Promise) -> Promise:
    """Nobody called in time: it goes one step up, as far as there is one."""
    level = min(promise.level + 1, len(LADDER) - 1)
    return _next(promise, level=level, owner=LADDER[level])


def handed_over(promise: Promise, to: str) -> Promise | Refusal:
    """Somebody else owes the call-back from now on."""
    if not promise.is_open:
        return Refusal(RefusalCode.PROMISE_CLOSED, {"state": promise.state})
    return _next(promise, owner=to, level=LADDER.index(to) if to in LADDER else promise.level)


def closed(promise: Promise, state: PromiseState, *, outcome: str, told: str, now: datetime) -> Promise:
    """It ends with its outcome and who was told; where it is not needed any more it counts neither way."""
    counted = promise if state is PromiseState.WITHDRAWN else _counted(promise, now)
    return _next(counted, state=state, outcome=outcome, told=told, closed_at=now)


def _counted(promise: Promise, now: datetime) -> Promise:
    if now <= promise.due_at:
        return replace(promise, kept=promise.kept + 1)
    return replace(promise, late=promise.late + 1)


def _next(promise: Promise, **changes: object) -> Promise:
    return replace(promise, version=promise.version + 1, **changes)  # type: ignore[arg-type]  # the fields' own types


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How call-backs were kept: made in time, made late, still owed and past their time."""

    kept: int
    late: int
    overdue: int

    @property
    def share(self) -> float | None:
        """The share that was kept of all that fell due; None where none did."""
        due = self.kept + self.late + self.overdue
        return self.kept / due if due else None


def kept_of(promises: Sequence[Promise], now: datetime) -> Kept:
    """The figure over these promises at a moment."""
    return Kept(
        kept=sum(promise.kept for promise in promises),
        late=sum(promise.late for promise in promises),
        overdue=sum(promise.is_open and promise.due_at < now for promise in promises),
    )
