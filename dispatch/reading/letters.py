"""A message written out for its recipient: names, numbers and links are looked up here and kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from dispatch.desk.ports import Books, find
from dispatch.domain.message import Message
from dispatch.domain.vehicle import Vehicle
from dispatch.reading.rule_names import RuleNames
from dispatch.reading.seen import SEEN, Seen, facility_name, keeping, seen_of
from dispatch.vocabulary.languages import Lang
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.promises import LADDER
from dispatch.words.events import changes_text, code_name, sooner_text
from dispatch.words.facts import approver_name, area_name, joined, word
from dispatch.words.family import condolence_line
from dispatch.words.messages import (
    aboard_text,
    car_named,
    message_text,
    name_in,
    recipient_label,
    request_named,
    sets_out_booked,
)
from dispatch.words.people import first_name
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
    """Write it of its facts and of what was seen when it was sent, before that of what is there now; what is not there
    any more is left out of the text. The letter's message has what was seen, to be saved when it is sent.

    Its number ends the text: a gateway may deliver a message twice, and then it is seen to be the same.
    """
    kind, _, name = message.recipient.partition(":")
    held = find(books.vehicles.get, name if kind in _OF_VEHICLE else message.vehicle_id)
    vehicle = held.vehicle if held else None
    called, phone = _addressee(books, kind, name, vehicle)
    seen = seen_of(books, message, vehicle)
    words = _words(books, message, seen, zone=zone, public_url=public_url) | {
        "app": public_url + _PAGES.get(kind, "/peta") if public_url else None,
        "vehicle": seen.vehicle_name or (vehicle.name if vehicle else None),
        "car": _car(books, seen, vehicle) if vehicle else None,
    }
    text = message_text(message.template, words, LANG)
    if kind == "contact" and (seen.mourns or message.facts.get("need") == Need.BODY):
        text = f"{condolence_line(LANG)} {text}"  # before anything else that the family reads
    wider = (f"agency:{vehicle.agency}",) if kind == "owner" and vehicle else (kind,) if kind in LADDER and name else ()
    return Letter(
        message=keeping(message, seen),
        label=recipient_label(kind, called, LANG),
        text=f"{text} (no. {message.id})",
        recipients=(message.recipient, *wider),
        phone=phone,
    )


def _words(books: Books, message: Message, seen: Seen, *, zone: tzinfo, public_url: str) -> dict[str, str | None]:
    facts = {name: str(value) for name, value in message.facts.items() if value is not None and name != SEEN}
    last = datetime.fromisoformat(facts["last"]) if "last" in facts else None
    times = {name: datetime.fromisoformat(facts[name]) for name in ("eta", "due", "heard") if name in facts}
    until = datetime.fromisoformat(facts["until"]) if "until" in facts else None
    need = facts.get("need", "")
    words: dict[str, str | None] = {
        "asked": name_in("what", need, LANG),
        "what": name_in("what", need, LANG),
        "owner": name_in("owners", facts["owner"], LANG) if "owner" in facts else None,
        "approver": approver_name(facts["approver"], facts.get("office"), LANG) if "approver" in facts else None,
        "why": name_in("whys", facts.get("why", ""), LANG),
        "end": name_in("ends", facts.get("end", ""), LANG),
        "notice": code_name("notice", facts["notice"], LANG) if "notice" in facts else None,
        "state": name_of(LANG, "steps.timeline", facts["state"]) if "state" in facts else None,
        "where": code_name("leg", facts["leg"], LANG) if "leg" in facts else None,
        "documents": joined([word("documents", one, LANG) for one in facts["documents"].split(",")], LANG, "and")
        if "documents" in facts
        else None,
        "aboard": aboard_text(LANG) if "aboard" in facts else None,
        "rides": facts.get("rides"),
        "last": booked_text(last, zone, LANG) if last is not None else None,
        "about": _rule(books, message, seen, facts["rule"], zone) if "rule" in facts else None,
        "sooner": _sooner(facts) if "eta_s" in facts else None,
        **{name: clock_text(at, zone) for name, at in times.items()},
        "until": deadline_text(until, zone) if until is not None else None,
    }
    if "due" in times:
        words["due"] = when_text(seen.due or times["due"], message.made_at, zone, LANG)
    if message.request_id is not None and seen.asked_at is not None:
        booked = booked_text(seen.booked_at, zone, LANG) if seen.booked_at is not None else None
        changed = facts["changes"].split(",") if "changes" in facts else []
        words["booked"] = words["when"] = booked
        words["changes"] = changes_text(changed, booked, LANG) or None
        words["sets_out"] = sets_out_booked(LANG) if seen.waits else None
        words["pickup"] = seen.pickup_name or facility_name(books, seen.pickup)
        words["living"] = str(seen.living) if seen.living else None
        words["which"] = _which(books, seen, booked, when_text(seen.asked_at, message.made_at, zone, LANG))
        words["link"] = f"{public_url}/t/{books.requests.get_track_token(message.request_id)}" if public_url else None
    return words


def _which(books: Books, seen: Seen, booked: str | None, since: str) -> str | None:
    """The request as those know it who have to do with it; its number is on no page."""
    if seen.need is None:
        return None
    pickup = seen.pickup_name or facility_name(books, seen.pickup)
    asked_by = seen.asked_by_name or facility_name(books, seen.asked_by)
    return request_named(seen.need, LANG, pickup=pickup, asked_by=asked_by, booked=booked, since=since)


def _rule(books: Books, message: Message, seen: Seen, rule_id: str, zone: tzinfo) -> str:
    return RuleNames(books, zone, LANG).of(rule_id, message.made_at, agency=seen.agency, area=seen.area)


def _car(books: Books, seen: Seen, vehicle: Vehicle) -> str:
    driver = books.people.find(seen.driver) if seen.driver is not None else None
    name, plate = vehicle.name, vehicle.plate or None
    if seen.vehicle_name is not None:
        name, plate = seen.vehicle_name, seen.plate
    return car_named(name, plate, first_name(driver.name) if driver else None, LANG)


def _sooner(facts: Mapping[str, str]) -> str:
    seconds = {name: float(facts[name]) if name in facts else None for name in ("without_s", "waits_s")}
    return sooner_text(LANG, eta_s=float(facts["eta_s"]), taken_from=facts.get("taken_from"), **seconds)


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
