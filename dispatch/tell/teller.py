"""The teller: keeps telling the journal and sending its messages, beside the desk and never in its way."""

import asyncio
import contextlib
import logging
import traceback
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo

from dispatch.desk.ports import Books, Clock, LostRaceError, Store, StoreUnavailableError
from dispatch.domain.message import Message, MessageState
from dispatch.reading.letters import Letter, write_letter
from dispatch.tell.gateway import Gateways, Route
from dispatch.tell.tail import tell_on

BACKOFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
_LOOK_S = 0.5  # between one look at the journal and the next
_READY = 2_000
_LEASE = timedelta(seconds=5)  # beyond the time limit: after it somebody else may send what a killed process claimed
_FAREWELL_S = 2.0
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Teller:
    """Sends in order for each recipient, and different recipients beside each other.

    A message is claimed before it is sent and marked after it: a process that is killed between the two leaves it to be
    sent once more, so it is sent at least once. `within_s` is the time limit of one try.
    """

    store: Store
    clock: Clock
    gateways: Gateways
    zone: tzinfo
    public_url: str
    within_s: float = 15.0
    backoff: tuple[timedelta, ...] = BACKOFF
    _lanes: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        """Tell until `stop` or until cancelled; what is on its way then is waited for, but not for long."""
        try:
            while not stop.is_set():
                self._news.clear()
                try:
                    while await tell_on(self.store):
                        pass
                    await self.send_ready()
                except StoreUnavailableError:
                    _log.warning("the outbox cannot be read or written now; it is tried again")
                except Exception as error:  # noqa: BLE001 - the loop outlives a bug; it is logged and tried again
                    _log.error("telling failed (%s); it is tried again\n%s", type(error).__name__, _frames(error))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), _LOOK_S)
        finally:
            if self._lanes:
                await asyncio.wait(self._lanes.values(), timeout=_FAREWELL_S)

    async def send_ready(self) -> None:
        """Start sending every recipient's next message that is due, as far as its gateway has room."""
        now = self.clock.now()
        for message in await self.store.read(lambda books: books.outbox.list_ready(now, _READY)):
            if message.recipient in self._lanes or not self.gateways.may_take(message.recipient):
                continue
            try:
                await self._start(message)
            except StoreUnavailableError:
                raise
            except Exception as error:  # noqa: BLE001 - one message that cannot be written out holds up no other
                _log.error("message %d cannot be written out\n%s", message.id, _frames(error))
                failed = replace(message, state=MessageState.FAILED, last_error=f"unwritable:{type(error).__name__}")
                await self._save(message, failed)

    async def _start(self, message: Message) -> None:
        now = self.clock.now()
        if message.drop_after is not None and now > message.drop_after:
            await self._settle(message, MessageState.DROPPED)
            return
        letter = await self.store.read(lambda books: self.write(books, message))
        route = self.gateways.find_route(letter.recipients, letter.phone)
        if route is None:
            await self._settle(message, MessageState.LINKED)
            return
        if not self.gateways.has_room(route.gateway):
            return
        lease = now + timedelta(seconds=self.within_s) + _LEASE
        claimed = replace(letter.message, tries=message.tries + 1, send_after=lease)
        if await self._save(message, claimed):
            task = asyncio.create_task(self._send(claimed, letter, route), name=f"message {message.id}")
            self._lanes[message.recipient] = task

    def write(self, books: Books, message: Message) -> Letter:
        """The message written out."""
        return write_letter(books, message, zone=self.zone, public_url=self.public_url)

    async def _send(self, claimed: Message, letter: Letter, route: Route) -> None:
        try:
            error = await self.gateways.send(route, letter.text, within_s=self.within_s)
            after = self._after(claimed, error)
            if not await self._save(claimed, after) and error is None:
                # It was dropped while it was on its way; that it was told all the same must be seen.
                await self._save(replace(claimed, state=MessageState.DROPPED), after)
        except StoreUnavailableError:
            _log.warning("message %d could not be marked; it is sent again when its claim has run out", claimed.id)
        finally:
            del self._lanes[claimed.recipient]
            self._news.set()

    def _after(self, claimed: Message, error: str | None) -> Message:
        now = self.clock.now()
        if error is None:
            _log.info("message %d sent", claimed.id)
            return replace(claimed, state=MessageState.SENT, sent_at=now, last_error=None)
        if claimed.tries > len(self.backoff):
            _log.error(
                "message %d failed after %d tries (%s): an operator must tell it", claimed.id, claimed.tries, error
            )
            return replace(claimed, state=MessageState.FAILED, last_error=error)
        _log.warning("message %d: try %d failed (%s)", claimed.id, claimed.tries, error)
        return replace(claimed, send_after=now + self.backoff[claimed.tries - 1], last_error=error)

    async def _settle(self, message: Message, state: MessageState) -> None:
        """No gateway is needed for it: the recipient's next message need not wait."""
        await self._save(message, replace(message, state=state))
        self._news.set()

    async def _save(self, before: Message, after: Message) -> bool:
        """Whether it was kept: not where a person or another process was first."""
        try:
            await self.store.write(lambda books: books.outbox.save(before, after))
        except LostRaceError:
            return False
        return True


def _frames(error: Exception) -> str:
    """Where it happened, without the error's own words: they may hold a name or a number."""
    return "".join(traceback.format_tb(error.__traceback__))
