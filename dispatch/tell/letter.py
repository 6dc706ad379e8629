"""A message written out for its recipient: names, numbers and links are looked up here and kept nowhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

from dispatch.desk.ports import Books, NotFoundError
from dispatch.domain.message import Message
from dispatch.domain.request import Request
from dispatch.domain.vehicle import Vehicle
from dispatch.words.facts import area_name, date_text
from dispatch.words.messages import CONDOLENCE, ENDS, OWNERS, WHAT, WHYS, message_text, recipient_label
from dispatch.words.sentences import clock_text

T = TypeVar("T")
_PAGES = {"driver": "/sopir", "base": "/sopir", "facility": "/minta", "health_officer": "/kelola", "person": "/"}
_VEHICLE_KINDS = frozenset({"driver", "base", "owner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent: the text and whom to; `recipients` are the names under which the settings may have an address."""

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
    vehicle = _find_vehicle(books, name if kind in _VEHICLE_KINDS else message.vehicle_id)
    request = _find_request(books, message.request_id)
    words = _words(books, message, request, zone=zone, public_url=public_url)
    words["app"] = public_url + _PAGES.get(kind, "/peta") if public_url else None
    spoken_of = vehicle if kind in _VEHICLE_KINDS else _find_vehicle(books, message.vehicle_id)
    words["vehicle"] = spoken_of.name if spoken_of else None
    return Letter(
        message=message,
        label=recipient_label(kind, _name(books, kind, name, vehicle)),
        text=f"{message_text(message.template, words)} (no. {message.id})",
        recipients=(message.recipient, f"agency:{vehicle.agency}")
        if kind == "owner" and vehicle
        else (message.recipient,),
        phone=_phone(books, kind, name, vehicle),
    )


def _words(
    books: Books, message: Message, request: Request | None, *, zone: tzinfo, public_url: str
) -> dict[str, str | None]:
    facts = message.facts
    need = str(facts.get("need", ""))
    words: dict[str, str | None] = {
        "asked": WHAT.get(need),
        "what": WHAT.get(need),
        "rule": str(facts["rule"]) if "rule" in facts else None,
        "request": message.request_id,
        "owner": OWNERS.get(str(facts["owner"]), "Petugas kami") if "owner" in facts else None,
        "why": WHYS.get(str(facts.get("why", ""))),
        "end": ENDS.get(str(facts.get("end", ""))),
        "condolence": CONDOLENCE if need == "body" else None,
        **{name: clock_text(at, zone) for name in ("eta", "until") if (at := _time(facts.get(name)))},
        "due": _due_text(_time(facts.get("due")), message.made_at, zone),
    }
    if request is not None:
        # A home is not named over a gateway: only those who go there see it, on their page.
        words["pickup"] = request.ask.pickup.name if request.ask.pickup.facility else None
        words["link"] = f"{public_url}/t/{books.requests.get_track_token(request.id)}" if public_url else None
    return words


def _due_text(due: datetime | None, made_at: datetime, zone: tzinfo) -> str | None:
    if due is None:
        return None
    day = due.astimezone(zone).date()
    date = "" if day == made_at.astimezone(zone).date() else f"tanggal {date_text(day.isoformat())} "
    return f"{date}pukul {clock_text(due, zone)}"


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _found(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except NotFoundError:
        return None


def _find_request(books: Books, request_id: str | None) -> Request | None:
    return _found(lambda: books.requests.get(request_id)) if request_id else None


def _find_vehicle(books: Books, vehicle_id: str | None) -> Vehicle | None:
    held = _found(lambda: books.vehicles.get(vehicle_id)) if vehicle_id else None
    return held.vehicle if held else None


def _name(books: Books, kind: str, name: str, vehicle: Vehicle | None) -> str:
    if kind in _VEHICLE_KINDS:
        return vehicle.name if vehicle else name
    if kind == "facility":
        facility = books.facilities.find(name)
        return facility.name if facility else name
    return area_name(name)


def _phone(books: Books, kind: str, name: str, vehicle: Vehicle | None) -> str | None:
    match kind:
        case "contact":
            contact = _found(lambda: books.requests.get_contact(name))
            return contact.phone if contact else None
        case "driver":
            return vehicle.phone if vehicle else None
        case "base":
            base = books.facilities.find(vehicle.base) if vehicle and vehicle.base else None
            return base.phone if base else None
        case "facility":
            facility = books.facilities.find(name)
            return facility.phone if facility else None
        case "person":
            person = books.people.find(name)
            return person.phone if person else None
        case _:
            return None
