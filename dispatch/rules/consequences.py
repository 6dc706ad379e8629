"""What follows from a decision beside the vehicle: papers that may follow, a booking, who is told (R11, R13, R16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat

from dispatch.domain.request import Ask
from dispatch.domain.vehicle import Vehicle, VehicleNow
from dispatch.rules.conditions import Situation
from dispatch.rules.judge_one import case_is_there, part_holds
from dispatch.rules.moment import Moment
from dispatch.rules.sop import Booking, Effect, Rule, SopInForce
from dispatch.vocabulary.needs import Need, Urgency
from dispatch.vocabulary.vehicle_classes import Duty, VehicleClass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """Something to do beside the trip: a document to bring later, a line of a rule, or a booking from `not_before`."""

    code: str
    rule: str
    text: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Somebody (a code such as police or owner) whom a rule wants to be told."""

    whom: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """The checklist in the order of the rules, and who is told, each once, by the first rule that says so."""

    checklist: tuple[ChecklistItem, ...]
    notices: tuple[Notice, ...]


USUAL_SEATS = 4  # of a vehicle that is not known yet; this project's own figure

_NOBODY = VehicleNow(
    vehicle=Vehicle(id="", name="", vehicle_class=VehicleClass.OFFICIAL_CAR, agency=""), duty=Duty.OFF_DUTY
)


def consequences(ask: Ask, sop: SopInForce, moment: Moment, vehicle: VehicleNow | None) -> Consequences:
    """What follows for the vehicle that goes; without one, what the rules say of the request alone."""
    spoken = [
        clause.rule
        for clause in sop.clauses_for(vehicle.vehicle.agency if vehicle else "", ask.pickup.agency)
        if vehicle is not None or not clause.rule.is_about_vehicle
    ]
    situation = Situation(vehicle or _NOBODY, ask, moment)
    checklist: list[ChecklistItem] = []
    notices: dict[str, Notice] = {}
    for rule in spoken:
        if not part_holds(rule.vehicles, situation) or not case_is_there(rule, situation):
            continue
        checklist += _items(rule, ask, moment)
        if rule.effect is Effect.HOLD:
            for whom in rule.notify:
                notices.setdefault(whom, Notice(whom=whom, rule=rule.id))
    return Consequences(checklist=tuple(checklist), notices=tuple(notices.values()))


def vehicles_wanted(ask: Ask, sop: SopInForce, moment: Moment, seats: Sequence[int]) -> int:
    """How many vehicles a request needs: for each body one where a rule says so (R09), for each patient who lies one.

    Stable patients who can sit share: `seats` are those of the vehicles that may go, in their order.
    """
    if ask.patient.living and ask.need is not Need.DOCUMENT:
        together = ask.patient.can_sit and ask.urgency is Urgency.GREEN
        return _sharing(ask.patient.count, seats) if together else ask.patient.count
    situation = Situation(_NOBODY, ask, moment)
    each = any(
        clause.rule.one_each and case_is_there(clause.rule, situation)
        for clause in sop.clauses(ask.pickup.agency)
        if not clause.rule.is_about_vehicle
    )
    return ask.patient.count if each else 1


def _sharing(count: int, seats: Sequence[int]) -> int:
    left = count
    for number, free in enumerate((*seats, *repeat(USUAL_SEATS, count)), start=1):
        left -= max(1, free)
        if left <= 0:
            return number
    raise AssertionError("as many vehicles as patients are always enough")


def _items(rule: Rule, ask: Ask, moment: Moment) -> list[ChecklistItem]:
    missing = [name for name in rule.documents if name not in ask.documents]
    items = [ChecklistItem(code=name, rule=rule.id) for name in missing]
    items += [ChecklistItem(code=rule.id, rule=rule.id, text=line) for line in rule.checklist]
    if rule.booking is not None:
        items.append(ChecklistItem(code="booking", rule=rule.id, not_before=first_time(rule.booking, moment.local)))
    return items


def first_time(booking: Booking, local: datetime) -> datetime:
    """The first time, in the region's zone, that keeps the notice and lies within the hours of the place."""
    start, end = booking.hours
    at = local + timedelta(minutes=booking.notice_min)
    for day in (0, 1, 2):
        date = at.date() + timedelta(days=day - 1)
        opens = datetime.combine(date, start, at.tzinfo)
        closes = datetime.combine(date + timedelta(days=1 if end <= start else 0), end, at.tzinfo)
        if at <= closes:
            return max(at, opens)
    raise AssertionError("a place that opens every day is open within three of them")
