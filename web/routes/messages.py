"""What was told to whom, and sending by hand what no gateway carries."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from dispatch.bootstrap import House
from dispatch.desk.ports import Books
from dispatch.domain.message import Message, MessageState
from dispatch.domain.people import Person
from dispatch.tell.letter import Letter, write_letter
from dispatch.tell.phones import call_url, chat_url
from dispatch.vocabulary.refusals import Refusal, RefusalCode
from dispatch.vocabulary.roles import Role
from web import schemas as s
from web.context import Caller, TheHouse, in_scope
from web.errors import not_found, refused

router = APIRouter(prefix="/api", tags=["messages"])
# Staff ring families, places and offices; the numbers of drivers and colleagues are the operators' to see.
_STAFF_SEE = frozenset({"contact", "facility", "base", "police", "agency", "operator", "health_officer"})
MessageId = Annotated[int, Path(ge=1, le=2**53)]


def _write(house: House, request: Request, messages: Sequence[Message], books: Books) -> list[Letter]:
    """The messages written out; where no public address is set, links lead to where this page came from."""
    public_url = house.settings.public_url or str(request.base_url).rstrip("/")
    return [write_letter(books, message, zone=house.settings.zone, public_url=public_url) for message in messages]


def _out(house: House, letter: Letter, person: Person) -> s.MessageOut:
    message, kind = letter.message, letter.message.recipient.partition(":")[0]
    seen = person.role is Role.OPERATOR or kind in _STAFF_SEE
    phone = (letter.phone or house.teller.gateways.phone_of(letter.recipients)) if seen else None
    late = message.drop_after is not None and message.drop_after < house.desk.clock.now()
    is_waiting = message.state in (MessageState.LINKED, MessageState.QUEUED)
    return s.MessageOut(
        id=message.id,
        request_id=message.request_id,
        recipient=message.recipient,
        label=letter.label,
        template=message.template,
        text=letter.text,
        state=MessageState.DROPPED if late and is_waiting else message.state,
        made_at=message.made_at,
        tries=message.tries,
        sent_at=message.sent_at,
        sent_by=message.sent_by,
        last_error=message.last_error,
        chat_url=chat_url(phone, letter.text) if phone else None,
        call_url=call_url(phone) if phone else None,
    )


@router.get("/messages")
async def list_messages(
    request: Request,
    house: TheHouse,
    person: Caller,
    state: Annotated[list[MessageState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[s.MessageOut]:
    """The newest messages of all requests, oldest of them first: what failed, and what waits for somebody's hand."""

    def look(books: Books) -> list[Letter]:
        return _write(house, request, books.outbox.list_some(states=state, limit=limit), books)

    return [_out(house, letter, person) for letter in await house.store.read(look)]


@router.get("/requests/{request_id}/messages")
async def list_messages_of(request: Request, request_id: str, house: TheHouse, person: Caller) -> list[s.MessageOut]:
    """Everything that was or is to be told about this request, in order."""
    in_scope(person, await house.desk.view(request_id))

    def look(books: Books) -> list[Letter]:
        return _write(house, request, books.outbox.list_some(request_id=request_id), books)

    return [_out(house, letter, person) for letter in await house.store.read(look)]


@router.post("/requests/{request_id}/messages/{message_id}/sent")
async def mark_sent(
    request: Request, request_id: str, message_id: MessageId, house: TheHouse, person: Caller
) -> s.MessageOut:
    """Somebody sent it by hand; a repeat changes nothing."""
    in_scope(person, await house.desk.view(request_id))
    now = house.desk.clock.now()

    def mark(books: Books) -> Letter | Refusal:
        message = books.outbox.get(message_id)
        if message.request_id != request_id:
            raise not_found()
        if message.state is MessageState.DROPPED:
            return Refusal(RefusalCode.MESSAGE_OVERTAKEN, {"message_id": message_id})
        if message.state is not MessageState.SENT:
            sent = replace(message, state=MessageState.SENT, sent_at=now, sent_by=person.id)
            books.outbox.save(message, sent)
            message = sent
        return _write(house, request, [message], books)[0]

    result = await house.store.write(mark)
    if isinstance(result, Refusal):
        raise refused(result)
    return _out(house, result, person)
