"""A request after a step, as expectations look at it: what it has, its decision, and the words of both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.effects.proposing import list_proposed
from dispatch.desk.ports import Books, DueKind
from dispatch.desk.usecases import requests
from dispatch.desk.usecases.changes import shown_on_link
from dispatch.domain.approval import Approval
from dispatch.domain.assignment import Assignment
from dispatch.domain.message import Message
from dispatch.domain.promise import Promise
from dispatch.domain.request import Contact, Request, RequestFilter
from dispatch.reading import family
from dispatch.reading.decisions import CandidateOut, DecisionOut, decision_out, rules_of
from dispatch.reading.likeness import near_requests
from dispatch.sim.scenario.acts import Done
from dispatch.sim.scenario.world import ZONE, World
from dispatch.tell.plan import messages_for
from dispatch.tell.tail import known_of
from dispatch.vocabulary.events import (
    ArrivalChanged,
    DeathAnswered,
    Event,
    ProblemReported,
    RequestChanged,
    TripNoticed,
)
from dispatch.vocabulary.languages import Lang

LANG = Lang.ID  # scenarios expect sentences as people read them


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request, its last decision, the search as it would go now, and what the family reads on its link."""

    world: World
    done: Done
    request: Request
    contact: Contact
    track_token: str
    assignments: list[Assignment]
    approvals: list[Approval]
    promise: Promise | None
    retry_at: datetime | None
    events: list[Event]
    going_for: Mapping[str, str]  # the request that each vehicle goes for
    decision: DecisionOut
    now: DecisionOut
    family: tuple[str, ...]
    told: tuple[str, ...]  # whom messages about trips and changes go to, by kind: driver, facility, contact, operator
    likely: tuple[str | None, ...]  # the requests that it may be the same as, as its operator reads
    members: tuple[str, ...]  # the requests of its incident, itself among them
    proposed: frozenset[str]  # the vehicle that is proposed to the operator for it
    link_shows: str  # the request that the family's link shows

    @property
    def decided_now(self) -> bool:
        """Whether the last decision was made at this moment."""
        return self.decision.at == self.world.clock.now()


async def see(world: World, request_id: str, done: Done) -> Seen:
    """Look at a request."""
    unit = world.unit
    searched = await requests.candidates(unit, request_id)
    operator = world.seed.people["operator"]
    track_token = await unit.store.read(lambda books: books.requests.get_track_token(request_id))
    page = await family.view(unit, track_token, LANG)
    vehicles = page.vehicles if page else ()
    of_vehicles = [line for one in vehicles for line in (one.eta, one.change, one.signal) if line]

    def look(books: Books) -> Seen:
        retry, rule_of = books.timers.find(DueKind.PROMISE_RETRY, request_id), rules_of(unit.packs(books))
        decided, request = books.decisions.find_last(request_id), books.requests.get(request_id)
        assert decided is not None, "a request is kept with its decision"
        return Seen(
            world=world,
            done=done,
            request=request,
            contact=books.requests.get_contact(request_id),
            track_token=track_token,
            assignments=books.assignments.list_of(request_id),
            approvals=books.approvals.list_of(request_id),
            promise=books.promises.find_open(request_id),
            retry_at=retry.at if retry else None,
            events=[entry.event for entry in books.journal.list_of(request_id)],
            going_for={live.vehicle_id: live.request_id for live in books.assignments.list_live()},
            decision=decision_out(decided, rule_of, ZONE, LANG, there=request.ask.documents),
            now=decision_out(searched, rule_of, ZONE, LANG),
            family=tuple(filter(None, (page.condolence, page.headline, *page.lines, *of_vehicles))) if page else (),
            told=tuple(_told(books, request_id)),
            likely=tuple(
                one.request_id
                for near in near_requests(books, [request], unit.clock.now()).values()
                for one in near.likely_out(operator)
            ),
            members=tuple(
                one.id for one in books.requests.list_some(RequestFilter(incident=request.incident)) if request.incident
            ),
            proposed=frozenset(str(said.vehicle_id) for said in list_proposed(books, [request]).values()),
            link_shows=shown_on_link(books, request).id,
        )

    return await unit.store.read(look)


def _told(books: Books, request_id: str) -> Iterator[str]:
    kinds = [ArrivalChanged, RequestChanged, TripNoticed, DeathAnswered, ProblemReported]
    for entry in books.journal.list_of_kinds([request_id], kinds):
        for telling in messages_for(entry.seq, entry.event, known_of(books, entry)):
            if isinstance(telling, Message):
                yield telling.recipient.partition(":")[0]


async def decisions_of(world: World) -> dict[str, tuple[DecisionOut, ...]]:
    """Every decision in brief, by the file's id of its request."""

    def look(books: Books) -> dict[str, tuple[DecisionOut, ...]]:
        rule_of = rules_of(world.unit.packs(books))
        return {
            name: tuple(
                decision_out(kept, rule_of, ZONE, LANG) for kept in books.decisions.list_briefs(request_id).values()
            )
            for name, request_id in world.requests.items()
        }

    return await world.unit.store.read(look)


def sentences_of(decision: DecisionOut) -> tuple[str, ...]:
    """What the decision says: its sentence, the words for the family, and for whom may not go, why and what helps."""
    blocking = ((c.vehicle_id, f) for c in decision.candidates for f in c.findings if f.blocks)
    why = (f"{vehicle}: {f.text} ({f.rule}) {f.would_help or ''}".strip() for vehicle, f in blocking)
    return (decision.sentence, decision.say, *why)


def candidate_of(decision: DecisionOut, vehicle_id: str) -> CandidateOut | None:
    """The vehicle among the candidates of a decision."""
    return next((c for c in decision.candidates if c.vehicle_id == vehicle_id), None)
