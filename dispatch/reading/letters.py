"""A message written out for its recipient: names, numbers and links are looked up here and kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from dispatch.desk.ports import Books, find
from dispatch.desk.usecases.changes import body_followed, living_beside
from dispatch.domain.message import Message, MessageState
from dispatch.domain.request import Request
from dispatch.domain.vehicle import Vehicle
from dispatch.reading.cars import Car, cars_of
from dispatch.reading.rule_names import RuleNames
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import LADDER
from dispatch.words.events import changes_text, code_name, sooner_text
from dispatch.words.facts import area_name, joined, word
from dispatch.words.family import condolence_line
from dispatch.words.messages import (
    car_named,
    message_text,
    name_in,
    recipient_label,
    request_named,
    sets_out_booked,
)
from dispatch.words.tables import name_of
from dispatch.words.times import booked_text, clock_text, deadline_text, when_text

LANG = Lang.ID  # of every message, until a recipient's own language is known
_PAGES = {"driver": "/sopir", "base": "/sopir", "facility": "/minta", "health_officer": "/kelola", "person": "/"}
_OF_VEHICLE = frozenset({"driver", "base", "owner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent: the text and whom to; `recipients` are the names under which the settings may have an address.

    `phone` is the number itself: who may see it is for the reader to say.
    """

    message: Message
    label: str
    text: str
    recipients: tuple[str, ...]
    phone: str | None


def write_letter(books: Books, message: Message, *, zone: tzinfo, public_url: str) -> Letter:
    """Look up whatever the message speaks of; what is not there any more is left out of the text.

    Its number ends the text: a gateway may deliver a message twice, and then it is seen to be the same.
    """
    kind, _, name = message.recipient.partition(":")
    held = find(books.vehicles.get, name if kind in _OF_VEHICLE else message.vehicle_id)
    vehicle = held.vehicle if held else None
    called, phone = _addressee(books, kind, name, vehicle)
    words = _words(books, message, zone=zone, public_url=public_url) | {
        "app": public_url + _PAGES.get(kind, "/peta") if public_url else None,
        "vehicle": vehicle.name if vehicle else None,
        "car": _car(books, message, vehicle) if vehicle else None,
    }
    text = message_text(message.template, words, LANG)
    if kind == "contact" and _mourns(books, message):
        text = f"{condolence_line(LANG)} {text}"  # before anything else that the family reads
    wider = (f"agency:{vehicle.agency}",) if kind == "owner" and vehicle else (kind,) if kind in LADDER and name else ()
    return Letter(
        message=message,
        label=recipient_label(kind, called, LANG),
        text=f"{text} (no. {message.id})",
        recipients=(message.recipient, *wider),
        phone=phone,
    )


def _words(books: Books, message: Message, *, zone: tzinfo, public_url: str) -> dict[str, str | None]:
    facts = {name: str(value) for name, value in message.facts.items() if value is not None}
    last = datetime.fromisoformat(facts["last"]) if "last" in facts else None
    times = {name: datetime.fromisoformat(facts[name]) for name in ("eta", "due", "heard") if name in facts}
    until = datetime.fromisoformat(facts["until"]) if "until" in facts else None
    need = facts.get("need", "")
    request = find(books.requests.get, message.request_id)
    if "due" in times and message.state is not MessageState.SENT and request is not None:
        # The ledger's time is the only one that is spoken: it may have moved since this was planned.
        promise = books.promises.find_open(request.id)
        times["due"] = promise.due_at if promise is not None else times["due"]
    words: dict[str, str | None] = {
        "asked": name_in("what", need, LANG),
        "what": name_in("what", need, LANG),
        "owner": name_in("owners", facts["owner"], LANG) if "owner" in facts else None,
        "approver": word("approver", facts["approver"], LANG) if "approver" in facts else None,
        "why": name_in("whys", facts.get("why", ""), LANG),
        "end": name_in("ends", facts.get("end", ""), LANG),
        "notice": code_name("notice", facts["notice"], LANG) if "notice" in facts else None,
        "state": name_of(LANG, "steps.timeline", facts["state"]) if "state" in facts else None,
        "where": code_name("leg", facts["leg"], LANG) if "leg" in facts else None,
        "documents": joined([word("documents", one, LANG) for one in facts["documents"].split(",")], LANG, "and")
        if "documents" in facts
        else None,
        "rides": facts.get("rides"),
        "last": booked_text(last, zone, LANG) if last is not None else None,
        "about": _rule(books, message, facts["rule"], zone) if "rule" in facts else None,
        "sooner": _sooner(facts) if "eta_s" in facts else None,
        **{name: clock_text(at, zone) for name, at in times.items()},
        "until": deadline_text(until, zone) if until is not None else None,
    }
    if "due" in times:
        words["due"] = when_text(times["due"], message.made_at, zone, LANG)
    if request is not None:
        booked_at = request.ask.booked_at
        words["booked"] = words["when"] = booked_text(booked_at, zone, LANG) if booked_at is not None else None
        changed = facts["changes"].split(",") if "changes" in facts else []
        words["changes"] = changes_text(changed, words["when"], LANG) or None
        words["sets_out"] = _sets_out(books, message)
        words["pickup"] = _pickup(request)
        words["living"] = str(living) if (living := living_beside(books, request)) else None
        words["which"] = _which(books, request, message.made_at, zone)
        words["link"] = f"{public_url}/t/{books.requests.get_track_token(request.id)}" if public_url else None
    return words


def _sets_out(books: Books, message: Message) -> str | None:
    """When a vehicle sets out that may stay until a booked time is near; None where it is at once."""
    trip = find(books.assignments.get, message.assignment_id)
    arrival = trip.arrival if trip is not None else None
    return sets_out_booked(LANG) if arrival is not None and arrival.wait_s > 0.0 else None


def _pickup(request: Request) -> str | None:
    """A home is not named over a gateway: only those who go there see it, on their page."""
    return request.ask.pickup.name if request.ask.pickup.facility else None


def _which(books: Books, request: Request, now: datetime, zone: tzinfo) -> str:
    """The request as those know it who have to do with it; its number is on no page."""
    ask = request.ask
    asked = books.facilities.find(ask.requester) if ask.requester else None
    booked = booked_text(ask.booked_at, zone, LANG) if ask.booked_at is not None else None
    since = when_text(request.created_at, now, zone, LANG)
    by = asked.name if asked is not None else None
    return request_named(ask.need, LANG, pickup=_pickup(request), asked_by=by, booked=booked, since=since)


def _rule(books: Books, message: Message, rule_id: str, zone: tzinfo) -> str:
    names = RuleNames(books, zone, LANG)
    return names.of(rule_id, message.made_at, request_id=message.request_id, vehicle_id=message.vehicle_id)


def _car(books: Books, message: Message, vehicle: Vehicle) -> str:
    trip = find(books.assignments.get, message.assignment_id)
    car = cars_of(books, [trip]).get(trip.id, Car()) if trip is not None else Car()
    return car_named(vehicle.name, car.plate, car.driver, LANG)


def _sooner(facts: Mapping[str, str]) -> str:
    seconds = {name: float(facts[name]) if name in facts else None for name in ("without_s", "waits_s")}
    return sooner_text(LANG, eta_s=float(facts["eta_s"]), taken_from=facts.get("taken_from"), **seconds)


def _mourns(books: Books, message: Message) -> bool:
    """Whether a letter is about whoever has died, as far as it is confirmed, and about nobody who lives."""
    if message.facts.get("need") == Need.BODY:
        return True
    request = find(books.requests.get, message.request_id)
    return request is not None and body_followed(books, request) is not None


def _addressee(books: Books, kind: str, name: str, vehicle: Vehicle | None) -> tuple[str, str | None]:
    """What the recipient is called, and the number to reach it at."""
    match kind:
        case "contact":
            contact = find(books.requests.get_contact, name)
            return "", contact.phone if contact else None
        case "driver" | "base" | "owner":
            base = books.facilities.find(vehicle.base) if kind == "base" and vehicle and vehicle.base else None
            driver = vehicle.phone if kind == "driver" and vehicle else None
            return vehicle.name if vehicle else "", base.phone if base else driver
        case "facility":
            facility = books.facilities.find(name)
            return (facility.name, facility.phone) if facility else ("", None)
        case "person":
            person = books.people.find(name)
            return "", person.phone if person else None
        case _:
            return area_name(name), None
