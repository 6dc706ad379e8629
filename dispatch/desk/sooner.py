"""Who would be with a red much sooner than what it has got: a free vehicle, or one on its way to a lower request."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from dispatch.choosing.decision import Decision, Tried
from dispatch.choosing.next_step import NextStep, OfferTo
from dispatch.choosing.proposal import Proposal
from dispatch.choosing.ranking import Candidate
from dispatch.desk.effects.places import gives_way
from dispatch.desk.effects.standing import is_divertible
from dispatch.desk.ports import Books
from dispatch.desk.road_ports import Roads
from dispatch.desk.search import search, with_turnout
from dispatch.desk.soon import Trip
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Ask
from dispatch.domain.vehicle import by_metric
from dispatch.rules.judge_one import assess
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.policy import Diverts
from dispatch.vocabulary.trip_steps import INSTEAD, AssignmentState
from geo.point import distance_m

LOOKED_AT = 50  # vehicles on their way to lower requests, the nearest in a straight line; this project's own figure


@dataclass(frozen=True, slots=True)
class Around:
    """What is live around a red: its own trips with those that have ended, the trips that might be diverted to it, and
    every vehicle that is asked or goes."""

    own: Sequence[Assignment]
    lower: Sequence[Trip]
    held: Collection[str]


def may_be_sooner(decision: Decision) -> bool:
    """Whether anybody is looked for: a life is at stake, and a vehicle is needed now."""
    ask = decision.ask
    return ask.urgency is Urgency.RED and ask.needs_vehicle and decision.step.search_at is None


def list_around(books: Books, request_id: str, ask: Ask) -> Around:
    """What is live around a red."""
    live = books.assignments.list_live()
    trips = [Trip(a, books.requests.get(a.request_id)) for a in live if a.row.is_going and not a.row.met]
    lower = [trip for trip in trips if is_divertible(trip.assignment, trip.request, ask)]
    return Around(books.assignments.list_of(request_id), lower, {a.vehicle_id for a in live})


def find_sooner(decision: Decision, around: Around, roads: Roads, taken: frozenset[str]) -> Proposal | None:
    """The one vehicle that is proposed, without what it costs the other request; None where nobody is so much sooner.

    `taken` are vehicles that others get at the same moment. A free vehicle goes before one that others wait for.
    """
    if any(a.is_live and (a.slot == INSTEAD or a.hands_over) for a in around.own):
        return None  # somebody is asked instead already, or the patient lies in a vehicle and changes to another
    coming = [a for a in around.own if a.is_live and a.slot >= 0 and a.slot not in decision.unfilled.slots]
    waited_for = [a for a in coming if not a.row.met]
    lacks = len(decision.step.filled) < len(decision.unfilled.slots)
    if not (lacks or waited_for or decision.step.filled):
        return None  # everybody is there
    policy, latest = decision.sop.policy, gives_way(waited_for)
    arrivals = [(a.arrives_at - decision.at).total_seconds() for a in waited_for if a.arrives_at is not None]
    arrivals += [
        arrival.eta_s
        for offer in decision.step.offers
        if offer.slot >= 0 and (arrival := decision.arrivals.get(offer.vehicle_id)) is not None
    ]
    if not (lacks or arrivals):
        return None  # nobody knows when who is on its way arrives
    without_s = None if lacks else max(0.0, *arrivals)
    instead_of = latest.vehicle_id if latest is not None and not decision.unfilled.slots else None
    found = None
    if without_s is not None and instead_of and all(a.row.is_going for a in waited_for):
        free = _first_free(decision, around.held, taken)
        if free is not None and free.arrival and without_s - free.arrival.eta_s >= policy.much_sooner_s:
            found = Proposal(
                vehicle_id=free.vehicle_id, arrival=free.arrival, without_s=without_s, instead_of=instead_of
            )
    best_s = found.arrival.eta_s if found is not None else without_s
    diverted = _soonest_diverted(decision, around, roads, taken)
    if diverted is None or (best_s is not None and best_s - diverted.arrival.eta_s < policy.divert_gain_s):
        return found
    return Proposal(
        vehicle_id=diverted.vehicle_id,
        arrival=diverted.arrival,
        trip=diverted.trip,
        without_s=without_s,
        instead_of=instead_of,
        by_desk=policy.red_diverts is Diverts.AUTO,
    )


def _first_free(decision: Decision, held: Collection[str], taken: frozenset[str]) -> Candidate | None:
    """The first that may go at once and that nobody is waiting for; who was silent has not refused."""
    tried = replace(decision.tried, vehicles=decision.tried.vehicles - decision.tried.silent)
    return next((c for c in ready(decision, tried) if c.vehicle_id not in taken and c.vehicle_id not in held), None)


def ready(decision: Decision, tried: Tried) -> list[Candidate]:
    """Who may go at once by every rule, the first choice first."""
    return [
        c
        for c in decision.candidates
        if c.eligible
        and c.arrival is not None
        and c.vehicle_id not in tried.vehicles
        and all((c.vehicle_id, need.rule) in tried.approved for need in c.needs)
    ]


def _soonest_diverted(decision: Decision, around: Around, roads: Roads, taken: frozenset[str]) -> Proposal | None:
    """Of the vehicles on their way to lower requests the soonest that may go to this one, judged as if it were free.

    Nobody is sent back to a red that it was taken away from.
    """
    ask, now = decision.ask, decision.at
    not_again = taken | decision.tried.vehicles
    not_again |= {a.vehicle_id for a in around.own if a.state is AssignmentState.STOOD_DOWN}
    trips = {trip.assignment.vehicle_id: trip.assignment for trip in around.lower}
    freed = {name: now_there.freed() for name in trips.keys() - not_again if (now_there := decision.find_vehicle(name))}
    points = {name: fix.point for name, one in freed.items() if (fix := one.position(now)) is not None}
    near = sorted(points, key=lambda name: (distance_m(points[name], ask.pickup.point), name))[:LOOKED_AT]
    if not near:
        return None
    starts = by_metric(((freed[name].vehicle, points[name]) for name in near), ask.metric)
    arrivals = roads.arrivals(ask.pickup.point, starts, most=len(near))
    for name in sorted(arrivals, key=lambda name: (arrivals[name].eta_s, name)):
        verdict = assess(freed[name], ask, decision.sop, decision.moment)
        if verdict.eligible and not verdict.needs:
            arrival = with_turnout(arrivals[name], decision.sop.policy.turnout_s)
            return Proposal(vehicle_id=name, arrival=arrival, trip=trips[name])
    return None


def longer_s(
    decision: Decision, found: Proposal, other: Ask, tried: Tried, held: Collection[str], roads: Roads
) -> float | None:
    """How much longer the other request waits without its vehicle: until its next best one; None where it has none."""
    assert found.trip is not None
    zone, asked = decision.moment.local.tzinfo, {offer.vehicle_id for offer in decision.step.offers}
    assert zone is not None
    then = search(other, decision.fleet, decision.sop, roads, now=decision.at, zone=zone, tried=tried)
    next_one = next((c for c in ready(then, tried) if c.vehicle_id not in {*held, *asked, found.vehicle_id}), None)
    if next_one is None or next_one.arrival is None:
        return None
    at = found.trip.arrives_at
    expected_s = max(0.0, (at - decision.at).total_seconds()) if at is not None else 0.0
    return max(0.0, next_one.arrival.eta_s - expected_s)


def diverting(decision: Decision, found: Proposal, roads: Roads, taken: frozenset[str]) -> Decision:
    """The same decision where the vehicle is taken from its trip: judged as if it were free, and asked first."""
    name, zone = found.vehicle_id, decision.moment.local.tzinfo
    assert zone is not None
    fleet = decision.fleet.follow([one.freed() if one.id == name else one for one in decision.fleet.vehicles])
    tried = replace(decision.tried, choose=name)
    again = search(decision.ask, fleet, decision.sop, roads, now=decision.at, zone=zone, tried=tried)
    again = replace(again, unfilled=decision.unfilled, wanted=decision.wanted)
    if decision.unfilled.slots:
        again = again.instead(taken=taken)
    else:
        again = replace(again, step=NextStep(offers=(OfferTo(vehicle_id=name, slot=INSTEAD),)))
    if name not in again.arrivals or all(offer.vehicle_id != name for offer in again.step.offers):
        return replace(decision, proposal=replace(found, by_desk=False))
    return replace(again, soon=decision.soon, proposal=found)
