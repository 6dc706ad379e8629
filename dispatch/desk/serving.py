"""Serving all who wait together: in the order of R24, at the least waiting for all of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from dispatch.desk.carry_out import carry_out, write_down
from dispatch.desk.core import DeskCore
from dispatch.desk.ports import Books, DueKind, LostRaceError, NotFoundError
from dispatch.desk.search import Decision
from dispatch.desk.soon import UNSURE_S, list_trips, soon_free
from dispatch.desk.standing import settle
from dispatch.domain.assignment import AssignmentState
from dispatch.domain.batch import assign_together
from dispatch.domain.order import Place, place_of
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import ENDS, Request, unfilled_slots


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that needs vehicles, its place in the order, and what was decided for it alone."""

    request: Request
    place: Place
    decision: Decision


class Serving(DeskCore):
    """The search for those who wait; each of them is one transaction."""

    __slots__ = ()

    async def serve(self, request_ids: Iterable[str]) -> None:
        """Search again for these requests, all over the same fleet, and give each what serves all best."""
        now = self.clock.now()
        ids = list(request_ids)
        found = await self.store.read(lambda books: [_find(books, request_id) for request_id in ids])
        open_ones = [(request, broken) for request, broken in filter(None, found) if request.state not in ENDS]
        fleet = await self._columns()
        policy = await self.store.read(lambda books: self._sop(books, now).policy)
        waiting = [
            _Waiting(
                request,
                place_of(request, policy, now, broken=broken),
                await self._search_again(request, now, fleet=fleet),
            )
            for request, broken in open_ones
        ]
        waiting.sort(key=lambda one: one.place)
        trips = await self.store.read(list_trips)
        soon = {one.request.id: soon_free(one.decision, trips, self.roads) for one in waiting}
        given = assign_together(
            [(one.request.id, one.place.level) for one in waiting for _ in one.decision.unfilled.slots],
            {one.request.id: _weighed(one.decision, soon[one.request.id]) for one in waiting},
        )
        taken = frozenset(vehicle for vehicles in given.values() for vehicle in vehicles)
        for one in waiting:
            # For whom a vehicle comes soon, free ones that others need more are left; any other is asked all the same.
            own = tuple(name for name in given.get(one.request.id, ()) if name not in soon[one.request.id])
            ahead = one.decision.instead(taken=taken - set(own), first=own)
            await self._keep(one.request.id, ahead)
            # A first contact goes beside the others' vehicles: it is taken for those behind.
            taken |= {offer.vehicle_id for offer in ahead.step.offers}
        for request_id in set(ids) - {request.id for request, _ in open_ones}:
            await self.store.write(_dropping(request_id))

    async def _keep(self, request_id: str, decided: Decision) -> None:
        """Carry a decision out; where somebody was first, decide for this request alone on what stands then."""
        first = [decided]

        async def attempt() -> Callable[[Books], None]:
            if first:
                decision = first.pop()
            else:
                request = await self.store.read(lambda books: books.get_request(request_id))
                decision = await self._search_again(request, self.clock.now())

            written = write_down(decision, self.zone)

            def work(books: Books) -> None:
                books.drop_due(DueKind.PROMISE_RETRY, request_id)
                current = books.get_request(request_id)
                if current.state in ENDS or not unfilled_slots(current.wanted, books.list_assignments(request_id)):
                    return
                carry_out(books, current, written)
                settle(books, current, decision.at)

            return work

        if isinstance(await self._commit(attempt), Refusal):
            raise LostRaceError(f"request {request_id} is changed too often to be searched for")


def _find(books: Books, request_id: str) -> tuple[Request, bool] | None:
    try:
        request = books.get_request(request_id)
    except NotFoundError:
        return None
    broken = any(a.state is AssignmentState.STOOD_DOWN for a in books.list_assignments(request_id))
    return request, broken


def _weighed(decision: Decision, soon: Mapping[str, float]) -> dict[str, float]:
    """The vehicles that may be offered at once or are about to be free, with the seconds that they are weighed by."""
    tried, approved = decision.tried.vehicles, decision.tried.approved
    ready = {
        c.vehicle_id: max(0.0, c.arrival.eta_s - c.preferred_s + c.penalty_s)
        for c in decision.candidates
        if c.eligible
        and c.arrival is not None
        and c.vehicle_id not in tried
        and all((c.vehicle_id, need.rule) in approved for need in c.needs)
    }
    return ready | {name: eta_s + UNSURE_S for name, eta_s in soon.items() if name not in tried}


def _dropping(request_id: str) -> Callable[[Books], None]:
    return lambda books: books.drop_due(DueKind.PROMISE_RETRY, request_id)
