"""A command: who gives it, and the key under which a repeat gets the first answer."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.ports import Answer, Books
from dispatch.domain.directory import Person
from dispatch.domain.refusal import Refusal

DESK = "desk"  # the actor of what nobody commanded


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who commands, and the client-made key under which a repeat gets the first answer."""

    actor: Person
    key: str | None = None
    fingerprint: str = ""


def find_first(books: Books, by: Command) -> str | Refusal | None:
    """The subject of the first answer to this command, a refusal if its key was used for another, else None."""
    if by.key is None:
        return None
    answer = books.find_answer(f"{by.actor.id}:{by.key}")
    if answer is None:
        return None
    if answer.fingerprint != by.fingerprint:
        return Refusal("idempotency_key_reused", {"key": by.key})
    return answer.body


def keep_first(books: Books, by: Command, subject: str, now: datetime) -> None:
    """Remember under the command's key what it was about."""
    if by.key is not None:
        answer = Answer(fingerprint=by.fingerprint, status=200, body=subject)
        books.keep_answer(f"{by.actor.id}:{by.key}", answer, now)
