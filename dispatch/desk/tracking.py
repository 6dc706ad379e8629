"""What the family sees on its link: how far it has come and when, without a name, a diagnosis or an exact place."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from dispatch.desk.views import RequestView
from dispatch.domain.assignment import FIRST_CONTACT, Assignment, AssignmentState
from dispatch.domain.fix import Fix, FixLimits, LinkHealth, link_health
from dispatch.domain.ranking import Arrival
from dispatch.domain.request import ENDS, Need, RequestState
from dispatch.words import clock_text, day_text

LINK_LASTS = timedelta(hours=2)  # after the end of the trip (screens.md)
_OVER = "Perjalanan ini sudah selesai."
_HEADLINES = {
    RequestState.SEARCHING: "Kami sedang menghubungi sopir terdekat",
    RequestState.AWAITING_APPROVAL: "Kami sedang meminta persetujuan agar kendaraan dapat berangkat",
    RequestState.WAITING: "Kami terus mencarikan kendaraan dan akan menelepon Anda",
    RequestState.SCHEDULED: "Penjemputan sudah dijadwalkan",
    RequestState.ASSIGNED: "Kendaraan sudah ditugaskan",
    RequestState.IN_PROGRESS: "Kendaraan sedang bertugas untuk Anda",
}
_STEPS = (
    ("Ditugaskan", (AssignmentState.ACCEPTED,)),
    ("Menuju lokasi", (AssignmentState.EN_ROUTE,)),
    ("Tiba", (AssignmentState.ON_SCENE,)),
    ("Mengantar", (AssignmentState.TRANSPORTING,)),
    ("Sampai tujuan", (AssignmentState.AT_DESTINATION, AssignmentState.CLEARED)),
)
_GOING = frozenset(
    {AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE, AssignmentState.TRANSPORTING}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One vehicle that comes: its name, when it arrives, how far it is, and whether its phone is heard."""

    name: str
    eta: str | None
    steps: tuple[tuple[str, bool], ...]
    signal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The page: a headline, further lines, the vehicles, and whether the family can still answer."""

    headline: str
    lines: tuple[str, ...]
    vehicles: tuple[Vehicle, ...]
    is_live: bool
    can_answer: bool


def track_of(
    view: RequestView, names: dict[str, str], fixes: dict[str, Fix], limits: FixLimits, now: datetime, zone: tzinfo
) -> Track:
    """What the link of a request shows at a moment; `names` and `fixes` are those of its vehicles."""
    request = view.request
    if request.state in ENDS:
        return Track(headline=_OVER, lines=(), vehicles=(), is_live=False, can_answer=False)
    going = [(a, arrival) for a, arrival in view.assignments if a.state in _GOING]
    said = [entry.event.facts.get("said") for entry in view.entries]
    lines = [line for line in (_due_line(view, zone), _schedule_line(view, zone)) if line]
    if "left" in said:
        lines.append("Terima kasih, kami sudah mencatat bahwa Anda berangkat sendiri. Kami menelepon Anda.")
    if request.held:
        lines.append("Tujuan masih menunggu kepastian; kendaraan tetap kami carikan.")
    return Track(
        headline=_headline(view),
        lines=tuple(lines),
        vehicles=tuple(
            _vehicle(a, arrival, names.get(a.vehicle_id, ""), fixes.get(a.vehicle_id), limits, now, zone)
            for a, arrival in going
        ),
        is_live=True,
        can_answer="left" not in said,
    )


def _headline(view: RequestView) -> str:
    if view.request.ask.need is Need.DOCUMENT and view.request.state is RequestState.WAITING:
        return "Kami mencatat permintaan Anda dan menelepon begitu persediaan datang"
    return _HEADLINES[view.request.state]


def _due_line(view: RequestView, zone: tzinfo) -> str | None:
    if view.promise is None or view.request.state is not RequestState.WAITING:
        return None
    due_at = view.promise.due_at
    day = f"{day_text(due_at, zone)} " if view.request.ask.need is Need.DOCUMENT else ""
    return f"Kami menelepon Anda paling lambat {day}pukul {clock_text(due_at, zone)}."


def _schedule_line(view: RequestView, zone: tzinfo) -> str | None:
    at = view.request.ask.schedule_at
    return f"Dijadwalkan {day_text(at, zone)} pukul {clock_text(at, zone)}." if at else None


def _vehicle(
    assignment: Assignment,
    arrival: Arrival | None,
    name: str,
    fix: Fix | None,
    limits: FixLimits,
    now: datetime,
    zone: tzinfo,
) -> Vehicle:
    stamps = assignment.stamps
    eta = None
    if arrival is not None and AssignmentState.ON_SCENE not in stamps:
        eta = clock_text(assignment.offered_at + timedelta(seconds=arrival.eta_s), zone)
    signal = None
    if fix is not None and link_health(fix, now, limits) is not LinkHealth.LIVE:
        signal = (
            f"Sinyal kendaraan terputus sejak pukul {clock_text(fix.taken_at, zone)}; perjalanan tetap berlangsung."
        )
    ahead = " (penolong pertama)" if assignment.slot == FIRST_CONTACT else ""
    steps = tuple((label, any(state in stamps for state in states)) for label, states in _STEPS)
    return Vehicle(name=f"{name}{ahead}", eta=eta, steps=steps, signal=signal)
