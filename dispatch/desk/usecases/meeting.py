"""Who could meet a first contact that drives a red to the hospital by itself: the operator is asked of each once."""

from functools import partial

from dispatch.choosing.decision import Decision
from dispatch.desk.command import DESK
from dispatch.desk.effects.ahead import carries_alone
from dispatch.desk.effects.noticing import write_meeting
from dispatch.desk.ports import Books, LostRaceError
from dispatch.desk.road_ports import Roads
from dispatch.desk.search import with_turnout
from dispatch.desk.sooner import LOOKED_AT, ready
from dispatch.desk.unit import Unit, Work
from dispatch.domain.assignment import Assignment
from dispatch.domain.request import Request
from dispatch.domain.vehicle import by_metric
from geo.point import Point, distance_m


async def look_for_meeting(unit: Unit, request_id: str) -> None:
    """The vehicle that may go to the red by itself and would be where the first contact is now within `intercept_min`,
    and sooner than that one has reached the destination."""

    async def attempt() -> Work[None]:
        now = unit.clock.now()
        request, ahead = await unit.store.read(partial(_known, request_id=request_id))
        fix = unit.live.last_fixes().get(ahead.vehicle_id) if ahead is not None else None
        if ahead is None or fix is None:
            return lambda _: None
        decision = await unit.search_again(request, now)
        found = await unit.think(_find, decision, ahead, fix.point, unit.roads)

        def work(books: Books) -> None:
            if _known(books, request_id) != (request, ahead):
                raise LostRaceError(f"request {request_id} has gone on since this was decided")
            if found is not None:
                write_meeting(books, ahead, found, now, DESK)

        return work

    await unit.commit(attempt)


def _known(books: Books, request_id: str) -> tuple[Request, Assignment | None]:
    request = books.requests.get(request_id)
    return request, carries_alone(books, request)


def _find(decision: Decision, ahead: Assignment, here: Point, roads: Roads) -> str | None:
    ask, policy = decision.ask, decision.sop.policy
    if ask.dropoff is None:
        return None
    named = (decision.vehicle(one.vehicle_id) for one in ready(decision, decision.tried))
    could = {one.id: (one.vehicle, fix.point) for one in named if (fix := one.position(decision.at)) is not None}
    driving = decision.find_vehicle(ahead.vehicle_id)
    near = sorted(could, key=lambda name: (distance_m(could[name][1], here), name))[:LOOKED_AT]
    if not near or driving is None:
        return None
    left = roads.arrivals(ask.dropoff.point, by_metric([(driving.vehicle, here)], ask.metric), most=1)
    if ahead.vehicle_id not in left:
        return None
    arrivals = roads.arrivals(here, by_metric((could[name] for name in near), ask.metric), most=len(near))
    to_go_s = {name: with_turnout(arrival, policy.turnout_s).eta_s for name, arrival in arrivals.items()}
    best = min(to_go_s, key=lambda name: (to_go_s[name], name), default=None)
    if best is None or to_go_s[best] > policy.intercept_min * 60.0:
        return None
    return best if to_go_s[best] < left[ahead.vehicle_id].eta_s else None
