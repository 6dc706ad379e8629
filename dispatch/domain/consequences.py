"""What follows from a decision beside the vehicle: papers that may follow, a booking, who is told (R11, R13, R16)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.domain.conditions import Situation
from dispatch.domain.eligibility import case_is_there, part_holds
from dispatch.domain.moment import Moment
from dispatch.domain.request import Ask
from dispatch.domain.sop import Booking, Effect, Rule, SopInForce
from dispatch.domain.vehicle import Duty, Vehicle, VehicleClass, VehicleNow


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """Something to do beside the trip: a document to bring later, a line of a rule, or a booking from `not_before`."""

    code: str
    rule: str
    text: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """The checklist in the order of the rules, and the codes of those who are told."""

    checklist: tuple[ChecklistItem, ...]
    notify: tuple[str, ...]


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
    notify: dict[str, None] = {}
    for rule in spoken:
        if not part_holds(rule.vehicles, situation) or not case_is_there(rule, situation):
            continue
        checklist += _items(rule, ask, moment)
        if rule.effect is Effect.HOLD:
            notify.update(dict.fromkeys(rule.notify))
    return Consequences(checklist=tuple(checklist), notify=tuple(notify))


def vehicles_wanted(ask: Ask, sop: SopInForce, moment: Moment) -> int:
    """How many vehicles a request needs: one, or one for each body where a rule says so (R09)."""
    situation = Situation(_NOBODY, ask, moment)
    each = any(
        clause.rule.one_each and case_is_there(clause.rule, situation)
        for clause in sop.clauses(ask.pickup.agency)
        if not clause.rule.is_about_vehicle
    )
    return ask.patient.count if each else 1


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
