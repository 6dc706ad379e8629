"""What every use case of the desk shares: its ports, the search, and deciding again after a lost race."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import TypeVar

from dispatch.desk.ports import Approval, Books, Clock, Live, LostRaceError, Roads, Store
from dispatch.desk.search import Decision, Tried, search
from dispatch.domain.assignment import AssignmentState
from dispatch.domain.directory import Person
from dispatch.domain.events import Event, EventKind
from dispatch.domain.fix import FixLimits
from dispatch.domain.fleet import Fleet
from dispatch.domain.pack_file import read_pack
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import Ask, Request
from dispatch.domain.sop import Pack, SopInForce, packs_in_force
from dispatch.domain.vehicle import VehicleNow

T = TypeVar("T")
RACES = 8  # how often a lost race is decided again before the caller is told
NOT_AGAIN = (AssignmentState.DECLINED, AssignmentState.EXPIRED, AssignmentState.STOOD_DOWN)


@dataclass(slots=True, kw_only=True)
class DeskCore:
    """The desk's ports and what is built on them."""

    store: Store
    live: Live
    roads: Roads
    clock: Clock
    zone: tzinfo
    limits: FixLimits = field(default_factory=FixLimits)
    _packs: dict[str, Pack] = field(default_factory=dict)
    _in_force: SopInForce | None = None

    async def fleet(self) -> list[VehicleNow]:
        """Every vehicle with its newest fix."""
        return self._with_fixes(await self.store.read(lambda books: books.list_vehicles()))

    def _with_fixes(self, vehicles: list[VehicleNow]) -> list[VehicleNow]:
        fixes = self.live.last_fixes()
        return [replace(vehicle, fix=fixes.get(vehicle.id, vehicle.fix)) for vehicle in vehicles]

    def packs(self, books: Books) -> list[Pack]:
        """Every published version; it is immutable, so each text is read once."""
        texts = books.list_packs()
        for text in texts:
            if text not in self._packs:
                self._packs[text] = read_pack(text)
        return [self._packs[text] for text in texts]

    def _sop(self, books: Books, at: datetime) -> SopInForce:
        """The packs in force; kept as long as nothing is published, with all that was found out about them."""
        found = packs_in_force(self.packs(books), at)
        if self._in_force is None or found.packs != self._in_force.packs:
            self._in_force = found
        return self._in_force

    async def _search(self, ask: Ask, at: datetime, tried: Tried) -> Decision:
        vehicles, sop = await self.store.read(lambda books: (books.list_vehicles(), self._sop(books, at)))
        fleet = Fleet(self._with_fixes(vehicles))
        return search(ask, fleet, sop, self.roads, now=at, zone=self.zone, tried=tried)

    async def _search_again(
        self,
        request: Request,
        at: datetime,
        *,
        without: str | None = None,
        answered: Approval | None = None,
        yes: bool = False,
    ) -> Decision:
        """Search for a kept request, knowing who said no, who said yes, and what is being answered just now."""

        def known(books: Books) -> Tried:
            assignments, approvals = books.list_assignments(request.id), books.list_approvals(request.id)
            no = {a.vehicle_id for a in assignments if a.state in NOT_AGAIN}
            no |= {a.vehicle_id for a in approvals if a.state == "refused"}
            given = {(a.vehicle_id, a.rule) for a in approvals if a.state == "given"}
            if without is not None:
                no.add(without)
            if answered is not None and yes:
                given.add((answered.vehicle_id, answered.rule))
            elif answered is not None:
                no.add(answered.vehicle_id)
            return Tried(vehicles=frozenset(no), approved=frozenset(given))

        return await self._search(request.ask, at, await self.store.read(known))

    async def _commit(self, attempt: Callable[[], Awaitable[Callable[[Books], T]]]) -> T | Refusal:
        """Decide, then write; where somebody was first, decide again on what stands now."""
        for _ in range(RACES):
            work = await attempt()
            try:
                return await self._write(work)
            except LostRaceError:
                continue
        return Refusal("somebody_was_first")

    async def _write(self, work: Callable[[Books], T]) -> T:
        """One transaction; what it committed is announced afterwards, never before."""
        result, seq = await self.store.write(lambda books: (work(books), books.last_seq()))
        await self.live.announce(seq)
        return result


def note(
    books: Books,
    kind: EventKind,
    at: datetime,
    actor: Person,
    *,
    request_id: str | None = None,
    vehicle_id: str | None = None,
    facts: Mapping[str, object],
) -> None:
    """Write down in the journal what a person did."""
    books.add_event(Event(kind=kind, at=at, request_id=request_id, vehicle_id=vehicle_id, actor=actor.id, facts=facts))
