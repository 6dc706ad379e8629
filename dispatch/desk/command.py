"""A command: who gives it, and the key under which a repeat gets the first answer."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.desk.ports import Answer, Books
from dispatch.domain.people import Person
from dispatch.vocabulary.refusals import Refusal, RefusalCode

DESK = "desk"  # the actor of what nobody commanded
FAMILY = "family"  # the actor of what the family said on its link


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Who commands, and the client-made key under which a repeat gets the first answer."""

    actor: Person
    key: str | None = None
    fingerprint: str = ""


def find_first(books: Books, by: Command) -> str | Refusal | None:
    """The subject of the first answer to this command, a refusal if its key was used for another, else None."""
    answer = books.answers.find(f"{by.actor.id}:{by.key}") if by.key is not None else None
    if answer is None:
        return None
    if answer.fingerprint != by.fingerprint:
        return Refusal(RefusalCode.IDEMPOTENCY_KEY_REUSED, {"key": by.key})
    return answer.subject


def keep_first(books: Books, by: Command, subject: str, now: datetime) -> None:
    """Remember under the command's key what it was about."""
    if by.key is not None:
        books.answers.keep(f"{by.actor.id}:{by.key}", Answer(fingerprint=by.fingerprint, subject=subject), now)
