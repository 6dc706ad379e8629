"""A kept request judged anew with what is asked for now: what that means for each of its vehicles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from dispatch.choosing.decision import Decision
from dispatch.choosing.next_step import Unfilled
from dispatch.desk.effects.carry_out import arrival_of
from dispatch.desk.effects.standing import needs_of
from dispatch.desk.unit import Unit
from dispatch.domain.arrival import Arrival
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Ask, Request
from dispatch.domain.vehicle import Vehicle, by_metric
from dispatch.rules.judge_one import DUTY_RULE, LEFT_ALONE_RULE, Verdict, assess
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, INSTEAD, KEPT_UNTIL_BETTER, AssignmentState, Step
from geo.point import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a change does to the vehicles of a request, and who is looked for beside them.

    `surplus` are not needed any more; `withdrawn` have not answered, and may not go, are not needed, or are so late
    that another one is asked; `ringing` are asked still. `placed` are under way and have another slot from now on, by
    assignment: who may be a first contact is ahead, who may not go any more drives on until a better one goes, and who
    may go again has its own place. `later` arrive at another time. Where it is `booked_again` nobody is searched for
    before its new time.
    """

    decision: Decision
    booked_again: bool
    surplus: Sequence[Assignment]
    withdrawn: Sequence[Assignment]
    ringing: frozenset[str]
    placed: Mapping[str, int]
    later: Mapping[str, Arrival | None]

    @property
    def leaving(self) -> list[Assignment]:
        """Whose trip ends with the change itself."""
        return [*self.surplus, *self.withdrawn]

    def after(self, trips: Iterable[Assignment]) -> list[Assignment]:
        """These trips as they are then."""
        gone = {a.id for a in self.leaving}
        return [
            replace(
                a,
                slot=self.placed.get(a.id, a.slot),
                arrival=self.later.get(a.id, a.arrival),
                foreseen=None if a.id in self.later else a.foreseen,
            )
            for a in trips
            if a.id not in gone
        ]


async def plan_anew(unit: Unit, request: Request, ask: Ask, trips: Sequence[Assignment], now: datetime) -> Plan:
    """Judge a request anew that asks for this now.

    A red that is one only now, or is elsewhere, is judged as a new one: who has not answered yet gives way to somebody
    who is so much sooner that asking anew is worth it.
    """
    at_other_time = ask.schedule_at != request.ask.schedule_at
    moved = ask.pickup.point != request.ask.pickup.point
    as_new = ask.urgency is Urgency.RED and (moved or request.ask.urgency is not Urgency.RED)
    asked = [a for a in trips if a.state is AssignmentState.OFFERED and a.slot >= 0] if as_new else []
    freed = frozenset(a.vehicle_id for a in asked)
    decision = await unit.search_again(replace(request, ask=ask), now, diverted=freed)
    booked_again = at_other_time and decision.step.search_at is not None
    no_way = frozenset() if booked_again else await _without_a_way(unit, decision, request.ask, trips)
    judging = _Judging(decision, request.ask, trips, now, booked_again, no_way)
    judging.let_go()
    judging.put_back()
    judging.send_ahead()
    judging.keep_until_better()
    if asked and decision.step.search_at is None:
        judging.ask_sooner(asked)
    return judging.plan(freed, moved=moved or at_other_time)


async def _without_a_way(unit: Unit, decision: Decision, before: Ask, trips: Sequence[Assignment]) -> frozenset[str]:
    """The vehicles of these trips from where no road leads to the pick-up; the search looks for the soonest of each
    kind alone, so that without an arrival they were perhaps not looked for."""
    points: list[tuple[Vehicle, Point]] = []
    for trip in trips:
        held = decision.find_vehicle(trip.vehicle_id) if _comes(before, decision.ask, trip) else None
        fix = held.position(decision.at) if held is not None else None
        if held is not None and fix is not None and trip.vehicle_id not in decision.arrivals:
            points.append((held.vehicle, fix.point))
    if not points:
        return frozenset()
    ask = decision.ask
    return await unit.think(unit.roads.apart, ask.pickup.point, by_metric(points, ask.metric))


def _comes(before: Ask, after: Ask, trip: Assignment) -> bool:
    """Whether a vehicle drives to the pick-up then, or is asked to."""
    return trip.is_live and (not trip.row.met or goes_on(before, after, trip) is Step.ON_TO_PICKUP)


def goes_on(before: Ask, after: Ask, trip: Assignment) -> Step | None:
    """The step with which a vehicle sets out again, because the place where it stands is another one."""
    if trip.state is AssignmentState.ON_SCENE and before.pickup.point != after.pickup.point:
        return Step.ON_TO_PICKUP
    was = before.dropoff.point if before.dropoff is not None else None
    if trip.state is AssignmentState.AT_DESTINATION and after.dropoff is not None and after.dropoff.point != was:
        return Step.ON_TO_DESTINATION
    return None


@dataclass(slots=True)
class _Judging:
    """The plan as it grows, in its order: each part sees the trips as those before it leave them."""

    decision: Decision
    before: Ask
    trips: Sequence[Assignment]
    now: datetime
    booked_again: bool
    no_way: frozenset[str]  # vehicles from where no road leads to the pick-up
    surplus: list[Assignment] = field(default_factory=list)
    withdrawn: list[Assignment] = field(default_factory=list)
    placed: dict[str, int] = field(default_factory=dict)
    unfit: list[Assignment] = field(default_factory=list)  # they are under way and may not go any more

    def let_go(self) -> None:
        """Who is not needed any more, and who has not answered and may not go; who is under way is not let go."""
        empty = [a for a in self.trips if a.is_live and not a.row.aboard]
        self.surplus = [a for a in empty if self.booked_again or a.slot >= self.decision.wanted]
        if not self.booked_again:
            self._move_up(self.surplus)
        objected = [
            a
            for a in empty
            if a not in self.surplus and (a.slot >= 0 or a.slot == INSTEAD) and self._objects(a.vehicle_id)
        ]
        self.withdrawn += [a for a in objected if a.state is AssignmentState.OFFERED and a not in self.withdrawn]
        self.unfit = [a for a in objected if a.row.is_going]

    def _move_up(self, beyond: Sequence[Assignment]) -> None:
        """Of the trips whose places are not sought any more those go on for whom another one is left: first who is
        under way, the soonest first."""
        for trip in sorted(beyond, key=lambda a: (not a.row.is_going, a.arrives_at or a.offered_at, a.id)):
            if self._find_place(trip):
                self.surplus = [a for a in self.surplus if a is not trip]

    def put_back(self) -> None:
        """Who drove on until a better one goes, or is ahead of one, and may go by itself now has a place of its own."""
        for trip in self._after():
            beside = trip.slot in (KEPT_UNTIL_BETTER, FIRST_CONTACT) and trip.row.is_going and not trip.row.aboard
            if beside and self._may_go(trip.vehicle_id):
                self._find_place(trip)

    def _find_place(self, trip: Assignment) -> bool:
        """Give a trip an empty place, or whoever is under way that of the latest who has not answered."""
        empty = self._needs().slots
        rings = [a for a in self._after() if a.state is AssignmentState.OFFERED and a.slot >= 0]
        latest = max(rings, key=lambda a: (a.arrives_at or a.offered_at, a.id), default=None)
        if empty:
            self.placed[trip.id] = empty[0]
        elif latest is not None and trip.row.is_going:
            self.withdrawn.append(latest)
            self.placed[trip.id] = latest.slot
        return trip.id in self.placed

    def send_ahead(self) -> None:
        """Who may not go alone and may be a first contact (R04) is ahead from now on, where it is there already or so
        much sooner than who is asked or goes in its place."""
        beside = [a for a in self._after() if a in self.unfit or a.slot == KEPT_UNTIL_BETTER]
        for trip in sorted(beside, key=lambda a: (not a.row.met, a.arrives_at or a.offered_at, a.id)):
            verdict = self._alone(trip.vehicle_id)
            if trip.row.aboard or trip.vehicle_id in self.no_way or verdict is None or verdict.first_contact is None:
                continue
            self.placed[trip.id] = KEPT_UNTIL_BETTER  # whatever follows, its place is looked for
            needs = self._needs()
            if needs.first_contact and self._is_sooner(trip, needs, verdict.sooner_by_s):
                self.placed[trip.id] = FIRST_CONTACT
            elif trip.slot != KEPT_UNTIL_BETTER:
                del self.placed[trip.id]

    def keep_until_better(self) -> None:
        """Of several who may not go any more the first gives its place up; the others keep theirs."""
        kept = any(a.is_live and a.slot == KEPT_UNTIL_BETTER for a in self._after())
        first = next((a for a in self.unfit if a.id not in self.placed), None)
        if first is not None and not kept:
            self.placed[first.id] = KEPT_UNTIL_BETTER

    def ask_sooner(self, asked: Sequence[Assignment]) -> None:
        """Of those who have not answered the latest give way to those who would be asked now, where these are sooner by
        more than a driver has to answer."""
        ringing = [a for a in self._after() if a in asked]
        names = {a.vehicle_id for a in ringing}
        others = [a for a in self._after() if a not in ringing]
        offers = self.decision.filling(needs_of(self.decision.wanted, others, self.now)).step.offers
        chosen = [offer.vehicle_id for offer in offers if offer.slot >= 0]
        sooner = sorted((name for name in chosen if name not in names), key=self._eta_s)
        late = sorted((a for a in ringing if a.vehicle_id not in chosen), key=lambda a: -self._eta_s(a.vehicle_id))
        worth_s = self.decision.sop.policy.offer_red_s
        for trip, name in zip(late, sooner, strict=False):
            if self._eta_s(trip.vehicle_id) - self._eta_s(name) > worth_s:
                self.withdrawn.append(trip)

    def plan(self, freed: frozenset[str], *, moved: bool) -> Plan:
        """The whole; of the vehicles that counted as free those that are asked still are not asked again."""
        decision, after = self.decision.filling(self._needs()), self._after()
        ringing = frozenset(a.vehicle_id for a in after if a.state is AssignmentState.OFFERED) & freed
        if ringing and decision.step.search_at is None:
            decision = decision.instead(taken=ringing)
        later: dict[str, Arrival | None] = {}
        for trip in after if moved else ():
            arrival = arrival_of(decision, trip.vehicle_id)
            if not _comes(self.before, decision.ask, trip):
                continue
            if trip.vehicle_id in self.no_way:
                later[trip.id] = None  # what was said is of another place
            elif arrival is not None:
                later[trip.id] = trip.arriving(arrival, self.now).arrival
        return Plan(
            decision=decision,
            booked_again=self.booked_again,
            surplus=self.surplus,
            withdrawn=self.withdrawn,
            ringing=ringing,
            placed=self.placed,
            later=later,
        )

    def _after(self) -> list[Assignment]:
        gone = {a.id for a in (*self.surplus, *self.withdrawn)}
        return [replace(a, slot=self.placed.get(a.id, a.slot)) for a in self.trips if a.id not in gone]

    def _needs(self) -> Unfilled:
        return needs_of(self.decision.wanted, self._after(), self.now)

    def _alone(self, vehicle_id: str) -> Verdict | None:
        """What the rules say of the vehicle as if it were free."""
        vehicle, decision = self.decision.find_vehicle(vehicle_id), self.decision
        return assess(vehicle.freed(), decision.ask, decision.sop, decision.moment) if vehicle is not None else None

    def _may_go(self, vehicle_id: str) -> bool:
        verdict, approved = self._alone(vehicle_id), self.decision.tried.approved
        if verdict is None or vehicle_id in self.no_way or set(verdict.blocking) - {DUTY_RULE, LEFT_ALONE_RULE}:
            return False
        return all((vehicle_id, need.rule) in approved for need in verdict.needs)

    def _objects(self, vehicle_id: str) -> bool:
        """Whether a rule objects to the vehicle now that did not when it was asked, or no road leads to where the
        pick-up is now."""
        vehicle, decision = self.decision.find_vehicle(vehicle_id), self.decision
        if vehicle is None:
            return False
        if vehicle_id in self.no_way and self.before.pickup.point != decision.ask.pickup.point:
            return True
        then = assess(vehicle, self.before, decision.sop, decision.moment)
        return bool(set(decision.assess(vehicle_id).blocking) - {DUTY_RULE, LEFT_ALONE_RULE, *then.blocking})

    def _is_sooner(self, trip: Assignment, needs: Unfilled, by_s: float) -> bool:
        offers = self.decision.filling(needs).step.offers
        main_eta_s = next((self._eta_s(offer.vehicle_id) for offer in offers if offer.slot == 0), needs.main_eta_s)
        return trip.row.met or main_eta_s is None or main_eta_s - self._eta_s(trip.vehicle_id) >= by_s

    def _eta_s(self, vehicle_id: str) -> float:
        arrival = self.decision.arrivals.get(vehicle_id)
        return arrival.eta_s if arrival is not None else float("inf")
