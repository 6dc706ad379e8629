"""Serving all who wait together: in the order of R24, at the least waiting for all of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.choosing.batch import assign_together
from dispatch.choosing.decision import Decision
from dispatch.choosing.queue import Place, place_of
from dispatch.desk.effects.carry_out import carry_out, wait_on
from dispatch.desk.effects.standing import settle
from dispatch.desk.ports import Books, DueKind, LostRaceError, find
from dispatch.desk.seen import Said
from dispatch.desk.soon import UNSURE_S, list_trips, soon_free
from dispatch.desk.unit import Unit, Work
from dispatch.desk.usecases.proposing import weigh
from dispatch.domain.request import Request, unfilled_slots
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.request_states import ENDS
from dispatch.vocabulary.trip_steps import AssignmentState

MOST = 200  # timers that are looked at or carried out at once


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that needs vehicles, its place in the order, what was decided for it alone, and who is free soon."""

    request: Request
    place: Place
    decision: Decision
    soon: Mapping[str, float]

    @property
    def is_red(self) -> bool:
        """Whether a life is at stake."""
        return self.request.ask.urgency is Urgency.RED


async def serve(unit: Unit, request_ids: Iterable[str]) -> None:
    """Search again for these requests, all over the same fleet, and give each what serves all best."""
    now = unit.clock.now()
    ids = list(request_ids)
    found = await unit.store.read(lambda books: [_find(books, request_id) for request_id in ids])
    open_ones = [(request, broken) for request, broken in filter(None, found) if request.state not in ENDS]
    fleet = await unit.vehicles()
    policy, trips = await unit.store.read(lambda books: (unit.policy(books, now), list_trips(books)))
    waiting = []
    for request, broken in open_ones:
        decision = await unit.search_again(request, now, fleet=fleet)
        soon = await unit.think(soon_free, decision, trips, unit.roads)
        waiting.append(_Waiting(request, place_of(request, policy, now, broken=broken), decision, soon))
    waiting.sort(key=lambda one: one.place)
    given = await unit.think(
        assign_together,
        [(one.request.id, one.place.level) for one in waiting for _ in one.decision.unfilled.slots],
        {one.request.id: _weighed(one) for one in waiting},
    )
    asked: frozenset[str] = frozenset()  # by those ahead: a first contact is given to nobody, and taken all the same
    for one in waiting:
        # For a request to which a vehicle comes soon, free ones that others need more are left; any other is asked.
        own = tuple(name for name in given.get(one.request.id, ()) if name not in one.soon and name not in asked)
        # What is given to a lower request keeps no first contact from a red.
        others = (other for other in waiting if other.is_red or not one.is_red)
        taken = frozenset(name for other in others for name in given.get(other.request.id, ()))
        others_have = (taken - set(own)) | asked
        ahead = await weigh(unit, one.request.id, one.decision.instead(taken=others_have, first=own), others_have)
        await _keep(unit, one.request.id, ahead)
        asked |= {offer.vehicle_id for offer in ahead.step.offers}
    for request_id in set(ids) - {request.id for request, _ in open_ones}:
        await unit.store.write(_dropping(request_id))


def list_before(books: Books, newcomer: Request, policy: Policy, now: datetime) -> set[str]:
    """The requests that something may have helped just now, and that stand before a newcomer (R24)."""
    woken = [due.subject for due in books.timers.list_due(now, MOST) if due.kind is DueKind.PROMISE_RETRY]
    found = {request_id: _find(books, request_id) for request_id in woken}
    place = place_of(newcomer, policy, now, broken=False)
    return {name for name, one in found.items() if one and place_of(one[0], policy, now, broken=one[1]) < place}


async def _keep(unit: Unit, request_id: str, decided: Decision) -> None:
    """Carry a decision out; where somebody was first, decide for this request alone on what is there then.

    One that says the same as the one before it, for somebody who waits on, is not kept again.
    """
    first = [decided]

    async def attempt() -> Work[None]:
        if first:
            decision = first.pop()
        else:
            request = await unit.store.read(lambda books: books.requests.get(request_id))
            decision = await weigh(unit, request_id, await unit.search_again(request, unit.clock.now()))
        said, gist = unit.said.pop(request_id, None), decision.gist
        same = said is not None and said.gist == gist and not decision.step.offers
        written = None if same else await unit.write_down(decision)

        def work(books: Books) -> None:
            books.timers.drop(DueKind.PROMISE_RETRY, request_id)
            current = books.requests.get(request_id)
            if current.state in ENDS or not unfilled_slots(current.wanted, books.assignments.list_of(request_id)):
                return
            before = books.decisions.last_number(request_id)
            if written is not None:
                carry_out(books, current, written)
                kept = books.decisions.last_number(request_id)
                if kept is not None and kept != before:
                    unit.said[request_id] = Said(decision_id=kept, outcome=written.record.outcome, gist=gist)
            elif said is None or said.decision_id != before:
                raise LostRaceError(f"something else was decided for request {request_id}")
            else:
                wait_on(books, current, decision, said)
                unit.said[request_id] = said
            settle(books, current, decision.at)

        return work

    if isinstance(await unit.commit(attempt), Refusal):
        raise LostRaceError(f"request {request_id} is changed too often to be searched for")


def _find(books: Books, request_id: str) -> tuple[Request, bool] | None:
    request = find(books.requests.get, request_id)
    broken = any(a.state is AssignmentState.STOOD_DOWN for a in books.assignments.list_of(request_id))
    return (request, broken) if request is not None else None


def _dropping(request_id: str) -> Callable[[Books], None]:
    return lambda books: books.timers.drop(DueKind.PROMISE_RETRY, request_id)


def _weighed(one: _Waiting) -> dict[str, float]:
    """The vehicles that may be offered at once or are about to be free, with the seconds that they are weighed by."""
    tried, approved = one.decision.tried.vehicles, one.decision.tried.approved
    ready = {
        c.vehicle_id: max(0.0, c.weighed_s)
        for c in one.decision.candidates
        if c.eligible
        and c.arrival is not None
        and c.vehicle_id not in tried
        and all((c.vehicle_id, need.rule) in approved for need in c.needs)
    }
    return ready | {name: eta_s + UNSURE_S for name, eta_s in one.soon.items() if name not in tried}
