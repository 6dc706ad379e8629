"""What the family sees on its link: how far it has come and when, without a name, a diagnosis or an exact place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.desk.effects.series import waits_for_way_there
from dispatch.desk.ports import Books
from dispatch.desk.unit import Unit
from dispatch.desk.usecases.changes import family_may_answer, living_beside, shown_on_link, words_of_family
from dispatch.domain.assignment import Assignment
from dispatch.domain.fix import Fix, LinkHealth, link_health
from dispatch.domain.promise import Promise
from dispatch.domain.request import Request
from dispatch.domain.vehicle import VehicleNow
from dispatch.reading.cars import Car, cars_of
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import Why
from dispatch.vocabulary.request_states import ENDS, FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import FIRST_CONTACT, Phase
from dispatch.words import family as words

SHOWN = 20  # rides to come; this project's own figure
LINK_LASTS = timedelta(hours=2)  # after the end of the trip; this project's own figure


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyVehicle:
    """One vehicle that comes: its name, by what it is found in a street, when it arrives and how that differs from what
    was said, how far it is, and whether its phone is heard."""

    name: str
    car: str | None
    eta: str | None
    change: str | None
    steps: tuple[tuple[str, bool], ...]
    signal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyRide:
    """A ride that comes later: when, and its own link."""

    label: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyView:
    """The page: a headline, further lines, the vehicles, and whether the family can still answer.

    Of a series it shows the next `ride`, named by its own link, and those that are `coming` after it; `can_call` is a
    way back that waits until somebody is ready.

    `condolence` stands before all of it where somebody has died; there nobody is told whom to call if it gets worse.
    """

    condolence: str | None
    headline: str
    lines: tuple[str, ...]
    vehicles: tuple[FamilyVehicle, ...]
    is_live: bool
    can_answer: bool
    ride: str = ""
    can_call: bool = False
    coming: tuple[FamilyRide, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    request: Request
    going: list[Assignment]
    assigned: int
    vehicles: Mapping[str, VehicleNow]
    cars: Mapping[str, Car]
    promise: Promise | None
    is_onward: bool
    others_live: bool
    has_left: bool
    may_answer: bool
    link: str
    is_early: bool
    coming: Sequence[tuple[Request, str]]


async def view(unit: Unit, track_token: str, lang: Lang) -> FamilyView | None:
    """What the family's link shows; None once it has expired. Raises NotFoundError for an unknown link."""
    now = unit.clock.now()
    found = await unit.store.read(lambda books: _find(books, track_token))
    request = found.request
    if request.ended_at is not None and request.ended_at + LINK_LASTS < now:
        return None
    condolence = words.condolence_line(lang) if request.ask.need is Need.BODY else None
    if request.state in ENDS:
        ended = words.headline(request.state, request.ask.need, lang)
        return FamilyView(condolence=condolence, headline=ended, lines=(), vehicles=(), is_live=False, can_answer=False)
    positions = {held.id: held.position(now) for held in unit.fleet.with_fixes(found.vehicles.values())}
    return FamilyView(
        condolence=condolence,
        headline=words.headline(request.state, request.ask.need, lang),
        lines=tuple(_lines(unit, found, lang)),
        vehicles=tuple(_vehicle(unit, found, going, positions[going.vehicle_id], now, lang) for going in found.going),
        is_live=True,
        can_answer=not found.has_left and found.may_answer,
        ride=found.link,
        can_call=request.ask.on_call and not found.is_early,
        coming=tuple(_ride(unit, ride, link, lang) for ride, link in found.coming),
    )


def _find(books: Books, track_token: str) -> _Found:
    request = shown_on_link(books, books.requests.get_by_track(track_token))
    series = books.requests.list_series(request.series) if request.series is not None else []
    later = [one for one in series if one.state not in ENDS and one.id != request.id][:SHOWN]
    trips = books.assignments.list_of(request.id)
    going = sorted((a for a in trips if a.row.is_going), key=_arrives)
    is_onward = any(report.onward == request.id for report in books.deaths.list_of(request.id))
    vehicles = {a.vehicle_id: books.vehicles.get(a.vehicle_id) for a in going}
    return _Found(
        request=request,
        going=going,
        assigned=sum(a.slot >= 0 and (a.row.is_going or a.row.phase is Phase.SERVED) for a in trips),
        vehicles=vehicles,
        cars=cars_of(books, going, {name: held.vehicle for name, held in vehicles.items()}),
        promise=books.promises.find_open(request.id),
        is_onward=is_onward,
        others_live=is_onward and living_beside(books, request) > 0,
        may_answer=family_may_answer(trips),
        has_left=FamilyWord.LEFT in words_of_family(books, request.id),
        link=books.requests.get_own_token(request.id),
        is_early=waits_for_way_there(books, request),
        coming=[(one, books.requests.get_own_token(one.id)) for one in later],
    )


def _arrives(going: Assignment) -> tuple[bool, datetime]:
    """The order of the vehicles: who is there already, then by their arrival."""
    said = going.said
    return not going.row.met, said.arrives_at if said is not None else going.offered_at


def _lines(unit: Unit, found: _Found, lang: Lang) -> Iterator[str]:
    request = found.request
    promise, late = found.promise, found.promise is not None and found.promise.due_at < unit.clock.now()
    if found.is_onward and request.ask.pickup.facility is not None:
        yield words.lies_at_line(request.ask.pickup.name, lang)
    if found.others_live:
        yield words.others_line(lang)
    if promise is not None and promise.why is Why.DESTINATION and promise.owes_a_word and not late:
        yield words.destination_line(promise.due_at, unit.zone, lang)
    elif promise is not None and (late or request.state is not RequestState.SCHEDULED):
        yield words.due_line(promise.due_at, request.ask.need, unit.clock.now(), unit.zone, lang)
    at = request.ask.booked_at
    if request.state is RequestState.SCHEDULED and request.ask.waits:
        yield words.waits_line(waiting=request.reserved is not None, lang=lang)
    if at is not None and request.ask.on_call:
        yield words.on_call_line(at, unit.zone, lang)
    elif at is not None:
        yield words.schedule_line(at, unit.zone, lang)
        if request.state is RequestState.SCHEDULED and promise is not None and not late:
            yield words.uncertain_line(promise.due_at, unit.zone, lang)
        elif request.state is RequestState.SCHEDULED and promise is None and not request.ask.waits:
            yield words.booked_line(kept=request.reserved is not None, lang=lang)
    yield from _lines_of_trips(found, lang)


def _lines_of_trips(found: _Found, lang: Lang) -> Iterator[str]:
    request = found.request
    if request.wanted > 1 and found.assigned:
        yield words.assigned_line(found.assigned, max(0, request.wanted - found.assigned), lang)
    if found.has_left:
        yield words.left_line(lang)
    if request.held:
        yield words.held_line(lang)
    if any(going.hands_over for going in found.going):
        yield words.transfer_line(lang)


def _ride(unit: Unit, ride: Request, link: str, lang: Lang) -> FamilyRide:
    at, ask = ride.ask.schedule_at or ride.created_at, ride.ask
    label = words.ride_label(at, back=ride.returns is not None, on_call=ask.on_call, zone=unit.zone, lang=lang)
    return FamilyRide(label=label, link=link)


def _vehicle(unit: Unit, found: _Found, going: Assignment, fix: Fix | None, now: datetime, lang: Lang) -> FamilyVehicle:
    said, car, name = going.said, found.cars[going.id], found.vehicles[going.vehicle_id].vehicle.name
    silent = fix is not None and link_health(fix, now, unit.limits) is not LinkHealth.LIVE
    return FamilyVehicle(
        name=words.first_contact(name, lang) if going.slot == FIRST_CONTACT else name,
        car=words.car_line(car.plate, car.driver, lang),
        eta=words.arrives_line(said.arrives_at, said.leg, unit.zone, lang) if said is not None else None,
        change=words.change_line(said.later_min, lang) if said is not None else None,
        steps=_steps(going, lang),
        signal=words.signal_line(fix.taken_at, unit.zone, lang) if fix is not None and silent else None,
    )


def _steps(going: Assignment, lang: Lang) -> tuple[tuple[str, bool], ...]:
    """Each step as the family reads it, and whether it is done."""
    done: dict[str, bool] = {}
    for state, label in words.step_labels(lang).items():
        done[label] = done.get(label, False) or state in going.stamps
    return tuple(done.items())
