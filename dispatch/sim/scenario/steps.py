"""Reading the steps of a scenario file: what is done, and what is expected afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dispatch.domain.fix import LinkHealth
from dispatch.domain.request import Patient
from dispatch.sim.scenario import model as sc
from dispatch.sim.scenario.table import Table, TomlFile
from dispatch.vocabulary.needs import NEEDS, Death, Document, Leaves, Need, Urgency
from dispatch.vocabulary.request_states import RequestState
from dispatch.vocabulary.vehicle_classes import Duty
from geo.point import Point

NO_PHONE = "+62 811-0000-0000"  # in the made-up range: who asks gives some number, also where the file says none
TRIP = ("accept", "decline", "en_route", "on_scene", "transporting", "at_destination", "clear", "undo", "problem")
DOES = (*TRIP, "silent", "breaks", "repaired", "offline", "online", "position")
_STEP = ("at_s", "ask", "vehicle", "operator", "mutual_aid", "callback", "requester", "sop", "expect")
_ASK = (
    *("id", "need", "urgency", "schedule_at", "requester", "phone", "documents", "pickup", "dropoff", "patient"),
    *("pickup_area", "dropoff_area", "leaves", "distance_km", "distance_km_over", "choose"),
)
_PATIENT = ("living", "can_sit", "special_care", "oxygen", "infectious", "death", "count", "resident_of")
_EXPECT = (
    *("request", "state", "refused", "duty", "offered", "assigned", "never_offered", "denied", "needs_approval"),
    *("eligible", "promise", "order", "checklist", "notified", "sentence_has", "assignments", "told", "taps", "signal"),
)
_OPERATOR = ("as", "does", "request", "vehicle", "rule", "reason", "outcome", "told")
_ENDS = ("completed", "cancelled_by_requester", "duplicate", "unfounded")
_JUST = 0.5  # km beyond a limit that is given as a condition is written: distance_km_over = 50


@dataclass(slots=True, kw_only=True)
class Names:
    """What a step may name: places, vehicles, and the requests asked so far."""

    places: Mapping[str, Point]
    vehicles: frozenset[str]
    folder: Path
    requests: list[str] = field(default_factory=list)


def read_steps(file: TomlFile, head: Table, names: Names) -> tuple[sc.Step, ...]:
    """The steps in their order. Raises ScenarioError."""
    starts = file.starts("step")
    given = head.need("step")
    if not isinstance(given, list) or not given or not all(isinstance(item, dict) for item in given):
        raise head.error("step", "steps are written as [[step]] tables, at least one")
    lines = starts if len(starts) == len(given) else [1] * len(given)
    steps: list[sc.Step] = []
    for number, (item, line) in enumerate(zip(given, lines, strict=True), 1):
        table = Table(file, item, f"step {number}", line, _STEP)
        at_s = table.number("at_s")
        if steps and at_s < steps[-1].at_s:
            raise table.error("at_s", f"step {number} is at {at_s:g} s, before the step above it: time only goes on")
        doing = [name for name in _ACTS if table.has(name)]
        if len(doing) > 1:
            raise file.error(line, f"step {number} has both {doing[0]} and {doing[1]}: make two steps of the same at_s")
        act = _ACTS[doing[0]](table, names) if doing else None
        expect = _expect(table.table("expect", _EXPECT), names) if table.has("expect") else None
        steps.append(sc.Step(at_s=at_s, line=line, act=act, expect=expect))
    return tuple(steps)


def _ask(step: Table, names: Names) -> sc.Act:
    table = step.table("ask", _ASK)
    request_id, need = table.text("id"), table.member("need", Need)
    if request_id in names.requests:
        raise table.error(request_id, f"request {request_id!r} is asked for twice")
    names.requests.append(request_id)
    distance_km = table.number_or("distance_km")
    if table.has("distance_km_over"):
        distance_km = table.number("distance_km_over") + _JUST
    return sc.AskAct(
        id=request_id,
        need=need,
        urgency=table.member("urgency", Urgency, NEEDS[need].urgency),
        pickup=table.place("pickup", names.places),
        dropoff=table.place("dropoff", names.places) if table.has("dropoff") else None,
        patient=_patient(table, need),
        documents=frozenset(map(Document, table.names_of("documents", tuple(Document)))),
        requester=table.text_or("requester"),
        phone=table.text_or("phone") or NO_PHONE,
        choose=table.choice("choose", sorted(names.vehicles)) if table.has("choose") else None,
        schedule_at=table.instant("schedule_at") if table.has("schedule_at") else None,
        pickup_area=table.text_or("pickup_area"),
        dropoff_area=table.text_or("dropoff_area"),
        leaves=table.member("leaves", Leaves) if table.has("leaves") else None,
        distance_km=distance_km,
    )


def _patient(ask: Table, need: Need) -> Patient:
    if not ask.has("patient"):
        return Patient(living=need is not Need.BODY)
    table = ask.table("patient", _PATIENT)
    return Patient(
        living=table.flag("living", default=need is not Need.BODY),
        can_sit=table.flag("can_sit", default=False),
        special_care=table.flag("special_care", default=False),
        oxygen=table.flag("oxygen", default=False),
        infectious=table.flag("infectious", default=False),
        death=table.member("death", Death) if table.has("death") else None,
        count=int(table.number("count")) if table.has("count") else 1,
        resident_of=table.text_or("resident_of"),
    )


def _vehicle(step: Table, names: Names) -> sc.Act:
    table = step.table("vehicle", ("id", "does", "reason", "device_s", "seq", "at", "travel_min", "queue", "posts"))
    does = table.choice("does", DOES)
    queue = table.tables("queue", ("does", "at_s", "seq", "reason")) if table.has("queue") else []
    return sc.VehicleAct(
        id=_vehicle_id(table, "id", names),
        tap=sc.Tap(
            does=does,
            device_s=table.number_or("device_s"),
            seq=int(table.number("seq")) if table.has("seq") else None,
            reason=table.text_or("reason"),
        ),
        at=table.place("at", names.places) if table.has("at") else None,
        travel_min=table.numbers_or_none("travel_min"),
        queue=tuple(
            sc.Tap(
                does=tap.choice("does", TRIP),
                device_s=tap.number("at_s"),
                seq=int(tap.number("seq")) if tap.has("seq") else number,
                reason=tap.text_or("reason"),
            )
            for number, tap in enumerate(queue, 1)
        ),
        posts=int(table.number("posts")) if table.has("posts") else 1,
    )


def _operator(step: Table, names: Names) -> sc.Act:
    if isinstance(step.data["operator"], list):
        return sc.TogetherAct(acts=tuple(_operator_act(table, names) for table in step.tables("operator", _OPERATOR)))
    return _operator_act(step.table("operator", _OPERATOR), names)


def _operator_act(table: Table, names: Names) -> sc.OperatorAct:
    does = table.choice("does", ("approve", "refuse", "assign", "override", "close", "undo"))
    for name in {"assign": ("vehicle",), "override": ("vehicle", "rule"), "close": ("outcome",)}.get(does, ()):
        table.need(name)
    return sc.OperatorAct(
        role=table.text_or("as") or "operator",
        does=does,
        request=_request_id(table, "request", names),
        vehicle=_vehicle_id(table, "vehicle", names) if table.has("vehicle") else None,
        rule=table.text_or("rule"),
        reason=table.text_or("reason") or "darurat",
        outcome=table.choice("outcome", _ENDS) if table.has("outcome") else None,
        told=table.text_or("told") or "requester",
    )


def _mutual_aid(step: Table, names: Names) -> sc.Act:
    table = step.table("mutual_aid", ("agency", "says", "request", "vehicle", "reason"))
    return sc.MutualAidAct(
        agency=table.text("agency"),
        yes=table.choice("says", ("yes", "no")) == "yes",
        request=_request_id(table, "request", names) if table.has("request") else None,
        vehicle=_vehicle_id(table, "vehicle", names) if table.has("vehicle") else None,
        reason=table.text_or("reason") or "bantuan antarinstansi",
    )


def _call_back(step: Table, names: Names) -> sc.Act:
    table = step.table("callback", ("request", "outcome"))
    outcome = table.choice("outcome", ("no_answer", "told"))
    return sc.CallBackAct(request=_request_id(table, "request", names), outcome=outcome)


def _requester(step: Table, names: Names) -> sc.Act:
    table = step.table("requester", ("does", "request", "note"))
    does = table.choice("does", ("cancel", "note", "arrives"))
    request = _request_id(table, "request", names)
    return sc.RequesterAct(does=does, request=request, note=table.text_or("note") or "")


def _publish(step: Table, names: Names) -> sc.Act:
    table = step.table("sop", ("publish",))
    path = names.folder / table.text("publish")
    try:
        return sc.PublishAct(text=path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise table.error("publish", f"the pack {path} cannot be read: {error}") from None


_ACTS: Mapping[str, Callable[[Table, Names], sc.Act]] = {
    "ask": _ask,
    "vehicle": _vehicle,
    "operator": _operator,
    "mutual_aid": _mutual_aid,
    "callback": _call_back,
    "requester": _requester,
    "sop": _publish,
}


def _vehicle_id(table: Table, name: str, names: Names) -> str:
    value = table.text(name)
    if value not in names.vehicles:
        raise table.error(value, f"{value!r} is no vehicle of this file: it has {', '.join(sorted(names.vehicles))}")
    return value


def _request_id(table: Table, name: str, names: Names) -> str:
    if not table.has(name) and len(names.requests) == 1:
        return names.requests[0]
    value = table.text(name)
    if value not in names.requests:
        raise table.error(
            value, f"{value!r} has not been asked for by then: {', '.join(names.requests) or 'nothing'} has"
        )
    return value


def _expect(table: Table, names: Names) -> sc.Expect:
    def vehicles(name: str) -> frozenset[str] | None:
        return table.names_of(name, names.vehicles) if table.has(name) else None

    def texts(name: str) -> tuple[str, ...] | None:
        return table.names(name) if table.has(name) else None

    order = texts("order")
    for request in order or ():
        if request not in names.requests:
            raise table.error("order", f"{request!r} has not been asked for by then")
    return sc.Expect(
        request=_request_id(table, "request", names) if table.has("request") else None,
        state=table.choice("state", [state.value for state in RequestState]) if table.has("state") else None,
        refused=_refused(table),
        duty=_words(table, "duty", names, [duty.value for duty in Duty]),
        offered=vehicles("offered"),
        assigned=vehicles("assigned"),
        never_offered=vehicles("never_offered"),
        denied=_rules(table, "denied", names),
        needs_approval=_rules(table, "needs_approval", names),
        eligible=vehicles("eligible"),
        promise=_promise(table),
        order=order,
        checklist=texts("checklist"),
        notified=texts("notified"),
        sentence_has=texts("sentence_has"),
        assignments=_assignments(table, names),
        told=texts("told"),
        taps=_taps(table, names),
        signal=_words(table, "signal", names, [health.value for health in LinkHealth]),
    )


def _refused(table: Table) -> bool | int | str | None:
    value = table.data.get("refused")
    if value is not None and not isinstance(value, bool | int | str):
        raise table.error("refused", "refused takes true, false, a code of a refusal, or how many were refused")
    return value


def _of_vehicles(table: Table, name: str, names: Names) -> Table:
    inner = table.table(name, names.vehicles)
    inner.where = name
    return inner


def _words(table: Table, name: str, names: Names, allowed: list[str]) -> Mapping[str, str] | None:
    if not table.has(name):
        return None
    inner = _of_vehicles(table, name, names)
    return {vehicle: inner.choice(vehicle, allowed) for vehicle in inner.data}


def _rules(table: Table, name: str, names: Names) -> Mapping[str, frozenset[str]] | None:
    """Vehicles with rules, or vehicles alone."""
    if not table.has(name):
        return None
    if isinstance(table.data[name], dict):
        inner = _of_vehicles(table, name, names)
        return {vehicle: frozenset(inner.names(vehicle)) for vehicle in inner.data}
    return dict.fromkeys(sorted(table.names_of(name, names.vehicles)), frozenset())


def _promise(table: Table) -> sc.ExpectPromise | None:
    if not table.has("promise"):
        return None
    if isinstance(table.data["promise"], bool):
        return sc.ExpectPromise(stands=table.flag("promise", default=True))
    inner = table.table("promise", ("due_within_min", "retry_every_min", "owner"))
    return sc.ExpectPromise(
        due_within_min=inner.number_or("due_within_min"),
        retry_every_min=inner.number_or("retry_every_min"),
        owner=inner.text_or("owner"),
    )


def _assignments(table: Table, names: Names) -> int | Mapping[str, str] | None:
    """How many are live, which vehicles have one, or of each how far it has come or for which request it goes."""
    value = table.data.get("assignments")
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, list):
        return dict.fromkeys(sorted(table.names_of("assignments", names.vehicles)), "")
    inner = _of_vehicles(table, "assignments", names)
    return {vehicle: inner.text(vehicle) for vehicle in inner.data}


def _taps(table: Table, names: Names) -> Mapping[str, Mapping[str, float]] | None:
    if not table.has("taps"):
        return None
    inner = _of_vehicles(table, "taps", names)
    return {vehicle: inner.numbers(vehicle) for vehicle in inner.data}
