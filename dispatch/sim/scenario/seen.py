"""What stands after a step, as expectations look at it: the request, its decision, and the words of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from dispatch.desk.views import RequestView
from dispatch.sim.scenario.acts import Done
from dispatch.sim.scenario.world import World
from dispatch.vocabulary.refusals import Refusal
from dispatch.vocabulary.trip_steps import AssignmentState


@dataclass(slots=True)
class Seen:
    """What stands after a step: the request, its last decision, and the search as it would go now."""

    world: World
    view: RequestView
    now: Mapping[str, object]
    done: Done
    live: Mapping[str, str]  # whom each vehicle goes for, by the desk's id of the request
    track: tuple[str, ...]  # the sentences of the family's link

    @property
    def decision(self) -> Mapping[str, object]:
        """The last decision on the request."""
        return self.view.decision or {}

    @property
    def decided_now(self) -> bool:
        """Whether the last decision was made at this moment."""
        at = self.decision.get("at")
        return at is not None and datetime.fromisoformat(str(at)) == self.world.clock.now()

    def vehicles(self, *states: AssignmentState) -> set[str]:
        """Whose assignment is in one of these states."""
        return {a.vehicle_id for a, _ in self.view.assignments if a.state in states}


async def see(world: World, request_id: str, done: Done) -> Seen:
    """Look at a request."""
    view = await world.desk.view(request_id)
    now = await world.desk.candidates(request_id)
    live = await world.store.read(lambda books: {a.vehicle_id: a.request_id for a in books.assignments.list_live()})
    track = await world.desk.track(view.track_token)
    signals = [vehicle.signal for vehicle in track.vehicles if vehicle.signal] if track else []
    shown = (track.headline, *track.lines, *signals) if track else ()
    return Seen(world, view, {} if isinstance(now, Refusal) else now, done, live, shown)


def candidates_of(summary: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    """The candidates of a decision by vehicle."""
    listed = cast("list[Mapping[str, object]]", summary.get("candidates") or [])
    return {str(candidate["vehicle_id"]): candidate for candidate in listed}


def blocking_of(candidate: Mapping[str, object]) -> set[str]:
    """The rules that keep a candidate from going."""
    return set(cast("list[str]", candidate.get("blocking") or []))


def line_of(item: object) -> str:
    """A line of a checklist: its rule, its code and its text."""
    if isinstance(item, Mapping):
        return f"{item.get('rule', '')} {item.get('code', '')}: {item.get('text', '')}"
    return str(item)


def sentences_of(decision: Mapping[str, object]) -> tuple[str, ...]:
    """What the decision says: its sentence, the words for the family, and for whom may not go, why and what helps."""
    said = [str(decision[name]) for name in ("sentence", "say") if decision.get(name)]
    for vehicle, candidate in candidates_of(decision).items():
        blocking = (f for f in cast("list[Mapping[str, object]]", candidate.get("findings") or []) if f.get("blocks"))
        said += [f"{vehicle}: {f['text']} ({f['rule']}) {f.get('would_help') or ''}".strip() for f in blocking]
    return tuple(said)


def text_of(value: object) -> str:
    """A value as a report shows it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {text_of(item) or '-'}" for name, item in sorted(value.items()))
    if isinstance(value, str):
        return value
    return ", ".join(sorted(str(item) for item in cast("Sequence[object]", value)))
