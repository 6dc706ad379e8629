"""The outbox's contract: what every backend must keep."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.desk.ports import Books, LostRaceError, NotFoundError, Store
from dispatch.domain.message import Drop, Message, MessageState, Template
from dispatch.vocabulary.events import RequestReceived
from tests.people import NOW

pytestmark = pytest.mark.anyio


def message(number: int, recipient: str = "contact:P-1", **changes: object) -> Message:
    base = Message(
        key=f"{number}:{recipient}",
        seq=number,
        made_at=NOW,
        recipient=recipient,
        template=Template.RECEIVED,
        request_id="P-1",
        assignment_id="T-1",
        vehicle_id="V1",
        facts={"need": "body", "until": None},
        send_after=NOW,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


async def add(store: Store, *messages: Message) -> list[Message]:
    def work(books: Books) -> list[Message]:
        for each in messages:
            books.outbox.add(each)
        return books.outbox.list_some()

    return await store.write(work)


async def test_what_is_put_in_comes_out_the_same(store: Store) -> None:
    whole = message(1, drop_after=NOW + timedelta(seconds=90), last_error="gateway_refused", tries=2)
    (kept,) = await add(store, whole)
    assert kept == replace(whole, id=kept.id)
    assert await store.read(lambda books: books.outbox.get(kept.id)) == kept
    with pytest.raises(NotFoundError):
        await store.read(lambda books: books.outbox.get(kept.id + 1))


async def test_what_would_be_said_twice_under_one_key_is_said_once(store: Store) -> None:
    kept = await add(store, message(1), message(1, template=Template.COMING), message(2))
    assert [each.key for each in kept] == ["1:contact:P-1", "2:contact:P-1"]
    assert kept[0].template == Template.RECEIVED


async def test_each_recipients_oldest_waits_for_nobody_and_all_others_wait_for_it(store: Store) -> None:
    dice = random.Random(4)
    names = [f"contact:P-{number}" for number in range(5)]
    later = NOW + timedelta(seconds=10)
    kept = await add(
        store, *(message(n, dice.choice(names), send_after=dice.choice([NOW, later])) for n in range(1, 60))
    )
    while kept:
        heads = {each.recipient: each for each in reversed(kept)}
        for now in (NOW, later):
            ready = await store.read(lambda books, now=now: books.outbox.list_ready(now, 100))  # type: ignore[misc]
            wanted = [each for each in heads.values() if each.send_after <= now]
            assert ready == sorted(wanted, key=lambda each: each.id)
        gone = dice.choice(ready)
        state = dice.choice([MessageState.SENT, MessageState.FAILED, MessageState.LINKED, MessageState.DROPPED])
        await store.write(lambda books, gone=gone, state=state: books.outbox.save(gone, replace(gone, state=state)))  # type: ignore[misc]
        kept.remove(gone)


async def test_of_two_who_claim_a_message_one_gets_it(store: Store) -> None:
    (kept,) = await add(store, message(1))
    claimed = replace(kept, tries=1, send_after=NOW + timedelta(seconds=20))
    await store.write(lambda books: books.outbox.save(kept, claimed))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.outbox.save(kept, claimed))
    by_hand = replace(claimed, state=MessageState.SENT, sent_by="opi")
    await store.write(lambda books: books.outbox.save(claimed, by_hand))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: books.outbox.save(claimed, replace(claimed, state=MessageState.FAILED)))
    assert await store.read(lambda books: books.outbox.get(kept.id)) == by_hand


async def test_only_what_was_not_sent_is_dropped_and_only_of_what_is_meant(store: Store) -> None:
    offer = {"template": Template.OFFER}
    kept = await add(
        store,
        message(1, **offer),
        message(2, **offer, state=MessageState.LINKED),
        message(3, **offer, state=MessageState.SENT),
        message(4, **offer, assignment_id="T-2"),
        message(5),
        message(6, **offer, assignment_id="T-2", request_id="P-2"),
    )

    async def dropped(drop: Drop) -> list[int]:
        await store.write(lambda books: books.outbox.drop(drop))
        found = await store.read(lambda books: books.outbox.list_some(states=[MessageState.DROPPED]))
        return [each.seq for each in found]

    templates = frozenset({Template.OFFER, Template.COMING})
    assert [each.seq for each in kept] == [1, 2, 3, 4, 5, 6]
    assert await dropped(Drop(templates=templates, assignment_id="T-1")) == [1, 2]
    assert await dropped(Drop(templates=templates, request_id="P-1")) == [1, 2, 4]


async def test_the_cursor_moves_once_from_each_place_and_takes_its_messages_with_it(store: Store) -> None:
    assert await store.read(lambda books: books.outbox.get_told_seq()) == 0

    def keep(books: Books, number: int) -> None:
        books.outbox.add(message(number))
        books.outbox.move_told_seq(0, number)

    await store.write(lambda books: keep(books, 5))
    with pytest.raises(LostRaceError):
        await store.write(lambda books: keep(books, 7))
    assert await store.read(lambda books: books.outbox.get_told_seq()) == 5
    assert [each.seq for each in await store.read(lambda books: books.outbox.list_some())] == [5]


async def test_the_newest_are_listed_oldest_of_them_first(store: Store) -> None:
    await add(store, *(message(n, request_id=f"P-{n % 2}") for n in range(1, 9)))
    found = await store.read(lambda books: books.outbox.list_some(request_id="P-1", limit=3))
    assert [each.seq for each in found] == [3, 5, 7]


async def test_an_event_is_in_the_journal_before_anybody_is_told(store: Store) -> None:
    seq = await store.write(lambda books: books.journal.add(RequestReceived(at=NOW)))
    assert await store.read(lambda books: books.outbox.get_told_seq()) < seq
