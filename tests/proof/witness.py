"""Reads the database by plain SQL, never through the code under test, and says which of the five promises is broken."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.proof.standing import (
    ENDS,
    LEFT,
    LIVE,
    ON_TRIP,
    Row,
    State,
    at_of,
    blocks,
    judge_approvals,
    judge_bookings,
    judge_deaths,
    judge_promises,
    judge_requests,
    judge_timers,
    vehicles_of,
)

# Written down again from product.md and sop.md, so that a slip in the code's own tables is seen.
NEXT = {
    "offered": {"accepted", "declined", "expired", "withdrawn"},
    "accepted": {"en_route", "stood_down"},
    "en_route": {"on_scene", "stood_down"},
    "on_scene": {"transporting", "cleared", "stood_down", "en_route"},  # on to another place, by the desk
    "transporting": {"at_destination", "stood_down"},
    "at_destination": {"cleared", "stood_down", "transporting"},
    "expired": {"accepted"},  # a late yes
}
BACK = {
    ("en_route", "accepted"),
    ("on_scene", "en_route"),
    ("transporting", "on_scene"),
    ("at_destination", "transporting"),
    ("cleared", "at_destination"),
    ("cleared", "on_scene"),
}
ANSWER_S = {"red": 30, "yellow": 90, "green": 90}
BOOKED_S, UNDELIVERED_S = 600, 10
LEAD = timedelta(hours=1)
LEFT_ALONE = timedelta(minutes=10)
NOT_AGAIN = timedelta(minutes=20)
REFUSALS_TO_OPERATOR = 5
UNDO_WITHIN = timedelta(seconds=10)
DRIVEN = {"accepted", *ON_TRIP, "cleared"}
_TABLES = (
    *("requests", "contacts", "assignments", "approvals", "promises", "promise_calls", "deaths", "due", "vehicles"),
    "incidents",
)
NOBODY_THERE = timedelta(minutes=5)
SOONER_S = 300


@dataclass
class _Told:
    """What the journal's new entries add up to."""

    fired: Counter[tuple[str, str]] = field(default_factory=Counter)
    owed: Counter[str] = field(default_factory=Counter)
    to_operator: Counter[str] = field(default_factory=Counter)


class Witness:
    """Looks after every step; remembers what it saw, so that whatever changes must have a reason in the journal."""

    def __init__(self, path: Path, *, from_the_beginning: bool = False) -> None:
        self._raw = sqlite3.connect(path)
        self._raw.row_factory = sqlite3.Row
        self.seen = self.read()
        self._step_by_step = not from_the_beginning
        self._journal, self._decisions, _ = (0, 0, 0) if from_the_beginning else self.seen.grown
        self._states: dict[str, str] = {}  # of each assignment, by the journal alone
        self._trails: dict[str, list[str]] = {}  # the states that it has come through and were not taken back
        self._corrected: dict[str, dict[str, datetime]] = {}  # the times that an operator has put right
        self._slots: dict[str, int] = {}  # as each was offered
        self._expires: dict[str, datetime] = {}
        self._delivered: set[str] = set()
        self._offered_at: dict[str, datetime] = {}
        self._left: dict[tuple[str, str], datetime] = {}  # when a vehicle left a request, otherwise than by silence
        self._noticed: Counter[tuple[str, str]] = Counter()
        self._nobody: dict[str, tuple[str, datetime]] = {}  # where nobody was found, until somebody has rung
        self._not_found: dict[str, str] = {}  # the request of each trip on which nobody was found at its place
        self._taken: set[tuple[str, str]] = set()  # which request lost which vehicle on its way
        self._silent: dict[str, tuple[str, str, datetime]] = {}  # the offers that nobody answered, not even late
        self._freed_at: dict[str, datetime] = {}  # when a vehicle was last taken from a trip, or left it
        self._asked_for: dict[str, list[tuple[str, datetime]]] = {}  # by vehicle, the requests that it was asked for
        self._declined: dict[str, datetime] = {}  # until when a vehicle is left alone
        self._refusals: dict[str, set[str]] = {}  # of each request, the offers refused and not taken late
        self._stepped_at: dict[str, datetime] = {}
        self._kept_back: dict[str, str] = {}  # the duty of a vehicle that broke down or has to be cleaned
        self._unclean: set[str] = set()  # vehicles that have to be cleaned before they are free, whatever happens
        self._grouped_in: dict[str, str] = {}  # the incident of each request that is in one
        self._incidents: dict[str, bool] = {}  # whether each can still take requests
        self._told_decisions: list[int] = []  # those that the journal's new entries name
        self._last_decision: dict[str, int] = {}  # by request
        self._now: list[datetime] = []

    def close(self) -> None:
        """End the connection."""
        self._raw.close()

    def read(self) -> State:
        """What stands now, of one moment."""
        raw = self._raw
        raw.execute("BEGIN")
        try:
            tables = {name: [dict(row) for row in raw.execute(f"SELECT * FROM {name}")] for name in _TABLES}
            counted = "SELECT (SELECT max(seq) FROM journal), (SELECT max(id) FROM decisions), count(*) FROM answers"
            journal, decisions, answers = raw.execute(counted).fetchone()
        finally:
            raw.execute("COMMIT")
        return State(tables, (journal or 0, decisions or 0, answers))

    def look(self, now: datetime) -> list[str]:
        """Everything that is wrong now; nothing if the promises hold."""
        self._now.append(now)
        before, self.seen = self.seen, self.read()
        found = [*self._journal_since(before, now), *self._decisions_since()]
        latest = max(self._now)
        found += [*judge_requests(self.seen, self._ends(), latest), *judge_promises(self.seen, latest)]
        found += [*judge_approvals(self.seen, latest), *judge_timers(self.seen), *judge_deaths(self.seen)]
        found += [*self._assignments(), *self._vehicles(), *self._groups()]
        found += judge_bookings(self.seen, now)
        return found

    def overdue(self, now: datetime) -> list[str]:
        """Timers that are due and were not carried out."""
        return [f"timer {key} of {at} was not carried out" for key, at in self.seen.due().items() if at <= now]

    def treats(self, row: Row) -> bool:
        """Whether a trip may be over on the scene: somebody was treated or died there, or another vehicle is meant."""
        asked = next(json.loads(one["ask"]) for one in self.seen["requests"] if one["id"] == row["request_id"])
        died = any(one["assignment_id"] == row["id"] and one["state"] == "confirmed" for one in self.seen["deaths"])
        return row["slot"] < 0 or died or (asked["need"] == "emergency" and row["id"] not in self._not_found)

    def stays(self, row: Row, now: datetime) -> bool:
        """Whether the vehicle of this assignment waits where its crew found nobody."""
        _, since = self._nobody.get(row["id"], ("", now - NOBODY_THERE))
        return row["state"] == "on_scene" and now < since + NOBODY_THERE

    # Promise 4: the journal only grows, without a gap, and all that stands follows from it.

    def _journal_since(self, before: State, now: datetime) -> Iterator[str]:
        rows = [
            dict(r) for r in self._raw.execute("SELECT * FROM journal WHERE seq > ? ORDER BY seq", (self._journal,))
        ]
        if [row["seq"] for row in rows] != list(range(self._journal + 1, self._journal + len(rows) + 1)):
            yield f"the journal has a gap after {self._journal}"
        if self.seen.grown[0] != self._journal + len(rows):
            yield "the journal has become shorter"
        self._journal += len(rows)
        urgency = {row["id"]: json.loads(row["ask"]) for row in self.seen["requests"]}
        told = _Told()
        was_due, promises = before.due(), {p["request_id"]: p for p in before["promises"] if p["state"] == "open"}
        asked = {_question(row): row["id"] for row in self.seen["approvals"]}  # of equal ones the newest
        refused = {(a["request_id"], a["vehicle_id"]) for a in self.seen["approvals"] if a["state"] == "refused"}
        for row in rows:
            facts, at, request = json.loads(row["facts"]), at_of(row["at"]), row["request_id"]
            timer = _timer_of(row, facts, promises)
            if row["kind"] == "approval_reminded":
                timer = ("approver_silent", asked[_question({**row, **facts})])
            if row["kind"] == "offer_made" and row["actor"] == "desk" and (request, row["vehicle_id"]) in refused:
                yield f"{row['vehicle_id']} is offered {request}, and its approver has said no"
            if timer is not None:
                told.fired[row["kind"], timer[1]] += 1
                if self._step_by_step and timer in was_due and was_due[timer] > at:
                    yield f"{row['kind']} of {timer} came {was_due[timer] - at} early"
            yield from self._entry(row, facts, at, urgency.get(request, {}), told)
            if "incident" in facts:
                yield from self._grouped(row["kind"], request, facts["incident"])
        if self._step_by_step:
            yield from (f"{kind} of {name} came twice at once" for (kind, name), n in told.fired.items() if n > 1)
        open_now = {row["id"] for row in self.seen["requests"] if row["state"] not in ENDS}
        for request, times in told.owed.items():
            if told.to_operator[request] != times and request in open_now - self._solved():
                yield f"{request} had {len(self._refusals[request])} refusals and the operator was not told"

    def _solved(self) -> set[str]:
        """Those for which every vehicle that is needed has said yes: who declines or is silent is not missed there."""
        goes: dict[str, set[int]] = defaultdict(set)
        for row in self.seen["assignments"]:
            if row["state"] in LIVE - {"offered"} or row["state"] == "cleared":
                goes[row["request_id"]].add(row["slot"])
        return {row["id"] for row in self.seen["requests"] if set(range(row["wanted"])) <= goes[row["id"]]}

    def _entry(
        self, row: Row, facts: Mapping[str, Any], at: datetime, asked: Mapping[str, Any], told: "_Told"
    ) -> Iterator[str]:
        kind, request = row["kind"], row["request_id"]
        if kind == "offer_made":
            yield from self._offered(row, facts, at, asked)
        elif kind == "request_changed" and row["actor"] != "desk":
            self._changed(row, facts, at, asked)
        elif kind == "offer_delivered":
            self._delivered.add(row["assignment_id"])
            until = self._expires[row["assignment_id"]]
            self._expires[row["assignment_id"]] = min(
                until, at + timedelta(seconds=_answer_s(asked, self._offered_at[row["assignment_id"]]))
            )
        elif kind == "request_changed" and "pickup" in facts["changed"]:
            self._answer_nobody(request)
            self._not_found = {trip: of for trip, of in self._not_found.items() if of != request}
        elif kind in ("trip_noticed", "promise_called", "death_answered"):
            yield from self._reported(row, facts, at)
        elif row["assignment_id"] is not None and "state" in facts:
            if self._leaves_early(row, facts, at):
                yield f"{row['assignment_id']} left where nobody was found and nobody had rung"
            yield from self._stepped(row, facts, at, asked)
            refusals = self._refusals.setdefault(request, set())
            refused = facts["state"] in ("declined", "expired")
            (refusals.add if refused else refusals.discard)(row["assignment_id"])
            if refused and kind != "step_undone":
                told.owed[request] += len(refusals) % REFUSALS_TO_OPERATOR == 0
        elif kind == "duty_changed":
            yield from self._on_duty(row["vehicle_id"], facts["duty"])
        elif kind == "escalated":
            told.to_operator[request] += facts["why"] == "refused_often"
        else:
            yield from self._searched(row, facts, asked)

    def _on_duty(self, vehicle: str, duty: str) -> Iterator[str]:
        was = self._kept_back.pop(vehicle, None)
        if duty == "cleaning":
            self._kept_back[vehicle] = duty
        elif duty == "out_of_service":
            self._broke(vehicle)
        elif duty == "available":
            if vehicle in self._unclean and was != "cleaning":
                yield f"{vehicle} is free and was not cleaned"
            self._unclean.discard(vehicle)
            self._declined.pop(vehicle, None)

    def _broke(self, vehicle: str) -> None:
        """To break down is no refusal, and ends what was one just before; not of who was asked for others since."""

        def stays(request: str, of: str, since: datetime) -> bool:
            return of != vehicle or any(one != request and at > since for one, at in self._asked_for.get(vehicle, ()))

        self._left = {of: since for of, since in self._left.items() if stays(*of, since)}
        self._silent = {one: of for one, of in self._silent.items() if stays(*of)}

    def _searched(self, row: Row, facts: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
        """What a search came to, and who is told of it."""
        kind, request = row["kind"], row["request_id"]
        if kind in ("diverted", "vehicle_proposed"):
            yield from self._sooner(row, facts, asked)
        elif kind == "notice_asked" and not facts["rule"]:
            yield f"{request}: {facts['whom']} is to be told and no rule says so"
        elif kind == "decision_made":
            yield from self._decided(request, facts)

    def _sooner(self, row: Row, facts: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
        """A vehicle is proposed for a red, or diverted to it: from a lower one, where it is not yet, and never back."""
        vehicle, request, trip = row["vehicle_id"], row["request_id"], facts["trip"]
        what = f"{vehicle}, {row['kind']} for {request}"
        if asked["urgency"] != "red":
            yield f"{what}, which is no red"
        if facts["without_s"] is not None and facts["without_s"] - facts["eta_s"] < SOONER_S:
            yield f"{what}, is there in {facts['eta_s']} s, without it somebody in {facts['without_s']} s"
        if trip is None:
            return
        [lower] = [json.loads(one["ask"]) for one in self.seen["requests"] if one["id"] == facts["taken_from"]]
        if lower["urgency"] == "red":
            yield f"{what}, was on its way to another red"
        came = [state for state in self._trails[trip] if state in DRIVEN]
        if (came or ["accepted"])[-1] not in ("accepted", "en_route"):
            yield f"{what}, had come as far as {came}"
        if (request, vehicle) in self._taken:
            yield f"{what}, was taken away from it before"
        state = self._states[trip]
        if (state == "stood_down") is not (row["kind"] == "diverted"):
            yield f"{what}, and its trip is {state}"

    def _decided(self, request: str, facts: Mapping[str, Any]) -> Iterator[str]:
        number = facts["decision_id"]
        if not facts["again"]:
            self._told_decisions.append(number)
            self._last_decision[request] = number
        elif facts["chosen"] or number != self._last_decision.get(request):
            yield f"{request} was searched again, and decision {number} stands for it"

    def _reported(self, row: Row, facts: Mapping[str, Any], at: datetime) -> Iterator[str]:
        """What a crew or the desk noticed of a trip, and what answers it."""
        trip, request = row["assignment_id"], row["request_id"]
        if row["kind"] == "promise_called":
            self._answer_nobody(request)
        elif row["kind"] == "death_answered":
            self._noticed.pop((trip, "patient_died"), None)  # the crew may report it again
        else:
            self._noticed[trip, facts["what"]] += 1
            if self._noticed[trip, facts["what"]] > 1:
                yield f"the operator is told again that {trip} is {facts['what']}"
            if facts["what"] == "nobody_there":
                self._nobody[trip] = request, at
                self._not_found[trip] = request

    def _answer_nobody(self, request: str) -> None:
        """Somebody has rung, or the place is another one: a crew that finds nobody may say so again."""
        for trip in [name for name, one in self._nobody.items() if one[0] == request]:
            del self._nobody[trip]
            self._noticed.pop((trip, "nobody_there"), None)

    def _changed(self, row: Row, facts: Mapping[str, Any], at: datetime, asked: Mapping[str, Any]) -> None:
        """What still rings lasts no longer than what is offered now; who is ahead since, and who is no longer."""
        for trip in self.seen["assignments"]:
            name = trip["id"]
            if trip["request_id"] != row["request_id"] or name not in self._states:
                continue
            if self._states[name] == "offered" and trip["state"] != "withdrawn":
                lasts_s = _answer_s(asked, at) + (0 if name in self._delivered else UNDELIVERED_S)
                self._expires[name] = min(self._expires[name], at + timedelta(seconds=lasts_s))
            if name in facts["ahead"]:
                self._slots[name] = -1
            elif self._slots[name] == -1:
                self._slots[name] = trip["slot"]

    def _offered(self, row: Row, facts: Mapping[str, Any], at: datetime, asked: Mapping[str, Any]) -> Iterator[str]:
        name, vehicle, request = row["assignment_id"], row["vehicle_id"], row["request_id"]
        self._states[name] = "offered"
        self._trails[name] = ["offered"]
        self._slots[name] = facts["slot"]
        self._offered_at[name] = at
        self._asked_for.setdefault(vehicle, []).append((request, at))
        self._expires[name] = at_of(facts["expires_at"])
        lasts = self._expires[name] - at
        if lasts != timedelta(seconds=_answer_s(asked, at) + UNDELIVERED_S):
            yield f"the offer {name} lasts {lasts}"
        if row["actor"] != "desk":
            return  # an operator may ask whoever left before
        left = [self._left[request, vehicle]] if (request, vehicle) in self._left else []
        if asked.get("urgency") != "red":  # for a red, silence is no refusal
            left += [since for *of, since in self._silent.values() if of == [request, vehicle]]
        if left and max(left) > at - NOT_AGAIN:
            yield f"{vehicle} left {request} at {max(left)} and is asked again at {at}"
        if vehicle in self._declined and self._declined[vehicle] > at:
            yield f"{vehicle} declined and is not left alone at {at}"

    # A request is in one incident at most.

    def _grouped(self, kind: str, request: str | None, incident: str) -> Iterator[str]:
        if kind == "incident_opened":
            self._incidents[incident] = True
        elif kind == "incident_closed":
            self._incidents[incident] = False
        elif kind == "incident_joined":
            was = self._grouped_in.get(request or "")
            if was is not None or not self._incidents.get(incident):
                yield f"{request} of {was} joins {incident}"
            self._grouped_in[request or ""] = incident
        elif self._grouped_in.pop(request or "", None) != incident:
            yield f"{request} leaves {incident} and was not in it"

    def _groups(self) -> Iterator[str]:
        """What stands is what the journal says."""
        held = {row["id"]: row["incident"] for row in self.seen["requests"] if row["incident"] is not None}
        if held != self._grouped_in:
            yield f"the requests are in {held}, by the journal in {self._grouped_in}"
        open_ones = {row["id"]: row["closed_at"] is None for row in self.seen["incidents"]}
        if open_ones != self._incidents:
            yield f"the incidents are {open_ones}, by the journal {self._incidents}"

    def _keep_back(self, row: Row, kind: str, state: str, before: str | None, *, infectious: bool) -> None:
        """The vehicle broke down, or has to be cleaned, or neither after all."""
        vehicle, carried = row["vehicle_id"], "transporting" in self._trails[row["assignment_id"]]
        if kind == "problem_reported":
            self._kept_back[vehicle] = "out_of_service"
            self._unclean |= {vehicle} if carried and infectious else set()
        elif state == "cleared" != before and infectious:
            self._kept_back[vehicle] = "cleaning"
            self._unclean.add(vehicle)
        elif kind == "step_undone" or (kind == "step_corrected" and before == "cleared"):
            self._kept_back.pop(vehicle, None)
            self._unclean.discard(vehicle)

    def _stepped(self, row: Row, facts: Mapping[str, Any], at: datetime, asked: Mapping[str, Any]) -> Iterator[str]:
        name, kind, state = row["assignment_id"], row["kind"], facts["state"]
        before = self._states.get(name)
        legal = self._goes(name, kind, facts)
        if not legal or (before == "transporting" and kind == "stood_down"):  # who carries somebody is never freed
            yield f"{name} went from {before} to {state} ({kind})"
        self._states[name] = state
        self._keep_corrected(name, kind, facts)
        if kind == "step_undone" and facts["undone"] != before:
            yield f"{name} was undone from {facts['undone']} and was {before}"
        if kind == "step_undone" and at - self._stepped_at[name] > UNDO_WITHIN:
            yield f"{name} was undone {at - self._stepped_at[name]} after its step"
        self._stepped_at[name] = at
        self._keep_back(row, kind, state, before, infectious=asked["patient"]["infectious"])
        if kind == "offer_expired" and at < self._expires[name]:
            yield f"{name} expired {self._expires[name] - at} early"
        of = (row["request_id"], row["vehicle_id"])
        self._silent.pop(name, None)
        if state == "stood_down":
            self._taken.add(of)
            self._freed_at[row["vehicle_id"]] = at
        if state == "expired":
            self._silent[name] = (*of, at)
        elif kind == "problem_reported":
            self._broke(row["vehicle_id"])
        elif state in LEFT and facts.get("cause") is None:  # whom the desk called back counts as not asked
            self._left[of] = at
        # Who was diverted for a red and declines it has not declined the request that it was on its way to.
        if state == "declined" and self._freed_at.get(row["vehicle_id"]) != self._offered_at[name]:
            self._declined[row["vehicle_id"]] = at + LEFT_ALONE

    def _goes(self, name: str, kind: str, facts: Mapping[str, Any]) -> bool:
        """Whether a trip may come into this state from the one that it is in."""
        trail, before, state = self._trails[name], self._states.get(name) or "", facts["state"]
        ahead = state in NEXT.get(before, ())
        if kind == "step_undone":
            trail.pop()
            return (before, state) in BACK and trail[-1:] == [state]
        if kind != "step_corrected":
            if state in trail:  # the place where it stood is another one
                trail[:] = trail[: trail.index(state)]
                ahead = ahead and facts["source"] == "desk"
            trail.append(state)
            return ahead
        known = facts["was"] == before and facts["corrected"] in (state, *trail)
        if state in trail:
            trail[:] = trail[: trail.index(state) + 1]
            return known
        trail.append(state)
        return known and ahead and state not in LEFT and facts["corrected"] == state

    def _keep_corrected(self, name: str, kind: str, facts: Mapping[str, Any]) -> None:
        """Since when a trip is in a state, where an operator put that right."""
        corrected = self._corrected.setdefault(name, {})
        if kind == "step_corrected":
            corrected[facts["corrected"]] = at_of(facts["since"])
        elif kind != "step_undone":
            corrected.pop(facts["state"], None)
        for left in corrected.keys() - set(self._trails[name]):
            del corrected[left]

    def _leaves_early(self, row: Row, facts: Mapping[str, Any], at: datetime) -> bool:
        """Whether a person lets a vehicle leave that has to wait; one that breaks down leaves as it must."""
        leaves = facts.get("state") in ("cleared", "stood_down") and facts["source"] != "desk"
        name = row["assignment_id"]
        waits = self.stays({"id": name, "state": self._states.get(name)}, at)
        return leaves and waits and row["kind"] != "problem_reported"

    # Promise 2: every vehicle that was considered has its verdict, and whoever may not go has a written reason.

    def _decisions_since(self) -> Iterator[str]:
        fleet = {row["id"] for row in self.seen["vehicles"]}
        query = "SELECT * FROM decisions WHERE id > ? ORDER BY id"
        for row in self._raw.execute(query, (self._decisions,)).fetchall():
            self._decisions = row["id"]
            if self._told_decisions[:1] != [row["id"]]:
                yield f"decision {row['id']} was made and the journal says {self._told_decisions}"
            self._told_decisions = self._told_decisions[1:]
            decision = json.loads(row["decision"])
            listed = {one["vehicle_id"]: one for one in decision["candidates"]}
            if listed.keys() != fleet or decision["considered"] != len(fleet):
                yield f"decision {row['id']} considered {sorted(listed)}"
            for name, one in listed.items():
                objections = {finding["rule"] for finding in one["findings"] if blocks(finding)}
                if one["eligible"] is not (not objections) or objections != set(one["blocking"]):
                    yield f"decision {row['id']} blocks {name} by {one['blocking']}, its findings by {objections}"
                if not one["eligible"] and not objections:
                    yield f"decision {row['id']} passes {name} over without a reason"
                if one["eligible"] and one["blocking"]:
                    yield f"decision {row['id']} lets {name} go against {one['blocking']}"
                if not one["findings"]:
                    yield f"decision {row['id']} has no finding on {name}"
            if not (decision["chosen"] or decision["asks"] or decision.get("why") or decision.get("search_at")):
                yield f"decision {row['id']} does nothing"
            if row["facts"] is None or vehicles_of(row["facts"]) != fleet:
                yield f"decision {row['id']} has lost its facts"

    def _ends(self) -> dict[str, dict[str, Any]]:
        """What the journal says of each request's last end."""
        query = "SELECT request_id, facts FROM journal WHERE kind = 'request_ended' ORDER BY seq"
        return {row["request_id"]: json.loads(row["facts"]) for row in self._raw.execute(query)}

    # Promise 3: one live assignment a vehicle and a slot; what it stands in is what the journal says.

    def _assignments(self) -> Iterator[str]:
        due, live = self.seen.due(), [row for row in self.seen["assignments"] if row["state"] in LIVE]
        for key in ("vehicle_id", "request_id"):
            counted = Counter((row[key], row["slot"] if key == "request_id" else None) for row in live)
            yield from (f"{of} has {n} live assignments" for of, n in counted.items() if n > 1)
        for row in self.seen["assignments"]:
            if row["state"] != self._states.get(row["id"]):
                yield f"{row['id']} is {row['state']}, by the journal {self._states.get(row['id'])}"
            timer, offered = due.get(("offer_expires", row["id"])), row["state"] == "offered"
            if at_of(row["expires_at"]) != self._expires.get(row["id"]):
                yield f"{row['id']} expires at {row['expires_at']}, by the journal {self._expires.get(row['id'])}"
            if offered != (timer is not None) or (timer is not None and timer != at_of(row["expires_at"])):
                yield f"{row['id']} is {row['state']} until {row['expires_at']} with a timer at {timer}"
            yield from self._stamped(row)
        if self._states.keys() != {row["id"] for row in self.seen["assignments"]}:
            yield "an assignment of the journal is lost"

    def _stamped(self, row: Row) -> Iterator[str]:
        """Its stamps are those of the states that it came through, at the times that were put right."""
        name, stamps = row["id"], json.loads(row["stamps"])
        trail = {state for state in self._trails[name] if state in DRIVEN}
        if row["state"] not in ("offered", *stamps) or trail != {state for state in stamps if state in DRIVEN}:
            yield f"{name} is {row['state']} with the stamps of {sorted(stamps)}, by the journal {sorted(trail)}"
        for state, at in self._corrected.get(name, {}).items():
            if state in stamps and at_of(stamps[state][0]) != at:
                yield f"{name} is {state} since {stamps[state][0]} and was put right to {at}"
        if self._slots[name] == -1 and row["slot"] == 0 and "transporting" not in stamps:
            yield f"{name} went ahead, carries nobody and has the place of the one behind"

    def _vehicles(self) -> Iterator[str]:
        due, on = self.seen.due(), {a["vehicle_id"]: a["state"] for a in self.seen["assignments"] if a["state"] in LIVE}
        for row in self.seen["vehicles"]:
            name, duty, state = row["id"], row["duty"], on.get(row["id"])
            must = {None: duty != "committed", "offered": duty == "available"}.get(state, duty == "committed")
            if not must:
                yield f"{name} is {duty} with an assignment that is {state}"
            if name in self._kept_back and duty != self._kept_back[name]:
                yield f"{name} is {duty} and must be {self._kept_back[name]}"
            on_duty = duty != "off_duty"
            if on_duty != (row["on_duty_since"] is not None) or on_duty != (("shift_ends", name) in due):
                ends = due.get(("shift_ends", name))
                yield f"{name} is {duty} since {row['on_duty_since']} with a shift's end at {ends}"


def _question(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What is asked of whom, by the row or the entry of it."""
    return tuple(row[name] for name in ("request_id", "vehicle_id", "rule", "approver"))


def _answer_s(asked: Mapping[str, Any], at: datetime) -> int:
    if asked["urgency"] == "red":
        return ANSWER_S["red"]
    return BOOKED_S if asked["schedule_at"] and at < at_of(asked["schedule_at"]) else ANSWER_S[asked["urgency"]]


def _timer_of(row: Row, facts: Mapping[str, Any], promises: Mapping[str, Row]) -> tuple[str, str] | None:
    """The timer that only can have written this entry."""
    kind = row["kind"]
    if kind == "offer_expired":
        return "offer_expires", row["assignment_id"]
    if kind == "escalated" and facts["why"] == "searching_long":
        return "search_long", row["request_id"]
    if kind in ("promise_reminded", "promise_overdue") and row["request_id"] in promises:
        return "promise_due", promises[row["request_id"]]["id"]
    if kind == "duty_changed" and row["actor"] == "desk":
        return "shift_ends", row["vehicle_id"]
    return None
