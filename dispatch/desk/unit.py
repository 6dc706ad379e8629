"""The unit of every use case: its ports, the search, and one transaction that is decided again after a lost race."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from dispatch.choosing.decision import Decision, Tried
from dispatch.choosing.queue import waits_since
from dispatch.choosing.record import DecisionRecord
from dispatch.desk.command import Command, find_first, keep_first
from dispatch.desk.effects.keeping import kept_near
from dispatch.desk.effects.series import waits_for_way_there
from dispatch.desk.effects.standing import unfilled_of, yields_to
from dispatch.desk.fleet import FleetCache
from dispatch.desk.ports import Books, Clock, Live, LostRaceError, Store
from dispatch.desk.record import Written, record_of, write_down
from dispatch.desk.road_ports import Roads
from dispatch.desk.search import search, walked
from dispatch.desk.seen import Look, Said, Seen
from dispatch.desk.soon import list_trips, soon_free
from dispatch.domain.approval import Approval, ApprovalState
from dispatch.domain.assignment import Assignment
from dispatch.domain.booking import SPAN
from dispatch.domain.fix import Fix, FixLimits
from dispatch.domain.request import Ask, Request
from dispatch.domain.vehicle import VehicleNow
from dispatch.rules.fleet import Fleet
from dispatch.rules.pack.read import read_pack
from dispatch.rules.sop import Pack, SopInForce, packs_in_force
from dispatch.vocabulary.events import StoodDown
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Policy
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import NOT_AGAIN, AssignmentState
from geo.shape import Shape

T = TypeVar("T")
P = ParamSpec("P")
Work = Callable[[Books], T]
UseCase: TypeAlias = Callable[Concatenate["Unit", P], Coroutine[Any, Any, T]]
Attempt = Callable[[], Awaitable[Work[T]]]
RACES = 8  # how often a lost race is decided again before the caller is told


@dataclass(slots=True, kw_only=True)
class Unit:
    """The desk's ports and what is kept between its use cases.

    Whatever takes processor time runs in one thread of its own (`think`), so that the event loop stays free and what is
    kept for searches has one user at a time.
    """

    store: Store
    live: Live
    roads: Roads
    clock: Clock
    zone: tzinfo
    limits: FixLimits = field(default_factory=FixLimits)
    fleet: FleetCache = field(init=False)
    closed: tuple[Shape, ...] = ()
    closing: asyncio.Lock = field(default_factory=asyncio.Lock)
    kept_fixes: dict[str, Fix] = field(default_factory=dict)
    moved_at: datetime | None = None  # when who waits was last woken because vehicles moved
    ran_at: datetime | None = None  # when what is due was last carried out
    said: dict[str, Said] = field(default_factory=dict)  # by waiting request
    watched: dict[str, Seen] = field(default_factory=dict)  # by assignment
    looks: dict[str, Look] = field(default_factory=dict)  # by assignment
    roads_turn: int = 0  # how often the roads have become others: what is closed, the traffic of the hour, speed caps
    _in_force: SopInForce | None = None
    _searching: asyncio.Lock = field(default_factory=asyncio.Lock)
    _again: asyncio.Lock = field(default_factory=asyncio.Lock)
    _thinking: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "jemput-think"))

    def __post_init__(self) -> None:
        self.fleet = FleetCache(self.store, self.live)

    async def think(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what takes processor time beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._thinking, lambda: work(*args, **kwargs))

    def close(self) -> None:
        """End the thread; the ports are closed by whoever opened them."""
        self._thinking.shutdown()

    def packs(self, books: Books) -> list[Pack]:
        """Every published version."""
        return [read_pack(text) for text in books.sop.list_packs()]

    def sop(self, books: Books, at: datetime) -> SopInForce:
        """The packs in force; kept as long as nothing is published, with all that was found out about them."""
        found = packs_in_force(self.packs(books), at.astimezone(self.zone))
        if self._in_force is None or found.packs != self._in_force.packs:
            self._in_force = found
        return replace(self._in_force, local=found.local)

    def policy(self, books: Books, at: datetime) -> Policy:
        """The policy in force at `at`."""
        return self.sop(books, at).policy

    async def vehicles(self) -> list[VehicleNow]:
        """Every vehicle with its newest fix, by id."""
        return await self.think(self.fleet.with_fixes, await self.fleet.held())

    async def search(self, ask: Ask, at: datetime, tried: Tried) -> Decision:
        """Who could go for what is asked."""
        sop = await self.store.read(lambda books: self.sop(books, at))
        return await self._search(ask, sop, at, tried)

    async def search_again(
        self,
        request: Request,
        at: datetime,
        *,
        leaving: Assignment | None = None,
        answered: Approval | None = None,
        fleet: list[VehicleNow] | None = None,
        diverted: frozenset[str] = frozenset(),
    ) -> Decision:
        """Search for a kept request, knowing who said no, who said yes, and what is being answered or left just now.

        The vehicles that are to be `diverted` to it count as free.
        """

        def known(books: Books) -> tuple[Tried, SopInForce]:
            sop = self.sop(books, at)
            return tried_of(books, request, at, sop.policy, leaving, answered), sop

        tried, sop = await self.store.read(known)
        unanswered = leaving is not None and leaving.state in (AssignmentState.EXPIRED, AssignmentState.WITHDRAWN)
        freed = frozenset({leaving.vehicle_id}) if leaving is not None and unanswered else frozenset()
        return await self._search(request.ask, sop, at, tried, fleet, freed | diverted, request.id)

    async def _search(
        self,
        ask: Ask,
        sop: SopInForce,
        at: datetime,
        tried: Tried,
        fleet: list[VehicleNow] | None = None,
        freed: frozenset[str] = frozenset(),
        but: str | None = None,
    ) -> Decision:
        def look(held: Collection[VehicleNow], yielding: frozenset[str], kept: Mapping[str, datetime]) -> Decision:
            now_there = fleet or self.fleet.with_fixes(held)
            if yielding:
                now_there = [one.freed() if one.id in yielding else one for one in now_there]
            if kept:
                now_there = [replace(one, kept_for=kept[one.id]) if one.id in kept else one for one in now_there]
            columns = self.fleet.columns(now_there)
            return search(ask, columns, sop, self.roads, now=at, zone=self.zone, tried=tried)

        when = max(at, ask.schedule_at) if ask.schedule_at is not None else at
        # Searches take turns, so that each looks at the fleet as it is when it begins, not when it was asked for.
        async with self._searching:
            held = () if fleet else await self.fleet.held()
            # Read after the fleet: an offer that was made in between is seen in both or in this one alone.
            yielding, kept = await self.store.read(
                lambda books: (_yielding(books, ask), kept_near(books, when, at, but))
            )
            decision = await self.think(look, held, freed | yielding, kept)
        if decision.step.promise in (None, Why.OUT_OF_STOCK):
            return decision
        # Somebody has to wait: who is about to be free, and when it could be there.
        trips = await self.store.read(list_trips)
        soon = await self.think(soon_free, decision, trips, self.roads)
        return replace(decision, soon=soon)

    async def search_booked(self, ask: Ask, *, taken: frozenset[str], choose: str | None = None) -> Decision:
        """Who could go at the booked time, under the SOP that is published for then: rested, free, and from its base,
        unless it is out of service, or off duty just before. The vehicles `taken` are kept for a time that overlaps."""
        at = ask.schedule_at
        assert at is not None
        sop = await self.store.read(lambda books: self.sop(books, at))

        def look(held: Collection[VehicleNow]) -> Decision:
            soon = at - self.clock.now() < SPAN
            then = [one.at_rest(at, soon=soon) for one in self.fleet.with_fixes(held)]
            tried = Tried(vehicles=taken, choose=choose, since=at)
            return search(ask, Fleet(then), sop, self.roads, now=at, zone=self.zone, tried=tried)

        return await self.think(look, await self.fleet.held())

    async def write_down(self, decision: Decision) -> Written:
        """The decision with all that is kept of it, written out before the transaction that carries it out."""
        return await self.think(lambda: write_down(walked(decision, self.roads)))

    async def record(self, decision: Decision) -> DecisionRecord:
        """The decision in codes and facts, for somebody who only looks."""
        return await self.think(lambda: record_of(walked(decision, self.roads)))

    async def once(self, by: Command | None, attempt: Attempt[str | Refusal]) -> str | Refusal:
        """Do what `attempt` decides, and return what it was about (an id).

        A repeat under the command's key gets the first answer, and nothing is done twice.
        """
        if by is None:
            return await self.commit(attempt)
        first = await self.store.read(lambda books: find_first(books, by))
        if first is not None:
            return first

        async def guarded() -> Work[str | Refusal]:
            work = await attempt()

            def first_or_done(books: Books) -> str | Refusal:
                first = find_first(books, by)
                if first is not None:
                    return first
                done = work(books)
                if not isinstance(done, Refusal):
                    keep_first(books, by, done, self.clock.now())
                return done

            return first_or_done

        return await self.commit(guarded)

    async def once_at(self, by: Command | None, work: Work[str | Refusal]) -> str | Refusal:
        """The same for work that needs no search."""

        async def attempt() -> Work[str | Refusal]:
            return work

        return await self.once(by, attempt)

    async def commit(self, attempt: Attempt[T]) -> T | Refusal:
        """Decide, then write; where somebody was first, decide again on what is there now.

        Whatever is decided again takes turns: of many that want the same vehicle one gets it, the next the next one.
        """
        for race in range(RACES):
            async with self._again if race else contextlib.nullcontext():
                work = await attempt()
                try:
                    return await self.write(work)
                except LostRaceError:
                    continue
        return Refusal(RefusalCode.SOMEBODY_WAS_FIRST)

    async def write(self, work: Work[T]) -> T:
        """One transaction; what it committed is announced afterwards, never before."""
        result, seq = await self.store.write(lambda books: (work(books), books.journal.last_seq()))
        await self.live.announce(seq)
        return result


def transaction(work: Callable[Concatenate[Unit, Books, datetime, P], T]) -> UseCase[P, T]:
    """A use case that is one transaction at the time of the unit's clock: it is called with the unit and the rest."""

    @wraps(work)
    async def run(unit: Unit, /, *args: P.args, **kwargs: P.kwargs) -> T:
        now = unit.clock.now()
        return await unit.write(lambda books: work(unit, books, now, *args, **kwargs))

    return run


def command(work: Callable[Concatenate[Unit, Books, datetime, P], str | Refusal]) -> UseCase[P, str | Refusal]:
    """The same for what somebody commands (`by`): a repeat under the command's key gets the first answer."""

    @wraps(work)
    async def run(unit: Unit, /, *args: P.args, **kwargs: P.kwargs) -> str | Refusal:
        now, by = unit.clock.now(), kwargs["by"]
        assert isinstance(by, Command)
        return await unit.once_at(by, lambda books: work(unit, books, now, *args, **kwargs))

    return run


def _yielding(books: Books, ask: Ask) -> frozenset[str]:
    """The vehicles that are free to this request although they are asked for another one."""
    if ask.urgency is not Urgency.RED:
        return frozenset()
    held = ((a, books.requests.get(a.request_id)) for a in books.assignments.list_live())
    return frozenset(a.vehicle_id for a, other in held if yields_to(ask, a, other))


def _called_back(books: Books, request: Request) -> set[str | None]:
    """The assignments of vehicles that the desk called back, though they would have gone: they count as not asked."""
    entries = books.journal.list_of_kinds([request.id], [StoodDown])
    events = (entry.event for entry in entries)
    return {event.assignment_id for event in events if isinstance(event, StoodDown) and event.cause is not None}


def _broke_since(books: Books, ended: Assignment) -> bool:
    """Whether the vehicle broke down with this, or as the next thing: that is no refusal, and once it goes again it is
    asked. Whoever was asked for somebody else in between was fit, and has refused."""
    name, left_at = ended.vehicle_id, ended.stamps[ended.state].server_time
    broke_at = books.vehicles.get(name).broke_at
    if broke_at is None or broke_at < left_at:
        return False
    since = books.assignments.list_of_vehicle(name, since=left_at)
    return not any(a.request_id != ended.request_id and left_at < a.offered_at <= broke_at for a in since)


def tried_of(
    books: Books,
    request: Request,
    at: datetime,
    policy: Policy,
    leaving: Assignment | None = None,
    answered: Approval | None = None,
) -> Tried:
    """Which vehicles left the request lately, whose approver said no, which have a yes, and what is needed still.

    `leaving` is an assignment that is about to end, in the state in which it ends.
    """
    again = timedelta(seconds=policy.ask_again_s)
    ended = [a for a in books.assignments.list_of(request.id) if a.state in NOT_AGAIN]
    called_back = _called_back(books, request) if any(a.state is AssignmentState.STOOD_DOWN for a in ended) else set()
    ended = [a for a in ended if a.id not in called_back and not _broke_since(books, a)]
    lately = [a for a in ended if a.stamps[a.state].server_time > at - again]
    lately.sort(key=lambda a: a.stamps[a.state].server_time)
    went = [(a.vehicle_id, a.state) for a in (*lately, *([leaving] if leaving else ())) if a.state in NOT_AGAIN]
    left = {vehicle_id for vehicle_id, _ in went}
    # Who declined or broke off as well has not only been silent.
    silent = left - {vehicle_id for vehicle_id, state in went if state is not AssignmentState.EXPIRED}
    kept = [a for a in books.approvals.list_of(request.id) if answered is None or a.id != answered.id]
    approvals = [*kept, *([answered] if answered else ())]
    refused = {a.vehicle_id for a in approvals if a.state is ApprovalState.REFUSED}
    given = frozenset((a.vehicle_id, a.rule) for a in approvals if a.state is ApprovalState.GIVEN)
    unfilled = unfilled_of(books, request, at, leaving=leaving.id if leaving else None)
    return Tried(
        vehicles=frozenset(left | refused),
        silent=frozenset(silent - refused),
        approved=given,
        choose=request.reserved,
        unfilled=unfilled,
        again={a.vehicle_id: a.stamps[a.state].server_time + again for a in lately},
        since=waits_since(request, policy),
        there_first=waits_for_way_there(books, request),
    )
