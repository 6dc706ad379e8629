"""Requests that may be the same as one, as far as a person may know of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from dispatch.desk.ports import Books
from dispatch.domain.likeness import SOON, Asked, likely_same, number_of, vicinity
from dispatch.domain.people import Person
from dispatch.domain.request import Ask, Request
from dispatch.reading.base import Out
from dispatch.reading.scope import Scope, of_request
from dispatch.vocabulary.likeness import Alike
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import OPEN, RequestState
from geo.point import Bounds

_MOST_NEARBY = 500  # that are compared: the newest
_TALKED_OF = OPEN | {RequestState.COMPLETED, RequestState.UNFOUNDED}  # who cancelled may well ask again


class LikelyOut(Out):
    """A request that may be the same: in what it is alike, and how long ago it was made.

    Of another facility's request staff learn who made it and when: not which one it is, where or how far it has come,
    and nothing that only its caller's number would tell.
    """

    request_id: str | None
    reasons: list[Alike]
    need: Need
    age_s: int
    asked_by: str | None
    state: RequestState | None
    distance_m: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """What is asked, and all that was asked nearby, with callers' numbers: never shown, only compared."""

    asked: Asked
    others: Sequence[tuple[Request, str]]
    names: Mapping[str, str]
    now: datetime

    def likely_out(self, person: Person) -> list[LikelyOut]:
        """Those that may be the same, by what this person may know of each."""
        seen = [(other, phone if _sees(person, other) else None) for other, phone in self.others]
        return [
            LikelyOut(
                request_id=one.request.id if _sees(person, one.request) else None,
                reasons=list(one.reasons),
                need=one.request.ask.need,
                age_s=max(0, round((self.now - one.request.created_at).total_seconds())),
                asked_by=self.names.get(one.request.ask.requester or ""),
                state=one.request.state if _sees(person, one.request) else None,
                distance_m=round(one.distance_m) if _sees(person, one.request) else None,
            )
            for one in likely_same(self.asked, seen)
        ]


def _sees(person: Person, request: Request) -> bool:
    return of_request(person, request) is Scope.FULL


def near_ask(books: Books, ask: Ask, person: Person, phone: str | None, now: datetime) -> Nearby:
    """What was asked near something that is not kept yet."""
    places = _Places(books)
    asked = Asked(ask=ask, at=now, phone=places.callers(ask, person, phone))
    found = _asked_in(books, [vicinity(ask.pickup.point)], now)
    return Nearby(asked=asked, others=found, names=places.names(found), now=now)


def near_requests(books: Books, requests: Iterable[Request], now: datetime) -> dict[str, Nearby]:
    """What was asked near each of these requests that is open; all of it is read at once."""
    boxes = {one.id: (one, vicinity(one.ask.pickup.point)) for one in requests if one.state in OPEN}
    if not boxes:
        return {}
    places, found = _Places(books), _asked_in(books, [box for _, box in boxes.values()], now)
    found.sort(key=lambda other: _lat(other[0]))
    lats, phones = [_lat(other) for other, _ in found], {other.id: phone for other, phone in found}
    near = {}
    for name, (request, (west, south, east, north)) in boxes.items():
        along = found[bisect_left(lats, south) : bisect_right(lats, north)]
        others = [one for one in along if one[0].id != name and west <= one[0].ask.pickup.point.lon <= east]
        phone = phones.get(name) or books.requests.get_contact(name).phone
        asked = Asked(
            ask=request.ask,
            at=request.created_at,
            phone=places.callers(request.ask, places.person(request.created_by), phone),
            incident=request.incident,
        )
        near[name] = Nearby(asked=asked, others=others, names=places.names(others), now=now)
    return near


def _asked_in(books: Books, boxes: Sequence[Bounds], now: datetime) -> list[tuple[Request, str]]:
    wests, souths, easts, norths = zip(*boxes, strict=True)
    box = (min(wests), min(souths), max(easts), max(norths))
    found = books.requests.list_near(box, since=now - SOON, limit=_MOST_NEARBY)
    return [one for one in found if one[0].state in _TALKED_OF]


def _lat(request: Request) -> float:
    return request.ask.pickup.point.lat


class _Places:
    """Facilities and people, each looked up once."""

    def __init__(self, books: Books) -> None:
        self._facility = cache(lambda name: books.facilities.find(name) if name else None)
        self.person = cache(books.people.find)

    def names(self, others: Iterable[tuple[Request, str]]) -> dict[str, str]:
        """The names of the facilities that asked."""
        found = (self._facility(other.ask.requester) for other, _ in others)
        return {facility.id: facility.name for facility in found if facility}

    def callers(self, ask: Ask, maker: Person | None, phone: str | None) -> str | None:
        """The number, unless it is the facility's or the member of staff's own: from that one many are asked for."""
        own = {number_of(one.phone) for one in (self._facility(ask.requester), maker) if one and one.phone}
        return phone if phone and number_of(phone) not in own else None
