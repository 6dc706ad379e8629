"""A process that writes as fast as it can and says, after each commit, what is durable. It is there to be killed."""

import asyncio
import sys
from pathlib import Path

from dispatch.desk.ports import Answer, Books
from dispatch.store.sqlite import open_sqlite
from dispatch.vocabulary.events import RequestReceived
from tests.people import NOW


async def main(path: Path, run: str) -> None:
    """Eight writers, each acknowledged command a line on standard output."""
    store = open_sqlite(path)

    async def write_on(worker: int) -> None:
        number = 0
        while True:
            name = f"{run}-{worker}-{number}"

            def work(books: Books, name: str = name) -> None:
                books.journal.add(RequestReceived(at=NOW, request_id=name))
                books.answers.keep(name, Answer(fingerprint="f", subject=name), NOW)

            await store.write(work)
            sys.stdout.write(name + "\n")
            sys.stdout.flush()
            number += 1

    await asyncio.gather(*(write_on(worker) for worker in range(8)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
