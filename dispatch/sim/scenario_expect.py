"""Comparing what a scenario expects with what happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import cast

from dispatch.desk.ports import Books
from dispatch.desk.views import RequestView
from dispatch.domain.assignment import AssignmentState
from dispatch.domain.events import EventKind
from dispatch.domain.refusal import Refusal
from dispatch.sim import scenario as sc
from dispatch.sim.scenario_acts import Done
from dispatch.sim.scenario_world import ZONE, World
from dispatch.words import clock_text, refusal_title

_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation: at which second, what was expected, what happened, and what the decision said."""

    at_s: float
    line: int
    what: str
    expected: str
    happened: str
    passed: bool
    sentences: tuple[str, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What stands after a step: the request, its last decision, and the search as it would go now."""

    world: World
    view: RequestView
    now: Mapping[str, object]
    done: Done

    @property
    def decision(self) -> Mapping[str, object]:
        return self.view.decision or {}

    def vehicles(self, *states: AssignmentState) -> set[str]:
        return {a.vehicle_id for a, _ in self.view.assignments if a.state in states}


async def check_step(world: World, step: sc.Step, done: Done) -> list[Check]:
    """Every expectation of a step, and that it was carried out unless a refusal was expected."""
    expect = step.expect or sc.Expect()
    found: list[tuple[str, str, str, bool]] = []
    sentences: tuple[str, ...] = tuple(_refused_sentence(refusal) for refusal in done.refusals)
    if expect.refused is not None:
        found.append(_refused(expect.refused, done.refusals))
    elif done.refusals:
        found.append(("the step", "carried out", _codes(done.refusals), False))
    if expect.duty is not None:
        found += await _duty(world, expect.duty)
    if expect.signal is not None:
        heard = {vehicle: world.health(vehicle).value for vehicle in expect.signal}
        found.append(("signal", _text(expect.signal), _text(heard), heard == expect.signal))
    if expect.order is not None:
        found.append(await _order(world, expect.order))
    if _asks_of_request(expect):
        name = expect.request or done.request or next(reversed(world.requests), None)
        if name is None or name not in world.requests:
            found.append(("request", name or "a request", "nothing has been asked for", False))
        else:
            seen = await _see(world, world.requests[name], done)
            sentences += _sentences(seen.decision)
            found += [check for judge in _JUDGES for check in judge(seen, expect)]
    return [
        Check(
            at_s=step.at_s,
            line=step.line,
            what=what,
            expected=expected,
            happened=happened,
            passed=passed,
            sentences=sentences,
        )
        for what, expected, happened, passed in found
    ]


_Found = tuple[str, str, str, bool]
_OTHERS = frozenset({"request", "refused", "duty", "signal", "order"})


def _asks_of_request(expect: sc.Expect) -> bool:
    names = (name for name in sc.Expect.__dataclass_fields__ if name not in _OTHERS)
    return any(getattr(expect, name) is not None for name in names)


async def _see(world: World, request_id: str, done: Done) -> _Seen:
    view = await world.desk.view(request_id)
    now = await world.desk.candidates(request_id)
    return _Seen(world, view, {} if isinstance(now, Refusal) else now, done)


def _codes(refusals: Sequence[Refusal]) -> str:
    return ", ".join(f"refused: {refusal.code} {dict(refusal.facts)}" for refusal in refusals) or "not refused"


def _refused(expected: int | str, refusals: Sequence[Refusal]) -> _Found:
    if isinstance(expected, bool):
        passed, text = bool(refusals) is expected, "refused" if expected else "not refused"
    elif isinstance(expected, int):
        passed, text = len(refusals) == expected, f"{expected} refused"
    else:
        passed, text = any(refusal.code == expected for refusal in refusals), f"refused: {expected}"
    return "refused", text, _codes(refusals), passed


def _refused_sentence(refusal: Refusal) -> str:
    return refusal_title(refusal)


async def _duty(world: World, expected: Mapping[str, str]) -> list[_Found]:
    def work(books: Books) -> dict[str, str]:
        duties: dict[str, str] = {}
        for vehicle in expected:
            held = books.get_vehicle(vehicle)
            # A vehicle that was offered to is still available; only one that goes is committed.
            duties[vehicle] = held.duty.value
        return duties

    found = await world.store.read(work)
    return [("duty", _text(expected), _text(found), found == dict(expected))]


async def _order(world: World, expected: Sequence[str]) -> _Found:
    """The requests in the order of their first offers; who has none yet comes last."""

    def work(books: Books) -> dict[str, int]:
        seqs: dict[str, int] = {}
        for name in expected:
            for entry in books.list_events_of(world.requests[name]):
                if entry.event.kind is EventKind.OFFER_MADE:
                    seqs.setdefault(name, entry.seq)
        return seqs

    offered = await world.store.read(work)
    served = sorted(offered, key=lambda name: offered[name])
    waiting = [name for name in expected if name not in offered]
    happened = ", ".join(served) + (f"; not offered yet: {', '.join(waiting)}" if waiting else "")
    return "order", ", ".join(expected), happened, list(expected[: len(served)]) == served


def _state(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.state is not None:
        state = seen.view.request.state.value
        yield "state", expect.state, state, state == expect.state


_GOING = (
    AssignmentState.ACCEPTED,
    AssignmentState.EN_ROUTE,
    AssignmentState.ON_SCENE,
    AssignmentState.TRANSPORTING,
    AssignmentState.AT_DESTINATION,
)


def _who(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.offered is not None:
        offered = seen.vehicles(AssignmentState.OFFERED)
        yield "offered", _text(expect.offered), _text(offered), offered == expect.offered
    if expect.assigned is not None:
        going = seen.vehicles(*_GOING)
        yield "assigned", _text(expect.assigned), _text(going), going == expect.assigned
    if expect.never_offered is not None:
        ever = {a.vehicle_id for a, _ in seen.view.assignments} & expect.never_offered
        happened = f"offered: {_text(ever)}" if ever else _text(expect.never_offered)
        yield "never_offered", _text(expect.never_offered), happened, not ever


def _assignments(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    last = {a.vehicle_id: a for a, _ in seen.view.assignments}
    live = {vehicle for vehicle, assignment in last.items() if assignment.is_live}
    match expect.assignments:
        case None:
            return
        case int() as expected:
            yield "assignments", str(expected), f"{len(live)}: {_text(live)}", len(live) == expected
        case expected if not any(expected.values()):
            yield "assignments", _text(expected.keys()), _text(live), live == set(expected)
        case expected:
            states = {vehicle: last[vehicle].state.value if vehicle in last else "none" for vehicle in expected}
            yield "assignments", _text(expected), _text(states), states == dict(expected)


def _candidates(summary: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    listed = cast("list[Mapping[str, object]]", summary.get("candidates") or [])
    return {str(candidate["vehicle_id"]): candidate for candidate in listed}


def _blocking(candidate: Mapping[str, object]) -> set[str]:
    return set(cast("list[str]", candidate.get("blocking") or []))


def _denied(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    """As the last decision saw it, or as a search would see it now."""
    for vehicle, rules in (expect.denied or {}).items():
        then = _blocking(_candidates(seen.decision).get(vehicle, {}))
        now = _blocking(_candidates(seen.now).get(vehicle, {}))
        passed = any(rules <= blocking if rules else bool(blocking) for blocking in (then, now))
        happened = _text(then) if then == now else f"{_text(then)}; now {_text(now)}"
        yield f"denied {vehicle}", _text(rules) or "denied", happened or "may go", passed


def _yes_needed(seen: _Seen) -> dict[str, set[str]]:
    """Vehicles that somebody must say yes to, with the rules that say so."""
    found: dict[str, set[str]] = {}
    for summary in (seen.decision, seen.now):
        for vehicle, candidate in _candidates(summary).items():
            if candidate.get("needs_approval"):
                findings = cast("list[Mapping[str, object]]", candidate.get("findings") or [])
                rules = {str(f["rule"]) for f in findings if f["effect"] == "approval" and f["met"]}
                found.setdefault(vehicle, set()).update(rules)
    for approval in seen.view.approvals:
        if approval.state == "asked":
            found.setdefault(approval.vehicle_id, set()).add(approval.rule)
    return found


def _approvals(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.needs_approval is None:
        return
    needed = _yes_needed(seen)
    if not expect.needs_approval:
        yield "needs_approval", "nobody", _text(needed) or "nobody", not needed
    for vehicle, rules in expect.needs_approval.items():
        passed = vehicle in needed and rules <= needed[vehicle]
        happened = _text(needed.get(vehicle, set())) or ("a yes" if vehicle in needed else "no yes needed")
        yield f"needs_approval {vehicle}", _text(rules) or "a yes", happened, passed


def _eligible(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.eligible is None:
        return

    def may_go(summary: Mapping[str, object]) -> set[str]:
        listed = _candidates(summary).items()
        return {vehicle for vehicle, c in listed if c.get("eligible") and not c.get("needs_approval")}

    then, now = may_go(seen.decision), may_go(seen.now)
    happened = _text(then) if then == now else f"{_text(then)}; now {_text(now)}"
    yield "eligible", _text(expect.eligible), happened, expect.eligible in (then, now)


def _promise(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    expected, promise, now = expect.promise, seen.view.promise, seen.world.clock.now()
    if expected is None:
        return
    if promise is None or not expected.stands:
        happened = "no promise" if promise is None else f"due at {clock_text(promise.due_at, ZONE)}"
        yield (
            "promise",
            "a promise" if expected.stands else "no promise",
            happened,
            (promise is not None) is expected.stands,
        )
        return
    if expected.due_within_min is not None:
        left_min = (promise.due_at - now).total_seconds() / 60.0
        happened = f"in {left_min:.1f} min, at {clock_text(promise.due_at, ZONE)}"
        yield "promise due", f"within {expected.due_within_min:g} min", happened, left_min <= expected.due_within_min
    if expected.retry_every_min is not None:
        tried = [e.event.at for e in seen.view.entries if e.event.kind is EventKind.DECISION_MADE]
        times = [*(at for at in tried if at >= promise.made_at), promise.retry_at]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        longest = max(gaps, default=timedelta.max)
        limit = timedelta(minutes=expected.retry_every_min) + _MOMENT
        happened = f"at most {longest.total_seconds() / 60.0:.1f} min apart, next {clock_text(promise.retry_at, ZONE)}"
        passed = longest <= limit and promise.retry_at >= now - _MOMENT
        yield "promise retry", f"every {expected.retry_every_min:g} min", happened, passed
    if expected.owner is not None:
        yield "promise owner", expected.owner, promise.owner, promise.owner == expected.owner


def _checklist(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    for what, wanted in (("checklist", expect.checklist), ("notified", expect.notified)):
        if wanted is None:
            continue
        listed = cast("list[object]", seen.decision.get(what) or [])
        lines = [_line(item) for item in listed]
        if not wanted:
            yield what, "nothing", "; ".join(lines) or "nothing", not lines
        for item in wanted:
            passed = any(item.casefold() in line.casefold() for line in lines)
            yield what, item, "; ".join(lines) or "nothing", passed


def _line(item: object) -> str:
    """A line of a checklist: its code and its text."""
    if isinstance(item, Mapping):
        return f"{item.get('code', '')}: {item.get('text', '')}"
    return str(item)


def _told(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    """phone: the number is kept and the link to follow is there; else who was told at the end, or of a refusal."""
    if expect.told is None:
        return
    told = {"link"} if seen.view.track_token else set()
    if seen.view.contact.phone and seen.view.track_token:
        told.add("phone")
    told |= {str(e.event.facts["told"]) for e in seen.view.entries if e.event.facts.get("told")}
    told |= {str(value) for refusal in seen.done.refusals for value in refusal.facts.values()}
    for who in expect.told:
        yield "told", who, _text(told), who in told or any(who in text for text in told)


def _said(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    said = [*_sentences(seen.decision), *(refusal_title(refusal) for refusal in seen.done.refusals)]
    for text in expect.sentence_has or ():
        passed = any(text.casefold() in sentence.casefold() for sentence in said)
        yield "sentence_has", text, "it says so" if passed else f"none of {len(said)} sentences says so", passed


def _taps(seen: _Seen, expect: sc.Expect) -> Iterator[_Found]:
    """Each tap is kept once, with the time of the device."""
    for vehicle, taps in (expect.taps or {}).items():
        trips = [a for a, _ in seen.view.assignments if a.vehicle_id == vehicle]
        for state, at_s in taps.items():
            times = [
                str(entry.event.facts.get("device_time"))
                for entry in seen.view.entries
                if entry.event.vehicle_id == vehicle and entry.event.facts.get("state") == state
            ]
            stamps = {s.value: stamp.device_time for trip in trips for s, stamp in trip.stamps.items()}
            wanted = seen.world.instant(at_s)
            passed = times == [wanted.isoformat()] and stamps.get(state) == wanted
            yield f"taps {vehicle}", f"{state} once at {clock_text(wanted, ZONE)}", ", ".join(times) or "never", passed


_JUDGES = (
    _state,
    _who,
    _assignments,
    _denied,
    _approvals,
    _eligible,
    _promise,
    _checklist,
    _told,
    _said,
    _taps,
)


def _sentences(decision: Mapping[str, object]) -> tuple[str, ...]:
    """What the decision says: its sentence, the words for the family, and for whom may not go, why and what helps."""
    said = [str(decision[name]) for name in ("sentence", "say") if decision.get(name)]
    for vehicle, candidate in _candidates(decision).items():
        blocking = (f for f in cast("list[Mapping[str, object]]", candidate.get("findings") or []) if f.get("blocks"))
        said += [f"{vehicle}: {f['text']} ({f['rule']}) {f.get('would_help') or ''}".strip() for f in blocking]
    return tuple(said)


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_text(item) or '-'}" for name, item in sorted(value.items()))
    if isinstance(value, str):
        return value
    return ", ".join(sorted(str(item) for item in cast("Sequence[object]", value)))
