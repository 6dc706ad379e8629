"""The whole desk as a state machine: everything that people, phones, clocks and restarts can do, in any order."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from dispatch.desk.command import Command
from dispatch.desk.unit import Unit
from dispatch.desk.usecases import (
    approving,
    changes,
    changing,
    deaths,
    diverting,
    incidents,
    promises,
    reports,
    requests,
    returning,
    transferring,
    trips,
    vehicles,
)
from dispatch.domain.approval import Heard
from dispatch.domain.assignment import StepCommand
from dispatch.domain.booking import Repeat
from dispatch.domain.correction import Correction
from dispatch.domain.death import DeathWord
from dispatch.domain.people import Person
from dispatch.domain.request import Ask
from dispatch.domain.trip import way_back
from dispatch.vocabulary.bookings import Rides, Weekday
from dispatch.vocabulary.deaths import WhoseWord
from dispatch.vocabulary.needs import Urgency
from dispatch.vocabulary.promises import CallOutcome, CloseOutcome
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.request_states import FamilyWord, RequestState
from dispatch.vocabulary.trip_steps import TAKEN_BY_PEOPLE, Report, Step, StepSource
from dispatch.vocabulary.vehicle_classes import Duty
from geo.sample.areas import sample_areas
from tests.people import CIKOKOL, DINA, HOME, SITI, ZONE
from tests.proof.ground import MOVED_AGAIN, STATE_OF, Call, Ground
from tests.proof.standing import ENDS, LIVE, ON_TRIP, Row, at_of
from tests.proof.town import ASKS, CITY, CONTACT, COUNTY, DELIVERED_TO, DRIVERS, FLEET

NUMBERS = st.integers(0, 11)  # which of those that are there, counted from the newest
VEHICLES = st.sampled_from(sorted(FLEET))
TRIP = (Step.EN_ROUTE, Step.ON_SCENE, Step.TRANSPORTING, Step.AT_DESTINATION, Step.CLEAR)
AHEAD = {
    "offered": Step.ACCEPT,
    "accepted": Step.EN_ROUTE,
    "en_route": Step.ON_SCENE,
    "on_scene": Step.TRANSPORTING,
    "transporting": Step.AT_DESTINATION,
    "at_destination": Step.CLEAR,
}
MOST_REQUESTS = 9
MOST_INCIDENTS = 3
EDITS: dict[str, Callable[[Ask], Ask]] = {
    "red": lambda ask: replace(ask, urgency=Urgency.RED) if ask.patient.living else ask,
    "yellow": lambda ask: replace(ask, urgency=Urgency.YELLOW) if ask.patient.living else ask,
    "pickup": lambda ask: replace(ask, pickup=HOME),
    "dropoff": lambda ask: replace(ask, dropoff=CIKOKOL),
    "infectious": lambda ask: replace(ask, patient=replace(ask.patient, infectious=True)),
    "one body": lambda ask: replace(ask, patient=replace(ask.patient, count=1)),
    "three": lambda ask: replace(ask, patient=replace(ask.patient, count=3)),
}
LOADED = ("transporting", "at_destination")


class DeskMachine(Ground):
    """Rules do what somebody can do."""

    # Somebody asks.

    @rule(what=st.sampled_from(sorted(ASKS)), choose=st.none() | VEHICLES)
    @precondition(lambda self: len(self.open_requests()) < MOST_REQUESTS)
    def ask(self, what: str, choose: str | None) -> None:
        self.receive(what, choose)

    @rule(
        what=st.lists(st.sampled_from(sorted(ASKS)), min_size=2, max_size=3), leaves=VEHICLES, turns=st.integers(0, 12)
    )
    @precondition(lambda self: len(self.open_requests()) < MOST_REQUESTS)
    def ask_at_once(self, what: list[str], leaves: str, turns: int) -> None:
        """Several at one moment, while a driver goes off duty."""
        unit = self.town.unit

        async def leave() -> object:
            for _ in range(turns):
                await asyncio.sleep(0)
            by = Command(actor=DRIVERS[leaves])
            return await vehicles.set_duty(unit, leaves, Duty.OFF_DUTY, at_base=False, by=by)

        async def all_at_once() -> list[object]:
            asks = [requests.receive(unit, ASKS[one], CONTACT, by=Command(actor=SITI)) for one in what]
            return list(await asyncio.gather(*asks, leave()))

        *made, _ = self.town.run(all_at_once)
        for one, request_id in zip(what, made, strict=True):
            if isinstance(request_id, Refusal):
                assert request_id.code is RefusalCode.SCHEDULE_BOUNDS, request_id
            else:
                assert isinstance(request_id, str), request_id
                self.requests[request_id] = one

    @rule(number=NUMBERS)
    @precondition(lambda self: self.given)
    def repeat(self, number: int) -> None:
        """The same command again, perhaps much later: the first answer, and nothing is done."""
        given = self.given[-1 - number % len(self.given)]
        before = self.witness.seen
        again = self.town.run(lambda: given.call(self.town.unit, given.by))
        if again != given.subject:
            self.problems.append(f"{given.by.fingerprint} again gives {again}, first {given.subject}")
        if self.witness.read() != before:
            self.problems.append(f"{given.by.fingerprint} was done twice")

    @rule(number=NUMBERS, said=st.sampled_from([FamilyWord.LEFT, FamilyWord.NO_LONGER_NEEDED, FamilyWord.LEFT]))
    @precondition(lambda self: self.open_requests())
    def family(self, number: int, said: FamilyWord) -> None:
        row = self.pick(self.open_requests(), number)
        if row is not None:
            self.town.run(lambda: changes.family_said(self.town.unit, row["track_token"], said))

    @rule(number=NUMBERS, how=st.sampled_from(sorted(ENDS)))
    @precondition(lambda self: self.open_requests())
    def end(self, number: int, how: str) -> None:
        row = self.pick(self.open_requests(), number)
        if row is not None:
            ends = RequestState(how)
            ending = partial(changes.end, told="keluarga", reason="contoh")
            trips_of = [one for one in self.live() if one["request_id"] == row["id"]]
            stays = any(self.witness.stays(one, self.town.clock.now()) for one in trips_of)
            done = self.do(SITI, how, lambda unit, by: ending(unit, row["id"], ends, by=by))
            assert isinstance(done, Refusal) or not (stays and ends is RequestState.UNFOUNDED), "nobody has rung"

    @rule(number=NUMBERS, on=st.booleans())
    @precondition(lambda self: self.open_requests())
    def hold(self, number: int, on: bool) -> None:
        row = self.pick(self.open_requests(), number)
        if row is not None:
            done = self.do(SITI, "hold", lambda unit, by: changes.hold(unit, row["id"], on=on, reason="polisi", by=by))
            if not isinstance(done, Refusal):
                self.held[row["id"]] = on

    @rule(number=NUMBERS)
    @precondition(lambda self: self.open_requests())
    def note(self, number: int) -> None:
        row = self.pick(self.open_requests(), number)
        if row is not None:
            text = f"catatan {self.keys}"
            self.do(SITI, "note", lambda unit, by: changes.add_note(unit, row["id"], text, by=by))
            self.notes[row["id"]] = "\n".join(filter(None, (self.notes.get(row["id"]), text)))

    @rule(number=NUMBERS, what=st.sampled_from(sorted(EDITS)), agreed=st.booleans())
    @precondition(lambda self: self.open_requests())
    def change(self, number: int, what: str, agreed: bool) -> None:
        """Something of a kept request is different: nobody under way is let go for it, unless that was agreed."""
        row = self.pick(self.open_requests(), number)
        if row is None:
            return
        under_way = {one["id"] for one in self.live(*ON_TRIP, "accepted") if one["request_id"] == row["id"]}
        edit = EDITS[what]
        done = self.do(
            SITI, f"change {what}", lambda unit, by: changing.change(unit, row["id"], edit, agreed=agreed, by=by)
        )
        still = {one["id"] for one in self.witness.read()["assignments"] if one["state"] in LIVE}
        if not isinstance(done, Refusal) and not under_way <= still and not agreed:
            self.problems.append(f"{what} let {sorted(under_way - still)} go")

    # Booked trips.

    @rule(
        hours=st.sampled_from([1.2, 2, 3, 14, 26, 40]),
        more=st.sampled_from([0, 0, 1, 2]),
        back=st.sampled_from([None, "at", "on call", "waits"]),
        what=st.sampled_from(["transport", "transport, can sit", "body"]),
    )
    @precondition(lambda self: len(self.open_requests()) < MOST_REQUESTS - 3)
    def book(self, hours: float, more: int, back: str | None, what: str) -> None:
        """A trip, on further days too, and perhaps with a way back at a time or on call."""
        at = self.town.clock.now() + timedelta(hours=hours)
        there = replace(ASKS[what], dropoff=HOME, schedule_at=at)
        later = at + timedelta(hours=2)
        more, back = (0, None) if what == "body" else (more, back)  # which is brought once, and not back again
        on_call, waits = back == "on call", back == "waits"
        turn = partial(way_back, areas=sample_areas(), at=later, on_call=on_call, waits=waits) if back else None
        until = (at.astimezone(ZONE) + timedelta(days=more)).date()
        repeat = Repeat(days=frozenset(Weekday), until=until) if more else None
        ask_for = partial(requests.receive, repeat=repeat, turn=turn)
        made = self.do(SITI, f"book {what}", lambda unit, by: ask_for(unit, there, CONTACT, by=by))
        assert isinstance(made, str), made
        rides = self.town.run(lambda: self.town.unit.store.read(lambda books: books.requests.list_series(made)))
        self.requests |= {ride.id: what for ride in rides} | {made: what}

    @rule(
        number=NUMBERS,
        minutes=st.sampled_from([1, 20, 90, 300]),
        on_call=st.booleans(),
        waits=st.sampled_from([True, True, False]),
    )
    @precondition(lambda self: self.open_requests() and len(self.open_requests()) < MOST_REQUESTS)
    def returns(self, number: int, minutes: int, on_call: bool, waits: bool) -> None:
        """A kept request gets a way back: nothing else of it is different afterwards, and nobody who goes is let go."""
        row = self.pick(self.open_requests(), number)
        if row is None:
            return
        at = self.town.clock.now() + timedelta(minutes=minutes)
        turn = partial(way_back, areas=sample_areas(), at=at, on_call=on_call, waits=waits)
        going = {one["id"] for one in self.live(*ON_TRIP, "accepted")}
        done = self.do(SITI, "return", lambda unit, by: returning.add_back(unit, row["id"], turn, by=by))
        after = self.witness.read()
        if not going <= {one["id"] for one in after["assignments"] if one["state"] in LIVE}:
            self.problems.append(f"a way back of {row['id']} let somebody go")
        backs = [one for one in after["requests"] if one["returns"] == row["id"] and one["state"] not in ENDS]
        if not isinstance(done, Refusal) and len(backs) != 1:
            self.problems.append(f"{row['id']} has {len(backs)} ways back")
        self.requests |= {one["id"]: self.requests[row["id"]] for one in backs}

    @rule(number=NUMBERS)
    @precondition(lambda self: self.booked(on_call=True))
    def call_back(self, number: int) -> None:
        row = self.pick(self.booked(on_call=True), number)
        if row is not None:
            done = self.do(SITI, "call back", lambda unit, by: returning.call_back(unit, row["id"], by=by))
            if isinstance(done, Refusal):  # nobody was brought there yet
                assert done.code is RefusalCode.NOT_THERE_YET, done
            else:
                assert done == row["id"], done

    @rule(number=NUMBERS, minutes=st.sampled_from([-45, 20, 100]), rides=st.sampled_from(Rides))
    @precondition(lambda self: self.booked(on_call=False))
    def move(self, number: int, minutes: int, rides: Rides) -> None:
        """A booked trip is at another time, and perhaps all later ones of its series too."""
        row = self.pick(self.booked(on_call=False), number)
        if row is not None:
            new = at_of(json.loads(row["ask"])["schedule_at"]) + timedelta(minutes=minutes)
            edit = partial(replace, schedule_at=new)
            self.do(SITI, "move", lambda unit, by: changing.change(unit, row["id"], edit, rides=rides, by=by))

    @rule(number=NUMBERS, rides=st.sampled_from(Rides))
    @precondition(lambda self: self.booked())
    def cancel_rides(self, number: int, rides: Rides) -> None:
        row = self.pick(self.booked(), number)
        if row is not None:
            ends = partial(changes.end, state=RequestState.CANCELLED_BY_REQUESTER, told="keluarga", reason="contoh")
            self.do(SITI, "cancel rides", lambda unit, by: ends(unit, request_id=row["id"], rides=rides, by=by))

    def booked(self, *, on_call: bool | None = None) -> list[Row]:
        """The trips whose search has not begun."""
        rows = [row for row in self.open_requests() if row["state"] == "scheduled"]
        return [row for row in rows if on_call in (None, json.loads(row["ask"])["on_call"])]

    # Requests of one event.

    def open_incidents(self) -> list[Row]:
        return [row for row in self.witness.seen["incidents"] if row["closed_at"] is None]

    def group(self, what: str, call: Call) -> None:
        """An operator groups; nothing else of any request is different afterwards."""
        before = self.witness.seen
        self.do(CITY, what, call)
        after = self.witness.read()
        for name in before.tables.keys() - {"incidents"}:
            rows = [[{**row, "incident": 0, "version": 0} for row in state[name]] for state in (before, after)]
            if rows[0] != rows[1]:
                self.problems.append(f"{what} changed {name}")

    @rule(numbers=st.lists(NUMBERS, max_size=3))
    @precondition(lambda self: len(self.open_incidents()) < MOST_INCIDENTS)
    def open_incident(self, numbers: list[int]) -> None:
        rows = [self.pick(self.witness.seen["requests"], number) for number in numbers]
        named = {"name": "Kejadian contoh", "place": HOME, "requests": [row["id"] for row in rows if row]}
        self.group("incident", lambda unit, by: incidents.open_incident(unit, by=by, **named))  # type: ignore[arg-type]

    @rule(number=NUMBERS, add=st.lists(NUMBERS, max_size=2), remove=st.lists(NUMBERS, max_size=1))
    @precondition(lambda self: self.witness.seen["incidents"])
    def regroup(self, number: int, add: list[int], remove: list[int]) -> None:
        """Whether a request may come or must stay where it is, is for the desk to say; all of it is done or nothing."""
        incident = self.pick(self.witness.seen["incidents"], number)
        if incident is None:
            return
        members = [row for row in self.witness.seen["requests"] if row["incident"] == incident["id"]]
        coming = [self.pick(self.witness.seen["requests"], one) for one in add]
        leaving = [self.pick(members or self.witness.seen["requests"], one) for one in remove]
        which = {"add": [row["id"] for row in coming if row], "remove": [row["id"] for row in leaving if row]}
        self.group("regroup", lambda unit, by: incidents.regroup(unit, incident["id"], by=by, **which))

    @rule(number=NUMBERS)
    @precondition(lambda self: len(self.open_incidents()) > 1)
    def close_incident(self, number: int) -> None:
        row = self.pick(self.open_incidents(), number)
        if row is not None:
            self.group("close incident", lambda unit, by: incidents.close_incident(unit, row["id"], by=by))

    # Drivers.

    @rule(number=NUMBERS, what=st.sampled_from(Report))
    @precondition(lambda self: self.live(*ON_TRIP))
    def report(self, number: int, what: Report) -> None:
        """The crew's word takes no step and lets nobody go."""
        row = self.pick(self.live(*ON_TRIP), number)
        if row is not None:
            actor = DRIVERS[row["vehicle_id"]]
            self.do(actor, f"report {what}", lambda unit, by: reports.report(unit, row["id"], what, by=by))
            states = {one["id"]: one["state"] for one in self.witness.read()["assignments"]}
            if states[row["id"]] != row["state"]:
                self.problems.append(f"{what} took {row['id']} from {row['state']} to {states[row['id']]}")

    @rule(number=NUMBERS, confirmed=st.booleans(), whose=st.sampled_from([*WhoseWord, WhoseWord.DOCTOR]))
    @precondition(lambda self: len(self.open_requests()) < MOST_REQUESTS)
    def confirm_death(self, number: int, confirmed: bool, whose: WhoseWord) -> None:
        """A doctor's word on a crew's report: the body's way begins, or nothing has happened."""
        waiting = [one for one in self.witness.seen["deaths"] if one["state"] == "reported"]
        report = self.pick(waiting, number)
        if report is None:
            return
        now, request = self.town.clock.now(), report["request_id"]
        by_phone = {"doctor": "dr. Contoh", "heard_at": now} if whose is WhoseWord.DOCTOR else {}
        word = DeathWord(confirmed=confirmed, whose=whose, **by_phone)  # type: ignore[arg-type]
        trips_of = {one["id"]: one["vehicle_id"] for one in self.witness.seen["assignments"]}
        vehicle = trips_of[report["assignment_id"]]
        actor = SITI if whose is WhoseWord.FACILITY else CITY
        done = self.do(
            actor,
            f"death {confirmed} by {whose}",
            lambda unit, by: deaths.confirm_death(unit, request, word, vehicle_id=vehicle, by=by),
        )
        after = self.witness.read()
        if isinstance(done, Refusal) or not confirmed:
            if len(after["requests"]) != len(self.requests):
                self.problems.append(f"{report['id']} is not confirmed ({done}) and made a request")
            return
        onward = next(one["onward"] for one in after["deaths"] if one["id"] == report["id"])
        self.requests[onward] = "body"
        phones = {one["request_id"]: one["phone"] for one in after["contacts"]}
        if phones.get(onward) != phones[request]:
            self.problems.append(f"the family of {onward} is not that of {request}")

    @rule(number=NUMBERS, yes=st.booleans(), delivered=st.booleans())
    @precondition(lambda self: self.live("offered"))
    def answer(self, number: int, yes: bool, delivered: bool) -> None:
        row = self.pick(self.live("offered"), number)
        if row is None:
            return
        if delivered:
            self.town.run(lambda: trips.deliver_offer(self.town.unit, row["id"]))
            self.look()
        done = self.take(row, Step.ACCEPT if yes else Step.DECLINE, DRIVERS[row["vehicle_id"]])
        assert isinstance(done, str), f"{row['id']} was answered with {done}"

    @rule(number=NUMBERS, late_s=st.sampled_from([0, 1, 20]))
    @precondition(lambda self: self.live("offered"))
    def answer_as_it_ends(self, number: int, late_s: int) -> None:
        """The tap comes at the end of the offer's time or after it, before its timer could run."""
        row = self.pick(self.live("offered"), number)
        if row is not None:
            ends, clock = at_of(row["expires_at"]), self.town.clock
            clock.at = max(clock.at, ends + timedelta(seconds=late_s))
            self.town.report()
            done = self.take(row, Step.ACCEPT, DRIVERS[row["vehicle_id"]])
            assert isinstance(done, str), f"{row['id']} ended {ends}: {done}"

    @rule(number=NUMBERS)
    @precondition(lambda self: self.live("offered"))
    def deliver_offer(self, number: int) -> None:
        row = self.pick(self.live("offered"), number)
        if row is not None:
            self.town.run(lambda: trips.deliver_offer(self.town.unit, row["id"]))

    @rule(number=NUMBERS, steps=st.sampled_from([6, 1, 2, 6]), treated=st.sampled_from([False, False, True]))
    @precondition(lambda self: self.live())
    def go_on(self, number: int, steps: int, treated: bool) -> None:
        """The trip goes on, a tap after the other; or it ends where the patient was treated."""
        row = self.pick(self.live(), number)
        while row is not None and steps:
            step = Step.CLEAR if treated and row["state"] == "on_scene" else AHEAD[row["state"]]
            leaves = step is Step.CLEAR and row["state"] == "on_scene"
            stays = leaves and (self.witness.stays(row, self.town.clock.now()) or not self.witness.treats(row))
            done = self.take(row, step, DRIVERS[row["vehicle_id"]])
            assert isinstance(done, str) is not stays, done
            if stays:
                return
            self.look()
            row = next((one for one in self.live() if one["id"] == done), None)
            steps -= 1

    @rule(number=NUMBERS, step=st.sampled_from(TAKEN_BY_PEOPLE))
    @precondition(lambda self: self.witness.seen["assignments"])
    def any_step(self, number: int, step: Step) -> None:
        """A tap that may be out of order."""
        row = self.pick(self.witness.seen["assignments"], number)
        if row is not None:
            self.take(row, step, DRIVERS[row["vehicle_id"]])

    @rule(number=NUMBERS, step=st.sampled_from([Step.STAND_DOWN, Step.PROBLEM]), operator=st.booleans())
    @precondition(lambda self: len(self.live()) > len(self.live("offered")))
    def breaks_off(self, number: int, step: Step, operator: bool) -> None:
        row = self.pick([one for one in self.live() if one["state"] != "offered"], number)
        if row is not None:
            actor = CITY if operator else DRIVERS[row["vehicle_id"]]
            # Who carries somebody is not called back, nor who waits until somebody was rung.
            stays = self.witness.stays(row, self.town.clock.now())
            done = self.take(row, step, actor, reason="ban bocor")
            may = step is Step.PROBLEM or (row["state"] not in LOADED and not stays)
            assert isinstance(done, str) == may, done

    @rule(number=NUMBERS, after_s=st.sampled_from([0, 5, 30]))
    @precondition(lambda self: self.witness.seen["assignments"])
    def undo(self, number: int, after_s: int) -> None:
        trips = [row for row in self.witness.seen["assignments"] if row["state"] not in ("offered", "declined")]
        row = self.pick(trips, number)
        if row is not None:
            self.turn(after_s)
            self.take(row, Step.UNDO, DRIVERS[row["vehicle_id"]])

    @rule(
        number=NUMBERS,
        step=st.sampled_from((Step.ACCEPT, *TRIP)),
        ago_s=st.sampled_from([0, 0, 1, 60, 600]),
        only_time=st.sampled_from([False, False, True]),
    )
    @precondition(lambda self: self.live("accepted", *ON_TRIP, "cleared"))
    def correct(self, number: int, step: Step, ago_s: int, only_time: bool) -> None:
        """An operator says where a trip is in truth; what it has come through it can be put back to at any time."""
        row = self.pick(self.live("accepted", *ON_TRIP, "cleared"), number)
        if row is None:
            return
        at = self.town.clock.now() - timedelta(seconds=ago_s)
        said = Correction(step=step, at=at, actor=CITY.id, reason="sopir menelepon", only_time=only_time)
        done = self.do(CITY, f"correct {step}", lambda unit, by: trips.correct(unit, row["id"], said, by=by))
        if isinstance(done, Refusal):
            back = STATE_OF[step] in json.loads(row["stamps"]) and row["state"] != "cleared" and not only_time
            may = back and ago_s == 0 and self.turned_at is None and done.code is not RefusalCode.NOTHING_CHANGED
            assert not may, f"{row['id']} is not put back from {row['state']} to {step}: {done}"
            return
        after = next(one["state"] for one in self.witness.read()["assignments"] if one["id"] == done)
        stays = only_time and STATE_OF[step] in json.loads(row["stamps"])
        if after != (row["state"] if stays else STATE_OF[step]):
            self.problems.append(f"{row['id']} was put right to {step} and is {after}")

    @rule(number=NUMBERS, to=st.none() | VEHICLES)
    @precondition(lambda self: self.live(*LOADED))
    def transfer(self, number: int, to: str | None) -> None:
        """Another vehicle is to take over whoever is aboard, at a place on the way."""
        row = self.pick(self.live(*LOADED), number)
        if row is None:
            return
        more: dict[str, Any] = {"of": row["id"], "vehicle_id": to, "reason": "ban bocor"}
        self.do(
            CITY,
            "transfer",
            lambda unit, by: transferring.transfer(unit, row["request_id"], EDITS["pickup"], by=by, **more),
        )

    @rule(number=NUMBERS, data=st.data())
    @precondition(lambda self: self.live())
    def queue(self, number: int, data: st.DataObject) -> None:
        """A phone without signal sends what was tapped late, out of order and more than once."""
        row = self.pick(self.live(), number)
        if row is None:
            return
        vehicle, clock, unit = row["vehicle_id"], self.town.clock, self.town.unit
        taps: list[tuple[StepCommand, Command]] = []
        for step in (Step.ACCEPT, *TRIP):
            self.seqs[vehicle] += 1
            self.keys += 1
            command = StepCommand(
                step=step,
                actor=DRIVERS[vehicle].id,
                source=StepSource.TAP,
                seq=self.seqs[vehicle],
                device_time=clock.now(),
            )
            taps.append((command, Command(actor=DRIVERS[vehicle], key=f"queue-{self.keys}", fingerprint=step)))
        self.turn(data.draw(st.sampled_from([0, 20, 200]), label="delay"))
        order = data.draw(st.permutations(range(len(taps))), label="order")
        cut = data.draw(st.integers(1, len(taps)), label="sent")
        acknowledged: set[int] = set()
        for number_sent in [*order[:cut], *order[:cut]]:
            command, by = taps[number_sent]
            before = self.witness.seen
            done = self.town.run(lambda command=command, by=by: trips.step(unit, row["id"], command, by=by))  # type: ignore[misc]
            if number_sent in acknowledged and (isinstance(done, Refusal) or self.witness.read() != before):
                self.problems.append(f"{command.step} of a queue was sent twice and gave {done}")
            if not isinstance(done, Refusal):
                acknowledged.add(number_sent)
            self.look()

    @rule(
        vehicle=VEHICLES,
        duty=st.sampled_from([Duty.AVAILABLE, Duty.OFF_DUTY, Duty.AVAILABLE, Duty.OUT_OF_SERVICE]),
        auto=st.sampled_from([None, None, True, False]),
        at_base=st.booleans(),
    )
    def duty(self, vehicle: str, duty: Duty, auto: bool | None, at_base: bool) -> None:
        what = f"{vehicle} {duty} auto {auto}"
        self.do(
            DRIVERS[vehicle],
            what,
            lambda unit, by: vehicles.set_duty(unit, vehicle, duty, at_base=at_base, auto_accept=auto, by=by),
        )

    # Operators, approvers, the ledger of promises.

    @rule(number=NUMBERS, yes=st.booleans(), own=st.booleans(), hearer=st.sampled_from([None, None, CITY, SITI]))
    @precondition(lambda self: any(row["state"] == "asked" for row in self.witness.seen["approvals"]))
    def approve(self, number: int, yes: bool, own: bool, hearer: Person | None) -> None:
        """The approver answers, or somebody has heard the answer by phone."""
        asked = self.pick([row for row in self.witness.seen["approvals"] if row["state"] == "asked"], number)
        if asked is None:
            return
        request, vehicle = asked["request_id"], asked["vehicle_id"]
        actor = hearer or self.approver_of(asked)
        heard = Heard(name="dr. Contoh", at=self.town.clock.now()) if hearer is not None else None

        def say(unit: Unit, by: Command) -> Awaitable[object]:
            said: dict[str, Any] = {"yes": yes, "vehicle_id": vehicle, "reason": "contoh", "by": by}
            if own and heard is None and asked["approver"] == "own_operator":
                return approving.answer_for_own(unit, request, **said)
            return approving.approve(unit, request, rule=asked["rule"], heard=heard, **said)

        done = self.do(actor, f"approve {yes}", say)
        assert done == request, done
        [kept] = [row for row in self.witness.read()["approvals"] if row["id"] == asked["id"]]
        if kept["answered_by"] != actor.id or (kept["heard_at"] is not None) != (hearer is not None):
            self.problems.append(f"{asked['id']} was answered by {kept['answered_by']}, heard {kept['heard_at']}")

    def approver_of(self, asked: Row) -> Person:
        """Whom it is asked of."""
        agency = COUNTY if FLEET[asked["vehicle_id"]][1] == COUNTY.agency else CITY
        return agency if asked["approver"] == "own_operator" else DINA

    @rule(number=NUMBERS)
    @precondition(lambda self: any(row["state"] in ("given", "refused") for row in self.witness.seen["approvals"]))
    def think_again(self, number: int) -> None:
        """The approver says otherwise: a yes is taken back, and nobody who is under way is let go for it at once."""
        answered = [row for row in self.witness.seen["approvals"] if row["state"] in ("given", "refused")]
        row = self.pick(answered, number)
        if row is None:
            return
        yes, vehicle, request = row["state"] == "refused", row["vehicle_id"], row["request_id"]
        rest = {"rule": row["rule"], "reason": "keliru"}
        done = self.do(
            self.approver_of(row),
            f"approve otherwise {yes}",
            lambda unit, by: approving.approve(unit, request, yes=yes, vehicle_id=vehicle, by=by, **rest),
        )
        trips = {one["id"]: one for one in self.witness.read()["assignments"] if one["vehicle_id"] == vehicle}
        for before in self.live():
            after = trips.get(before["id"])
            if after is None or before["request_id"] != request or before["slot"] < 0 or yes:
                continue
            same, refused = after["state"] == before["state"], isinstance(done, Refusal)
            carried = "transporting" in json.loads(before["stamps"])
            wrong = (carried and not refused) or (before["state"] != "offered" and not same)
            if wrong or (before["state"] == "offered" and same != refused):
                self.problems.append(f"{before['id']} was {before['state']}, its yes was taken back ({done}): {after}")

    @rule(
        number=NUMBERS, vehicle=VEHICLES, override=st.sampled_from([None, "PESANAN", "R19", "R21", "R17", "R22", "R04"])
    )
    @precondition(lambda self: self.open_requests())
    def assign(self, number: int, vehicle: str, override: str | None) -> None:
        row = self.pick(self.open_requests(), number)
        if row is not None:
            against = (override, "contoh") if override else None
            self.do(CITY, "assign", lambda unit, by: requests.assign(unit, row["id"], vehicle, override=against, by=by))

    def by_life(self) -> dict[str, bool]:
        """Whether a life is at stake in each open request."""
        return {row["id"]: json.loads(row["ask"])["urgency"] == "red" for row in self.open_requests()}

    @rule(number=NUMBERS, trip=NUMBERS, which=st.booleans())
    @precondition(lambda self: self.live() and len(self.open_requests()) < MOST_REQUESTS)
    def divert(self, number: int, trip: int, which: bool) -> None:
        """A life is at stake, and a vehicle of another request goes there, unless it carries somebody."""
        if not any(self.by_life().values()):
            self.receive("emergency", None)
            self.look()
        red = self.pick([row for row in self.open_requests() if self.by_life()[row["id"]]], number)
        lower = [row for row in self.live() if not self.by_life()[row["request_id"]]]
        held = self.pick([row for row in lower if row["vehicle_id"][0] in "AT"] or lower, trip)
        if red is not None and held is not None:
            words = {"of": held["request_id"], "reason": "henti napas"}
            vehicle = held["vehicle_id"] if which else None
            self.do(
                CITY, "divert", lambda unit, by: diverting.divert(unit, red["id"], vehicle_id=vehicle, by=by, **words)
            )

    def open_promises(self) -> list[Row]:
        return [row for row in self.witness.seen["promises"] if row["state"] == "open"]

    @rule(
        number=NUMBERS, outcome=st.sampled_from(list(CallOutcome)), told=st.sampled_from(["keluarga", "keluarga", ""])
    )
    @precondition(lambda self: self.open_promises())
    def call(self, number: int, outcome: CallOutcome, told: str) -> None:
        row = self.pick(self.open_promises(), number)
        if row is not None:
            words = {"told": told, "text": ""}
            done = self.do(CITY, "call", lambda unit, by: promises.log_call(unit, row["id"], outcome, **words, by=by))
            self.calls += not isinstance(done, Refusal)

    @rule(number=NUMBERS, outcome=st.sampled_from(CloseOutcome))
    @precondition(lambda self: self.witness.seen["promises"])
    def close_promise(self, number: int, outcome: CloseOutcome) -> None:
        row = self.pick(self.witness.seen["promises"], number)
        if row is not None:
            self.do(CITY, "close", lambda unit, by: promises.close(unit, row["id"], outcome, told="keluarga", by=by))

    @rule(number=NUMBERS)
    @precondition(lambda self: self.open_promises())
    def take_over(self, number: int) -> None:
        row = self.pick(self.open_promises(), number)
        if row is not None:
            self.do(CITY, "take", lambda unit, by: promises.take_over(unit, row["id"], by=by))

    @rule(to=st.sampled_from(["operator", "oka", "opi", "nobody-of-here"]))
    @precondition(lambda self: self.open_promises())
    def hand_over(self, to: str) -> None:
        self.do(CITY, "hand over", lambda unit, by: promises.hand_over(unit, to, by=by))

    @rule(count=st.integers(1, 3))
    @precondition(lambda self: self.documents())
    def stock_came(self, count: int) -> None:
        came: dict[str, Any] = {"facility": None, "count": count}
        self.do(SITI, "stock", lambda unit, by: promises.stock_came(unit, "blanko-ktp", **came, by=by))

    @rule(number=NUMBERS)
    @precondition(lambda self: self.documents())
    def deliver(self, number: int) -> None:
        row = self.pick(self.documents(), number)
        if row is not None:
            self.do(SITI, "deliver", lambda unit, by: promises.deliver(unit, row["id"], DELIVERED_TO, by=by))

    # Time, positions and the machine itself.

    @rule(seconds=st.sampled_from([1, 11, 31, 101, 301, 900]))
    def time_passes(self, seconds: int) -> None:
        self.turn(seconds)

    @rule(timers=st.integers(1, 3))
    def to_the_next_timers(self, timers: int) -> None:
        for _ in range(timers):
            next_at = min(self.witness.seen.due().values(), default=None)
            if next_at is not None:
                self.turn(max(0.0, (next_at - self.town.clock.now()).total_seconds()))

    @rule(vehicle=VEHICLES, minutes=st.sampled_from([None, 2.0, 7.0, 16.0, 40.0]))
    def roads_change(self, vehicle: str, minutes: float | None) -> None:
        """A vehicle is nearer or farther now, or cannot be reached, and reports it after driving for a while."""
        self.turn(MOVED_AGAIN.total_seconds())
        if minutes is None:
            self.town.roads.minutes.pop(vehicle, None)
        else:
            self.town.roads.minutes[vehicle] = minutes
        self.town.move(vehicle)
        self._run_timers()

    @rule(vehicle=VEHICLES, silent=st.booleans())
    def signal(self, vehicle: str, silent: bool) -> None:
        """A phone loses its signal, and its position becomes old."""
        (self.town.silent.add if silent else self.town.silent.discard)(vehicle)

    @rule(what=st.sampled_from([*["restart", "back", "on"] * 3, "an hour"]))
    def something_rare(self, what: str) -> None:
        """A restart, an hour, or somebody sets the machine's clock: no timer in between is lost, none runs twice."""
        if what == "restart":
            self.town.restart()
        elif what == "an hour":
            self.turn(3600)
        else:
            self.town.clock.turn(3600 if what == "on" else -3600)
            self.turned_at = self.town.clock.now()
            self._run_timers()
