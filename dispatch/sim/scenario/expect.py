"""Comparing what a scenario expects with what happened."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import cast

from dispatch.desk.ports import Books
from dispatch.sim.scenario import model as sc
from dispatch.sim.scenario.acts import Done
from dispatch.sim.scenario.seen import Seen, blocking_of, candidates_of, line_of, see, sentences_of, text_of
from dispatch.sim.scenario.world import ZONE, World
from dispatch.vocabulary.events import EventKind
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.words.sentences import clock_text, event_text, refusal_title

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


async def check_step(world: World, step: sc.Step, done: Done) -> list[Check]:
    """Every expectation of a step, and that it was carried out unless a refusal was expected."""
    expect = step.expect or sc.Expect()
    found: list[tuple[str, str, str, bool]] = []
    sentences: tuple[str, ...] = tuple(refusal_title(refusal) for refusal in done.refusals)
    if expect.refused is not None:
        found.append(_refused(expect.refused, done.refusals))
    elif done.refusals:
        found.append(("the step", "carried out", _codes(done.refusals), False))
    if expect.duty is not None:
        found += await _duty(world, expect.duty)
    if expect.signal is not None:
        heard = {vehicle: world.health(vehicle).value for vehicle in expect.signal}
        found.append(("signal", text_of(expect.signal), text_of(heard), heard == expect.signal))
    if expect.order is not None:
        found.append(await _order(world, expect.order))
    if _asks_of_request(expect):
        name = expect.request or done.request or next(reversed(world.requests), None)
        if name is None or name not in world.requests:
            found.append(("request", name or "a request", "nothing has been asked for", False))
        else:
            seen = await see(world, world.requests[name], done)
            sentences += sentences_of(seen.decision)
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


async def _duty(world: World, expected: Mapping[str, str]) -> list[_Found]:
    found = await world.store.read(lambda books: {name: books.vehicles.get(name).duty.value for name in expected})
    return [("duty", text_of(expected), text_of(found), found == dict(expected))]


async def _order(world: World, expected: Sequence[str]) -> _Found:
    """The requests in the order of their first offers; who has none yet comes last."""

    def work(books: Books) -> dict[str, int]:
        seqs: dict[str, int] = {}
        for name in expected:
            for entry in books.journal.list_of(world.requests[name]):
                if entry.event.kind is EventKind.OFFER_MADE:
                    seqs.setdefault(name, entry.seq)
        return seqs

    offered = await world.store.read(work)
    served = sorted(offered, key=lambda name: offered[name])
    waiting = [name for name in expected if name not in offered]
    happened = ", ".join(served) + (f"; not offered yet: {', '.join(waiting)}" if waiting else "")
    return "order", ", ".join(expected), happened, list(expected[: len(served)]) == served


def _state(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
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


def _who(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.offered is not None:
        offered = seen.vehicles(AssignmentState.OFFERED)
        yield "offered", text_of(expect.offered), text_of(offered), offered == expect.offered
    if expect.assigned is not None:
        going = seen.vehicles(*_GOING)
        yield "assigned", text_of(expect.assigned), text_of(going), going == expect.assigned
    if expect.never_offered is not None:
        ever = {a.vehicle_id for a, _ in seen.view.assignments} & expect.never_offered
        happened = f"offered: {text_of(ever)}" if ever else text_of(expect.never_offered)
        yield "never_offered", text_of(expect.never_offered), happened, not ever


def _assignments(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    last = {a.vehicle_id: a for a, _ in seen.view.assignments}
    live = {vehicle for vehicle, assignment in last.items() if assignment.is_live}
    match expect.assignments:
        case None:
            return
        case int() as expected:
            yield "assignments", str(expected), f"{len(live)}: {text_of(live)}", len(live) == expected
        case expected if not any(expected.values()):
            yield "assignments", text_of(expected.keys()), text_of(live), live == set(expected)
        case expected:
            states = {vehicle: last[vehicle].state.value if vehicle in last else "none" for vehicle in expected}
            for vehicle, wanted in expected.items():
                if wanted in seen.world.requests and vehicle in seen.live:
                    states[vehicle] = seen.world.file_id(seen.live[vehicle]) or "another request"
            yield "assignments", text_of(expected), text_of(states), states == dict(expected)


def _denied(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """As the last decision saw it, or as a search would see it now."""
    for vehicle, rules in (expect.denied or {}).items():
        then = blocking_of(candidates_of(seen.decision).get(vehicle, {}))
        now = blocking_of(candidates_of(seen.now).get(vehicle, {}))
        passed = any(rules <= blocking if rules else bool(blocking) for blocking in (then, now))
        happened = text_of(then) if then == now else f"{text_of(then)}; now {text_of(now)}"
        yield f"denied {vehicle}", text_of(rules) or "denied", happened or "may go", passed


def _yes_needed(seen: Seen) -> dict[str, set[str]]:
    """Vehicles that somebody must say yes to, with the rules that say so."""
    found: dict[str, set[str]] = {}
    for summary in (seen.decision, seen.now):
        for vehicle, candidate in candidates_of(summary).items():
            if candidate.get("needs_approval"):
                findings = cast("list[Mapping[str, object]]", candidate.get("findings") or [])
                rules = {str(f["rule"]) for f in findings if f["effect"] == "approval" and f["met"]}
                found.setdefault(vehicle, set()).update(rules)
    for approval in seen.view.approvals:
        if approval.state == "asked":
            found.setdefault(approval.vehicle_id, set()).add(approval.rule)
    return found


def _approvals(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.needs_approval is None:
        return
    needed = _yes_needed(seen)
    if not expect.needs_approval:
        yield "needs_approval", "nobody", text_of(needed) or "nobody", not needed
    for vehicle, rules in expect.needs_approval.items():
        passed = vehicle in needed and rules <= needed[vehicle]
        happened = text_of(needed.get(vehicle, set())) or ("a yes" if vehicle in needed else "no yes needed")
        yield f"needs_approval {vehicle}", text_of(rules) or "a yes", happened, passed


def _eligible(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.eligible is None:
        return

    def may_go(summary: Mapping[str, object]) -> set[str]:
        listed = candidates_of(summary).items()
        return {vehicle for vehicle, c in listed if c.get("eligible") and not c.get("needs_approval")}

    # A decision of this very moment is what was expected; later a search as it would go now counts as well.
    sets = [may_go(seen.decision)] if seen.decided_now else [may_go(seen.decision), may_go(seen.now)]
    happened = "; now ".join(text_of(names) for names in sets)
    yield "eligible", text_of(expect.eligible), happened, expect.eligible in sets


def _promise(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
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


def _checklist(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    for what, wanted in (("checklist", expect.checklist), ("notified", expect.notified)):
        if wanted is None:
            continue
        listed = cast("list[object]", seen.decision.get(what) or [])
        lines = [line_of(item) for item in listed]
        if what == "notified":
            lines += [line for line in _told_so_far(seen) if line not in lines]
        if not wanted:
            yield what, "nothing", "; ".join(lines) or "nothing", not lines
        for item in wanted:
            passed = any(item.casefold() in line.casefold() for line in lines)
            yield what, item, "; ".join(lines) or "nothing", passed


def _told_so_far(seen: Seen) -> Iterator[str]:
    """Who was told because a rule asks for it, or because nobody goes yet."""
    for entry in seen.view.entries:
        if entry.event.kind is EventKind.NOTICE_ASKED:
            yield str(entry.event.facts["whom"])
        elif entry.event.kind is EventKind.ESCALATED:
            yield str(entry.event.facts["to"])


def _told(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """phone: the number is kept and the link to follow is there; else who was told at the end, or of a refusal."""
    if expect.told is None:
        return
    told = {"link"} if seen.view.track_token else set()
    if seen.view.contact.phone and seen.view.track_token:
        told.add("phone")
    told |= {str(e.event.facts["told"]) for e in seen.view.entries if e.event.facts.get("told")}
    told |= {str(value) for refusal in seen.done.refusals for value in refusal.facts.values()}
    for who in expect.told:
        yield "told", who, text_of(told), who in told or any(who in text for text in told)


def _said(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    now = seen.world.clock.now()
    lines = [e.event for e in seen.view.entries if e.event.at == now and e.event.kind is not EventKind.DECISION_MADE]
    said = [
        *sentences_of(seen.decision),
        *(refusal_title(refusal) for refusal in seen.done.refusals),
        *(event_text(event, event.vehicle_id) for event in lines),
        *seen.track,
    ]
    for text in expect.sentence_has or ():
        passed = any(text.casefold() in sentence.casefold() for sentence in said)
        yield "sentence_has", text, "it says so" if passed else f"none of {len(said)} sentences says so", passed


def _taps(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
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
            yield (
                f"taps {vehicle}",
                f"{state} once at {clock_text(wanted, ZONE)}",
                ", ".join(times) or "never",
                passed,
            )


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
