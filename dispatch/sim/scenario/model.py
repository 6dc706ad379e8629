"""What a scenario file holds, a model a table: places, vehicles, steps and what is expected of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, ValidationInfo, field_validator, model_validator

from dispatch.domain.fix import LinkHealth
from dispatch.domain.incident import MOST_REQUESTS
from dispatch.domain.request import Patient
from dispatch.sim.scenario import table as t
from dispatch.sim.scenario.packs import package_packs, packs_named
from dispatch.vocabulary import bounds, trip_steps
from dispatch.vocabulary.bookings import Rides, Weekday
from dispatch.vocabulary.needs import NEEDS, Death, Document, Leaves, Need, Urgency
from dispatch.vocabulary.request_states import ENDS, RequestState
from dispatch.vocabulary.vehicle_classes import CREW, EQUIPMENT, USUAL_CREW, Duty, Shares, VehicleClass

GOVERNMENTS = frozenset({"kota-tangerang", "kabupaten-tangerang", "tangerang-selatan"})
NO_PHONE = "+62 811-0000-0000"  # in the made-up range: who asks gives some number, also where the file says none
TRIP = trip_steps.TAKEN_BY_PEOPLE
DOES = (*TRIP, *trip_steps.Report, "silent", "breaks", "repaired", "offline", "online", "position")
_JUST = 0.5  # how far inside its limit a number lies


class GivenVehicle(t.Table):
    """A vehicle as the file gives it; minutes are given travel times to places by name.

    A government serves its own area, and goes elsewhere on request (R26); any other goes everywhere.
    """

    id: Annotated[t.Id, t.named("vehicles", new=True)]
    name: t.Text = Field(default_factory=lambda said: said["id"])
    vehicle_class: VehicleClass = Field(alias="class")
    agency: t.Text
    travel_min: t.TravelMin = Field(default_factory=dict)
    default_travel_min: t.Number | None = None
    at: t.Place | None = None
    base: t.Text | None = None
    at_base: StrictBool = False
    duty: Duty = Duty.AVAILABLE
    equipment: Annotated[frozenset[Annotated[str, t.among(sorted(EQUIPMENT))]], t.Listed] = frozenset()
    crew: Annotated[frozenset[Annotated[str, t.among(sorted(CREW))]], t.Listed] = USUAL_CREW
    seats: t.Whole = 4
    hours: t.Hours | None = None
    area: Annotated[frozenset[str], t.Listed] = Field(default_factory=lambda said: GOVERNMENTS & {said["agency"]})
    zone: t.Text | None = None
    shares: Shares = Field(
        default_factory=lambda said: Shares.ON_REQUEST if said["agency"] in GOVERNMENTS else Shares.FULL
    )
    papers_valid_until: t.Day | None = None
    fix_age_min_over: t.Number | None = None
    fix_age_min: t.Number | None = t.just_within("fix_age_min_over", _JUST)
    busy_for_min: t.Number | None = None
    rest_min_under: t.Number | None = None
    rest_min: t.Number | None = t.just_within("rest_min_under", -_JUST)
    duty_h_over: t.Number | None = None
    duty_h: t.Number | None = t.just_within("duty_h_over", _JUST)


class GivenPatient(t.Table):
    """What the file says of a patient; None: as dispatch takes it where nobody says it."""

    living: StrictBool | None = None
    can_sit: StrictBool | None = None
    special_care: StrictBool | None = None
    oxygen: StrictBool | None = None
    ventilator: StrictBool | None = None
    incubator: StrictBool | None = None
    labour: StrictBool | None = None
    guarded: StrictBool | None = None
    infectious: StrictBool | None = None
    death: Death | None = None
    count: t.Count | None = None
    resident_of: t.Id | None = None


class GivenRepeat(t.Table):
    """The days of the week on which a booked trip is made again, up to and with `until`."""

    days: Annotated[frozenset[Weekday], t.Listed, Field(min_length=1)]
    until: t.Day


class _Returns(t.Table):
    """A way back is at a time, or not before one."""

    return_at: t.Instant | None = None
    return_after: t.Instant | None = None
    waits: StrictBool = False

    @model_validator(mode="after")
    def _says_one_time(self) -> Self:
        if self.return_at is not None and self.return_after is not None:
            raise t.wrong("it has both 'return_at' and 'return_after': a way back has a time or an earliest time")
        if self.waits and (self.return_at, self.return_after) == (None, None):
            raise t.wrong("who waits, waits for a way back: it takes 'return_at' or 'return_after'")
        return self


class AskAct(_Returns):
    """Somebody asks for a vehicle; the areas, `leaves` and `distance_km` are given facts where they are said."""

    id: Annotated[t.Text, t.named("requests", new=True)]
    need: Need
    urgency: Urgency = Field(default_factory=lambda said: NEEDS[said["need"]].urgency)
    pickup: t.Place
    dropoff: t.Place | None = None
    given: GivenPatient = Field(default=GivenPatient(), alias="patient")
    documents: Annotated[frozenset[Document], t.Listed] = frozenset()
    requester: t.Text | None = None
    phone: t.Phone = NO_PHONE
    choose: t.VehicleId | None = None
    schedule_at: t.Instant | None = None
    repeat: GivenRepeat | None = None
    pickup_area: t.Text | None = None
    dropoff_area: t.Text | None = None
    leaves: Leaves | None = None
    distance_km_over: t.Number | None = None
    distance_km: t.Number | None = t.just_within("distance_km_over", _JUST)

    @property
    def patient(self) -> Patient:
        """The patient: living unless a body is asked for, or the file says otherwise."""
        return Patient(**{"living": self.need is not Need.BODY} | self.given.model_dump(exclude_unset=True))


class GivenChange(t.Table):
    """What of a kept request is something else now; what is not said stays."""

    pickup: t.Place | None = None
    dropoff: t.Place | None = None
    urgency: Urgency | None = None
    patient: GivenPatient | None = None
    documents: Annotated[frozenset[Document], t.Listed] | None = None
    schedule_at: t.Instant | None = None
    phone: t.Phone | None = None


class Tap(t.Table):
    """A driver's tap that the phone kept: `device_s` is the device's time, `seq` its place in the queue."""

    does: Annotated[str, t.among(TRIP)]
    device_s: t.Number = Field(alias="at_s")
    seq: t.Seq
    reason: t.Reason | None = None


def _numbered(queue: object) -> list[object]:
    return [{"seq": n, **tap} if isinstance(tap, dict) else tap for n, tap in enumerate(t.listed(queue), 1)]


class VehicleAct(t.Table):
    """Something that a vehicle or its driver does; `queue` is posted as often as `posts` says."""

    id: t.VehicleId
    does: Annotated[str, t.among(DOES)]
    device_s: t.Number | None = None
    seq: t.Seq | None = None
    reason: t.Reason | None = None
    at: t.Place | None = None
    travel_min: t.TravelMin = Field(default_factory=dict)
    queue: Annotated[tuple[Tap, ...], BeforeValidator(_numbered)] = ()
    posts: t.Whole = 1


class _AboutRequest(t.Table):
    """What is done about a request; where only one was asked for, it need not be named."""

    request: t.RequestId

    @model_validator(mode="before")
    @classmethod
    def _the_only_one(cls, data: object, info: ValidationInfo) -> object:
        requests = t.names_of(info).requests
        return {"request": requests[0], **data} if isinstance(data, dict) and len(requests) == 1 else data


class _MayReturn(_AboutRequest, _Returns):
    """Whoever adds a way back says when it is."""

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if getattr(self, "does", None) == "return" and (self.return_at, self.return_after) == (None, None):
            raise t.wrong("to return it takes 'return_at' or 'return_after'")
        return self


# What an operator's act cannot be without; of approvals and ends the reason has a default, as files had none.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "assign": ("vehicle",),
    "override": ("vehicle", "rule", "reason"),
    "divert": ("vehicle", "of", "reason"),
    "close": ("outcome",),
    "change": ("set",),
    "correct": ("vehicle", "step", "reason"),
    "transfer": ("at", "reason"),
    "group": ("others",),
}


class OperatorAct(_MayReturn):
    """What one operator or officer does about a request."""

    role: t.Text = Field(default="operator", alias="as")
    does: Literal[
        "approve",
        "refuse",
        "assign",
        "override",
        "divert",
        "close",
        "undo",
        "change",
        "return",
        "correct",
        "transfer",
        "group",
    ]
    others: Annotated[tuple[t.RequestId, ...], t.Listed, Field(max_length=MOST_REQUESTS)] = ()
    vehicle: t.VehicleId | None = None
    rule: t.Id | None = None
    reason: t.Reason = "darurat"
    outcome: Annotated[RequestState, t.among(sorted(ENDS))] | None = None
    told: t.Told = "requester"
    heard_from: t.Caller | None = None
    of: t.RequestId | None = None
    set: GivenChange | None = None
    step: Annotated[trip_steps.Step, t.among(TRIP)] | None = None
    since_s: t.Number | None = None
    only_time: StrictBool = False
    at: t.Place | None = None
    giving: t.VehicleId | None = Field(default=None, alias="from")
    rides: Rides = Rides.THIS

    @model_validator(mode="after")
    def _says_all(self) -> "OperatorAct":
        lacks = [name for name in _NEEDED.get(self.does, ()) if name not in self.model_fields_set]
        if lacks:
            raise t.wrong(f"to {self.does} it lacks {lacks[0]!r}")
        ended = self.outcome if self.does == "close" else None
        if ended not in (None, RequestState.CANCELLED_BY_REQUESTER) and self.rides is Rides.FOLLOWING:
            raise t.wrong(f"all later rides can be cancelled, and do not end as {ended} with this one")
        return self


class MutualAidAct(t.Table):
    """Another government's operator answers for its vehicle (R26)."""

    agency: t.Text
    says: Literal["yes", "no"]
    request: t.RequestId | None = None
    vehicle: t.VehicleId | None = None
    reason: t.Reason = "bantuan antarinstansi"


class CallBackAct(_AboutRequest):
    """The call-back is made by the person who owes it."""

    outcome: Literal["no_answer", "told"]


class DeathAct(_AboutRequest):
    """A crew's report is answered: by the facility that receives, or as an operator hears from a `doctor` by phone.

    `onward` names the request for the body that follows where it is confirmed.
    """

    confirmed: StrictBool
    doctor: t.Doctor | None = None
    onward: Annotated[t.Text, t.named("requests", new=True)] | None = None


class RequesterAct(_MayReturn):
    """What the requester says later."""

    does: Literal["cancel", "note", "arrives", "change", "ready", "return"]
    note: t.Note | None = None
    set: GivenChange | None = None
    rides: Rides = Rides.THIS

    @model_validator(mode="after")
    def _says_what(self) -> "RequesterAct":
        if self.does == "change" and self.set is None:
            raise t.wrong("to change it lacks 'set'")
        if self.does in ("cancel", "arrives") and self.note is not None and len(self.note) < bounds.REASON.least:
            raise t.wrong(f"to {self.does}, 'note' is the reason: it takes {bounds.REASON.least} characters at least")
        return self


class PublishAct(t.Table):
    """A new version of an agency's SOP is published: the text of the pack whose path is given."""

    text: t.Text = Field(alias="publish")

    @field_validator("text")
    @classmethod
    def _read(cls, path: str, info: ValidationInfo) -> str:
        try:
            return (t.names_of(info).folder / path).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise t.wrong(f"the pack {path} cannot be read: {error}") from None


Act = AskAct | VehicleAct | tuple[OperatorAct, ...] | MutualAidAct | CallBackAct | DeathAct | RequesterAct | PublishAct
_Rules = Annotated[dict[t.VehicleId, Annotated[frozenset[str], t.Listed]], t.as_keys([])]


class ExpectPromise(t.Table):
    """What is said of the promise that stands."""

    due_within_min: t.Number | None = None
    retry_every_min: t.Number | None = None
    owner: t.Text | None = None


class ExpectLink(t.Table):
    """Which request the family's link shows."""

    request: t.RequestId


class ExpectArrival(t.Table):
    """When everybody is told that a vehicle on a trip arrives where it heads.

    `in_min` are whole minutes from this moment; `later_min` those beyond what was said first, less than none where it
    is sooner; `told`: who waits for it has been told by a message that it is later.
    """

    in_min: StrictInt | None = None
    later_min: StrictInt | None = None
    told: StrictBool | None = None


class Expect(t.Table):
    """What is expected after a step; None: nothing is said of it."""

    request: t.RequestId | None = None
    state: RequestState | None = None
    refused: StrictBool | StrictInt | str | None = None
    duty: dict[t.VehicleId, Duty] | None = None
    offered: t.Vehicles | None = None
    assigned: t.Vehicles | None = None
    never_offered: t.Vehicles | None = None
    denied: _Rules | None = None
    needs_approval: _Rules | None = None
    eligible: t.Vehicles | None = None
    promise: ExpectPromise | StrictBool | None = None
    order: Annotated[tuple[t.RequestId, ...], t.Listed] | None = None
    checklist: t.Texts | None = None
    notified: t.Texts | None = None
    sentence_has: t.Texts | None = None
    assignments: StrictInt | Annotated[dict[t.VehicleId, str], t.as_keys("")] | None = None
    told: t.Texts | None = None
    taps: dict[t.VehicleId, dict[str, t.Number]] | None = None
    signal: dict[t.VehicleId, LinkHealth] | None = None
    link: ExpectLink | None = None
    arrives: dict[t.VehicleId, ExpectArrival] | None = None
    likely: Annotated[frozenset[t.RequestId], t.Listed] | None = None
    incident: Annotated[frozenset[t.RequestId], t.Listed] | None = None
    reserved: t.VehicleId | Literal[False] | None = None
    proposed: t.Vehicles | None = None


class Step(t.Table):
    """One step: at a time, something is done or the clock moves on, and then something is expected."""

    at_s: t.Number
    ask: AskAct | None = None
    vehicle: VehicleAct | None = None
    operator: Annotated[tuple[OperatorAct, ...], t.Listed] | None = None
    mutual_aid: MutualAidAct | None = None
    callback: CallBackAct | None = None
    death: DeathAct | None = None
    requester: RequesterAct | None = None
    sop: PublishAct | None = None
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _does_one_thing(self) -> "Step":
        doing = [name for name in type(self).model_fields if name in self.model_fields_set - {"at_s", "expect"}]
        if len(doing) > 1:
            raise t.wrong(f"it has both {doing[0]} and {doing[1]}: make two steps of the same at_s")
        return self

    @property
    def act(self) -> Act | None:
        """What is done; several operators act at the same moment."""
        here = (self.ask, self.vehicle, self.operator, self.mutual_aid, self.callback, self.death, self.requester)
        return next((act for act in (*here, self.sop) if act is not None), None)


class Always(t.Table):
    """What holds after every step and every timer."""

    never_offered: t.Vehicles = frozenset()
    solution_or_promise: StrictBool = Field(default=True, alias="no_request_without_solution_or_promise")


class ScenarioFile(t.Table):
    """The whole file, read in this order, so that a name is known where it is used."""

    title: t.Text
    name: t.Text | None = None
    at: t.Instant
    roads: t.Text | None = None
    waits_for: t.Text | None = None
    places: dict[Annotated[str, t.named("places", new=True)], t.Degrees] = Field(default_factory=dict)
    vehicles: tuple[GivenVehicle, ...] = Field(default=(), alias="vehicle")
    packs: tuple[tuple[str, str], ...] = Field(default_factory=lambda: tuple(sorted(package_packs())))
    steps: tuple[Step, ...] = Field(alias="step", min_length=1)
    always: Always = Always()

    @field_validator("packs", mode="plain")
    @classmethod
    def _texts(cls, names: object, info: ValidationInfo) -> tuple[tuple[str, str], ...]:
        """(agency, text) of every version that may come to speak."""
        agencies = {vehicle.agency for vehicle in info.data.get("vehicles", ())}
        try:
            folder = t.names_of(info).folder
            return tuple(pack for name in t.listed(names) for pack in packs_named(name, folder, agencies))
        except ValueError as error:
            raise t.wrong(str(error)) from None

    @field_validator("steps")
    @classmethod
    def _time_goes_on(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        for number in range(1, len(steps)):
            if steps[number].at_s < steps[number - 1].at_s:
                raise t.wrong("it is before the step above it: time only goes on", number, "at_s")
        return steps


class Scenario(ScenarioFile):
    """A scenario: what its file says, the file itself, and the line on which each step begins."""

    name: str
    path: Path
    lines: tuple[int, ...]
