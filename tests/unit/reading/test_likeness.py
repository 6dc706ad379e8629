"""What was asked nearby is the same whether it is read for one request or for a whole list, and read at once."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from dispatch.desk.ports import Books
from dispatch.domain.request import Contact, Request
from dispatch.reading.likeness import near_requests
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.needs import Need
from dispatch.vocabulary.request_states import RequestState
from geo.point import Point
from tests.people import NOW, OPI, SITI, ask
from tests.unit.store.plans import plans_of
from tests.unit.store.test_sqlite import close

S = RequestState
CITY = [Point(lon=106.6 + east * 0.004, lat=-6.2 + north * 0.004) for east in range(12) for north in range(12)]


def scattered(count: int) -> list[tuple[Request, Contact]]:
    """Requests all over a city, some of them twice from one corner or one number."""
    chance = random.Random(7)
    found = []
    for number in range(count):
        made = ask(chance.choice([Need.EMERGENCY, Need.BODY]))
        state = chance.choice([S.WAITING, S.SEARCHING, S.COMPLETED, S.DUPLICATE, S.CANCELLED_BY_REQUESTER])
        at = NOW - timedelta(minutes=chance.randrange(50))
        request = Request(
            id=f"P-{number:03}",
            ask=replace(made, pickup=replace(made.pickup, point=chance.choice(CITY), facility=None), dropoff=None),
            state=state,
            created_at=at,
            created_by="siti",
            ended_at=at + timedelta(minutes=5) if state not in (S.WAITING, S.SEARCHING) else None,
        )
        found.append((request, Contact(phone=f"+62 811-0000-00{chance.randrange(30):02}")))
    return found


def test_a_list_reads_what_each_request_by_itself_reads_in_as_few_questions(tmp_path: Path) -> None:
    store, all_of_it = open_sqlite(tmp_path / "city.sqlite3"), scattered(300)
    requests = [request for request, _ in all_of_it]

    def fill(books: Books) -> None:
        for request, contact in all_of_it:
            books.requests.add(request, contact, track_token=request.id)

    def look(books: Books) -> None:
        together, shown = near_requests(books, requests, NOW), 0
        for request in requests:
            alone = near_requests(books, [request], NOW)
            for person in (OPI, SITI, replace(SITI, facility="puskesmas-lain")):
                seen = [found[request.id].likely_out(person) for found in (together, alone) if request.id in found]
                assert seen[1:] == seen[:1]
                shown += sum(len(likely) for likely in seen[1:])
            is_open = request.state in (S.WAITING, S.SEARCHING)
            assert (request.id in together) is (request.id in alone) is is_open
        assert shown > 50

    store.submit(fill).result()
    store.submit(look).result()
    few = plans_of(store, lambda books: near_requests(books, requests[:20], NOW))
    assert len(plans_of(store, lambda books: near_requests(books, requests, NOW))) == len(few)
    close(store)
