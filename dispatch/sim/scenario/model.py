"""What a scenario file holds: places, vehicles, steps and what is expected of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from dispatch.domain.request import Patient
from dispatch.vocabulary.needs import Leaves, Need, Urgency
from dispatch.vocabulary.vehicle_classes import Duty, Shares, VehicleClass
from geo.point import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenVehicle:
    """A vehicle as the file gives it; minutes are given travel times to places by name."""

    id: str
    name: str
    vehicle_class: VehicleClass
    agency: str
    travel_min: Mapping[str, float]
    default_travel_min: float | None
    at: str | Point | None
    base: str | None
    at_base: bool
    duty: Duty
    equipment: frozenset[str]
    crew: frozenset[str]
    seats: int
    hours: tuple[time, time] | None
    area: frozenset[str]
    zone: str | None
    shares: Shares
    papers_valid_until: date | None
    fix_age_min: float | None
    busy_for_min: float | None
    rest_min: float | None
    duty_h: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAct:
    """Somebody asks for a vehicle; the areas, `leaves` and `distance_km` are given facts where they are said."""

    id: str
    need: Need
    urgency: Urgency
    pickup: str | Point
    dropoff: str | Point | None
    patient: Patient
    documents: frozenset[str]
    requester: str | None
    phone: str
    choose: str | None
    schedule_at: datetime | None
    pickup_area: str | None
    dropoff_area: str | None
    leaves: Leaves | None
    distance_km: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A driver's tap on a step: `device_s` is the device's time, counted as at_s is; `seq` its place in the queue."""

    does: str
    device_s: float | None = None
    seq: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleAct:
    """Something that a vehicle or its driver does; `queue` is posted as often as `posts` says."""

    id: str
    tap: Tap
    at: str | Point | None = None
    travel_min: Mapping[str, float] = field(default_factory=dict)
    queue: tuple[Tap, ...] = ()
    posts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAct:
    """What one operator or officer does about a request."""

    role: str
    does: str
    request: str
    vehicle: str | None = None
    rule: str | None = None
    reason: str = "darurat"
    outcome: str | None = None
    told: str = "requester"


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherAct:
    """Several operators at the same moment."""

    acts: tuple[OperatorAct, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MutualAidAct:
    """Another government's operator answers for its vehicle (R26)."""

    agency: str
    yes: bool
    request: str | None = None
    vehicle: str | None = None
    reason: str = "bantuan antarinstansi"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBackAct:
    """Whoever owes a call-back calls."""

    request: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequesterAct:
    """What who asked says later."""

    does: str
    request: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishAct:
    """A new version of an agency's SOP is published."""

    text: str


Act = AskAct | VehicleAct | OperatorAct | TogetherAct | MutualAidAct | CallBackAct | RequesterAct | PublishAct


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectPromise:
    """What is said of the promise that stands; `stands` false: there is none."""

    stands: bool = True
    due_within_min: float | None = None
    retry_every_min: float | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What is expected after a step; None: nothing is said of it."""

    request: str | None = None
    state: str | None = None
    refused: bool | int | str | None = None
    duty: Mapping[str, str] | None = None
    offered: frozenset[str] | None = None
    assigned: frozenset[str] | None = None
    never_offered: frozenset[str] | None = None
    denied: Mapping[str, frozenset[str]] | None = None
    needs_approval: Mapping[str, frozenset[str]] | None = None
    eligible: frozenset[str] | None = None
    promise: ExpectPromise | None = None
    order: tuple[str, ...] | None = None
    checklist: tuple[str, ...] | None = None
    notified: tuple[str, ...] | None = None
    sentence_has: tuple[str, ...] | None = None
    assignments: int | Mapping[str, str] | None = None
    told: tuple[str, ...] | None = None
    taps: Mapping[str, Mapping[str, float]] | None = None
    signal: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: at a time, something is done or the clock moves on, and then something is expected."""

    at_s: float
    line: int
    act: Act | None
    expect: Expect | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Always:
    """What holds after every step and every timer."""

    never_offered: frozenset[str] = frozenset()
    solution_or_promise: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A scenario; `path` is its file, `packs` are (name, text) of every version that it may come to speak with."""

    name: str
    title: str
    path: Path
    at: datetime
    packs: tuple[tuple[str, str], ...]
    places: Mapping[str, Point]
    vehicles: tuple[GivenVehicle, ...]
    steps: tuple[Step, ...]
    always: Always
    roads: Path | None
    waits_for: str | None
