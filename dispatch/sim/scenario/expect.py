"""Comparing what a scenario expects with what happened."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from dispatch.desk.ports import Books
from dispatch.reading.decisions import DecisionOut
from dispatch.rules.sop import Effect
from dispatch.sim.scenario import model as sc
from dispatch.sim.scenario.acts import Done
from dispatch.sim.scenario.said import Said, just, said
from dispatch.sim.scenario.seen import LANG, Seen, candidate_of, see, sentences_of
from dispatch.sim.scenario.world import ZONE, World
from dispatch.vocabulary.events import (
    ArrivalChanged,
    DecisionMade,
    Escalated,
    Event,
    NoticeAsked,
    OfferMade,
    PromiseCalled,
    PromiseClosed,
    RequestEnded,
    StepCorrected,
    TripEvent,
    facts_of,
)
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import AssignmentState
from dispatch.words.events import event_text
from dispatch.words.refusals import refusal_title
from dispatch.words.times import clock_text

_MOMENT = timedelta(seconds=1)
_NOT_OF_A_REQUEST = frozenset({"request", "refused", "duty", "signal", "order"})


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation: at which second, what was expected, what happened, and what the decision said."""

    at_s: float
    line: int
    what: str
    expected: Said
    happened: Said
    passed: bool
    sentences: tuple[str, ...] = ()


_Found = tuple[str, Said, Said, bool]  # what, expected, happened, passed


async def check_step(world: World, step: sc.Step, line: int, done: Done) -> list[Check]:
    """Every expectation of a step, and that it was carried out unless a refusal was expected."""
    expect, found = step.expect, list(_refused(step.expect.refused, done.refusals))
    sentences = tuple(refusal_title(refusal, LANG) for refusal in done.refusals)
    if expect.duty is not None:
        duties = await world.unit.store.read(
            lambda books: {name: books.vehicles.get(name).duty for name in expect.duty or ()}
        )
        found += _same("duty", expect.duty, duties)
    found += _same("signal", expect.signal, {vehicle: world.health(vehicle) for vehicle in expect.signal or ()})
    if expect.order is not None:
        found.append(await _order(world, expect.order))
    if expect.model_fields_set - _NOT_OF_A_REQUEST:
        name = expect.request or done.request or next(reversed(world.requests), None)
        if name is None or name not in world.requests:
            found.append(("request", just(name) if name else said("a_request"), said("none_asked"), False))
        else:
            seen = await see(world, world.requests[name], done)
            sentences += sentences_of(seen.decision)
            found += [check for judge in _JUDGES for check in judge(seen, expect)]
    return [Check(step.at_s, line, *one, sentences) for one in found]


def _same(what: str, expected: object, happened: object) -> Iterator[_Found]:
    if expected is not None:
        yield what, just(expected), just(happened), happened == expected


def _refused(expected: int | str | None, refusals: Sequence[Refusal]) -> Iterator[_Found]:
    happened = said("refused_as", why=list(refusals)) if refusals else said("not_refused")
    match expected:
        case None if refusals:
            yield "step", said("carried_out"), happened, False
        case bool():
            yield "refused", said("refused" if expected else "not_refused"), happened, bool(refusals) is expected
        case int():
            yield "refused", said("refusals", count=expected), happened, len(refusals) == expected
        case str():
            wanted = said("refused_as", why=RefusalCode(expected) if expected in list(RefusalCode) else expected)
            yield "refused", wanted, happened, any(r.code == expected for r in refusals)


async def _order(world: World, expected: Sequence[str]) -> _Found:
    """The requests in the order of their first offers; one that has none yet comes last."""

    def look(books: Books) -> dict[str, int]:
        ids = [world.requests[name] for name in expected]
        offers = books.journal.list_of_kinds(ids, [OfferMade])
        return {str(entry.event.request_id): entry.seq for entry in reversed(offers)}

    offered = await world.unit.store.read(look)
    waiting = [name for name in expected if world.requests[name] not in offered]
    served = sorted(set(expected) - set(waiting), key=lambda name: offered[world.requests[name]])
    order = ", ".join(served)
    happened = said("order", served=order, waiting=", ".join(waiting)) if waiting else just(order)
    return "order", just(", ".join(expected)), happened, list(expected[: len(served)]) == served


def _state(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    return _same("state", expect.state, seen.request.state)


def _reserved(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    wanted = None if expect.reserved is False else expect.reserved
    if expect.reserved is not None:
        nobody, kept = said("nobody"), seen.request.reserved
        yield "reserved", just(wanted) if wanted else nobody, just(kept) if kept else nobody, kept == wanted


def _who(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    offered = {a.vehicle_id for a in seen.assignments if a.state is AssignmentState.OFFERED}
    yield from _same("offered", expect.offered, offered)
    yield from _same("assigned", expect.assigned, {a.vehicle_id for a in seen.assignments if a.row.is_going})
    yield from _same("proposed", expect.proposed, seen.proposed)
    if expect.never_offered is not None:
        ever = {a.vehicle_id for a in seen.assignments} & expect.never_offered
        happened = said("offered", vehicles=ever) if ever else just(expect.never_offered)
        yield "never_offered", just(expect.never_offered), happened, not ever


def _assignments(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    last = {a.vehicle_id: a for a in seen.assignments}
    live = {vehicle for vehicle, assignment in last.items() if assignment.is_live}
    match expect.assignments:
        case None:
            return
        case int() as expected:
            yield "assignments", just(expected), said("so_many", count=len(live), vehicles=live), len(live) == expected
        case expected if not any(expected.values()):
            yield "assignments", just(set(expected)), just(live), live == set(expected)
        case expected:
            found: dict[str, object] = {v: last[v].state if v in last else said("none") for v in expected}
            for vehicle, wanted in expected.items():
                if wanted in seen.world.requests and vehicle in seen.going_for:
                    found[vehicle] = seen.world.file_id(seen.going_for[vehicle]) or said("another_request")
            states = {v: AssignmentState(w) if w in list(AssignmentState) else w for v, w in expected.items()}
            yield "assignments", just(states), just(found), found == states


def _denied(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """As the last decision saw it, or as a search would see it now."""
    for vehicle, rules in (expect.denied or {}).items():
        found = [candidate_of(decision, vehicle) for decision in (seen.decision, seen.now)]
        then, now = (set(candidate.blocking) if candidate else set() for candidate in found)
        passed = any(rules <= blocking if rules else bool(blocking) for blocking in (then, now))
        happened = just(then) if then == now else said("now", then=then, now=now)
        yield (
            f"denied {vehicle}",
            just(rules) if rules else said("denied"),
            happened if then | now else said("may_go"),
            passed,
        )


def _approvals(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.needs_approval is None:
        return
    needed = _yes_needed(seen)
    if not expect.needs_approval:
        yield "needs_approval", said("nobody"), just(needed) if needed else said("nobody"), not needed
    for vehicle, rules in expect.needs_approval.items():
        passed = vehicle in needed and rules <= needed[vehicle]
        found = needed.get(vehicle)
        happened = just(found) if found else said("no_yes" if found is None else "a_yes")
        yield f"needs_approval {vehicle}", just(rules) if rules else said("a_yes"), happened, passed


def _yes_needed(seen: Seen) -> Mapping[str, set[str]]:
    """Vehicles that somebody must say yes to, with the rules that say so."""
    found: dict[str, set[str]] = {}
    for candidate in (*seen.decision.candidates, *seen.now.candidates):
        if candidate.needs_approval:
            rules = {f.rule for f in candidate.findings if f.effect is Effect.APPROVAL and f.met}
            found.setdefault(candidate.vehicle_id, set()).update(rules)
    for approval in seen.approvals:
        if approval.is_asked:
            found.setdefault(approval.vehicle_id, set()).add(approval.rule)
    return found


def _eligible(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.eligible is None:
        return

    def may_go(decision: DecisionOut) -> set[str]:
        return {c.vehicle_id for c in decision.candidates if c.eligible and not c.needs_approval}

    # A decision of this very moment is what was expected; later a search as it would go now counts as well.
    sets = [may_go(decision) for decision in ((seen.decision,) if seen.decided_now else (seen.decision, seen.now))]
    happened = said("now", then=sets[0], now=sets[1]) if len(sets) > 1 else just(sets[0])
    yield "eligible", just(expect.eligible), happened, expect.eligible in sets


def _promise(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    expected, promise, now = expect.promise, seen.promise, seen.world.clock.now()
    if expected is None:
        return
    if promise is None or isinstance(expected, bool):
        happened = said("no_promise") if promise is None else said("due_at", clock=clock_text(promise.due_at, ZONE))
        stands = expected is not False
        if promise is None or not stands:
            yield "promise", said("a_promise" if stands else "no_promise"), happened, (promise is not None) is stands
        return
    if expected.due_within_min is not None:
        left_min = (promise.due_at - now).total_seconds() / 60.0
        happened = said("due_in", minutes=f"{left_min:.1f}", clock=clock_text(promise.due_at, ZONE))
        within = said("within", minutes=f"{expected.due_within_min:g}")
        yield "promise_due", within, happened, left_min <= expected.due_within_min
    if expected.retry_every_min is not None:
        tried = [event.at for event in seen.events if isinstance(event, DecisionMade) and event.at >= promise.made_at]
        gaps = [later - earlier for earlier, later in pairwise([*tried, seen.retry_at] if seen.retry_at else [])]
        longest = max(gaps, default=timedelta.max)
        again = clock_text(seen.retry_at, ZONE) if seen.retry_at else said("never")
        passed = seen.retry_at is not None and seen.retry_at >= now - _MOMENT
        passed = passed and longest <= timedelta(minutes=expected.retry_every_min) + _MOMENT
        happened = said("apart", minutes=f"{longest.total_seconds() / 60.0:.1f}", next=again)
        yield "promise_retry", said("every", minutes=f"{expected.retry_every_min:g}"), happened, passed
    if expected.owner is not None:
        owners = said("owner", role=expected.owner), said("owner", role=promise.owner)
        yield "promise_owner", *owners, promise.owner == expected.owner


def _checklist(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """What is to be done beside the trip, and who was told because a rule asks for it or because nobody goes yet."""
    if expect.checklist is not None:
        lines = [f"{item.rule} {item.code}: {item.text}" for item in seen.decision.checklist]
        yield from _listed("checklist", "document", expect.checklist, lines)
    if expect.notified is not None:
        told = [event.whom for event in seen.events if isinstance(event, NoticeAsked)]
        told += [event.to for event in seen.events if isinstance(event, Escalated)]
        told += seen.told
        yield from _listed("notified", "whom", expect.notified, {*seen.decision.notified, *told})


def _listed(what: str, fact: str, wanted: Sequence[str], lines: Collection[str]) -> Iterator[_Found]:
    happened = said(f"of_{fact}", **{fact: lines}) if lines else said("nothing")
    if not wanted:
        yield what, said("nothing"), happened, not lines
    for item in wanted:
        yield (
            what,
            said(f"of_{fact}", **{fact: item}),
            happened,
            any(item.casefold() in line.casefold() for line in lines),
        )


def _told(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """phone: the number is kept and the link to follow is there; else who was told at the end, or of a refusal."""
    told = {"link"} if seen.track_token else set()
    if seen.contact.phone and seen.track_token:
        told.add("phone")
    ends = (event for event in seen.events if isinstance(event, PromiseCalled | PromiseClosed | RequestEnded))
    told |= {event.told for event in ends if event.told}
    told |= {str(value) for refusal in seen.done.refusals for value in refusal.facts.values()}
    for who in expect.told or ():
        yield "told", said("of_told", told=who), said("of_told", told=told), any(who in text for text in told)


def _link(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    if expect.link is not None:
        shown = seen.world.file_id(seen.link_shows)
        happened = just(shown) if shown else said("another_request")
        yield "link", just(expect.link.request), happened, shown == expect.link.request


def _arrives(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """As every page shows it; a message tells it where it is notably later."""
    for vehicle, wanted in (expect.arrives or {}).items():
        trip = next((a for a in seen.assignments if a.vehicle_id == vehicle and a.is_live), None)
        arrival = trip.said if trip is not None else None
        if trip is None or arrival is None:
            yield f"arrives {vehicle}", said("a_time"), said("no_time"), False
            continue
        in_min = round((arrival.arrives_at - seen.world.clock.now()).total_seconds() / 60.0)
        changes = (event for event in seen.events if isinstance(event, ArrivalChanged))
        told = any(event.notable and event.assignment_id == trip.id for event in changes)
        yield from _same(f"arrives_in {vehicle}", wanted.in_min, in_min)
        yield from _same(f"arrives_later {vehicle}", wanted.later_min, arrival.later_min)
        yield from _same(f"arrives_told {vehicle}", wanted.told, told)


def _said(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    now = seen.world.clock.now()
    events = (event for event in seen.events if event.at == now and not isinstance(event, DecisionMade))
    sentences = [
        *sentences_of(seen.decision),
        *(refusal_title(refusal, LANG) for refusal in seen.done.refusals),
        *(event_text(event, LANG, ZONE, rule=_code_of_rule(event)) for event in events),
        *seen.family,
    ]
    for text in expect.sentence_has or ():
        passed = any(text.casefold() in sentence.casefold() for sentence in sentences)
        yield "sentence_has", just(text), said("says_so") if passed else said("none_says", count=len(sentences)), passed


def _code_of_rule(event: Event) -> str | None:
    """Whoever writes a scenario writes the SOP, and names a rule by its code."""
    rule = facts_of(event).get("rule")
    return str(rule) if rule is not None else None


def _taps(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """Each tap is kept once, with the time of the device."""
    for vehicle, taps in (expect.taps or {}).items():
        events = [event for event in seen.events if isinstance(event, TripEvent) and event.vehicle_id == vehicle]
        corrected = [event for event in events if isinstance(event, StepCorrected)]
        trips = [a for a in seen.assignments if a.vehicle_id == vehicle]
        stamps = {state.value: stamp.device_time for trip in trips for state, stamp in trip.stamps.items()}
        for state, at_s in taps.items():
            times = [event.device_time for event in events if event.state.value == state and event not in corrected]
            right = [event.since for event in corrected if event.corrected.value == state]
            times = [right[-1]] if right else times
            wanted = seen.world.instant(at_s)
            happened = (
                just(", ".join(f"{at.astimezone(ZONE):%H.%M.%S}" for at in times if at)) if times else said("never")
            )
            passed = times == [wanted] and stamps.get(state) == wanted
            once = said("once", state=AssignmentState(state), clock=f"{wanted.astimezone(ZONE):%H.%M.%S}")
            yield f"taps {vehicle}", once, happened, passed


def _group(seen: Seen, expect: sc.Expect) -> Iterator[_Found]:
    """By the file's ids: what an operator is shown as perhaps the same, and what comes from the same incident."""
    yield from _same("likely", expect.likely, {seen.world.file_id(name or "") for name in seen.likely})
    yield from _same("incident", expect.incident, {seen.world.file_id(name) for name in seen.members})


_JUDGES = (
    _reserved,
    *(_state, _who, _assignments, _denied, _approvals, _eligible),
    *(_promise, _checklist, _told, _link, _arrives, _group, _said, _taps),
)
