"""What was told to whom, and sending by hand what no gateway carries."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from dispatch.desk.ports import Books
from dispatch.domain.message import Message, MessageState
from dispatch.reading.base import Out
from dispatch.reading.letters import Letter, write_letter
from dispatch.reading.requests import in_scope
from dispatch.reading.scope import reads, sees_number
from dispatch.tell.phones import call_url, chat_url
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from web.context import By, Caller, TheHouse, done
from web.errors import not_found

router = APIRouter(prefix="/api", tags=["messages"])
MessageId = Annotated[int, Path(ge=1, le=2**53)]


class MessageOut(Out):
    """What is told to whom; the links let a person send or say it with one tap, where the number is theirs to see."""

    id: int
    request_id: str | None
    recipient: str
    label: str
    template: str
    text: str
    state: MessageState
    made_at: datetime
    tries: int
    sent_at: datetime | None = None
    sent_by: str | None = None
    last_error: str | None = None
    chat_url: str | None = None
    call_url: str | None = None


class _Reader:
    """Messages written out for the person who calls; where no public address is set, links lead to this server."""

    def __init__(self, request: Request, house: TheHouse, person: Caller) -> None:
        self._house, self._person = house, person
        self._public_url = house.settings.public_url or str(request.base_url).rstrip("/")

    async def read(self, look: Callable[[Books], Sequence[Message]]) -> list[MessageOut]:
        """What `look` finds."""
        return [self.out(letter) for letter in await self._house.unit.store.read(lambda b: self.write(b, look(b)))]

    def write(self, books: Books, messages: Sequence[Message]) -> list[Letter]:
        """The messages written out; what a gateway has sent has the links that it was sent with, or none."""
        zone, teller = self._house.unit.zone, self._house.teller
        return [
            teller.write(books, message)
            if message.state is MessageState.SENT and message.sent_by is None
            else write_letter(books, message, zone=zone, public_url=self._public_url)
            for message in messages
        ]

    def out(self, letter: Letter) -> MessageOut:
        """A letter with the links that this person may use: none for what need not be said any more, and none before
        it is due, when it may still be taken back.
        """
        message, gateways, now = letter.message, self._house.teller.gateways, self._house.unit.clock.now()
        late = message.drop_after is not None and message.drop_after < now
        is_waiting = message.state in (MessageState.LINKED, MessageState.QUEUED)
        is_due = message.tries > 0 or message.send_after <= now
        to_say = (is_waiting or message.state is MessageState.FAILED) and is_due and not late
        usable = to_say and sees_number(self._person, message.recipient)
        phone = (letter.phone or gateways.phone_of(letter.recipients)) if usable else None
        return MessageOut.of(
            letter,
            message,
            state=MessageState.DROPPED if late and is_waiting else message.state,
            chat_url=chat_url(phone, letter.text) if phone else None,
            call_url=call_url(phone) if phone else None,
        )


Reader = Annotated[_Reader, Depends()]


@router.get("/messages")
async def list_messages(
    reader: Reader,
    state: Annotated[list[MessageState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[MessageOut]:
    """The newest messages of all requests, oldest of them first: what failed, and what waits for somebody's hand."""
    return await reader.read(lambda books: books.outbox.list_some(states=state, limit=limit))


@router.get("/requests/{request_id}/messages")
async def list_messages_of(request_id: str, person: Caller, reader: Reader) -> list[MessageOut]:
    """Everything that was or is to be told about this request, in order."""

    def look(books: Books) -> Sequence[Message]:
        request = in_scope(books, person, request_id)
        return [one for one in books.outbox.list_some(request_id=request_id) if reads(person, one, request)]

    return await reader.read(look)


@router.post("/requests/{request_id}/messages/{message_id}/sent")
async def mark_sent(request_id: str, message_id: MessageId, house: TheHouse, by: By, reader: Reader) -> MessageOut:
    """Somebody sent it by hand; a repeat changes nothing."""
    unit = house.unit
    now = unit.clock.now()

    def mark(books: Books) -> str | Refusal:
        request = in_scope(books, by.actor, request_id)
        message = books.outbox.get(message_id)
        if message.request_id != request_id or not reads(by.actor, message, request):
            raise not_found()
        if message.state is MessageState.DROPPED:
            return Refusal(RefusalCode.MESSAGE_OVERTAKEN, {"message_id": message_id})
        if message.state is not MessageState.SENT:
            [letter] = reader.write(books, [message])
            sent = replace(letter.message, state=MessageState.SENT, sent_at=now, sent_by=by.actor.id)
            books.outbox.save(message, sent)
        return str(message_id)

    done(await unit.once_at(by, mark))
    [sent] = await reader.read(lambda books: [books.outbox.get(message_id)])
    return sent
