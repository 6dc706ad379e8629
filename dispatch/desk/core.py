"""What every use case of the desk shares: its ports, the search, and deciding again after a lost race."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import TypeVar

from dispatch.desk.ports import Approval, Books, Clock, Live, LostRaceError, Store
from dispatch.desk.road_ports import Roads
from dispatch.desk.search import Decision, Tried, search
from dispatch.desk.soon import list_trips, soon_free
from dispatch.desk.standing import unfilled_of
from dispatch.domain.assignment import Assignment, AssignmentState
from dispatch.domain.directory import Person
from dispatch.domain.events import Event, EventKind
from dispatch.domain.fix import Fix, FixLimits
from dispatch.domain.fleet import Fleet
from dispatch.domain.next_step import OUT_OF_STOCK
from dispatch.domain.pack_file import read_pack
from dispatch.domain.refusal import Refusal
from dispatch.domain.request import Ask, Request
from dispatch.domain.sop import Pack, Policy, SopInForce, packs_in_force
from dispatch.domain.vehicle import VehicleNow
from geo.shape import Shape

T = TypeVar("T")
RACES = 8  # how often a lost race is decided again before the caller is told
# Who left a request so is not asked again for it before others had their turn and some time went by (R23).
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
    _held: "_Held" = field(default_factory=lambda: _Held(-1, {}, []))
    _last_fleet: Fleet = field(default_factory=lambda: Fleet([]))
    _kept_fixes: dict[str, Fix] = field(default_factory=dict)
    _placed: dict[str, tuple[VehicleNow, VehicleNow]] = field(default_factory=dict)
    _closed: tuple[Shape, ...] = ()
    _closing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fleet(self) -> list[VehicleNow]:
        """Every vehicle with its newest fix, by id; only what changed is read again."""
        known = self._held
        revision, changed = await self.store.read(lambda books: books.list_vehicles_since(known.revision))
        if revision > self._held.revision:  # else somebody else has read as much meanwhile
            self._held = self._held.with_changes(revision, changed)
        return self._with_fixes(self._held.vehicles)

    async def _columns(self) -> Fleet:
        """The fleet for a search."""
        self._last_fleet = self._last_fleet.follow(await self.fleet())
        return self._last_fleet

    async def vehicles(self, ids: Iterable[str]) -> dict[str, VehicleNow]:
        """These vehicles with their newest fixes, by id. Raises NotFoundError."""
        wanted = sorted(set(ids))
        held = await self.store.read(lambda books: [books.get_vehicle(vehicle_id) for vehicle_id in wanted])
        return {vehicle.id: vehicle for vehicle in self._with_fixes(held)}

    def _with_fixes(self, vehicles: list[VehicleNow]) -> list[VehicleNow]:
        fixes, found = self.live.last_fixes(), []
        for vehicle in vehicles:
            fix = fixes.get(vehicle.id, vehicle.fix)
            before, placed = self._placed.get(vehicle.id, (None, None))
            # Whoever neither moved nor changed since the last search is not made anew.
            if placed is None or before is not vehicle or placed.fix is not fix:
                placed = vehicle if fix is vehicle.fix else replace(vehicle, fix=fix)
                self._placed[vehicle.id] = vehicle, placed
            found.append(placed)
        return found

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
        sop = await self.store.read(lambda books: self._sop(books, at))
        fleet = await self._columns()
        return await self._foresee(search(ask, fleet, sop, self.roads, now=at, zone=self.zone, tried=tried))

    async def _foresee(self, decision: Decision) -> Decision:
        """Where somebody has to wait: who is about to be free, and when it could be there."""
        if decision.step.promise is None or decision.step.promise == OUT_OF_STOCK:
            return decision
        trips = await self.store.read(list_trips)
        return replace(decision, soon=soon_free(decision, trips, self.roads))

    async def _search_again(
        self,
        request: Request,
        at: datetime,
        *,
        leaving: Assignment | None = None,
        answered: Approval | None = None,
        yes: bool = False,
        fleet: Fleet | None = None,
    ) -> Decision:
        """Search for a kept request, knowing who said no, who said yes, and what is being answered or left just now."""

        def known(books: Books) -> tuple[Tried, SopInForce]:
            sop = self._sop(books, at)
            unfilled = unfilled_of(books, request, at, leaving=leaving.id if leaving else None)
            tried = _tried(books, request, at, sop.policy)
            return replace(tried, unfilled=unfilled), sop

        tried, sop = await self.store.read(known)
        no, given = set(tried.vehicles), set(tried.approved)
        if leaving is not None:
            no.add(leaving.vehicle_id)
        if answered is not None and yes:
            given.add((answered.vehicle_id, answered.rule))
        elif answered is not None:
            no.add(answered.vehicle_id)
        tried = replace(tried, vehicles=frozenset(no), approved=frozenset(given))
        around = fleet or await self._columns()
        found = search(request.ask, around, sop, self.roads, now=at, zone=self.zone, tried=tried)
        return await self._foresee(found)

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


@dataclass(frozen=True, slots=True)
class _Held:
    """The vehicles as the store had them at a revision."""

    revision: int
    by_id: Mapping[str, VehicleNow]
    vehicles: list[VehicleNow]

    def with_changes(self, revision: int, changed: Iterable[VehicleNow]) -> "_Held":
        """The same at a later revision."""
        by_id = {**self.by_id, **{vehicle.id: vehicle for vehicle in changed}}
        return _Held(revision, by_id, [by_id[name] for name in sorted(by_id)])


def _tried(books: Books, request: Request, at: datetime, policy: Policy) -> Tried:
    """Who let an offer pass or left the trip lately, whose approver said no, and who has a yes."""
    since = at - timedelta(seconds=policy.ask_again_s)
    approvals = books.list_approvals(request.id)
    no = {a.vehicle_id for a in books.list_assignments(request.id) if _left_after(a, since)}
    no |= {a.vehicle_id for a in approvals if a.state == "refused"}
    return Tried(
        vehicles=frozenset(no), approved=frozenset((a.vehicle_id, a.rule) for a in approvals if a.state == "given")
    )


def _left_after(assignment: Assignment, since: datetime) -> bool:
    return assignment.state in NOT_AGAIN and assignment.stamps[assignment.state].server_time > since


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
