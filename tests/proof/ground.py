"""What the machine's rules stand on: giving commands, letting time pass, and looking whether the promises hold."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from dispatch.choosing.decision import Decision
from dispatch.desk.command import Command
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import requests, timers, trips
from dispatch.domain.assignment import StepCommand
from dispatch.domain.people import Person
from dispatch.reading.incidents import open_incidents_out
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.policy import Diverts
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.trip_steps import Step, StepSource
from tests.people import SITI
from tests.proof.standing import ENDS, LIVE, RETRY_WITHIN, Row, count_incident
from tests.proof.town import ASKS, CITY, CONTACT, FLEET, Town
from tests.proof.witness import Witness

LOOK_EVERY = 10  # searching for everybody who waits takes time: after every tenth step
MOVED_AGAIN = timedelta(seconds=15)  # who waits is woken by vehicles that only move no more often than this
Call = Callable[[Unit, Command], Awaitable[object]]
STATE_OF = {
    Step.ACCEPT: "accepted",
    Step.DECLINE: "declined",
    Step.EN_ROUTE: "en_route",
    Step.ON_SCENE: "on_scene",
    Step.TRANSPORTING: "transporting",
    Step.AT_DESTINATION: "at_destination",
    Step.CLEAR: "cleared",
    Step.STAND_DOWN: "stood_down",
    Step.PROBLEM: "stood_down",
}


async def search_for(unit: Unit, request_id: str) -> Decision:
    """The search for a kept request as it would go now; nothing is changed."""
    request = await unit.store.read(lambda books: books.requests.get(request_id))
    return await unit.search_again(request, unit.clock.now())


@dataclass(frozen=True)
class Given:
    """A command that was acknowledged, and what it was about."""

    call: Call
    by: Command
    subject: object


class Ground(RuleBasedStateMachine):
    """Commands are given and answered, time passes, and after each step the witness looks."""

    steps = 0  # of all runs of this process

    @initialize(first=st.lists(st.sampled_from(sorted(ASKS)), min_size=1, max_size=3), diverts=st.sampled_from(Diverts))
    def begin(self, first: list[str], diverts: Diverts) -> None:
        self.town = Town()
        self.town.publish(diverts)
        self.witness = Witness(self.town.path)
        self.turned_at: datetime | None = None  # when the clock was last set by hand
        self.given: list[Given] = []
        self.requests: dict[str, str] = {}  # acknowledged requests with what was asked
        self.notes: dict[str, str] = {}
        self.held: dict[str, bool] = {}
        self.calls = 0
        self.keys = 0
        self.seqs = dict.fromkeys(FLEET, 0)
        self.problems: list[str] = []
        for what in first:
            self.receive(what, None)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.witness.close()
            self.town.close()

    @invariant()
    def promises_hold(self) -> None:
        if hasattr(self, "town"):
            Ground.steps += 1
            self.look()
            if Ground.steps % LOOK_EVERY == 0:
                self.nobody_waits_beside_a_free_one()
                self.counts_are_right()

    def counts_are_right(self) -> None:
        """What an operator reads of an incident is what stands."""
        shown = self.town.run(lambda: self.town.store.read(lambda books: open_incidents_out(books, Lang.ID)))
        for one in shown:
            counts = {
                **{colour.value: n for colour, n in one.people.items()},
                "sought": one.sought,
                "assigned": one.assigned,
                "done": one.done,
            }
            assert counts == count_incident(self.witness.seen, one.id), one
            members = [row for row in self.witness.seen["requests"] if row["incident"] == one.id]
            assert sorted(one.request_ids) == sorted(row["id"] for row in members), one

    def nobody_waits_beside_a_free_one(self) -> None:
        """A search for a request that waits would offer nobody, unless it is about to be searched for again anyhow."""
        now, due = self.town.clock.now(), self.witness.seen.due()
        if self.turned_at is not None and abs(now - self.turned_at) <= RETRY_WITHIN:
            return  # nobody tells the desk that the machine's clock was set: it looks again by itself
        for row in self.open_requests():
            again_at = due.get(("promise_retry", row["id"]))
            if again_at is None or again_at <= now + MOVED_AGAIN:
                continue
            decision = self.town.run(lambda row=row: search_for(self.town.unit, row["id"]))  # type: ignore[misc]
            offers = [offer.vehicle_id for offer in decision.step.offers]
            assert not offers, f"{row['id']} waits until {again_at} beside {offers}"

    def look(self) -> None:
        """The five promises hold, and all that was acknowledged is there, once."""
        found = [*self.problems, *self.witness.look(self.town.clock.now())]
        rows = {row["id"]: row for row in self.witness.seen["requests"]}
        if rows.keys() != self.requests.keys():
            found.append(f"acknowledged {sorted(self.requests)}, kept {sorted(rows)}")
        contacts = {row["request_id"]: row["note"] for row in self.witness.seen["contacts"]}
        found += [
            f"the note of {name} is {contacts[name]}" for name, text in self.notes.items() if contacts[name] != text
        ]
        found += [f"{name} is not held as was said" for name, on in self.held.items() if rows[name]["held"] != on]
        if len(self.witness.seen["promise_calls"]) != self.calls:
            found.append(f"{self.calls} calls were logged, {len(self.witness.seen['promise_calls'])} are kept")
        assert not found, "\n".join(found)

    # What the rules are made of.

    def do(self, actor: Person, what: str, call: Call) -> Any:
        """Give a command with a new key; a refusal changes nothing."""
        self.keys += 1
        by = Command(actor=actor, key=f"key-{self.keys}", fingerprint=what)
        before = self.witness.seen
        result = self.town.run(lambda: call(self.town.unit, by))
        if isinstance(result, Refusal):
            if self.witness.read() != before:
                self.problems.append(f"{what} was refused ({result.code}) and changed something")
            if result.code is RefusalCode.SOMEBODY_WAS_FIRST and "undo" not in what:
                self.problems.append(f"{what} lost a race against nobody")
        else:
            self.given.append(Given(call, by, result))
        return result

    def pick(self, rows: list[Row], number: int) -> Row | None:
        return rows[-1 - number % len(rows)] if rows else None

    def open_requests(self) -> list[Row]:
        return [row for row in self.witness.seen["requests"] if row["state"] not in ENDS]

    def documents(self) -> list[Row]:
        return [row for row in self.open_requests() if self.requests[row["id"]].startswith("document")]

    def live(self, *states: str) -> list[Row]:
        wanted = states or tuple(LIVE)
        return [row for row in self.witness.seen["assignments"] if row["state"] in wanted]

    def take(self, row: Row, step: Step, actor: Person, **more: Any) -> Any:
        """A step of an assignment."""
        source = StepSource.OPERATOR if actor is CITY else StepSource.TAP
        command = StepCommand(step=step, actor=actor.id, source=source, device_time=self.town.clock.now(), **more)
        done = self.do(actor, f"{step} {row['id']}", lambda unit, by: trips.step(unit, row["id"], command, by=by))
        if not isinstance(done, Refusal) and step in STATE_OF:
            after = next(one["state"] for one in self.witness.read()["assignments"] if one["id"] == done)
            if after != STATE_OF[step]:
                self.problems.append(f"{step} of {row['id']} was acknowledged as {after}")
        return done

    def turn(self, seconds: float) -> None:
        """Let time pass from timer to timer, each at its very time."""
        clock, until = self.town.clock, self.town.clock.now() + timedelta(seconds=seconds)
        while (next_at := min(self.witness.seen.due().values(), default=None)) is not None and next_at <= until:
            clock.at = max(clock.at, next_at)
            self._run_timers()
        clock.at = max(clock.at, until)
        self._run_timers()

    def _run_timers(self) -> None:
        self.town.report()
        self.town.run(lambda: timers.run_due(self.town.unit))
        self.look()
        late = self.witness.overdue(self.town.clock.now())
        assert not late, late

    def receive(self, what: str, choose: str | None) -> None:
        asked = ASKS[what]
        late = asked.schedule_at is not None and asked.schedule_at <= self.town.clock.now()
        made = self.do(SITI, what, lambda unit, by: requests.receive(unit, asked, CONTACT, choose=choose, by=by))
        assert isinstance(made, Refusal if late else str), made  # a time that is over is not booked
        if isinstance(made, str):
            self.requests[made] = what
