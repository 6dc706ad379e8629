"""Packs are published at every start: what cannot be is passed over with a sentence, and nothing in force changes."""

import tomllib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import tomli_w

from dispatch.bootstrap import publish_packs
from dispatch.desk.ports import Books, Due, DueKind, Store
from dispatch.store.sqlite import open_sqlite
from tests.people import NOW, packs

pytestmark = pytest.mark.anyio
TEXTS = sorted(packs().items())


def before(text: str) -> str:
    """A sample pack as it was before it gave its reasons in English."""
    document = tomllib.loads(text)
    for rule in document["rule"]:
        del rule["reason"]["en"]
    return tomli_w.dumps(document)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_sqlite(tmp_path / "jemput.sqlite3")
    yield opened
    await opened.close()


async def test_the_sample_packs_are_published_once(store: Store) -> None:
    for _ in range(2):
        assert await store.write(lambda books: publish_packs(books, TEXTS, NOW)) == []
    assert len(await store.read(lambda books: books.sop.list_packs())) == len(TEXTS)


async def test_a_version_that_is_published_with_another_text_is_passed_over_with_a_sentence(store: Store) -> None:
    old = [(name, before(text)) for name, text in TEXTS]
    assert await store.write(lambda books: publish_packs(books, old, NOW)) == []
    problems = await store.write(lambda books: publish_packs(books, TEXTS, NOW))
    assert [problem.partition(" line ")[0] for problem in sorted(problems)] == [name for name, _ in TEXTS]
    assert all("is there already with another text" in problem for problem in problems)
    kept = await store.read(lambda books: books.sop.list_packs())
    assert sorted(kept) == sorted(text for _, text in old)


async def test_who_waits_and_what_is_booked_is_judged_anew_by_what_is_published(store: Store) -> None:
    later = NOW + timedelta(minutes=4)

    def publish(books: Books) -> Due | None:
        books.timers.set(Due(kind=DueKind.PROMISE_RETRY, subject="P-1", at=later))
        assert publish_packs(books, TEXTS, NOW) == []
        return books.timers.find(DueKind.PROMISE_RETRY, "P-1")

    for at in (NOW, later):  # the second time nothing is new
        retry = await store.write(publish)
        assert retry is not None
        assert retry.at == at
