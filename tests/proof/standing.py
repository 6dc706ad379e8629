"""What stands at one moment, and what of the five promises is broken by it alone."""

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
ENDS = {"completed", "cancelled_by_requester", "duplicate", "unfounded"}
ON_TRIP = {"en_route", "on_scene", "transporting", "at_destination"}
LIVE = {"offered", "accepted", *ON_TRIP}
LEFT = {"declined", "expired", "stood_down"}
RETRY_WITHIN = timedelta(minutes=5)
LEAD, SPAN, RUNG_AFTER = timedelta(hours=1), timedelta(minutes=90), timedelta(hours=3)  # of booked trips
LATER = timedelta(minutes=15)  # a way back waits so long at a time for its way there
ZONE = ZoneInfo("Asia/Jakarta")


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


# Promise 1: an open request is in the one state that follows from what stands, each of its slots on something.


def judge_requests(state: State, ended_by: Mapping[str, Mapping[str, Any]], latest: datetime) -> Iterator[str]:
    """What is wrong with the requests; `ended_by` is what the journal says of each one's end."""
    due, assignments, approvals = state.due(), state.of("assignments"), state.of("approvals")
    promises = state.of("promises")
    for row in state["requests"]:
        name = row["id"]
        args = (row, assignments[name], approvals[name], promises[name])
        if row["state"] in ENDS:
            yield from _ended(*args, due, ended_by.get(name))
        else:
            yield from _open(*args, due, latest)


def _open(
    row: Row,
    assignments: list[Row],
    approvals: list[Row],
    promises: list[Row],
    due: Mapping[tuple[str, str], datetime],
    latest: datetime,
) -> Iterator[str]:
    name, asked = row["id"], json.loads(row["ask"])
    filled = {a["slot"] for a in assignments if a["state"] in LIVE or a["state"] == "cleared"}
    said_yes = {a["slot"] for a in assignments if a["state"] in LIVE - {"offered"} or a["state"] == "cleared"}
    # Who is asked instead of another one fills a slot where that one is lost.
    instead = sum(a["slot"] == -100 and a["state"] in LIVE for a in assignments)
    missing = set(sorted(set(range(row["wanted"])) - filled)[instead:])
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
    if row["wanted"] != (asked["patient"]["count"] if asked["need"] != "document" else 1) and not _shares(asked):
        yield f"{name} wants {row['wanted']} vehicles"
    if row["ended_at"] is not None:
        yield f"{name} is open and has ended"
    searched = asked["need"] != "document" or asked["deliver"]
    retry = due.get(("promise_retry", name))
    if missing and searched and not booked and (retry is None or retry > latest + RETRY_WITHIN):
        yield f"{name} waits and the search for it is tried again at {retry}"
    if searched and not booked and set(range(row["wanted"])) - said_yes and ("search_long", name) not in due:
        yield f"{name} is searched for and nobody will be told that it takes long"


def _shares(asked: Mapping[str, Any]) -> bool:
    """Whether patients share vehicles: the stable ones who can sit."""
    return bool(asked["patient"]["can_sit"]) and asked["urgency"] == "green"


def count_incident(state: State, incident: str) -> dict[str, int]:
    """The people of an incident by colour, and the vehicles that they need by how far they have come."""
    assignments, found = state.of("assignments"), Counter[str]()
    for row in state["requests"]:
        asked = json.loads(row["ask"])
        if row["incident"] != incident or row["state"] in ENDS - {"completed"}:
            continue
        if asked["need"] == "document" and not asked["deliver"]:
            continue
        found["body" if asked["need"] == "body" else asked["urgency"]] += asked["patient"]["count"]
        came = {a["slot"]: a["state"] for a in assignments[row["id"]] if a["state"] in LIVE or a["state"] == "cleared"}
        for slot in range(row["wanted"]):
            is_over = row["state"] == "completed" and slot not in came
            going = "assigned" if came.get(slot) in LIVE - {"offered"} else "sought"
            found["done" if came.get(slot) == "cleared" else going] += not is_over
    return {name: found[name] for name in ("red", "yellow", "green", "body", "sought", "assigned", "done")}


def judge_promises(state: State, latest: datetime) -> Iterator[str]:
    """What is wrong with the promises: each open one has its timer, each closed one its outcome."""
    due, counted = state.due(), Counter(p["request_id"] for p in state["promises"] if p["state"] == "open")
    yield from (f"{request} has {n} open promises" for request, n in counted.items() if n > 1)
    for row in state["promises"]:
        is_open, timer = row["state"] == "open", due.get(("promise_due", row["id"]))
        if is_open != (timer is not None):
            yield f"promise {row['id']} is {row['state']} with a timer at {timer}"
        if is_open and timer is not None and timer > max(at_of(row["due_at"]), latest) + RETRY_WITHIN * 3:
            yield f"promise {row['id']} is due at {row['due_at']} and looked at as late as {timer}"
        if not is_open and not (row["outcome"] and row["told"] and row["closed_at"]):
            yield f"promise {row['id']} ended without outcome or without who was told"
        if not row["owner"]:
            yield f"promise {row['id']} is nobody's"


def judge_approvals(state: State, latest: datetime) -> Iterator[str]:
    """A yes that is there already is not asked for again, nor one for a vehicle that is gone, but where that is about
    to be looked at; who heard one by phone stands beside it, and from whom."""
    said: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for row in state["approvals"]:
        said[row["state"]].add((row["request_id"], row["vehicle_id"], row["rule"]))
    yield from (f"{of} has the yes and is asked for it again" for of in sorted(said["given"] & said["asked"]))
    going = {row["vehicle_id"] for row in state["assignments"] if row["state"] in LIVE - {"offered"}}
    gone = going | {row["id"] for row in state["vehicles"] if row["duty"] in ("off_duty", "out_of_service")}
    looked_at = {of for (kind, of), at in state.due().items() if kind == "promise_retry" and at <= latest}
    useless = (of for of in sorted(said["asked"]) if of[1] in gone and of[0] not in looked_at)
    yield from (f"{of} is gone and asked for" for of in useless)
    for row in state["approvals"]:
        answered, heard = row["state"] in ("given", "refused"), (row["heard_from"], row["heard_at"])
        if answered != (row["answered_by"] is not None) or (None in heard) != (heard == (None, None)):
            yield f"{row['id']} is {row['state']}, answered by {row['answered_by']}, heard {heard}"


def judge_deaths(state: State) -> Iterator[str]:
    """A report that nobody has answered has made nothing; one that is confirmed has made a request for the body."""
    asks = {row["id"]: json.loads(row["ask"]) for row in state["requests"]}
    waiting = Counter(row["assignment_id"] for row in state["deaths"] if row["state"] == "reported")
    yield from (f"{trip} has {n} reports that wait" for trip, n in waiting.items() if n > 1)
    for row in state["deaths"]:
        name, body = row["id"], asks.get(row["onward"])
        if (row["state"] == "reported") != (row["word"] is None and row["answered_by"] is None):
            yield f"report {name} is {row['state']} by the word of {row['word']}"
        if (row["state"] == "confirmed") != (body is not None):
            yield f"report {name} is {row['state']} and its onward way is {row['onward']}"
        if row["state"] == "confirmed" and row["word"] == "crew":
            yield f"report {name} is confirmed by the crew"
        if body is not None and (body["need"] != "body" or body["patient"]["living"]):
            yield f"report {name} has an onward way for {body['need']}"


# Promise 6: what is booked has a vehicle that nobody else has, or somebody knows that it has none.


def judge_bookings(state: State, now: datetime) -> Iterator[str]:
    """Two reservations of a vehicle never overlap; no booked time passes without an offer or a promise."""
    due, promises = state.due(), state.of("promises")
    kept: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for row in state["requests"]:
        name, asked = row["id"], json.loads(row["ask"])
        if row["state"] in ENDS and {("scheduled", name), ("booking", name)} & due.keys():
            yield f"{name} has ended and is still looked at"
        if row["state"] == "scheduled":
            owed = any(p["state"] == "open" for p in promises[name])
            yield from _booked(row, asked, due, now, owed=owed, early=_is_early(row, state))
            if row["reserved"] is not None:
                kept[row["reserved"]].append((at_of(asked["schedule_at"]), row["series"] or name))
                yield from _waits(row, asked, state)
    for vehicle, times in kept.items():
        for (one, first), (other, then) in combinations(sorted(times), 2):
            if other - one < SPAN and first != then:  # rides of one series follow each other
                yield f"{vehicle} is kept for {one} and {other}"


def _waits(row: Row, asked: Mapping[str, Any], state: State) -> Iterator[str]:
    """Who waits somewhere for a way back has brought the patient there, is on duty, and on no trip."""
    if not asked["waits"]:
        return
    name, vehicle = row["id"], row["reserved"]
    trips = [one for one in state["assignments"] if one["vehicle_id"] == vehicle]
    if not any(one["request_id"] == row["returns"] and "at_destination" in one["stamps"] for one in trips):
        yield f"{vehicle} waits for {name} and brought nobody there"
    if any(one["state"] in LIVE - {"offered"} for one in trips):
        yield f"{vehicle} waits for {name} and is on a trip"
    if any(one["id"] == vehicle and one["duty"] in ("off_duty", "out_of_service") for one in state["vehicles"]):
        yield f"{vehicle} waits for {name} and has gone"


def _is_early(row: Row, state: State) -> bool:
    """Whether it is a way back from where nobody has been brought yet."""
    trips = [one for one in state["assignments"] if one["request_id"] == row["returns"]]
    return row["returns"] is not None and all(one["state"] not in ("at_destination", "cleared") for one in trips)


def _booked(
    row: Row,
    asked: Mapping[str, Any],
    due: Mapping[tuple[str, str], datetime],
    now: datetime,
    *,
    owed: bool,
    early: bool,
) -> Iterator[str]:
    """From the evening before on a vehicle is kept, or looked for now, or a call is owed."""
    name, at = row["id"], at_of(asked["schedule_at"])
    search_at, looked_at = due["scheduled", name], due.get(("booking", name))
    if at_of(row["schedule_at"]) != at:
        yield f"{name} is booked for {at} and found at {row['schedule_at']}"
    if asked["on_call"]:
        if now >= at + RUNG_AFTER and search_at > now and not owed:
            yield f"nobody is rung about the way back {name} from {at}"
        return
    begins = at if asked["waits"] else at - LEAD
    waits_on = early and begins < search_at <= now + LATER
    if search_at != begins and search_at > now and not waits_on:
        yield f"{name} of {at} is searched for at {search_at}"
    if asked["waits"]:
        return
    evening = at.astimezone(ZONE).replace(hour=18, minute=0, second=0, microsecond=0) - timedelta(days=1)
    is_looked_at = looked_at is not None and looked_at <= now
    if row["reserved"] is None and now >= evening and not is_looked_at and not owed:
        yield f"{name} of {at} has no vehicle, and nobody knows"
    if looked_at is None and now < search_at - LEAD:
        yield f"{name} of {at} is not looked at any more"


def judge_timers(state: State) -> Iterator[str]:
    """Timers that belong to nothing."""
    subjects = {
        "offer_expires": {row["id"] for row in state["assignments"]},
        "watch": {row["id"] for row in state["assignments"] if row["state"] in LIVE - {"offered"}},
        "promise_due": {row["id"] for row in state["promises"]},
        "shift_ends": {row["id"] for row in state["vehicles"]},
        "approver_silent": {row["id"] for row in state["approvals"] if row["state"] == "asked"},
    }
    requests = {row["id"] for row in state["requests"]}
    for kind, subject in state.due():
        if subject not in subjects.get(kind, requests):
            yield f"the timer {kind} of {subject} is nobody's"


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


# What was decided.


def blocks(finding: Mapping[str, Any]) -> bool:
    """Whether a finding keeps the vehicle from going: an objection that nothing lifts."""
    return finding["effect"] in ("deny", "require") and not finding["met"] and not finding.get("lifted_by")


def vehicles_of(facts: bytes) -> set[str]:
    """The ids of the vehicles of a decision's facts: a head and blocks of rows, each with its length before it."""
    parts, at = [], len(b"JMPF")
    while at < len(facts):
        length = int.from_bytes(facts[at : at + 4], "big")
        parts.append(json.loads(zlib.decompress(facts[at + 4 : at + 4 + length])))
        at += 4 + length
    place = parts[0]["columns"].index("id")
    return {row[place] for block in parts[1:] for row in block}
