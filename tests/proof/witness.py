"""Reads the database by plain SQL, never through the code under test, and says which of the five promises is broken."""

import json
import sqlite3
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
ENDS = {"completed", "cancelled_by_requester", "duplicate", "unfounded"}
ON_TRIP = {"en_route", "on_scene", "transporting", "at_destination"}
LIVE = {"offered", "accepted", *ON_TRIP}
LEFT = {"declined", "expired", "stood_down"}
# Written down again from product.md and sop.md, so that a slip in the code's own tables is seen.
NEXT = {
    "offered": {"accepted", "declined", "expired", "withdrawn"},
    "accepted": {"en_route", "stood_down"},
    "en_route": {"on_scene", "stood_down"},
    "on_scene": {"transporting", "cleared", "stood_down"},
    "transporting": {"at_destination", "stood_down"},
    "at_destination": {"cleared", "stood_down"},
}
BACK = {
    ("en_route", "accepted"),
    ("on_scene", "en_route"),
    ("transporting", "on_scene"),
    ("at_destination", "transporting"),
    ("cleared", "at_destination"),
    ("cleared", "on_scene"),
}
RETRY_WITHIN = timedelta(minutes=5)
ANSWER_S = {"red": 30, "yellow": 90, "green": 90}
BOOKED_S, UNDELIVERED_S = 600, 10
LEAD = timedelta(hours=1)
LEFT_ALONE = timedelta(minutes=10)
NOT_AGAIN = timedelta(minutes=20)
REFUSALS_TO_OPERATOR = 5
UNDO_WITHIN = timedelta(seconds=10)
_TABLES = ("requests", "contacts", "assignments", "approvals", "promises", "promise_calls", "due", "vehicles")


def at_of(text: str) -> datetime:
    """A time of a row."""
    return datetime.fromisoformat(text)


@dataclass
class State:
    """All that stands at one moment, as rows, and how far the growing tables have come."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    grown: tuple[int, int, int] = (0, 0, 0)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def due(self) -> dict[tuple[str, str], datetime]:
        """The timers."""
        return {(row["kind"], row["subject"]): at_of(row["at"]) for row in self["due"]}

    def of(self, table: str) -> dict[str, list[Row]]:
        """Rows by request."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self[table]:
            found[row["request_id"]].append(row)
        return found


class Witness:
    """Looks after every step; remembers what it saw, so that whatever changes must have a reason in the journal."""

    def __init__(self, path: Path, *, from_the_beginning: bool = False) -> None:
        self._raw = sqlite3.connect(path)
        self._raw.row_factory = sqlite3.Row
        self.seen = self.read()
        self._step_by_step = not from_the_beginning
        self._journal, self._decisions, _ = (0, 0, 0) if from_the_beginning else self.seen.grown
        self._states: dict[str, str] = {}  # of each assignment, by the journal alone
        self._expires: dict[str, datetime] = {}
        self._left: dict[tuple[str, str], datetime] = {}  # when a vehicle left a request
        self._declined: dict[str, datetime] = {}  # until when a vehicle is left alone
        self._refusals: Counter[str] = Counter()
        self._stepped_at: dict[str, datetime] = {}
        self._kept_back: dict[str, str] = {}  # the duty of a vehicle that broke down or has to be cleaned
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
        found += [*self._requests(), *self._assignments(), *self._promises(), *self._timers(), *self._vehicles()]
        return found

    def overdue(self, now: datetime) -> list[str]:
        """Timers that are due and were not carried out."""
        return [f"timer {key} of {at} was not carried out" for key, at in self.seen.due().items() if at <= now]

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
        fired: Counter[tuple[str, str]] = Counter()
        to_operator: Counter[str] = Counter()
        owed: list[str] = []
        was_due, promises = before.due(), {p["request_id"]: p for p in before["promises"] if p["state"] == "open"}
        for row in rows:
            facts, at, kind, request = json.loads(row["facts"]), at_of(row["at"]), row["kind"], row["request_id"]
            timer = _timer_of(row, facts, promises)
            if timer is not None:
                fired[kind, timer[1]] += 1
                if timer in was_due and was_due[timer] > at:
                    yield f"{kind} of {timer} came {was_due[timer] - at} early"
            if kind == "offer_made":
                yield from self._offered(row, facts, at, urgency[request])
            elif kind == "offer_delivered":
                until = self._expires[row["assignment_id"]]
                self._expires[row["assignment_id"]] = min(until, at + timedelta(seconds=_answer_s(urgency[request])))
            elif row["assignment_id"] is not None:
                yield from self._stepped(row, facts, at, urgency[request])
                if kind in ("offer_declined", "offer_expired"):
                    self._refusals[request] += 1
                    if self._refusals[request] % REFUSALS_TO_OPERATOR == 0:
                        owed.append(request)
            elif kind == "duty_changed":
                self._kept_back.pop(row["vehicle_id"], None)
                if facts["duty"] == "available":
                    self._declined.pop(row["vehicle_id"], None)
            if kind == "escalated" and facts["why"] == "refused_often":
                to_operator[request] += 1
        if self._step_by_step:
            yield from (f"{kind} of {subject} came twice at once" for (kind, subject), n in fired.items() if n > 1)
        open_now = {row["id"] for row in self.seen["requests"] if row["state"] not in ENDS}
        for request, times in Counter(owed).items():
            if to_operator[request] != times and request in open_now:
                yield f"{request} had {self._refusals[request]} refusals and the operator was not told"

    def _offered(self, row: Row, facts: Mapping[str, Any], at: datetime, asked: Mapping[str, Any]) -> Iterator[str]:
        name, vehicle, request = row["assignment_id"], row["vehicle_id"], row["request_id"]
        self._states[name] = "offered"
        self._expires[name] = at_of(facts["expires_at"])
        lasts = self._expires[name] - at
        if lasts != timedelta(seconds=_answer_s(asked) + UNDELIVERED_S):
            yield f"the offer {name} lasts {lasts}"
        if row["actor"] != "desk":
            return  # an operator may ask whoever left before
        left = self._left.get((request, vehicle))
        if left is not None and left > at - NOT_AGAIN:
            yield f"{vehicle} left {request} at {left} and is asked again at {at}"
        if vehicle in self._declined and self._declined[vehicle] > at:
            yield f"{vehicle} declined and is not left alone at {at}"

    def _stepped(self, row: Row, facts: Mapping[str, Any], at: datetime, asked: Mapping[str, Any]) -> Iterator[str]:
        name, kind, state = row["assignment_id"], row["kind"], facts["state"]
        before = self._states.get(name)
        legal = (before, state) in BACK if kind == "step_undone" else state in NEXT.get(before or "", ())
        if not legal:
            yield f"{name} went from {before} to {state} ({kind})"
        self._states[name] = state
        if kind == "step_undone" and at - self._stepped_at[name] > UNDO_WITHIN:
            yield f"{name} was undone {at - self._stepped_at[name]} after its step"
        self._stepped_at[name] = at
        if kind == "problem_reported":
            self._kept_back[row["vehicle_id"]] = "out_of_service"
        elif state == "cleared" and asked["patient"]["infectious"]:
            self._kept_back[row["vehicle_id"]] = "cleaning"
        elif kind == "step_undone":
            self._kept_back.pop(row["vehicle_id"], None)
        if kind == "offer_expired" and at < self._expires[name]:
            yield f"{name} expired {self._expires[name] - at} early"
        if kind == "offer_accepted" and at > self._expires[name]:
            yield f"{name} was accepted {at - self._expires[name]} late"
        if state in LEFT:
            self._left[row["request_id"], row["vehicle_id"]] = at
        if state == "declined":
            self._declined[row["vehicle_id"]] = at + LEFT_ALONE

    # Promise 2: every vehicle that was considered has its verdict, and whoever may not go has a written reason.

    def _decisions_since(self) -> Iterator[str]:
        fleet = {row["id"] for row in self.seen["vehicles"]}
        query = "SELECT * FROM decisions WHERE id > ? ORDER BY id"
        for row in self._raw.execute(query, (self._decisions,)).fetchall():
            self._decisions = row["id"]
            decision = json.loads(row["decision"])
            listed = {one["vehicle_id"]: one for one in decision["candidates"]}
            if listed.keys() != fleet or decision["considered"] != len(fleet):
                yield f"decision {row['id']} considered {sorted(listed)}"
            for name, one in listed.items():
                objections = [finding for finding in one["findings"] if finding["blocks"]]
                if not one["eligible"] and not any(finding["text"] for finding in objections):
                    yield f"decision {row['id']} passes {name} over without a reason"
                if one["eligible"] and one["blocking"]:
                    yield f"decision {row['id']} lets {name} go against {one['blocking']}"
                if not one["findings"]:
                    yield f"decision {row['id']} has no finding on {name}"
            if not decision["sentence"] or not decision["say"]:
                yield f"decision {row['id']} has no sentence"
            if row["facts"] is None or set(json.loads(zlib.decompress(row["facts"]))["fleet"]["id"]) != fleet:
                yield f"decision {row['id']} has lost its facts"

    # Promise 1: an open request is in the one state that follows from what stands, each of its slots on something.

    def _requests(self) -> Iterator[str]:
        due, assignments, approvals = self.seen.due(), self.seen.of("assignments"), self.seen.of("approvals")
        promises = self.seen.of("promises")
        ended_by = {
            row["request_id"]: json.loads(row["facts"])
            for row in self._raw.execute(
                "SELECT request_id, facts FROM journal WHERE kind = 'request_ended' ORDER BY seq"
            )
        }
        for row in self.seen["requests"]:
            name = row["id"]
            args = (row, assignments[name], approvals[name], promises[name])
            if row["state"] in ENDS:
                yield from _ended(*args, due, ended_by.get(name))
            else:
                yield from self._open(*args, due)

    def _open(
        self,
        row: Row,
        assignments: list[Row],
        approvals: list[Row],
        promises: list[Row],
        due: Mapping[tuple[str, str], datetime],
    ) -> Iterator[str]:
        name, asked = row["id"], json.loads(row["ask"])
        filled = {a["slot"] for a in assignments if a["state"] in LIVE or a["state"] == "cleared"}
        said_yes = {a["slot"] for a in assignments if a["state"] in LIVE - {"offered"} or a["state"] == "cleared"}
        missing = set(range(row["wanted"])) - filled
        asked_yes = any(a["state"] == "asked" and a["approver"] != "own_operator" for a in approvals)
        booked, promised = ("scheduled", name) in due, any(p["state"] == "open" for p in promises)
        if missing and not (asked_yes or booked or promised):
            yield f"{name} ({row['state']}) stands on nothing for {missing}"
        states = {a["state"] for a in assignments}
        standing = [
            ("in_progress", bool(states & ON_TRIP)),
            ("assigned", "accepted" in states),
            ("searching", "offered" in states),
            ("completed", not missing),
            ("awaiting_approval", asked_yes),
            ("scheduled", booked),
            ("waiting", promised),
        ]
        expected = next((state for state, holds in standing if holds), "nothing")
        if row["state"] != expected:
            yield f"{name} is {row['state']} and stands on {expected}"
        if row["wanted"] != (asked["patient"]["count"] if asked["need"] == "body" else 1):
            yield f"{name} wants {row['wanted']} vehicles"
        if row["ended_at"] is not None:
            yield f"{name} is open and has ended"
        searched = asked["need"] != "document" or asked["deliver"]
        retry = due.get(("promise_retry", name))
        if missing and searched and not booked and (retry is None or retry > max(self._now) + RETRY_WITHIN):
            yield f"{name} waits and the search for it is tried again at {retry}"
        if searched and not booked and set(range(row["wanted"])) - said_yes and ("search_long", name) not in due:
            yield f"{name} is searched for and nobody will be told that it takes long"

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
            if row["state"] not in ("offered", *json.loads(row["stamps"])):
                yield f"{row['id']} is {row['state']} without a stamp"
        if self._states.keys() != {row["id"] for row in self.seen["assignments"]}:
            yield "an assignment of the journal is lost"

    def _promises(self) -> Iterator[str]:
        due, counted = self.seen.due(), Counter(p["request_id"] for p in self.seen["promises"] if p["state"] == "open")
        yield from (f"{request} has {n} open promises" for request, n in counted.items() if n > 1)
        for row in self.seen["promises"]:
            is_open, timer = row["state"] == "open", due.get(("promise_due", row["id"]))
            if is_open != (timer is not None):
                yield f"promise {row['id']} is {row['state']} with a timer at {timer}"
            if is_open and timer is not None and timer > max(at_of(row["due_at"]), *self._now) + RETRY_WITHIN * 3:
                yield f"promise {row['id']} is due at {row['due_at']} and looked at as late as {timer}"
            if not is_open and not (row["outcome"] and row["told"] and row["closed_at"]):
                yield f"promise {row['id']} ended without outcome or without who was told"
            if not row["owner"]:
                yield f"promise {row['id']} is nobody's"

    def _timers(self) -> Iterator[str]:
        subjects = {
            "offer_expires": {row["id"] for row in self.seen["assignments"]},
            "promise_due": {row["id"] for row in self.seen["promises"]},
            "shift_ends": {row["id"] for row in self.seen["vehicles"]},
        }
        requests = {row["id"] for row in self.seen["requests"]}
        for kind, subject in self.seen.due():
            if subject not in subjects.get(kind, requests):
                yield f"the timer {kind} of {subject} is nobody's"

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
                yield f"{name} is {duty} since {row['on_duty_since']} with a shift's end at {due.get(('shift_ends', name))}"


def _ended(
    row: Row,
    assignments: list[Row],
    approvals: list[Row],
    promises: list[Row],
    due: Mapping[tuple[str, str], datetime],
    told: Mapping[str, Any] | None,
) -> Iterator[str]:
    name = row["id"]
    if row["ended_at"] is None or told is None or not told["told"] or told["state"] != row["state"]:
        yield f"{name} ended as {row['state']} and the journal says {told}"
    if any(a["state"] in LIVE for a in assignments):
        yield f"{name} has ended and a vehicle is still asked or going"
    if any(a["state"] == "asked" for a in approvals):
        yield f"{name} has ended and somebody's yes is still asked for"
    if any(p["state"] == "open" for p in promises):
        yield f"{name} has ended and a promise is still open"
    subjects = {name, *(a["id"] for a in assignments), *(p["id"] for p in promises)}
    yield from (f"{name} has ended and the timer {key} is left" for key in due if key[1] in subjects)


def _answer_s(asked: Mapping[str, Any]) -> int:
    if asked["urgency"] == "red":
        return ANSWER_S["red"]
    return BOOKED_S if asked["schedule_at"] else ANSWER_S[asked["urgency"]]


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
